import { type Cell, type Inline, isSafeUrl, type ListItem, type Passage } from "./inline.ts";

/** Reads the Markdown that Slack shows in markdown blocks and canvases: CommonMark's everyday part, tables and tasks. */
export function parseMarkdown(text: string): readonly Passage[] {
  return readPassages(text.replaceAll("\r\n", "\n").split("\n"));
}

function readPassages(lines: readonly string[]): readonly Passage[] {
  const passages: Passage[] = [];
  let at = 0;
  while (at < lines.length) {
    if (lines[at]?.trim() === "") {
      at += 1;
      continue;
    }
    const taken =
      readFence(lines, at) ??
      readHeading(lines, at) ??
      readRule(lines, at) ??
      readQuote(lines, at) ??
      readTable(lines, at) ??
      readList(lines, at) ??
      readParagraph(lines, at);
    passages.push(taken.passage);
    at = taken.next;
  }
  return passages;
}

interface Taken {
  readonly passage: Passage;
  readonly next: number;
}

const itemStart = /^( {0,3})([-*+]|\d{1,9}[.)])( +|$)/;

function readFence(lines: readonly string[], at: number): Taken | null {
  const open = /^ {0,3}(```+|~~~+)/.exec(lines[at] ?? "");
  const fence = open?.[1];
  if (fence === undefined) return null;
  const end = lines.findIndex((line, index) => index > at && line.trim().startsWith(fence) && line.trim() === fence);
  const last = end === -1 ? lines.length : end;
  return { passage: { kind: "fence", text: lines.slice(at + 1, last).join("\n") }, next: last + 1 };
}

function readHeading(lines: readonly string[], at: number): Taken | null {
  const match = /^ {0,3}(#{1,6})\s+(.*?)\s*#*$/.exec(lines[at] ?? "");
  if (match?.[1] === undefined) return null;
  const children = parseMarkdownInline(match[2] ?? "");
  return { passage: { kind: "heading", level: match[1].length, children }, next: at + 1 };
}

function readRule(lines: readonly string[], at: number): Taken | null {
  return /^ {0,3}([-*_])( *\1){2,} *$/.test(lines[at] ?? "") ? { passage: { kind: "rule" }, next: at + 1 } : null;
}

function readQuote(lines: readonly string[], at: number): Taken | null {
  if (!/^ {0,3}>/.test(lines[at] ?? "")) return null;
  let next = at;
  while (/^ {0,3}>/.test(lines[next] ?? "")) next += 1;
  const inner = lines.slice(at, next).map((line) => line.replace(/^ {0,3}> ?/, ""));
  return { passage: { kind: "quote", children: readPassages(inner) }, next };
}

function readTable(lines: readonly string[], at: number): Taken | null {
  const rule = lines[at + 1] ?? "";
  if (!(lines[at] ?? "").includes("|") || !/^ *\|?( *:?-+:? *\|)* *:?-+:? *\|? *$/.test(rule) || !rule.includes("-")) {
    return null;
  }
  const aligns = splitRow(rule).map(alignOf);
  const cells = (line: string): readonly Cell[] => {
    const texts = splitRow(line);
    return aligns.map((align, index) => ({ align, children: parseMarkdownInline(texts[index] ?? "") }));
  };
  let next = at + 2;
  while (next < lines.length && lines[next]?.includes("|")) next += 1;
  return { passage: { kind: "table", head: cells(lines[at] ?? ""), rows: lines.slice(at + 2, next).map(cells) }, next };
}

function splitRow(line: string): readonly string[] {
  const inner = line
    .trim()
    .replace(/^\|/, "")
    .replace(/(?<!\\)\|$/, "");
  return inner.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll("\\|", "|"));
}

function alignOf(rule: string): Cell["align"] {
  if (rule.startsWith(":") && rule.endsWith(":")) return "center";
  return rule.endsWith(":") ? "right" : "left";
}

function readList(lines: readonly string[], at: number): Taken | null {
  const first = itemStart.exec(lines[at] ?? "");
  if (first?.[2] === undefined) return null;
  const ordered = /\d/.test(first[2]);
  const items: ListItem[] = [];
  let next = at;
  while (next < lines.length) {
    const start = itemStart.exec(lines[next] ?? "");
    if (start?.[2] === undefined || /\d/.test(start[2]) !== ordered) break;
    const indent = Math.min(start[0].length, (start[1]?.length ?? 0) + start[2].length + 1);
    const body = [(lines[next] ?? "").slice(start[0].length)];
    next += 1;
    while (next < lines.length && belongs(lines, next, indent)) {
      body.push((lines[next] ?? "").slice(indent));
      next += 1;
    }
    items.push(itemOf(body));
    while (lines[next]?.trim() === "" && itemStart.test(lines[next + 1] ?? "")) next += 1;
  }
  const start = ordered ? Number.parseInt(first[2], 10) : 1;
  return { passage: { kind: "list", ordered, start, items }, next };
}

function belongs(lines: readonly string[], index: number, indent: number): boolean {
  const isIndented = (line: string | undefined) => line?.startsWith(" ".repeat(indent)) === true;
  const line = lines[index];
  return line?.trim() === "" ? isIndented(lines[index + 1]) : isIndented(line);
}

function itemOf(body: readonly string[]): ListItem {
  const task = /^\[([ xX])\]\s+/.exec(body[0] ?? "");
  if (task === null) return { done: null, children: readPassages(body) };
  const first = (body[0] ?? "").slice(task[0].length);
  return { done: task[1] !== " ", children: readPassages([first, ...body.slice(1)]) };
}

function readParagraph(lines: readonly string[], at: number): Taken {
  let next = at + 1;
  while (next < lines.length && lines[next]?.trim() !== "" && !startsSomething(lines, next)) next += 1;
  const text = lines.slice(at, next).map((line) => line.replace(/^ +/, ""));
  return { passage: { kind: "lines", children: parseMarkdownInline(text.join("\n")) }, next };
}

function startsSomething(lines: readonly string[], at: number): boolean {
  const line = lines[at] ?? "";
  return /^ {0,3}(#{1,6}\s|>|```|~~~)/.test(line) || itemStart.test(line) || readRule(lines, at) !== null;
}

