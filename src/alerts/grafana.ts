import { alertOf } from "./alertmanager.ts";
import { list, record, word } from "./body.ts";
import type { ReadAlerts } from "./senders.ts";

/**
 * Grafana Alerting's webhook contact point: Alertmanager's shape with addresses of its own.
 * Source: grafana.com/docs/grafana/latest/alerting/configure-notifications/manage-contact-points/integrations/webhook-notifier
 */
export const readGrafana: ReadAlerts = (body) => {
  const post = record(body);
  if (!Array.isArray(post.alerts)) return null;
  return list(post.alerts).map((one) => {
    const alert = record(one);
    const read = alertOf(alert);
    const link = word(alert.panelURL) ?? word(alert.dashboardURL) ?? read.link;
    // When a rule cannot be evaluated, its name is in a label of its own.
    const rule = read.labels.rulename;
    const title = rule && /^Datasource/.test(read.title) ? `${read.title}: ${rule}` : read.title;
    const values = word(alert.valueString);
    return { ...read, title, link, text: read.text || (values ?? "") };
  });
};
