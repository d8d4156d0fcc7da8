import { addMinutes } from "date-fns/addMinutes";
import { Refusal } from "../../errors.ts";
import type { Caller } from "../access/caller.ts";
import { refuseStrangers } from "../access/policy.ts";
import { maySee } from "../incident/access.ts";
import { type Incident, incidentName, isOpen } from "../incident/incident.ts";
import { commanderOf } from "../incident/roles.ts";
import type { Lane } from "../intent.ts";
import { type Asked, placeFor } from "../operation/place.ts";
import type { App } from "../ports.ts";
import { cleanLine } from "../text.ts";
import { type Hold, overlap, type Scope, scopeName, stands } from "./hold.ts";
import { lengthInWords, momentInWords } from "./words.ts";

/** How long a lock or freeze lasts where nobody says. */
export const defaultMinutes = 120;
/** The longest lease; it can be extended as often as it is wanted. */
const mostMinutes = 14 * 24 * 60;
/** How long before its end the holder is told; half of the time for shorter ones. */
const noticeMinutes = 15;

export interface HoldAsk {
  readonly kind: Hold["kind"];
  readonly scope: Scope;
  readonly reason: string | null;
  readonly minutes: number | null;
  readonly caller: Caller;
  readonly asked: Asked;
  /** The lock is this incident's and not the person's. */
  readonly incident?: Incident;
}

/**
 * Lays a lock or a freeze on a scope; on one's own it changes its end and reason. Refused while somebody else's lock
 * reaches the scope, and freezes to all but admins.
 */
export async function holdScope(app: App, ask: HoldAsk): Promise<Hold> {
  const { kind, scope, caller } = ask;
  refuseStrangers(caller);
  if (kind === "freeze") mustBeAdmin(caller, "freeze");
  const reason = cleanLine(ask.reason ?? "");
  const until = addMinutes(app.now, lease(ask.minutes));
  const standing = await standingNow(app, kind);
  const same = standing.find((hold) => scopeName(hold.scope) === scopeName(scope));
  if (same && isOwn(same, ask)) return extend(app, same, caller, until, reason || same.reason);
  if (same && kind === "freeze") {
    throw new Refusal(
      "already_done",
      `${scopeName(scope)} is frozen until ${momentInWords(same.until)}: ${same.reason}`,
      "End it with `/ops unfreeze` first.",
    );
  }
  const other = kind === "lock" ? standing.find((hold) => overlap(hold.scope, scope) && !isOwn(hold, ask)) : undefined;
  if (other) {
    throw new Refusal(
      "locked",
      `${scopeName(other.scope)} is locked by <@${other.byId}> since ${momentInWords(other.since)}, until ${momentInWords(other.until)}: ${other.reason}`,
      `<@${other.byId}> or an admin releases it with \`/ops unlock ${scopeName(other.scope)}\`.`,
    );
  }
  if (reason === "") {
    throw new Refusal(
      "needs_reason",
      `A ${kind} needs a reason: others read it when it stands in their way.`,
      'Add `--reason "…"`.',
      "reason",
    );
  }
  const hold = await app.holds.insert({
    id: app.newId(),
    kind,
    scope,
    byId: caller.userId,
    reason,
    since: app.now,
    until,
    incidentId: ask.incident?.id ?? null,
    place: ask.incident ? { incident: ask.incident.id } : placeFor(app, ask.asked, caller.userId),
    noticedFor: null,
    endedAt: null,
    endedBy: null,
    endReason: null,
  });
  if (hold === null)
    throw new Refusal(
      "stale",
      `Somebody else put a ${kind} on ${scopeName(scope)} this very moment.`,
      "See `/ops locks`.",
    );
  await leaveMarks(
    app,
    hold,
    caller.userId,
    "begun",
    { until: until.toISOString(), reason },
    `${done[kind]} ${scopeName(scope)} until ${momentInWords(until)}: ${reason}`,
  );
  await armEnd(app, hold);
  return hold;
}

/** Locks what an incident affects, in every environment where customers are, for those who work in its channel. */
export async function lockForIncident(app: App, caller: Caller, incident: Incident): Promise<readonly Hold[]> {
  if (!isOpen(incident))
    throw new Refusal("not_possible", `${incidentName(incident)} is ${incident.phase}; there is nothing left to lock.`);
  const scopes = affectedScopes(app, incident);
  if (scopes.length === 0) {
    throw new Refusal(
      "not_possible",
      `${incidentName(incident)} names nothing affected that could be locked.`,
      "Add it with Details, or lock a target with `/ops lock <target>`.",
    );
  }
  const holds: Hold[] = [];
  for (const scope of scopes) {
    const reason = `${incidentName(incident)} is being worked on`;
    const asked = { channelId: incident.channelId, channelName: incident.channelName };
    holds.push(await holdScope(app, { kind: "lock", scope, reason, minutes: 4 * 60, caller, asked, incident }));
  }
  return holds;
}

