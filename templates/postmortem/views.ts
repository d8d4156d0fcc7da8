import { incidentName } from "../../src/domain/incident/incident.ts";
import type { App } from "../../src/domain/ports.ts";
import { type PostmortemFacts, postmortemFacts } from "../../src/domain/postmortem/facts.ts";
import type { Drawn } from "../kit.ts";
import type { View } from "../views.ts";
import { postmortemCard, publication } from "./card.ts";
import { postmortemJson } from "./data.ts";
import { postmortemMarkdown } from "./document.ts";
import { assigned, reviewAsked, reviewed } from "./forms.ts";
import { imageTypes, markdownPage, type PageImage, postmortemHtml } from "./page.ts";
import { publicMarkdown } from "./public-edition.ts";
import { postmortemOverdue, postmortemReminder } from "./reminder.ts";
import { whenIn } from "./when.ts";

/** The views of a post-mortem; each subject is the post-mortem's id, or that and a person's after a colon. */
export const postmortemViews = {
  "postmortem.card": drawn((facts) => ({ reply: postmortemCard(facts) })),
  "postmortem.reminder": drawn((facts) => ({ reply: postmortemReminder(facts) })),
  "postmortem.review-asked": about((facts, by) => ({ reply: reviewAsked(facts, by) })),
  "postmortem.reviewed": about((facts, by) => ({ reply: reviewed(facts, by) })),
  "postmortem.assigned": about((facts, userId) => ({ reply: assigned(facts, userId) })),
  "postmortem.publication": async (app, subject) => {
    if (!(await app.postmortems.byId(subject))) return null;
    const files = await app.outbox.documents("postmortem.files", subject);
    return { reply: publication(await postmortemFacts(app, subject), files) };
  },
  "postmortem.overdue": drawn((facts) => ({ reply: postmortemOverdue(facts) })),
  "postmortem.public-files": async (app, subject) => {
    if (!(await app.postmortems.byId(subject))) return null;
    const facts = await postmortemFacts(app, subject);
    const markdown = publicMarkdown(facts, app.config.postmortem.publicEdition);
    const name = `${incidentName(facts.incident).toLowerCase()}-public`;
    const title = `${incidentName(facts.incident)} for the public`;
    return {
      files: [
        { name: `${name}.md`, title: `${title} (Markdown)`, content: markdown },
        { name: `${name}.html`, title: `${title} (HTML)`, content: await markdownPage(title, markdown) },
      ],
      comment: `${title}: read it once more before you hand it on.`,
    };
  },
  "postmortem.files": async (app, subject) => {
    if (!(await app.postmortems.byId(subject))) return null;
    const facts = await postmortemFacts(app, subject);
    const name = `${incidentName(facts.incident).toLowerCase()}-post-mortem`;
    const title = `Post-mortem of ${incidentName(facts.incident)}`;
    return {
      files: [
        { name: `${name}.md`, title: `${title} (Markdown)`, content: postmortemMarkdown(facts) },
        {
          name: `${name}.html`,
          title: `${title} (HTML)`,
          content: await postmortemHtml(facts, await pageImages(app, facts)),
        },
        { name: `${name}.json`, title: `${title} (JSON)`, content: postmortemJson(facts) },
      ],
      comment: `${title}, edition ${facts.postmortem.edition}`,
    };
  },
  "postmortem.canvas": drawn((facts) => ({
    canvas: { title: `Post-mortem of ${incidentName(facts.incident)}`, markdown: canvasMarkdown(facts) },
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

/** More than this would make a page that mail and browsers choke on; what is beyond is linked to. */
const mostImageBytes = 12_000_000;

/** The images of the incident's channel with their bytes, as many as fit into 12 MB. */
export async function pageImages(app: App, facts: PostmortemFacts): Promise<readonly PageImage[]> {
  const { stamp } = whenIn(facts.timeZone);
  const images: PageImage[] = [];
  let bytes = 0;
  for (const { name, at, mimetype, size, source } of facts.images) {
    if (!imageTypes.includes(mimetype) || bytes + size > mostImageBytes) continue;
    const content = await app.capturedFiles.content(source.channelId, source.ts, source.fileId);
    if (!content) continue;
    bytes += content.length;
    images.push({ name, caption: `${name}, ${stamp(at)}`, mimetype, content });
  }
  return images;
}

/** Slack takes a canvas of 1 MiB at most; what is beyond stands in the files. */
function canvasMarkdown(facts: PostmortemFacts): string {
  const most = 1_000_000;
  const whole = postmortemMarkdown(facts);
  const bytes = new TextEncoder().encode(whole);
  if (bytes.length <= most) return whole;
  const kept = new TextDecoder().decode(bytes.subarray(0, most));
  return `${kept.slice(0, kept.lastIndexOf("\n"))}\n\n_It goes on in the files._\n`;
}
