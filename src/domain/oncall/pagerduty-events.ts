import type { SlackApp } from "../slack-side.ts";
import { escapeMrkdwn, shorten } from "../text.ts";
import { movedOutside } from "./paging.ts";

/** One event of PagerDuty's webhooks, as far as it is used. */
export interface PagerDutyEvent {
  /** The same for every delivery of it. */
  readonly id: string;
  /** Such as incident.acknowledged. */
  readonly type: string;
  readonly occurredAt: Date;
  /** The key the incident was opened with; null for what no key opened. */
  readonly key: string | null;
  readonly by: string | null;
  readonly assignees: readonly string[];
}

/** What changes who answers, or whether somebody did. Source: developer.pagerduty.com, webhooks v3, event types. */
const answers = ["incident.acknowledged", "incident.resolved", "incident.unacknowledged", "incident.reopened"];
const moves = ["incident.reassigned", "incident.delegated", "incident.escalated"];
/** PagerDuty gives up on a delivery far earlier; what is older was kept by somebody and sent again. */
const oldestMilliseconds = 12 * 3_600_000;

/** The page a key of ours stands for; null for another's. */
function pageOf(key: string | null): string | null {
  return /^tocsin-([0-9a-f-]{36})$/.exec(key ?? "")?.[1] ?? null;
}

/**
 * Records that PagerDuty told of something, once however often it does. An answer is only taken as a reason to look
 * there at once: what counts is what its API says, so an event that is late, repeated or out of order changes nothing.
 */
export async function takePagerDutyEvent(app: SlackApp, event: PagerDutyEvent): Promise<void> {
  const pageId = pageOf(event.key);
  const age = app.now.getTime() - event.occurredAt.getTime();
  if (!pageId || !(age <= oldestMilliseconds) || ![...answers, ...moves].includes(event.type)) return;
  if (!(await app.intake.begin(`pagerduty:${event.id}`, "webhook")).first) return;
  if (!(await app.pages.byId(pageId))) return;
  // Beside the look that waits for its half minute, which keeps its own place.
  await app.jobs.add("page-outside", { pageId }, { key: `${pageId}:told` });
  if (!moves.includes(event.type) || event.assignees.length === 0) return;
  const to = event.assignees.map((name) => escapeMrkdwn(shorten(name, 80))).join(", ");
  await movedOutside(app, pageId, to, event.by ? escapeMrkdwn(shorten(event.by, 80)) : null);
}
