import type { SentAlert } from "../domain/alert/alert.ts";
import { list, moment, record, texts, word } from "./body.ts";
import type { ReadAlerts } from "./senders.ts";

/**
 * Plain JSON, for scripts and for senders nobody wrote a reader for: one alert, a list of them, or {"alerts": […]}.
 * Only a title is needed; without an id the title and the labels say which alert it is.
 */
export const readJson: ReadAlerts = (body) => {
  const alerts = Array.isArray(body) ? list(body) : "alerts" in record(body) ? list(record(body).alerts) : [body];
  const read = alerts.map((one) => alertOf(record(one)));
  return read.every((one) => one !== null) ? read : null;
};

function alertOf(one: ReturnType<typeof record>): SentAlert | null {
  const title = word(one.title);
  if (title === null) return null;
  const labels = { ...texts(one.labels), ...texts({ service: one.service, environment: one.environment }) };
  const inOrder = Object.entries(labels).sort(([left], [right]) => (left < right ? -1 : 1));
  return {
    fingerprint: word(one.id) ?? JSON.stringify([title, inOrder]),
    title,
    text: word(one.text) ?? "",
    severity: word(one.severity),
    state: /^(resolved|ok|closed)$/i.test(word(one.status) ?? "") ? "resolved" : "firing",
    labels,
    link: word(one.link),
    startedAt: moment(one.started_at),
    at: moment(one.at),
  };
}
