/** Slack's rules: lower case letters, digits, hyphens and underscores, at most 80 characters. Source: docs.slack.dev/reference/methods/conversations.create#naming */
const longest = 80;

/**
 * The name of an incident's channel: inc-42-api-returns-500s. Accents are dropped, what has no Latin letters leaves
 * the number alone, and from the second attempt on a further number keeps it apart from a channel that has the name.
 */
export function channelName(prefix: string, number: number, title: string, attempt = 1): string {
  const head = [slug(prefix) || "inc", String(number)].join("-");
  const tail = attempt > 1 ? `-${attempt}` : "";
  const words = slug(title)
    .slice(0, longest - head.length - tail.length - 1)
    .replace(/[-_]+$/, "");
  return `${words ? `${head}-${words}` : head}${tail}`;
}

function slug(text: string): string {
  return text
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/ß/g, "ss")
    .replace(/ø/g, "o")
    .replace(/æ/g, "ae")
    .replace(/ł/g, "l")
    .replace(/['’]/g, "")
    .replace(/[^a-z0-9_]+/g, "-")
    .replace(/^[-_]+|[-_]+$/g, "");
}
