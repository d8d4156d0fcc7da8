import type { PublicIncident, PublicPage } from "../../src/domain/status-page/page.ts";
import { escapeXml } from "./html.ts";
import { overallWords, stateWords, statusWords } from "./words.ts";

/** The page for programs. Names stay what they are; more may be added. */
export function statusJson(page: PublicPage): string {
  const titlesOf = (names: readonly string[]) => names.flatMap((name) => page.titles.get(name) ?? []);
  const incident = (one: PublicIncident) => ({
    title: one.title,
    status: one.updates[0]?.status,
    impact: one.impact,
    components: titlesOf(one.components),
    begun_at: one.begunAt.toISOString(),
    updates: one.updates.map(({ status, text, at }) => ({ status, text, at: at.toISOString() })),
  });
  return `${JSON.stringify({
    title: page.title,
    state: page.state,
    summary: overallWords[page.state],
    components: page.components.map(({ name, title, summary, state }) => ({
      name,
      title,
      summary,
      state,
      state_text: stateWords[state],
    })),
    incidents: page.open.map(incident),
    resolved: page.past.map(incident),
    maintenance: page.maintenance.map(({ title, text, components, startsAt, endsAt }) => ({
      title,
      text,
      components: titlesOf(components),
      starts_at: startsAt.toISOString(),
      ends_at: endsAt.toISOString(),
    })),
  })}\n`;
}

/** Each public update as one item, newest first. Source of the format: rssboard.org/rss-specification */
export function statusRss(page: PublicPage): string {
  const home = page.url ? `${page.url}/status` : "";
  const items = [...page.open, ...page.past]
    .flatMap((one) => one.updates.map((update) => ({ one, update })))
    .sort((a, b) => b.update.at.getTime() - a.update.at.getTime())
    .slice(0, 50)
    .map(
      ({ one, update }) => `<item>
<title>${escapeXml(`${statusWords[update.status]}: ${one.title}`)}</title>
<description>${escapeXml(update.text)}</description>
<pubDate>${update.at.toUTCString()}</pubDate>
<guid isPermaLink="false">${escapeXml(update.id)}</guid>
</item>`,
    );
  return `<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0">
<channel>
<title>${escapeXml(page.title)}</title>
<link>${escapeXml(home || "/status")}</link>
<description>${escapeXml(page.intro || overallWords[page.state])}</description>
${items.join("\n")}
</channel>
</rss>
`;
}
