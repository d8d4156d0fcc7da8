/** One word of a typed line, and where it stood. */
export interface Token {
  /** Without its quotes, with Slack's escapes undone, a long dash in front of a word read as two short ones. */
  readonly text: string;
  /** As Slack sent it: mentions still in their angle brackets. */
  readonly raw: string;
  readonly start: number;
  readonly end: number;
  readonly quoted: boolean;
  /** Its place among the words of the line. */
  readonly index: number;
}

// Phones turn straight quotes into curly ones, and two dashes into a long one.
const quotes: Readonly<Record<string, string>> = {
  '"': '"”“',
  "“": '"”',
  "”": '"”',
  "'": "'’‘",
  "‘": "'’",
  "’": "'’",
};
const longDash = /^[-—–―]*[—–―][-—–―]*(?=\p{L})/u;
/** A mention or link as Slack escapes it; its label may hold spaces. */
const escaped = /<(?:[@#!][^<>]*|[a-z]+:[^<>\s|]*(?:\|[^<>]*)?)>/iy;

/**
 * What a person typed, from what Slack made of it: mentions and links as their labels, entities undone.
 * Source: docs.slack.dev/interactivity/implementing-slash-commands (should_escape).
 */
export function plainText(raw: string): string {
  if (!/[<&]/.test(raw)) return raw;
  return (
    raw
      .replaceAll(/<@([A-Z0-9]+)\|([^<>]+)>/g, "@$2")
      .replaceAll(/<#([A-Z0-9]+)\|([^<>]+)>/g, "#$2")
      // A bare name such as api.example becomes a link by http; an address typed in full stays one.
      .replaceAll(/<(https:[^<>|]*)\|[^<>]+>/gi, "$1")
      .replaceAll(/<[a-z][a-z+.-]*:[^<>|]*\|([^<>]+)>/gi, "$1")
      .replaceAll(/<([a-z]+:[^<>|\s]+)>/gi, "$1")
      .replaceAll(/<!subteam\^[A-Z0-9]+\|([^<>]+)>/g, "$1")
      .replaceAll("&lt;", "<")
      .replaceAll("&gt;", ">")
      .replaceAll("&amp;", "&")
  );
}

/** Splits a line into words; a quoted string is one word, an apostrophe inside a word is not a quote. */
export function tokens(line: string): readonly Token[] {
  const found: Token[] = [];
  let at = 0;
  while (at < line.length) {
    if (/\s/u.test(line[at] ?? "")) {
      at += 1;
      continue;
    }
    const start = at;
    const quoted = quotedAt(line, at);
    if (quoted) {
      at = quoted.end;
      found.push({ ...quoted, raw: line.slice(start, at), start, quoted: true, index: found.length });
      continue;
    }
    at = wordEnd(line, at);
    const raw = line.slice(start, at);
    const value = /^(?:--|[—–])[\p{L}\d-]+=/u.exec(raw)?.[0];
    const inner = value ? quotedAt(line, start + value.length) : null;
    if (value && inner) at = inner.end;
    const text = (value && inner ? plainText(value) + inner.text : plainText(raw)).replace(longDash, "--");
    found.push({ text, raw: line.slice(start, at), start, end: at, quoted: false, index: found.length });
  }
  return found;
}

function wordEnd(line: string, from: number): number {
  let at = from;
  while (at < line.length && !/\s/u.test(line[at] ?? "")) {
    escaped.lastIndex = at;
    const entity = line[at] === "<" ? escaped.exec(line) : null;
    at += entity ? entity[0].length : 1;
  }
  return at;
}

/** A quoted string that begins here and is closed at the end of a word; an unclosed quote is an ordinary character. */
function quotedAt(line: string, from: number): { readonly text: string; readonly end: number } | null {
  const closers = quotes[line[from] ?? ""];
  if (!closers) return null;
  for (let at = from + 1; at < line.length; at += 1) {
    const next = line[at + 1];
    if (closers.includes(line[at] ?? " ") && (next === undefined || /\s/u.test(next))) {
      return { text: plainText(line.slice(from + 1, at)), end: at + 1 };
    }
  }
  return null;
}
