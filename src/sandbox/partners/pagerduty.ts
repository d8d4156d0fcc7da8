import type { SandboxClock } from "../clock.ts";
import { enqueue } from "./pagerduty-events.ts";
import {
  type Incident,
  type PagerDutyState,
  rotationAt,
  type Schedule,
  seedPagerDuty,
  type User,
} from "./pagerduty-state.ts";
import { createWebhooks, type Delivery } from "./pagerduty-webhooks.ts";
import type { Partner, PartnerRequest, PartnerResponse } from "./partner.ts";

/** PagerDuty as far as the bot uses it: users, schedules, on-calls, incidents, and the Events API v2. */
export interface PagerDutyStandIn extends Partner {
  /** The REST API key it takes. */
  readonly token: string;
  /** The integration key of its one service. */
  readonly routingKey: string;
  readonly incidents: () => readonly Incident[];
  /** A person answers in PagerDuty's own app. */
  readonly acknowledge: (dedupKey: string, userId: string) => void;
  readonly resolve: (dedupKey: string, userId: string) => void;
  readonly reassign: (dedupKey: string, toUserId: string, userId: string) => void;
  /** Has its webhooks sent there from now on, signed with this secret. */
  readonly tell: (url: string, secret: string) => void;
  /** The deliveries so far: each body with its signature, and what it was answered. */
  readonly deliveries: () => readonly Delivery[];
}

export function createPagerDuty(options: {
  readonly clock: SandboxClock;
  readonly restore?: unknown;
}): PagerDutyStandIn {
  const { clock } = options;
  const state: PagerDutyState = (options.restore as PagerDutyState | undefined) ?? seedPagerDuty();
  const now = () => new Date(clock.now()).toISOString();

  function incident(dedupKey: string): Incident {
    const found = state.incidents.findLast((one) => one.incident_key === dedupKey && one.status !== "resolved");
    if (!found) throw new Error(`PagerDuty has no open incident with the key ${dedupKey}`);
    return found;
  }

  const webhooks = createWebhooks({ now });

  return {
    id: "pagerduty",
    tell: webhooks.to,
    deliveries: () => webhooks.deliveries,
    token: state.token,
    routingKey: state.routingKey,
    incidents: () => state.incidents,
    acknowledge: (dedupKey, userId) => {
      const found = incident(dedupKey);
      found.status = "acknowledged";
      found.acknowledgements.push({ at: now(), acknowledger: reference(userOf(state, userId), "user") });
      webhooks.send("incident.acknowledged", found, reference(userOf(state, userId), "user"));
    },
    reassign: (dedupKey, toUserId, userId) => {
      const to = reference(userOf(state, toUserId), "user");
      webhooks.send("incident.reassigned", incident(dedupKey), reference(userOf(state, userId), "user"), [to]);
    },
    resolve: (dedupKey, userId) => {
      const found = incident(dedupKey);
      found.status = "resolved";
      found.last_status_change_by = reference(userOf(state, userId), "user");
      webhooks.send("incident.resolved", found, reference(userOf(state, userId), "user"));
    },
    handle: (request) =>
      request.path.startsWith("/v2/") ? enqueue(state, request, now()) : rest(state, request, new Date(clock.now())),
    dump: () => state,
  };
}

