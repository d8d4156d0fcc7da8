import type { Redact } from "../capture/redact.ts";
import { cleanLine, cleanText, shorten } from "../text.ts";
import type { SentAlert } from "./alert.ts";

const most = { title: 200, text: 1500, labels: 24, label: 200, fingerprint: 300 };

/**
 * An alert as it may be kept: without secrets and control characters, cut, with a link only to the web. A link that
 * holds a secret is dropped.
 */
export function tidyAlert(redact: Redact, sent: SentAlert): SentAlert {
  const line = (text: string, limit: number) => shorten(redact(cleanLine(text)), limit);
  const labels = Object.entries(sent.labels).slice(0, most.labels);
  return {
    ...sent,
    fingerprint: sent.fingerprint.slice(0, most.fingerprint),
    title: line(sent.title, most.title) || "Alert without a title",
    text: shorten(redact(cleanText(sent.text)), most.text),
    labels: Object.fromEntries(labels.map(([name, value]) => [line(name, 60), labelled(name, value, line)])),
    link: sent.link !== null && isLink(sent.link) && redact(sent.link) === sent.link ? sent.link : null,
  };
}

/** The name of a label may be what gives its value away: secrets are looked for in both together. */
function labelled(name: string, value: string, line: (text: string, limit: number) => string): string {
  const together = line(`${name}=${value}`, most.label + name.length + 1);
  return together.startsWith(`${name}=`) ? together.slice(name.length + 1) : line(value, most.label);
}

function isLink(link: string): boolean {
  return /^https?:\/\/[^\s<>|"]{1,2000}$/.test(link);
}
