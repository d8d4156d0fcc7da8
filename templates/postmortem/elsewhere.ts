import { incidentName, markedTitle } from "../../src/domain/incident/incident.ts";
import type { App } from "../../src/domain/ports.ts";
import type { DestinationFile, DrawForDestination } from "../../src/domain/postmortem/elsewhere.ts";
import { chainedLines } from "../../src/domain/postmortem/event-chain.ts";
import { type PostmortemFacts, postmortemFacts } from "../../src/domain/postmortem/facts.ts";
import { literal } from "../markdown.ts";
import { type MarkedImages, toNotionBlocks } from "../notion-blocks.ts";
import { toStorageFormat } from "../storage-format.ts";
import { toWordDocument } from "../word-document.ts";
import { postmortemJson } from "./data.ts";
import { imageMark, pictureMark, postmortemMarkdown } from "./document.ts";
import type { PageImage } from "./page.ts";
import { pageImages } from "./views.ts";

/** A published post-mortem as each place outside Slack wants it; secrets that people wrote are taken out. */
export const drawForDestination: DrawForDestination = {
  confluence: async (app, id) => {
    const facts = await postmortemFacts(app, id);
    const images = await pageImages(app, facts);
    const markdown = postmortemMarkdown(facts, { marks: true, images: images.map(({ name }) => name) });
    const named = images.map(
      ({ name, caption }, index) => [`${imageMark}${index}`, { filename: name, caption }] as const,
    );
    return {
      title: titleOf(facts, app),
      edition: facts.postmortem.edition,
      body: await toStorageFormat(noted(facts, app.redact(markdown.replaceAll(pictureMark, ""))), new Map(named)),
      files: images.map(fileOf),
    };
  },
  notion: async (app, id) => {
    const facts = await postmortemFacts(app, id);
    const images = await pageImages(app, facts);
    const markdown = postmortemMarkdown(facts, { marks: true, images: images.map(({ name }) => name) });
    return {
      title: titleOf(facts, app),
      blocks: await toNotionBlocks(
        noted(facts, app.redact(markdown.replaceAll(pictureMark, ""))),
        markedImages(facts, images),
      ),
    };
  },
  googleDocs: async (app, id) => {
    const facts = await postmortemFacts(app, id);
    const images = await pageImages(app, facts);
    const markdown = postmortemMarkdown(facts, { marks: true, images: images.map(({ name }) => name) });
    const text = noted(facts, app.redact(markdown.replaceAll(pictureMark, "")));
    return { title: titleOf(facts, app), document: await toWordDocument(text, markedImages(facts, images)) };
  },
  git: async (app, id) => {
    const facts = await postmortemFacts(app, id);
    const images = await pageImages(app, facts);
    const { text, head } = chainedLines(eventsOf(facts, app));
    const markdown = postmortemMarkdown(facts, { folder: "images", images: images.map(({ name }) => name) });
    const { edition } = facts.postmortem;
    return {
      folder: incidentName(facts.incident),
      message: `${titleOf(facts, app)}\n\nEdition ${edition} of the post-mortem, ${facts.timeline.length} events.\nHash of the last event: ${head}\n`,
      files: [
        textFile("README.md", "text/markdown", app.redact(markdown)),
        textFile("post-mortem.json", "application/json", app.redact(postmortemJson(facts))),
        textFile("events.jsonl", "application/x-ndjson", text),
        ...images.map(fileOf).map((file) => ({ ...file, name: `images/${file.name}` })),
      ],
    };
  },
};

function titleOf({ incident }: PostmortemFacts, app: Pick<App, "redact">): string {
  return app
    .redact(`${incidentName(incident)}: ${markedTitle(incident)}`)
    .replace(/\s+/g, " ")
    .slice(0, 250);
}

/** So that people know before they write there. */
function noted({ postmortem, incident }: PostmortemFacts, markdown: string): string {
  const words = `Edition ${postmortem.edition}, published from Slack by Tocsin. Change it there (${incidentName(incident)}) and publish again; what is changed here is kept, and keeps the next edition away.`;
  return `_${literal(words)}_\n\n${markdown}`;
}

function eventsOf(facts: PostmortemFacts, app: Pick<App, "redact">): readonly object[] {
  return facts.timeline.map((entry) => ({
    at: entry.at.toISOString(),
    kind: entry.kind,
    actor: entry.actorId,
    name: entry.actorId ? (facts.names.get(entry.actorId) ?? null) : null,
    text: app.redact(entry.text),
    link: entry.source?.permalink ?? null,
  }));
}

function textFile(name: string, mimetype: string, text: string): DestinationFile {
  return { name, mimetype, content: new TextEncoder().encode(text.toWellFormed()) };
}

function markedImages({ images: known }: PostmortemFacts, images: readonly PageImage[]): MarkedImages {
  return new Map(
    images.map((image, index) => {
      const link = known.find(({ name }) => name === image.name)?.permalink ?? null;
      return [`${imageMark}${index}`, { file: fileOf(image), caption: image.caption, link }] as const;
    }),
  );
}

function fileOf({ name, mimetype, content }: PageImage): DestinationFile {
  return { name, mimetype, content };
}
