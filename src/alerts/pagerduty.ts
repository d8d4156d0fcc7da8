import { known, moment, record, word } from "./body.ts";
import type { ReadAlerts } from "./senders.ts";

const begins = ["incident.triggered", "incident.reopened"];

/**
 * Incidents of PagerDuty that somebody else opened there; those that Tocsin's own pages opened are known already.
 * Source: developer.pagerduty.com, webhooks v3, event types.
 */
export const readPagerDuty: ReadAlerts = (body) => {
  const event = record(record(body).event);
  const type = word(event.event_type);
  if (type === null) return null;
  const data = record(event.data);
  const id = word(data.id);
  const isOver = type === "incident.resolved";
  if (data.type !== "incident" || id === null || (!isOver && !begins.includes(type))) return [];
  if (/^tocsin-/.test(word(data.incident_key) ?? "")) return [];
  const service = record(data.service);
  return [
    {
      fingerprint: id,
      title: word(data.title) ?? "Incident in PagerDuty",
      text: "",
      severity: word(record(data.priority).summary) ?? word(data.urgency),
      state: isOver ? "resolved" : "firing",
      labels: known({
        service: word(service.summary),
        urgency: word(data.urgency),
        priority: word(record(data.priority).summary),
        number: word(data.number),
      }),
      link: word(data.html_url),
      startedAt: moment(data.created_at),
      at: moment(event.occurred_at),
    },
  ];
};
