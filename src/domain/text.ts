/** What people type, made fit to keep: as typed, less what no screen shows. */

// C0 and C1 controls except line feed and tab, the marks that turn the direction of the text around them
// (unicode.org/reports/tr9, explicit embeddings, overrides and isolates), and spaces of no width, which make a title
// that only looks empty. The joiners that scripts and emoji need (200c, 200d) stay.
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b\u202a-\u202e\u2060\u2066-\u2069\u2028\u2029\ufeff]/g;

/** Several lines of typed text without control characters; blank space around it is dropped, nothing else. */
export function cleanText(typed: string): string {
  return typed.replaceAll("\r\n", "\n").replace(controls, "").trim();
}

/** Typed text as one line, without control characters. */
export function cleanLine(typed: string): string {
  return cleanText(typed.replace(/[\r\n\t\u2028\u2029]+/g, " "));
}

/** Makes typed text inert in Slack's mrkdwn. Source: docs.slack.dev/messaging/formatting-message-text#escaping */
export function escapeMrkdwn(typed: string): string {
  return typed.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/**
 * Typed text as mrkdwn in which people, channels and links named by Slack's own escapes stay alive; everything else
 * (`<!channel>` above all) is inert.
 */
export function quoteTyped(typed: string): string {
  return typed
    .split(/(<@[UW][A-Z0-9]+(?:\|[^<>]*)?>|<#[CG][A-Z0-9]+(?:\|[^<>]*)?>|<https?:[^<>\s]+>)/)
    .map((part, index) => (index % 2 === 1 ? part.replace(/^(<[@#][A-Z0-9]+)\|.*>$/, "$1>") : escapeMrkdwn(part)))
    .join("");
}

/** A message's mrkdwn as it may be shown again: nobody is called a second time by `<!channel>`, `<!here>` or a group. */
export function quoteMessage(mrkdwn: string): string {
  return mrkdwn
    .replace(/<!(channel|here|everyone)(?:\|[^>]*)?>/g, "@$1")
    .replace(/<!subteam\^[A-Z0-9]+\|(@?[^>]*)>/g, "$1")
    .replace(/<!subteam\^[A-Z0-9]+>/g, "@group")
    .replace(controls, "")
    .trim();
}

/** Text of a slash command as its writer saw it: Slack's escapes for people, channels and links become plain words. */
export function plainFromSlack(text: string): string {
  return text
    .replace(/<([@#])[A-Z0-9]+\|([^<>]*)>/g, "$1$2")
    .replace(/<(https?:[^<>|]+)(?:\|[^<>]*)?>/g, "$1")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&");
}

/** Cuts to `limit` characters without halving an emoji. */
export function shorten(text: string, limit: number): string {
  const points = [...text];
  return points.length <= limit
    ? text
    : `${points
        .slice(0, limit - 1)
        .join("")
        .trimEnd()}…`;
}
