import type { SentAlert } from "../domain/alert/alert.ts";
import { known, type Loose, list, moment, record, word } from "./body.ts";
import type { ReadAlerts } from "./senders.ts";

/**
 * Sentry's internal integrations: issue alerts, metric alerts, and what becomes of issues. Raw errors and comments are
 * nothing to tell. Source: docs.sentry.io/integrations/integration-platform/webhooks
 */
export const readSentry: ReadAlerts = (body, headers) => {
  const post = record(body);
  const data = record(post.data);
  const action = word(post.action) ?? "";
  if (action === "" && word(headers["sentry-hook-resource"]) === null) return null;
  switch (headers["sentry-hook-resource"]) {
    case "event_alert":
      return issueAlert(data);
    case "metric_alert":
      return metricAlert(data, action);
    case "issue":
      return issue(record(data.issue), action);
    default:
      return [];
  }
};

function issueAlert(data: Loose): readonly SentAlert[] {
  const event = record(data.event);
  const id = word(event.issue_id) ?? word(event.event_id);
  if (id === null) return [];
  const tags = list(event.tags).flatMap((tag) => {
    const [name, value] = list(tag).map(word);
    return name && value ? [[name, value] as const] : [];
  });
  const { environment, release, server_name: server, transaction } = Object.fromEntries(tags);
  return [
    {
      fingerprint: `issue:${id}`,
      title: word(event.title) ?? "Issue",
      text: [word(data.triggered_rule) ?? "", word(event.culprit) ?? ""].filter(Boolean).join("\n"),
      severity: word(event.level),
      state: "firing",
      labels: known({
        rule: word(data.triggered_rule),
        project: word(event.project_slug) ?? word(event.project),
        environment: word(event.environment) ?? environment ?? null,
        release: release ?? null,
        server: server ?? null,
        transaction: transaction ?? null,
      }),
      link: word(event.web_url),
      startedAt: moment(event.datetime),
      at: moment(event.datetime),
    },
  ];
}

function metricAlert(data: Loose, action: string): readonly SentAlert[] {
  const alert = record(data.metric_alert);
  const rule = record(alert.alert_rule);
  const id = word(alert.id);
  if (id === null) return [];
  const isOver = action === "resolved";
  return [
    {
      fingerprint: `metric:${id}`,
      title: word(rule.name) ?? word(alert.title) ?? word(data.description_title) ?? "Metric alert",
      text: word(data.description_text) ?? "",
      severity: isOver ? null : action,
      state: isOver ? "resolved" : "firing",
      labels: known({ project: word(list(alert.projects)[0]), environment: word(rule.environment) }),
      link: word(data.web_url),
      startedAt: moment(alert.date_started),
      at: isOver ? moment(alert.date_closed) : (moment(alert.date_detected) ?? moment(alert.date_started)),
    },
  ];
}

function issue(of: Loose, action: string): readonly SentAlert[] {
  const id = word(of.id);
  const isOver = action === "resolved" || action === "archived" || action === "ignored";
  if (id === null || (!isOver && action !== "created" && action !== "unresolved")) return [];
  const project = record(of.project);
  return [
    {
      fingerprint: `issue:${id}`,
      title: word(of.title) ?? "Issue",
      text: word(of.culprit) ?? "",
      severity: word(of.level),
      state: isOver ? "resolved" : "firing",
      labels: known({ project: word(project.slug) ?? word(project.name), code: word(of.shortId) }),
      link: word(of.web_url) ?? word(of.permalink),
      startedAt: moment(of.firstSeen),
      // An issue does not say when it was resolved.
      at: null,
    },
  ];
}
