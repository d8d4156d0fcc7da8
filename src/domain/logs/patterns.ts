import type { LogLine } from "./logs.ts";

/** Lines that say the same but for what varies in them. */
export interface ErrorGroup {
  /** With what varies taken out: request POST <path> <n>. */
  readonly pattern: string;
  readonly count: number;
  readonly first: Date;
  readonly last: Date;
}

const groupsKept = 50;
const patternCharacters = 200;

/** Words by which a line tells of an error, as the usual logging libraries and servers write them. */
const errorWords =
  /\b(ERROR|ERR|FATAL|CRITICAL|PANIC|EMERG|ALERT|SEVERE)\b|\b(?:error|fatal|critical|panic)\s*[:=\]]|["']?level["']?\s*[:=]\s*["']?(?:error|fatal|critical|50|60)\b|\b[A-Za-z.]*(?:Exception|Error)\b\s*:|\bTraceback \(most recent call last\)/;

/** Whether a line tells of an error. */
export function isError(text: string): boolean {
  return errorWords.test(text);
}

const varying: readonly (readonly [RegExp, string])[] = [
  [/\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?/g, "<time>"],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, "<id>"],
  [/\b(?:\d{1,3}\.){3}\d{1,3}(?::\d+)?\b/g, "<address>"],
  [/(["'])(?:(?!\1)[^\\]|\\.){0,200}\1/g, "<text>"],
  [/\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{6,}\b/gi, "<id>"],
  [/\b\d+(?:[.,]\d+)*(?=\b|[a-zµ%])/g, "<n>"],
];

/** Where the usual logging libraries put what a line of JSON says, and what its error says. */
const messageFields = ["message", "msg", "event", "log"] as const;
const errorFields = ["error", "err", "exception", "exc_info"] as const;

/** What a line says: of one of JSON its message and its error, since its quotes would hide both. */
function saidIn(text: string): string {
  if (!/^\s*\{/.test(text)) return text;
  try {
    const line = JSON.parse(text) as Readonly<Record<string, unknown>>;
    const message = messageFields.map((field) => line[field]).find((one) => typeof one === "string");
    const errors = errorFields.map((field) => {
      const one = line[field];
      return typeof one === "object" && one !== null && "message" in one ? one.message : one;
    });
    const said = [message, ...errors].filter((one) => typeof one === "string" && one.trim() !== "");
    return said.length === 0 ? text : [...new Set(said)].join(": ");
  } catch {
    return text;
  }
}

/** A line with what varies from one to the next taken out. */
export function patternOf(text: string): string {
  const plain = varying.reduce((left, [pattern, word]) => left.replace(pattern, word), saidIn(text));
  return plain.replace(/\s+/g, " ").trim().slice(0, patternCharacters);
}

/** The errors among lines by pattern, most first; of alike counts the newest first. */
export function errorGroups(lines: readonly LogLine[]): readonly ErrorGroup[] {
  const groups = new Map<string, { pattern: string; count: number; first: Date; last: Date }>();
  for (const { at, text } of lines) {
    if (!isError(text)) continue;
    const pattern = patternOf(text);
    const group = groups.get(pattern);
    if (!group) groups.set(pattern, { pattern, count: 1, first: at, last: at });
    else {
      group.count += 1;
      if (at > group.last) group.last = at;
      if (at < group.first) group.first = at;
    }
  }
  return [...groups.values()]
    .toSorted((one, other) => other.count - one.count || other.last.getTime() - one.last.getTime())
    .slice(0, groupsKept);
}
