import { nearest } from "../domain/nearest.ts";

/** "Did you mean `a`, `b` or `c`?", or null where nothing is near. */
export function didYouMean(word: string, candidates: readonly string[]): string | null {
  const found = nearest(word, candidates).map((candidate) => `\`${candidate}\``);
  const last = found.at(-1);
  if (!last) return null;
  return found.length === 1 ? `Did you mean ${last}?` : `Did you mean ${found.slice(0, -1).join(", ")} or ${last}?`;
}

/** Names at most eight things for a sentence: "`a`, `b` and 3 more". */
export function listed(names: readonly string[], most = 8): string {
  const shown = names.slice(0, most).map((name) => `\`${name}\``);
  return names.length > most ? `${shown.join(", ")} and ${names.length - most} more` : shown.join(", ");
}

/** What somebody typed, fit for standing in a sentence. */
export function typed(word: string): string {
  const short = [...word.replaceAll(/[`\s]+/gu, " ").trim()];
  return `\`${short.length > 40 ? `${short.slice(0, 39).join("")}…` : short.join("")}\``;
}
