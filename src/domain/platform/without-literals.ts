/**
 * Takes everything out of a statement that may be somebody's data: strings, numbers, and comments. What is left is its
 * shape. A text cut off in the middle of a string loses all that follows.
 */
export function withoutLiterals(sql: string, dialect: "postgres" | "mysql"): string {
  let out = "";
  let at = 0;
  while (at < sql.length) {
    const rest = sql.slice(at);
    const found = literalAt(rest, dialect, /[\w$"`\])]$/.test(out));
    if (found === null) {
      out += rest[0];
      at += 1;
    } else {
      out += found.shown;
      at += found.length;
    }
  }
  return out.replaceAll(/\s+/g, " ").trim();
}

interface Found {
  readonly length: number;
  readonly shown: string;
}

function literalAt(text: string, dialect: "postgres" | "mysql", afterWord: boolean): Found | null {
  if (text.startsWith("--") || (dialect === "mysql" && text.startsWith("#"))) return comment(text, "\n");
  if (text.startsWith("/*")) return nestedComment(text);
  const dollar = dialect === "postgres" && !afterWord ? /^\$(?:[A-Za-z_]\w*)?\$/.exec(text)?.[0] : undefined;
  if (dollar !== undefined) {
    const end = text.indexOf(dollar, dollar.length);
    return { length: end < 0 ? text.length : end + dollar.length, shown: "?" };
  }
  const prefix = afterWord ? "" : (/^(?:[eEnNbBxX]|[uU]&)(?=['"])/.exec(text)?.[0] ?? "");
  const quote = text[prefix.length];
  if (quote === "'" || (quote === '"' && dialect === "mysql")) {
    const escapes = dialect === "mysql" || /^e$/i.test(prefix);
    return { length: prefix.length + quotedLength(text.slice(prefix.length), quote, escapes), shown: "?" };
  }
  if (quote === '"' || (quote === "`" && dialect === "mysql")) {
    const length = prefix.length + quotedLength(text.slice(prefix.length), quote, false);
    return { length, shown: text.slice(0, length) };
  }
  const word = /^(?:[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*|\$\d+)/.exec(text)?.[0];
  if (word !== undefined) return { length: word.length, shown: word };
  const number = /^(?:0[xX][\da-fA-F]+|\d[\d_]*(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)\w*/.exec(text)?.[0];
  if (number !== undefined) return { length: number.length, shown: "?" };
  return null;
}

function comment(text: string, end: string): Found {
  const at = text.indexOf(end);
  return { length: at < 0 ? text.length : at + end.length, shown: " " };
}

function nestedComment(text: string): Found {
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (text.startsWith("/*", at)) {
      depth += 1;
      at += 1;
    } else if (text.startsWith("*/", at)) {
      depth -= 1;
      at += 1;
      if (depth === 0) return { length: at + 1, shown: " " };
    }
  }
  return { length: text.length, shown: " " };
}

/** A doubled quote stands for itself; a backslash only where the dialect says so. */
function quotedLength(text: string, quote: string, escapes: boolean): number {
  for (let at = 1; at < text.length; at += 1) {
    if (escapes && text[at] === "\\") at += 1;
    else if (text[at] === quote) {
      if (text[at + 1] !== quote) return at + 1;
      at += 1;
    }
  }
  return text.length;
}