/** What an incident affects, in the environments where customers are; all it runs in where none is marked. */
function affectedScopes(app: App, incident: Incident): readonly Scope[] {
  const production = new Set(app.config.environments.filter((one) => one.production).map(({ name }) => name));
  return [...app.config.services, ...app.config.resources]
    .filter(({ name }) => incident.affected.includes(name))
    .flatMap(({ name, runs }) => {
      const all = runs.map(({ environment }) => environment);
      const live = all.filter((environment) => production.has(environment));
      return (live.length > 0 ? live : all).map((environment) => ({ environment, target: name }));
    });
}

/** Ends a lock or freeze. Somebody else's lock only an admin ends, or whoever leads the incident it belongs to, with a reason. */
export async function release(
  app: App,
  caller: Caller,
  found: { readonly id: string } | { readonly kind: Hold["kind"]; readonly scope: Scope },
  reasonGiven: string | null,
): Promise<Hold> {
  refuseStrangers(caller);
  const hold = "id" in found ? await app.holds.byId(found.id) : await find(app, found.kind, found.scope);
  const reason = cleanLine(reasonGiven ?? "");
  if (hold === null || !stands(hold, app.now)) {
    const what = "id" in found ? "It" : scopeName(found.scope);
    const word = "id" in found ? "over" : `not ${found.kind === "lock" ? "locked" : "frozen"}`;
    throw new Refusal("already_done", `${what} is ${word}.`, "See `/ops locks` and `/ops windows`.");
  }
  if (hold.kind === "freeze") mustBeAdmin(caller, "unfreeze");
  if (hold.kind === "lock" && hold.byId !== caller.userId) await mustMayRelease(app, hold, caller, reason);
  return end(app, hold, caller.userId, reason || null);
}

async function mustMayRelease(app: App, hold: Hold, caller: Caller, reason: string): Promise<void> {
  const incident = hold.incidentId === null ? null : await app.incidents.byId(hold.incidentId);
  const leads = incident !== null && commanderOf(incident) === caller.userId;
  if (caller.kind !== "admin" && !leads) {
    throw new Refusal(
      "not_yours",
      `${scopeName(hold.scope)} was locked by <@${hold.byId}>: ${hold.reason}`,
      `Ask <@${hold.byId}>, or a workspace admin, to release it; it ends by itself at ${momentInWords(hold.until)}.`,
    );
  }
  if (reason === "") {
    throw new Refusal(
      "needs_reason",
      `That is <@${hold.byId}>'s lock; releasing it needs a reason.`,
      `Use \`/ops unlock ${scopeName(hold.scope)} --reason "…"\`.`,
    );
  }
}

/** Its holder, or an admin, gives it another hour. */
export async function extendHold(app: App, caller: Caller, id: string, minutes: number): Promise<Hold> {
  refuseStrangers(caller);
  const hold = await app.holds.byId(id);
  if (hold === null || !stands(hold, app.now)) throw new Refusal("already_done", "It is over.", "Lock it again.");
  if (hold.byId !== caller.userId && caller.kind !== "admin") {
    throw new Refusal("not_yours", `Only <@${hold.byId}>, who holds it, or an admin extends it.`);
  }
  return extend(app, hold, caller, addMinutes(hold.until, lease(minutes)), hold.reason);
}

async function extend(app: App, hold: Hold, caller: Caller, until: Date, reason: string): Promise<Hold> {
  const latest = addMinutes(app.now, mostMinutes);
  const changed = await app.holds.update(hold.id, { until: until < latest ? until : latest, reason });
  if (changed === null) throw new Refusal("stale", "It has ended in the meantime.", "Lock it again.");
  const to = momentInWords(changed.until);
  await leaveMarks(
    app,
    changed,
    caller.userId,
    "changed",
    { until: changed.until.toISOString(), reason },
    `the ${hold.kind} on ${scopeName(hold.scope)} now ends ${to}`,
  );
  await armEnd(app, changed);
  return changed;
}

/** What its clock found: tells the holder that the end comes, or ends it. Stale clocks do nothing. */
export async function tendHold(app: App, id: string): Promise<void> {
  const hold = await app.holds.byId(id);
  if (hold === null || hold.endedAt !== null) return;
  if (hold.until <= app.now) {
    const ended = await end(app, hold, null, null);
    await tellHolder(app, ended, "ended");
    return;
  }
  if (noticeAt(hold) <= app.now && hold.noticedFor?.getTime() !== hold.until.getTime()) {
    const noticed = await app.holds.update(id, { noticedFor: hold.until });
    if (noticed !== null) await tellHolder(app, noticed, "ending");
  }
  await armEnd(app, hold);
}

/** An incident that is over keeps nobody from working. */
export async function releaseForIncident(app: App, incidentId: string, byId: string): Promise<void> {
  for (const hold of await app.holds.standing()) {
    if (hold.incidentId === incidentId) await end(app, hold, byId, "The incident is resolved");
  }
}