const pairs = [
  ["***", "bold"],
  ["**", "bold"],
  ["__", "bold"],
  ["~~", "strike"],
  ["*", "italic"],
  ["_", "italic"],
] as const;

/** Reads what stands within a line of Markdown, and Slack's `<@U1>` and `:emoji:`, which Slack takes there too. */
export function parseMarkdownInline(text: string): readonly Inline[] {
  const result: Inline[] = [];
  let plain = "";
  let at = 0;
  const push = (inline: Inline | null, length: number) => {
    if (plain !== "") result.push({ kind: "text", text: plain });
    plain = "";
    if (inline !== null) result.push(inline);
    at += length;
  };
  while (at < text.length) {
    const rest = text.slice(at);
    const found = readAtom(rest, text[at - 1] ?? "") ?? readPair(text, at);
    if (found !== null) push(found.inline, found.length);
    else if (/^\\[!-/:-@[-`{-~]/.test(rest)) {
      plain += rest[1];
      at += 2;
    } else {
      plain += entities[/^&(?:amp|lt|gt|quot);/.exec(rest)?.[0] ?? ""] ?? rest[0];
      at += /^&(?:amp|lt|gt|quot);/.exec(rest)?.[0].length ?? 1;
    }
  }
  push(null, 0);
  return result;
}

const entities: Readonly<Record<string, string>> = { "&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"' };

interface Found {
  readonly inline: Inline;
  readonly length: number;
}

function readAtom(rest: string, before: string): Found | null {
  const code = /^(`+)([\s\S]*?[^`])\1(?!`)/.exec(rest);
  if (code?.[2] !== undefined) return { inline: { kind: "code", text: code[2].trim() }, length: code[0].length };
  if (/^( {2,}|\\)\n/.test(rest)) return { inline: { kind: "break" }, length: rest.indexOf("\n") + 1 };
  const link =
    /^!?\[((?:[^[\]\\]|\\.|\[[^\]]*\])*)\]\((<[^>\n]*>|[^\s()]*(?:\([^\s()]*\))?[^\s()]*)(?:\s+"[^"]*")?\)/.exec(rest);
  if (link?.[1] !== undefined && link[2] !== undefined) {
    const url = link[2].replace(/^<|>$/g, "");
    const children = parseMarkdownInline(link[1]);
    if (!isSafeUrl(url)) return { inline: { kind: "text", text: link[0] }, length: link[0].length };
    return { inline: { kind: "link", url, children }, length: link[0].length };
  }
  const mention = /^<(?:@([UWB][A-Z0-9]+)|#([CG][A-Z0-9]+)|!subteam\^([A-Z0-9]+))(?:\|([^>\n]*))?>/.exec(rest);
  if (mention !== null) {
    const [whole, user, channel, group, label = ""] = mention;
    const kind = user !== undefined ? "user" : channel !== undefined ? "channel" : "group";
    return { inline: { kind, id: user ?? channel ?? group ?? "", label }, length: whole.length };
  }
  const url = /^<?(https?:\/\/[^\s<>]*[^\s<>.,;:!?)\]'"*_~])>?/.exec(rest);
  if (url?.[1] !== undefined && !/[\p{L}\p{N}]/u.test(before)) {
    return { inline: { kind: "link", url: url[1], children: [{ kind: "text", text: url[1] }] }, length: url[0].length };
  }
  const emoji = /^:([a-z0-9_+'-]+):/.exec(rest);
  if (emoji?.[1] !== undefined && !/[\p{L}\p{N}]/u.test(before)) {
    return { inline: { kind: "emoji", name: emoji[1] }, length: emoji[0].length };
  }
  return null;
}

function readPair(text: string, at: number): Found | null {
  for (const [mark, kind] of pairs) {
    if (!text.startsWith(mark, at) || /\s/.test(text[at + mark.length] ?? " ")) continue;
    if (mark.startsWith("_") && /[\p{L}\p{N}]/u.test(text[at - 1] ?? "")) continue;
    const end = closing(text, at + mark.length, mark);
    if (end === -1) continue;
    const inner = parseMarkdownInline(text.slice(at + mark.length, end));
    const children: readonly Inline[] = mark === "***" ? [{ kind: "italic", children: inner }] : inner;
    return { inline: { kind, children }, length: end + mark.length - at };
  }
  return null;
}

function closing(text: string, from: number, mark: string): number {
  for (let end = text.indexOf(mark, from + 1); end !== -1; end = text.indexOf(mark, end + 1)) {
    if (/\s/.test(text[end - 1] ?? "") || text[end - 1] === "\\") continue;
    if (mark.startsWith("_") && /[\p{L}\p{N}]/u.test(text[end + mark.length] ?? "")) continue;
    // A single mark does not close at one half of a double one.
    if (mark.length === 1 && text[end + 1] === mark) {
      end += 1;
      continue;
    }
    if ((text.slice(from, end).match(/`/g)?.length ?? 0) % 2 === 1) continue;
    return end;
  }
  return -1;
}
