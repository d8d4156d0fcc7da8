const names = ["amp", "lt", "gt", "quot", "apos", "nbsp"];
const tag = /^<(\/?)([A-Za-z][\w:.-]*)((?:\s+[\w:.-]+="[^"<]*")*)\s*(\/?)>/;

/** What is wrong with a page's body in the storage format, in words; null where it is well-formed XML. */
export function bodyFault(body: string): string | null {
  // Source: w3.org/TR/xml/#charsets
  if (/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u.test(body)) return "Illegal character";
  const open: string[] = [];
  for (let at = 0; at < body.length; ) {
    const rest = body.slice(at, at + 20_000);
    if (rest.startsWith("<![CDATA[")) {
      const end = body.indexOf("]]>", at);
      if (end < 0) return "Unexpected end of CDATA";
      at = end + 3;
    } else if (rest.startsWith("<")) {
      const [whole, closes, name = "", attributes = "", isEmpty] = tag.exec(rest) ?? [];
      if (!whole) return `Unexpected character at ${at}: ${rest.slice(0, 40)}`;
      const wrong = badEntity(attributes);
      if (wrong) return `Undeclared general entity "${wrong}"`;
      if (closes && open.pop() !== name) return `Unexpected close tag </${name}>`;
      if (!closes && !isEmpty) open.push(name);
      at += whole.length;
    } else {
      const end = body.indexOf("<", at);
      const text = body.slice(at, end < 0 ? undefined : end);
      const wrong = badEntity(text);
      if (wrong) return `Undeclared general entity "${wrong}"`;
      at += text.length;
    }
  }
  return open.length > 0 ? `Missing end tag for "${open.at(-1)}"` : null;
}

function badEntity(text: string): string | null {
  for (const [, entity = ""] of text.matchAll(/&(#x[0-9A-Fa-f]+;|#\d+;|\w+;|)/g)) {
    if (!entity.startsWith("#") && !names.includes(entity.slice(0, -1))) return entity || "&";
  }
  return null;
}
