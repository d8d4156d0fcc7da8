import type { PagerDutyState } from "./pagerduty-state.ts";
import type { PartnerRequest, PartnerResponse } from "./partner.ts";

/** The Events API v2: https://developer.pagerduty.com/docs/events-api-v2-overview. */
export function enqueue(state: PagerDutyState, request: PartnerRequest, now: string): PartnerResponse {
  if (request.path !== "/v2/enqueue" || request.method !== "POST") return { status: 404, body: "" };
  const event = parsed(request.body);
  if (!event) return invalid(["Event object is not valid JSON"]);
  const faults = faultsOf(event);
  if (faults.length > 0) return invalid(faults);
  if (event.routing_key !== state.routingKey) return invalid(["Invalid routing key"]);
  const action = String(event.event_action);
  const key = String(event.dedup_key ?? `made-up-${state.incidents.length + 1}`);
  const open = state.incidents.findLast((one) => one.incident_key === key && one.status !== "resolved");
  if (action === "trigger" && !open) {
    const number = state.incidents.length + 1;
    const payload = event.payload as { readonly summary: string; readonly severity: string };
    state.incidents.push({
      id: `Q${String(number).padStart(13, "0")}`,
      type: "incident",
      incident_number: number,
      incident_key: key,
      title: payload.summary,
      urgency: payload.severity === "critical" || payload.severity === "error" ? "high" : "low",
      created_at: now,
      html_url: `https://waooaw.pagerduty.com/incidents/Q${String(number).padStart(13, "0")}`,
      status: "triggered",
      acknowledgements: [],
      last_status_change_by: null,
    });
  }
  // An event about a key nobody triggered is taken and does nothing, as in the real thing.
  if (action === "acknowledge" && open?.status === "triggered") {
    open.status = "acknowledged";
    open.acknowledgements.push({ at: now, acknowledger: { id: "PSVC001", type: "service_reference", summary: "API" } });
  }
  if (action === "resolve" && open) open.status = "resolved";
  return { status: 202, body: { status: "success", message: "Event processed", dedup_key: key } };
}

function faultsOf(event: Readonly<Record<string, unknown>>): string[] {
  const faults: string[] = [];
  if (typeof event.routing_key !== "string") faults.push("'routing_key' is missing or blank");
  else if (event.routing_key.length !== 32)
    faults.push("Length of 'routing_key' is incorrect (should be 32 characters)");
  const action = event.event_action;
  if (action !== "trigger" && action !== "acknowledge" && action !== "resolve")
    faults.push("'event_action' must be one of trigger, acknowledge, resolve");
  if (event.dedup_key !== undefined && (typeof event.dedup_key !== "string" || event.dedup_key.length > 255))
    faults.push("'dedup_key' must be a string of at most 255 characters");
  if (action !== "trigger")
    return event.dedup_key === undefined ? [...faults, "'dedup_key' is missing or blank"] : faults;
  const payload = (event.payload ?? {}) as Readonly<Record<string, unknown>>;
  for (const field of ["summary", "source", "severity"])
    if (typeof payload[field] !== "string" || payload[field] === "")
      faults.push(`'payload.${field}' is missing or blank`);
  if (typeof payload.summary === "string" && payload.summary.length > 1024)
    faults.push("'payload.summary' is longer than 1024 characters");
  if (typeof payload.severity === "string" && !["critical", "error", "warning", "info"].includes(payload.severity))
    faults.push(
      "'payload.severity' is invalid (must be one of the following: 'critical', 'warning', 'error' or 'info')",
    );
  return faults;
}

function parsed(body: Buffer): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(body.toString("utf8"));
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Readonly<Record<string, unknown>>)
      : null;
  } catch {
    return null;
  }
}

function invalid(errors: readonly string[]): PartnerResponse {
  return { status: 400, body: { status: "invalid event", message: "Event object is invalid", errors } };
}
