import { incidentName } from "../../src/domain/incident/incident.ts";
import type { App } from "../../src/domain/ports.ts";
import { type PostmortemFacts, postmortemFacts } from "../../src/domain/postmortem/facts.ts";
import type { Drawn } from "../kit.ts";
import type { View } from "../views.ts";
import { postmortemCard } from "./card.ts";
import { postmortemHtml, postmortemMarkdown } from "./document.ts";
import { postmortemReminder } from "./reminder.ts";

/** The views of a post-mortem; each subject is the post-mortem's id. */
export const postmortemViews = {
  "postmortem.card": drawn((facts) => ({ reply: postmortemCard(facts) })),
  "postmortem.reminder": drawn((facts) => ({ reply: postmortemReminder(facts) })),
  "postmortem.files": drawn((facts) => {
    const name = `${incidentName(facts.incident).toLowerCase()}-post-mortem`;
    const title = `Post-mortem of ${incidentName(facts.incident)}`;
    return {
      files: [
        { name: `${name}.md`, title: `${title} (Markdown)`, content: postmortemMarkdown(facts) },
        { name: `${name}.html`, title: `${title} (HTML)`, content: postmortemHtml(facts) },
      ],
      comment: `${title}, edition ${facts.postmortem.edition}`,
    };
  }),
  "postmortem.canvas": drawn((facts) => ({
    canvas: { title: `Post-mortem of ${incidentName(facts.incident)}`, markdown: postmortemMarkdown(facts) },
  })),
} satisfies Readonly<Record<string, View>>;

function drawn(draw: (facts: PostmortemFacts) => Drawn): View {
  return async (app: App, subject: string) =>
    (await app.postmortems.byId(subject)) ? draw(await postmortemFacts(app, subject)) : null;
}
