import { known, moment, record, word } from "./body.ts";
import type { ReadAlerts } from "./senders.ts";

/**
 * A GuardDuty finding, as EventBridge sends it.
 * Source: docs.aws.amazon.com/guardduty/latest/ug/guardduty_findings_eventbridge.html
 */
export const readGuardDuty: ReadAlerts = (body) => {
  const event = record(body);
  if (word(event["detail-type"]) !== "GuardDuty Finding") return null;
  const finding = record(event.detail);
  const service = record(finding.service);
  const id = word(finding.id);
  if (id === null) return null;
  const region = word(event.region) ?? word(finding.region);
  return [
    {
      fingerprint: id,
      title: word(finding.title) ?? word(finding.type) ?? "Finding",
      text: word(finding.description) ?? "",
      severity: severityOf(finding.severity),
      state: service.archived === true ? "resolved" : "firing",
      labels: known({
        type: word(finding.type),
        resource: word(record(finding.resource).resourceType),
        account: word(event.account),
        region,
        occurrences: word(service.count),
      }),
      link:
        region !== null && /^[\w-]+$/.test(region)
          ? `https://${region}.console.aws.amazon.com/guardduty/home?region=${region}#/findings?macros=current&fId=${encodeURIComponent(id)}`
          : null,
      startedAt: moment(service.eventFirstSeen),
      at: moment(finding.updatedAt) ?? moment(event.time),
    },
  ];
};

/** Source: docs.aws.amazon.com/guardduty/latest/ug/guardduty_findings-severity.html */
function severityOf(value: unknown): string | null {
  if (typeof value !== "number") return null;
  if (value >= 9) return "critical";
  if (value >= 7) return "high";
  return value >= 4 ? "medium" : "low";
}
