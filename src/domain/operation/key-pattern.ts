import { Refusal } from "../../errors.ts";
import type { Placement } from "../configuration.ts";

/** What keys begin with that hold queues and people's sessions, where the configuration says nothing else. */
const usuallyProtected = ["sess:", "session:"];

export function protectedPrefixes(at: Placement): readonly string[] {
  const own = at.at.protect?.split("\n");
  return ["bull:", ...(own ?? usuallyProtected)];
}

/** What every match begins with: the pattern up to its first special character. Source: redis.io/docs/latest/commands/keys */
export function literalPrefix(pattern: string): string {
  let prefix = "";
  for (let at = 0; at < pattern.length; at += 1) {
    const char = pattern[at] ?? "";
    if (char === "*" || char === "?" || char === "[") break;
    if (char === "\\" && at + 1 < pattern.length) at += 1;
    prefix += pattern[at] ?? "";
  }
  return prefix;
}

/** Refuses a pattern that may match everything, or keys that are not a cache's. */
export function checkPattern(pattern: string, at: Placement): void {
  const least = Number(at.at.prefix_length ?? 3);
  const prefix = literalPrefix(pattern);
  if (pattern.length > 500) throw new Refusal("bad_argument", "The pattern is longer than 500 characters.", null);
  if (pattern.trim() === "") throw new Refusal("bad_argument", "The pattern is empty.", "Such as `user:*`.");
  if (prefix !== pattern && prefix.length < least) {
    throw new Refusal(
      "not_possible",
      `\`${pattern}\` may match everything: a pattern must begin with at least ${least} plain characters.`,
      "Such as `user:*`. To empty all of it there is `/ops flush`, where the policy lets you.",
    );
  }
  const hit = protectedPrefixes(at).find(
    (one) => prefix.startsWith(one) || (prefix !== pattern && one.startsWith(prefix)),
  );
  if (hit !== undefined) {
    throw new Refusal(
      "not_possible",
      `\`${pattern}\` would reach keys that begin with \`${hit}\`, which are protected.`,
    );
  }
}