/** The REST API: https://developer.pagerduty.com/api-reference. */
function rest(state: PagerDutyState, request: PartnerRequest, now: Date): PartnerResponse {
  if (request.headers.authorization !== `Token token=${state.token}`)
    return { status: 401, body: "HTTP Token: Access denied.\n" };
  if (request.method !== "GET") return failure(404, 2100, "Not Found", []);
  const { query, path } = request;
  const limit = Number(query.get("limit") ?? "25");
  const offset = Number(query.get("offset") ?? "0");
  if (!Number.isInteger(limit) || limit < 1 || limit > 100 || !Number.isInteger(offset) || offset < 0)
    return failure(400, 2001, "Invalid Input Provided", ["Limit or offset is out of range."]);
  const page = (name: string, all: readonly unknown[]): PartnerResponse => ({
    status: 200,
    body: { [name]: all.slice(offset, offset + limit), limit, offset, more: all.length > offset + limit, total: null },
  });
  const [, kind, id] = path.split("/");
  if (kind === "users" && id === "me") return failure(400, 1008, "User required to be present", []);
  if (kind === "users" && id) {
    const user = state.users.find((one) => one.id === id);
    return user ? { status: 200, body: { user: shownUser(user) } } : failure(404, 2100, "Not Found", []);
  }
  if (kind === "users") {
    const asked = query.get("query")?.toLowerCase() ?? "";
    const found = state.users.filter((one) => `${one.name} ${one.email}`.toLowerCase().includes(asked));
    return page("users", found.map(shownUser));
  }
  if (kind === "schedules" && id) {
    const schedule = state.schedules.find((one) => one.id === id);
    return schedule
      ? { status: 200, body: { schedule: shownSchedule(schedule) } }
      : failure(404, 2100, "Not Found", []);
  }
  if (kind === "schedules") return page("schedules", state.schedules.map(shownSchedule));
  if (kind === "oncalls") return onCalls(state, query, now, page);
  if (kind === "incidents") {
    const key = query.get("incident_key");
    const statuses = query.getAll("statuses[]");
    const found = state.incidents
      .filter((one) => key === null || one.incident_key === key)
      .filter((one) => statuses.length === 0 || statuses.includes(one.status));
    return page("incidents", found);
  }
  return failure(404, 2100, "Not Found", []);
}

function onCalls(
  state: PagerDutyState,
  query: URLSearchParams,
  now: Date,
  page: (name: string, all: readonly unknown[]) => PartnerResponse,
): PartnerResponse {
  const [since, until] = (["since", "until"] as const).map((name) => {
    const text = query.get(name);
    return text === null ? now : new Date(text);
  }) as [Date, Date];
  if (Number.isNaN(since.getTime()) || Number.isNaN(until.getTime()) || until < since)
    return failure(400, 2001, "Invalid Input Provided", ["Since must be before until."]);
  const wanted = query.getAll("schedule_ids[]");
  const unknown = wanted.find((id) => !state.schedules.some((schedule) => schedule.id === id));
  if (unknown) return failure(400, 2001, "Invalid Input Provided", [`Schedule ${unknown} not found`]);
  const withUsers = query.getAll("include[]").includes("users");
  const entries = state.schedules
    .filter((schedule) => wanted.length === 0 || wanted.includes(schedule.id))
    .flatMap((schedule) =>
      rotationAt(schedule, since, until).map(({ userId, start, end }) => {
        const user = userOf(state, userId);
        return {
          escalation_policy: { ...state.policy, type: "escalation_policy_reference", self: null, html_url: null },
          escalation_level: schedule.level,
          schedule: reference(schedule, "schedule"),
          user: withUsers ? shownUser(user) : reference(user, "user"),
          start,
          end,
        };
      }),
    )
    .sort((a, b) => a.escalation_level - b.escalation_level);
  return page("oncalls", entries);
}

function userOf(state: PagerDutyState, id: string): User {
  const found = state.users.find((one) => one.id === id);
  if (!found) throw new Error(`PagerDuty has no user ${id}`);
  return found;
}

function reference(of: { readonly id: string; readonly name: string }, kind: "user" | "schedule") {
  return {
    id: of.id,
    type: `${kind}_reference`,
    summary: of.name,
    self: `https://api.pagerduty.com/${kind}s/${of.id}`,
    html_url: `https://waooaw.pagerduty.com/${kind}s/${of.id}`,
  };
}

function shownUser(user: User) {
  return { ...reference(user, "user"), type: "user", name: user.name, email: user.email, time_zone: "Etc/UTC" };
}

function shownSchedule(schedule: Schedule) {
  return { ...reference(schedule, "schedule"), type: "schedule", name: schedule.name, time_zone: "Etc/UTC" };
}

function failure(status: number, code: number, message: string, errors: readonly string[]): PartnerResponse {
  return { status, body: { error: { code, message, ...(errors.length > 0 ? { errors } : {}) } } };
}
