import type { IncomingMessage, ServerResponse } from "node:http";
import { record, word } from "../alerts/body.ts";
import type { PagerDutyEvent } from "../domain/oncall/pagerduty-events.ts";
import { readBody } from "./body.ts";
import { isSigned } from "./proof.ts";

export interface PagerDutyWebhook {
  /** The secret PagerDuty showed when the webhook was made. */
  readonly secret: string;
  /** Records the event; what follows from it comes later. */
  readonly take: (event: PagerDutyEvent) => Promise<void>;
}

export const pagerDutyPath = "/webhooks/pagerduty";
/** Its bodies are some 10 KB; nobody else has a reason to send more. */
const mostBytes = 512 * 1024;

/**
 * Takes PagerDuty's webhooks v3. It answers 202 once an event is recorded, so that what is not is sent again; who has
 * no right signature learns nothing. Source: developer.pagerduty.com, webhooks v3, verifying signatures.
 */
export async function receivePagerDuty(
  { secret, take }: PagerDutyWebhook,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const end = (status: number, text: string): void => {
    response.writeHead(status, { "content-type": "text/plain", ...(status === 413 ? { connection: "close" } : {}) });
    response.end(`${text}\n`);
  };
  if (request.method !== "POST") return end(405, "POST only");
  const body = await readBody(request, mostBytes);
  if (!body) return end(413, "too large");
  if (!isSigned(body, String(request.headers["x-pagerduty-signature"] ?? ""), { secret, prefix: "v1=" }))
    return end(401, "wrong signature");
  const event = readEvent(body);
  if (event === undefined) return end(400, "not an event");
  if (event) await take(event);
  end(202, "recorded");
}

/** Null for what is no incident's, such as the ping that tries a webhook out; undefined for what is no event at all. */
function readEvent(body: Buffer): PagerDutyEvent | null | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body.toString("utf8"));
  } catch {
    return undefined;
  }
  const event = record(record(parsed).event);
  const [id, type] = [word(event.id), word(event.event_type)];
  const occurredAt = new Date(word(event.occurred_at) ?? "");
  if (!id || !type || Number.isNaN(occurredAt.getTime())) return undefined;
  const data = record(event.data);
  if (data.type !== "incident") return null;
  const assignees = Array.isArray(data.assignees) ? data.assignees : [];
  return {
    id,
    type,
    occurredAt,
    key: word(data.incident_key),
    by: word(record(event.agent).summary),
    assignees: assignees.map((one) => word(record(one).summary)).filter((name) => name !== null),
  };
}
