import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { PublicIncident, PublicMaintenance, PublicPage } from "../../src/domain/status-page/page.ts";
import { overallWords, stateWords, statusWords } from "./words.ts";

const style = readFileSync(new URL("./page.css", import.meta.url), "utf8");

/** What the page's one style element hashes to, for its content security policy. */
export const styleHash = `sha256-${createHash("sha256").update(style).digest("base64")}`;

/** The status page: one document without script, readable by keyboard, screen reader and in the dark. */
export function statusHtml(page: PublicPage): string {
  const { titles } = page;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeXml(page.title)}: ${escapeXml(overallWords[page.state])}</title>
<link rel="alternate" type="application/rss+xml" title="${escapeXml(page.title)}" href="/status.rss">
<style>${style}</style>
</head>
<body>
<main>
<h1>${escapeXml(page.title)}</h1>
${page.intro ? `<p class="soft" dir="auto">${escapeXml(page.intro)}</p>` : ""}
<p class="overall ${page.state}" role="status">${escapeXml(overallWords[page.state])}</p>
${section(
  "Open incidents",
  page.open.map((one) => incident(one, titles)),
  page.open.length > 0,
)}
${section(
  "Maintenance",
  page.maintenance.map((one) => maintenance(one, titles)),
  page.maintenance.length > 0,
)}
<h2>Components</h2>
<ul class="components">
${page.components
  .map(
    (one) =>
      `<li><span><span dir="auto">${escapeXml(one.title)}</span>${one.summary ? ` <span class="soft" dir="auto">${escapeXml(one.summary)}</span>` : ""}</span><span class="state ${one.state}">${escapeXml(stateWords[one.state])}</span></li>`,
  )
  .join("\n")}
</ul>
<h2>Last 14 days</h2>
${page.past.length > 0 ? page.past.map((one) => incident(one, titles)).join("\n") : `<p>${page.open.length > 0 ? "No other incidents." : "No incidents."}</p>`}
</main>
<footer class="soft">Times are UTC · <a href="/status.rss">RSS</a> · <a href="/status.json">JSON</a></footer>
</body>
</html>
`;
}

function section(title: string, parts: readonly string[], shown: boolean): string {
  return shown ? `<h2>${escapeXml(title)}</h2>\n${parts.join("\n")}` : "";
}

function incident(one: PublicIncident, titles: PublicPage["titles"]): string {
  const state = one.updates[0]?.status === "resolved" ? "operational" : one.impact;
  const updates = one.updates.map(
    (update) =>
      `<p dir="auto"><strong>${escapeXml(statusWords[update.status])}</strong> · ${time(update.at)}\n${escapeXml(update.text)}</p>`,
  );
  return `<article><h3 dir="auto">${escapeXml(one.title)}</h3><p class="state ${state}">${escapeXml(stateWords[state === "operational" ? "operational" : one.impact])}</p>${named(one.components, titles)}
${updates.join("\n")}</article>`;
}

function maintenance(one: PublicMaintenance, titles: PublicPage["titles"]): string {
  return `<article><h3 dir="auto">${escapeXml(one.title)}</h3>${named(one.components, titles)}
<p>${time(one.startsAt)} to ${time(one.endsAt)}</p>${one.text ? `<p dir="auto">${escapeXml(one.text)}</p>` : ""}</article>`;
}

function named(components: readonly string[], titles: PublicPage["titles"]): string {
  const shown = components.flatMap((name) => titles.get(name) ?? []);
  return shown.length > 0 ? `<p class="soft" dir="auto">${escapeXml(shown.join(", "))}</p>` : "";
}

function time(at: Date): string {
  const utc = at.toISOString();
  return `<time datetime="${utc}">${utc.slice(0, 10)} ${utc.slice(11, 16)}</time>`;
}

/** Text as it was typed, in HTML and XML, in an element or an attribute; without what XML forbids. */
export function escapeXml(text: string): string {
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: what XML 1.0 forbids (w3.org/TR/xml/#charsets)
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "")
      .replaceAll("&", "&amp;")
      .replaceAll("<", "&lt;")
      .replaceAll(">", "&gt;")
      .replaceAll('"', "&quot;")
      .replaceAll("'", "&#39;")
  );
}
