import type { SentAlert } from "../domain/alert/alert.ts";
import { list, moment, record, texts, word } from "./body.ts";
import type { ReadAlerts } from "./senders.ts";

/** Prometheus Alertmanager. Source: prometheus.io/docs/alerting/latest/configuration/#webhook_config, version 4. */
export const readAlertmanager: ReadAlerts = (body) => {
  const post = record(body);
  if (!Array.isArray(post.alerts)) return null;
  return list(post.alerts).map((one) => alertOf(record(one)));
};

/** One alert as Alertmanager, and after it Grafana, writes it. */
export function alertOf(alert: ReturnType<typeof record>): SentAlert {
  const labels = texts(alert.labels);
  const annotations = texts(alert.annotations);
  const { alertname = "Alert", severity, ...others } = labels;
  const isOver = alert.status === "resolved";
  const [startedAt, endedAt] = [moment(alert.startsAt), moment(alert.endsAt)];
  return {
    fingerprint: word(alert.fingerprint) ?? JSON.stringify(Object.entries(labels).sort()),
    title: alertname,
    text: [annotations.summary, annotations.description ?? annotations.message].filter(Boolean).join("\n"),
    severity: severity ?? null,
    state: isOver ? "resolved" : "firing",
    labels: { alertname, ...others },
    link: annotations.runbook_url ?? word(alert.generatorURL),
    startedAt,
    at: isOver ? endedAt : startedAt,
  };
}