/** Locks and freezes that hold now, those of private incidents only for who may see them. */
export async function standingFor(app: App, caller: Caller): Promise<readonly Hold[]> {
  const seen: Hold[] = [];
  for (const hold of (await app.holds.standing()).filter((one) => stands(one, app.now))) {
    const incident = hold.incidentId === null ? null : await app.incidents.byId(hold.incidentId);
    seen.push(
      incident === null || (await maySee(app, incident, caller.userId))
        ? hold
        : { ...hold, incidentId: null, reason: "a private incident" },
    );
  }
  return seen;
}

async function standingNow(app: App, kind: Hold["kind"]): Promise<readonly Hold[]> {
  const kept: Hold[] = [];
  for (const hold of await app.holds.standing()) {
    if (hold.kind !== kind) continue;
    if (stands(hold, app.now)) kept.push(hold);
    // Its clock is late; what comes now must find the place free.
    else await end(app, hold, null, null);
  }
  return kept;
}

async function find(app: App, kind: Hold["kind"], scope: Scope): Promise<Hold | null> {
  const standing = await standingNow(app, kind);
  return standing.find((hold) => scopeName(hold.scope) === scopeName(scope)) ?? null;
}

function isOwn(hold: Hold, ask: HoldAsk): boolean {
  return ask.incident
    ? hold.incidentId === ask.incident.id
    : hold.incidentId === null && hold.byId === ask.caller.userId;
}

async function end(app: App, hold: Hold, byId: string | null, reason: string | null): Promise<Hold> {
  const ended = await app.holds.update(hold.id, { endedAt: app.now, endedBy: byId, endReason: reason });
  if (ended === null) throw new Refusal("already_done", "It is over already.");
  const why = reason === null ? "" : `: ${reason}`;
  const how = byId === null ? "its time is over" : "released";
  await leaveMarks(
    app,
    ended,
    byId ?? "tocsin",
    byId === null ? "expired" : "released",
    { reason },
    `the ${hold.kind} on ${scopeName(hold.scope)}: ${how}${why}`,
  );
  // Whose lock it was hears that somebody else released it.
  if (byId !== null && byId !== hold.byId) await tellHolder(app, ended, "ended");
  return ended;
}

function lease(minutes: number | null): number {
  if (minutes === null) return defaultMinutes;
  if (minutes >= 1 && minutes <= mostMinutes) return minutes;
  throw new Refusal(
    "bad_argument",
    `A lock or freeze lasts from 1 min to ${lengthInWords(mostMinutes)}.`,
    "Give `--for 2h`; it can be extended.",
  );
}

function mustBeAdmin(caller: Caller, verb: string): void {
  if (caller.kind === "admin") return;
  throw new Refusal(
    "not_allowed",
    `Denied: only workspace admins ${verb}.`,
    "Ask one of them; a lock (`/ops lock`) anybody may take.",
  );
}

const done = { lock: "locked", freeze: "froze" } as const;

function noticeAt(hold: Hold): Date {
  const length = (hold.until.getTime() - hold.since.getTime()) / 60_000;
  return addMinutes(hold.until, -Math.min(noticeMinutes, length / 2));
}

async function armEnd(app: App, hold: Hold): Promise<void> {
  const notice = noticeAt(hold);
  await app.jobs.add("tend-hold", { holdId: hold.id }, { key: hold.id, after: notice > app.now ? notice : hold.until });
}

async function tellHolder(app: App, hold: Hold, what: "ending" | "ended"): Promise<void> {
  const at = hold.until.getTime();
  await app.outbox.add({
    kind: "message",
    view: "ops.hold.notice",
    subject: hold.id,
    place: { user: hold.byId },
    once: `hold-${what}:${hold.id}:${at}`,
  });
}

async function leaveMarks(
  app: App,
  hold: Hold,
  by: string,
  what: string,
  details: Readonly<Record<string, string | null>>,
  sentence: string,
): Promise<void> {
  await app.audit.add({
    actor: by,
    action: `${hold.kind}.${what}`,
    subject: scopeName(hold.scope),
    details: { ...details, incident: hold.incidentId },
  });
  await drawHold(app, hold, "answer");
  const channelId = "channel" in hold.place ? hold.place.channel : null;
  const incidentId =
    hold.incidentId ?? (channelId === null ? null : ((await app.incidents.byChannel(channelId))?.id ?? null));
  if (incidentId === null) return;
  await app.timeline.add({
    incidentId,
    at: app.now,
    kind: "operation",
    actorId: by === "tocsin" ? null : by,
    text: sentence.replace(/^./, (first) => first.toUpperCase()),
  });
}

async function drawHold(app: App, hold: Hold, lane: Lane): Promise<void> {
  await app.outbox.add({ kind: "card", view: "ops.hold", subject: hold.id, place: hold.place }, lane);
}
