/** XML has no place for most control characters, nor for halves of a character. Source: w3.org/TR/xml/#charsets */
export function sound(text: string): string {
  return [...text.toWellFormed()]
    .filter((char) => /[\t\n\r\u0020-\uD7FF\uE000-\uFFFD]|[^\0-\uFFFF]/u.test(char))
    .join("");
}

/** Text as it stands in XML, between tags and in an attribute. */
export function quoted(text: string): string {
  return sound(text).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
