import { readFileSync } from "node:fs";
import { incidentName, markedTitle } from "../../src/domain/incident/incident.ts";
import type { PostmortemFacts } from "../../src/domain/postmortem/facts.ts";
import { inert } from "../kit.ts";
import { toHtmlBody } from "../markdown.ts";
import { imageMark, pictureMark, postmortemMarkdown } from "./document.ts";
import { timelinePicture } from "./picture.ts";

const style = readFileSync(new URL("./document.css", import.meta.url), "utf8");

/** Nothing is loaded, run, framed or sent: styles stand in the page, images are part of it. */
const policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

/** An image of the incident's channel with its bytes. */
export interface PageImage {
  readonly name: string;
  readonly caption: string;
  readonly mimetype: string;
  readonly content: Uint8Array;
}

/** Kinds of image that are only pixels; another kind could carry a script. */
export const imageTypes = ["image/png", "image/jpeg", "image/gif", "image/webp"];

/** The post-mortem as one HTML page that needs nothing from outside; light and dark, and fit for printing. */
export async function postmortemHtml(facts: PostmortemFacts, images: readonly PageImage[] = []): Promise<string> {
  const body = await toHtmlBody(postmortemMarkdown(facts, { marks: true, images: images.map((image) => image.name) }));
  const figures = images.map(figure);
  const picture = timelinePicture(facts);
  const whole = body
    .replace(
      `<p>${pictureMark}</p>`,
      () => `<figure class="wide" role="region" aria-label="Picture of the timeline" tabindex="0">${picture}</figure>`,
    )
    .replace(new RegExp(`<p>${imageMark}(\\d+)</p>`, "g"), (mark, index: string) => figures[Number(index)] ?? mark);
  return page(`${incidentName(facts.incident)}: ${markedTitle(facts.incident)}`, whole);
}

/** Any Markdown as a page of the same kind. */
export async function markdownPage(title: string, markdown: string): Promise<string> {
  return page(title, await toHtmlBody(markdown));
}

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${inert(title)}</title>
<style>
${style}</style>
</head>
<body>
<main dir="auto">
${body}
</main>
</body>
</html>
`;
}

function figure(image: PageImage): string {
  const type = imageTypes.includes(image.mimetype) ? image.mimetype : null;
  const alt = inert(image.name).replaceAll('"', "&quot;");
  const shown = type
    ? `<img alt="${alt}" src="data:${type};base64,${Buffer.from(image.content).toString("base64")}">`
    : inert(image.name);
  return `<figure>${shown}<figcaption>${inert(image.caption)}</figcaption></figure>`;
}
