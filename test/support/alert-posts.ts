import { readFileSync } from "node:fs";
import type { Scenario } from "./scenario.ts";

export const token = "a-token-of-the-story";

/** The reference platform's example with this `alerts` section instead of its own. */
export function withAlerts(section: string): string {
  const example = readFileSync(new URL("../../examples/waooaw/tocsin.yaml", import.meta.url), "utf8");
  return `${example.slice(0, example.indexOf("\nalerts:\n"))}\n${section}`;
}

/** Posts as a sender does, with the story's token; answers the status and what was said. */
export async function posts(
  story: Scenario,
  source: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = { authorization: `Bearer ${token}` },
): Promise<{ readonly status: number; readonly text: string }> {
  const answer = await fetch(`${story.address()}/alerts/${source}`, {
    method: "POST",
    headers,
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  return { status: answer.status, text: (await answer.text()).trim() };
}

/** One alert as Alertmanager writes it. */
export function prometheusAlert(
  labels: Readonly<Record<string, string>>,
  at: { readonly starts: number; readonly ends?: number },
) {
  return {
    status: at.ends === undefined ? "firing" : "resolved",
    labels,
    annotations: { summary: `${labels.alertname} on ${labels.instance ?? "all"}` },
    startsAt: new Date(at.starts).toISOString(),
    endsAt: at.ends === undefined ? "0001-01-01T00:00:00Z" : new Date(at.ends).toISOString(),
    generatorURL: "https://prometheus.example/graph?g0.expr=up",
    fingerprint: JSON.stringify(labels),
  };
}
