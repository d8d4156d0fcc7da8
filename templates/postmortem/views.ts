import { incidentName } from "../../src/domain/incident/incident.ts";
import type { App } from "../../src/domain/ports.ts";
import { type PostmortemFacts, postmortemFacts } from "../../src/domain/postmortem/facts.ts";
import type { Drawn } from "../kit.ts";
import type { View } from "../views.ts";
import { postmortemCard } from "./card.ts";
import { postmortemHtml, postmortemMarkdown } from "./document.ts";
import { assigned, reviewAsked, reviewed } from "./forms.ts";
import { postmortemReminder } from "./reminder.ts";

/** The views of a post-mortem; each subject is the post-mortem's id, or that and a person's after a colon. */
export const postmortemViews = {
  "postmortem.card": drawn((facts) => ({ reply: postmortemCard(facts) })),
  "postmortem.reminder": drawn((facts) => ({ reply: postmortemReminder(facts) })),
  "postmortem.review-asked": about((facts, by) => ({ reply: reviewAsked(facts, by) })),
  "postmortem.reviewed": about((facts, by) => ({ reply: reviewed(facts, by) })),
  "postmortem.assigned": about((facts, userId) => ({ reply: assigned(facts, userId) })),
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

function about(draw: (facts: PostmortemFacts, userId: string) => Drawn): View {
  return async (app: App, subject: string) => {
    const [id = "", userId = ""] = subject.split(":");
    return (await app.postmortems.byId(id)) ? draw(await postmortemFacts(app, id), userId) : null;
  };
}
