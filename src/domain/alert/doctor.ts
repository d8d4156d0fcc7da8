import type { Configuration } from "../configuration.ts";
import type { CheckResult } from "../platform.ts";
import type { AlertSender, ThresholdWatch } from "./settings.ts";
import { watchedSubjects, watchName } from "./watch.ts";

/** Who may send alerts and what follows, for doctor: critical ones that are meant to page and page nobody are a fault. */
export function alertResults(config: Configuration): readonly CheckResult[] {
  const { alerts } = config;
  if (!alerts) return [told("Alerts", "no source and no watch, so there are none; see docs/alerts.md")];
  const { page, severity, incident } = alerts.levels.critical;
  const whom = page === "severity" ? (config.severities.find(({ name }) => name === severity)?.page ?? []) : page;
  const opens = { open: "open", propose: "propose", none: "are told without" }[incident];
  const found = `${whom.length > 0 ? `page ${whom.join(", ")}` : "page nobody"} and ${opens} an incident`;
  return [
    ...alerts.sources.map((source) => told(`Alerts: ${source.name}`, sourceInWords(source))),
    ...(alerts.watch ? [watchResult(config, alerts.watch)] : []),
    page === "severity" && whom.length === 0
      ? {
          what: "Critical alerts",
          ok: false,
          found,
          fix: `Name who is paged: severities.${severity}.page, or alerts.critical.page (page: false where nobody is meant).`,
        }
      : told("Critical alerts", found),
  ];
}

function watchResult(config: Configuration, { everyMinutes }: ThresholdWatch): CheckResult {
  const watched = watchedSubjects(config).map(({ name, environment }) => `${environment}/${name}`);
  return told(`Alerts: ${watchName}`, `the bot's own, every ${everyMinutes} min: ${watched.join(", ")}`);
}

function sourceInWords({ name, sender, proof }: AlertSender): string {
  const by = { token: "a bearer token", signature: "a signature", sns: "SNS" }[proof.by];
  return `${sender} at /alerts/${name}, known by ${by}${proof.by === "sns" ? `, only ${proof.topic}` : ""}`;
}

function told(what: string, found: string): CheckResult {
  return { what, ok: true, found, fix: null };
}
