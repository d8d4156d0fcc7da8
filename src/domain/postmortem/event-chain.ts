import { createHash } from "node:crypto";

/** What stands before the first event. */
const start = "0".repeat(64);

/**
 * Events as JSON lines, each sealed on top of the one before: `hash` is the SHA-256, in lower-case hexadecimal, of
 * the hash before, a line break, and the event's JSON as it stands in the line.
 */
export function chainedLines(events: readonly object[]): { readonly text: string; readonly head: string } {
  let head = start;
  const lines = events.map((event, index) => {
    const json = JSON.stringify(event);
    const hash = createHash("sha256").update(`${head}\n${json}`).digest("hex");
    const line = `{"number":${index + 1},"event":${json},"previous":"${head}","hash":"${hash}"}\n`;
    head = hash;
    return line;
  });
  return { text: lines.join(""), head };
}
