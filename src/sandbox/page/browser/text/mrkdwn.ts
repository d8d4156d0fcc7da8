import { type Inline, isSafeUrl, type Passage } from "./inline.ts";

/**
 * Reads Slack's own notation. `<…>` tokens, `&amp; &lt; &gt;`, `*bold*`, `_italic_`, `~strike~`, code, fences and
 * quotes; anything that does not close is plain text.
 * https://docs.slack.dev/messaging/formatting-message-text
 */
export function parseMrkdwn(text: string): readonly Passage[] {
  const passages: Passage[] = [];
  const pieces = text.split("```");
  for (const [index, piece] of pieces.entries()) {
    const isFence = index % 2 === 1 && index < pieces.length - 1;
    if (isFence) passages.push({ kind: "fence", text: decode(piece.replace(/^\n|\n$/g, "")) });
    else passages.push(...parseLines(restored(piece, index, pieces.length)));
  }
  return passages;
}

/** A last fence without an end is text, its backticks included; line ends around a fence belong to the fence. */
function restored(piece: string, index: number, count: number): string {
  if (index % 2 === 1) return `\`\`\`${piece}`;
  const before = index > 0 ? piece.replace(/^\n/, "") : piece;
  const fenceFollows = index + 2 < count;
  return fenceFollows ? before.replace(/\n$/, "") : before;
}

function parseLines(text: string): Passage[] {
  if (text === "") return [];
  const passages: Passage[] = [];
  let plain: string[] = [];
  let quoted: string[] = [];
  const flushPlain = () => {
    if (plain.length > 0) passages.push({ kind: "lines", children: parseInline(plain.join("\n")) });
    plain = [];
  };
  const flushQuoted = () => {
    if (quoted.length > 0) {
      passages.push({ kind: "quote", children: [{ kind: "lines", children: parseInline(quoted.join("\n")) }] });
    }
    quoted = [];
  };
  const lines = text.split("\n");
  for (const [index, line] of lines.entries()) {
    const rest = /^(?:>>>|&gt;&gt;&gt;) ?/.exec(line);
    if (rest !== null) {
      flushPlain();
      quoted.push(line.slice(rest[0].length), ...lines.slice(index + 1));
      flushQuoted();
      return passages;
    }
    const quote = /^(?:>|&gt;) ?/.exec(line);
    if (quote !== null) {
      flushPlain();
      quoted.push(line.slice(quote[0].length));
    } else {
      flushQuoted();
      plain.push(line);
    }
  }
  flushPlain();
  flushQuoted();
  return passages;
}

const marks = { "*": "bold", _: "italic", "~": "strike" } as const;

/** Reads what stands within lines: no quotes, no fences. */
export function parseInline(text: string): readonly Inline[] {
  const result: Inline[] = [];
  let plain = "";
  const push = (...inlines: readonly Inline[]) => {
    if (plain !== "") result.push({ kind: "text", text: decode(plain) });
    plain = "";
    result.push(...inlines);
  };
  let at = 0;
  while (at < text.length) {
    const rest = text.slice(at);
    const found = readToken(rest) ?? readCode(rest) ?? readMark(text, at) ?? readEmoji(text, at) ?? readUrl(text, at);
    if (found === null) {
      plain += text[at];
      at += 1;
    } else {
      push(found.inline);
      at += found.length;
    }
  }
  push();
  return result;
}

interface Found {
  readonly inline: Inline;
  readonly length: number;
}

function readToken(rest: string): Found | null {
  const match = /^<([^<>\n]+)>/.exec(rest);
  if (match?.[1] === undefined) return null;
  const inline = tokenOf(match[1]);
  return inline === null ? null : { inline, length: match[0].length };
}

function tokenOf(token: string): Inline | null {
  const bar = token.indexOf("|");
  const target = bar === -1 ? token : token.slice(0, bar);
  const label = bar === -1 ? "" : decode(token.slice(bar + 1));
  if (/^@[UWB][A-Z0-9]+$/.test(target)) return { kind: "user", id: target.slice(1), label };
  if (/^#[CGD][A-Z0-9]+$/.test(target)) return { kind: "channel", id: target.slice(1), label };
  const group = /^!subteam\^([A-Z0-9]+)$/.exec(target);
  if (group?.[1] !== undefined) return { kind: "group", id: group[1], label };
  const range = /^!(here|channel|everyone)$/.exec(target);
  if (range?.[1] !== undefined) return { kind: "broadcast", range: range[1] };
  const date = /^!date\^(\d+)\^([^^]+)(?:\^(.+))?$/.exec(target);
  if (date?.[1] !== undefined && date[2] !== undefined) {
    return { kind: "date", seconds: Number(date[1]), format: decode(date[2]), url: decode(date[3] ?? "") };
  }
  if (target.startsWith("!")) return { kind: "text", text: label === "" ? `<${decode(target)}>` : label };
  const url = decode(target);
  if (!isSafeUrl(url)) return null;
  return {
    kind: "link",
    url,
    children: label === "" ? [{ kind: "text", text: url }] : parseInline(escapeAgain(label)),
  };
}

/** A link's label was decoded with its token, and may itself be formatted. */
function escapeAgain(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function readCode(rest: string): Found | null {
  const match = /^`([^`\n]+)`/.exec(rest);
  if (match?.[1] === undefined) return null;
  return {
    inline: { kind: "code", text: decode(match[1].replace(/<([^|>]+)(?:\|([^>]*))?>/g, "$1")) },
    length: match[0].length,
  };
}

/** A mark opens where no word stands before it, and closes on the same line where none follows. */
function readMark(text: string, at: number): Found | null {
  const mark = text[at];
  if (mark !== "*" && mark !== "_" && mark !== "~") return null;
  if (/[\p{L}\p{N}_*~]/u.test(text[at - 1] ?? "")) return null;
  for (let end = text.indexOf(mark, at + 1); end !== -1; end = text.indexOf(mark, end + 1)) {
    const inner = text.slice(at + 1, end);
    if (inner.includes("\n") || /^\s/.test(inner)) return null;
    if (inner === "" || /\s$/.test(inner) || /[\p{L}\p{N}]/u.test(text[end + 1] ?? "")) continue;
    if (isOpen(inner)) continue;
    return { inline: { kind: marks[mark], children: parseInline(inner) }, length: end + 1 - at };
  }
  return null;
}

/** Whether the text stops inside a token or a code span, where a mark is only a character. */
function isOpen(inner: string): boolean {
  return inner.lastIndexOf("<") > inner.lastIndexOf(">") || (inner.match(/`/g)?.length ?? 0) % 2 === 1;
}

function readEmoji(text: string, at: number): Found | null {
  if (text[at] !== ":" || /[\p{L}\p{N}]/u.test(text[at - 1] ?? "")) return null;
  const match = /^:([a-z0-9_+'-]+)(?:::skin-tone-[2-6])?:/.exec(text.slice(at));
  if (match?.[1] === undefined) return null;
  return { inline: { kind: "emoji", name: match[1] }, length: match[0].length };
}

function readUrl(text: string, at: number): Found | null {
  if (text[at] !== "h" || /[\p{L}\p{N}]/u.test(text[at - 1] ?? "")) return null;
  const match = /^https?:\/\/[^\s<>|*`]+/.exec(text.slice(at));
  if (match === null) return null;
  const url = match[0].replace(/[.,;:!?)\]'"_~]+$/, "");
  if (!/^https?:\/\/./.test(url)) return null;
  return {
    inline: { kind: "link", url: decode(url), children: [{ kind: "text", text: decode(url) }] },
    length: url.length,
  };
}

function decode(text: string): string {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}
