import { nearest as nearestOf } from "../domain/nearest.ts";

/** The known word somebody most likely meant, or null when none is near; case, dashes and underscores never matter. */
export function nearest(word: string, known: readonly string[]): string | null {
  const byPlain = new Map(known.map((candidate) => [plain(candidate), candidate]));
  const [found] = nearestOf(plain(word), [...byPlain.keys()], 1);
  return found === undefined ? null : (byPlain.get(found) ?? null);
}

/** How names are compared: lower case, without spaces, dashes and underscores. */
export function plain(word: string): string {
  return word.toLowerCase().replace(/[\s_–—-]/gu, "");
}
