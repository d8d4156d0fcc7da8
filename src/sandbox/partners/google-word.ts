import { strFromU8, unzipSync } from "fflate";
import { bodyFault } from "./storage-body.ts";

const needed = ["[Content_Types].xml", "_rels/.rels", "word/document.xml", "word/_rels/document.xml.rels"];

/** What keeps a Word file from being made a document of, in words; null where nothing does. */
export function wordFault(file: Uint8Array): string | null {
  const parts = partsOf(file);
  if (!parts) return "it is no zip archive";
  const lost = needed.find((path) => !(path in parts));
  if (lost) return `${lost} is missing`;
  for (const [path, text] of Object.entries(parts)) {
    const wrong = /\.(xml|rels)$/.test(path) ? bodyFault(text.replace(/^<\?xml[^>]*\?>\s*/, "")) : null;
    if (wrong) return `${path}: ${wrong}`;
  }
  const relations = parts["word/_rels/document.xml.rels"] ?? "";
  const document = parts["word/document.xml"] ?? "";
  for (const [, id = ""] of document.matchAll(/ r:(?:id|embed)="([^"]+)"/g))
    if (!relations.includes(` Id="${id}"`)) return `nothing is called ${id}`;
  for (const [, target = ""] of relations.matchAll(/ Target="([^"]+)"\/>/g))
    if (!(`word/${target}` in parts)) return `word/${target} is missing`;
  return null;
}

/** What people read in it: its text, and a word for each picture. */
export function wordText(file: Uint8Array): string {
  const document = partsOf(file)?.["word/document.xml"] ?? "";
  return document
    .replace(/^<\?xml[^>]*\?>\s*/, "")
    .replace(/<pic:cNvPr [^>]*name="([^"]*)"[^>]*\/>/g, "[picture $1]")
    .replace(/<\/w:p>|<w:br\/>/g, "\n")
    .replace(/<[^>]+>/g, "")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&amp;", "&");
}

function partsOf(file: Uint8Array): Readonly<Record<string, string>> | null {
  try {
    return Object.fromEntries(Object.entries(unzipSync(file)).map(([path, bytes]) => [path, strFromU8(bytes)]));
  } catch {
    return null;
  }
}
