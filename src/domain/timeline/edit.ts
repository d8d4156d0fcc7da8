import type { TimelineEntry } from "./entry.ts";

/** What people wrote can be put right; what the product saw happen stands as it was seen. */
export function isEditable(entry: Pick<TimelineEntry, "kind">): boolean {
  return entry.kind === "note" || entry.kind === "message";
}

/** The text as a person would have typed it, for a form; null when it is longer than a form takes. */
export function typedText(entry: Pick<TimelineEntry, "text">, longest = 3000): string | null {
  const typed = entry.text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
  return typed.length > longest ? null : typed;
}
