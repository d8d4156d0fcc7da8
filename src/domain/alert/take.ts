import { subMinutes } from "date-fns/subMinutes";
import { pageForAlert } from "../oncall/begin-page.ts";
import { endPagesAlone, redrawPage } from "../oncall/paging.ts";
import type { App } from "../ports.ts";
import type { Alert, AlertGroup, SentAlert } from "./alert.ts";
import { armForgetting } from "./forget.ts";
import { noteTurn, openIncidentFor, tieToIncident } from "./incident.ts";
import { isLive, redrawAlerts } from "./mark.ts";
import { type Routed, routeAlert } from "./route.ts";
import { type AlertSource, tellsTheEnd } from "./settings.ts";
import { tidyAlert } from "./tidy.ts";

/** What became of a group of alerts while a post was taken. */
type Turn = "began" | "again" | "told";

/**
 * Records what a sender told, and what follows from it: one message for all alerts of a group, one page, one incident.
 * What is told again is counted and told nobody; what is older than what is known changes nothing.
 */
export async function takeAlerts(app: App, source: AlertSource, sent: readonly SentAlert[]): Promise<void> {
  await app.alerts.hold(source.name);
  const turns = new Map<string, Turn>();
  for (const one of sent) await takeOne(app, source, tidyAlert(app.redact, one), turns);
  // In one order for everybody who locks several of them.
  for (const [id, turn] of [...turns].sort(([one], [other]) => (one < other ? -1 : 1))) await settle(app, id, turn);
  await armForgetting(app);
}

async function takeOne(app: App, source: AlertSource, sent: SentAlert, turns: Map<string, Turn>): Promise<void> {
  const known = await app.alerts.newest(source.name, sent.fingerprint);
  if (known?.toldAt && sent.at && sent.at < known.toldAt) return;
  const firing = known?.resolvedAt === null ? known : null;
  const touch = (groupId: string, turn: Turn) => turns.set(groupId, turns.get(groupId) ?? turn);
  if (sent.state === "resolved") {
    if (!firing) return;
    await app.alerts.update(firing.id, { resolvedAt: app.now, lastAt: app.now, toldAt: sent.at });
    touch(firing.groupId, "told");
    return;
  }
  const routed = routeAlert(app.config, source, sent, app.now);
  if (firing) {
    const group = await app.alerts.groupById(firing.groupId);
    const goesOn = tellsTheEnd(source.sender) || (group !== null && isLive(source, group, app.now));
    if (group?.level === routed.level && goesOn) {
      await app.alerts.update(firing.id, told(app, source, firing, sent));
      touch(group.id, "told");
      return;
    }
    // It is worse or better than it was, or so long ago that it is another one: told anew, in its own message.
    await app.alerts.update(firing.id, { resolvedAt: app.now });
    touch(firing.groupId, "told");
  }
  const { group, turn } = await groupFor(app, source, sent, routed);
  await app.alerts.insert(alertOf(app, group, sent));
  touch(group.id, turn);
}

/** The bot looks by its own interval: how often says nothing to anybody. */
function told(app: App, { sender }: AlertSource, firing: Alert, sent: SentAlert) {
  return {
    count: firing.count + (sender === "own" ? 0 : 1),
    lastAt: app.now,
    toldAt: sent.at,
    text: sent.text,
    link: sent.link,
  };
}

function alertOf(app: App, group: AlertGroup, sent: SentAlert): Alert {
  const { fingerprint, title, text, labels, link, startedAt, at } = sent;
  return {
    id: app.newId(),
    groupId: group.id,
    source: group.source,
    ...{ fingerprint, title, text, labels, link, startedAt },
    firstAt: app.now,
    lastAt: app.now,
    count: 1,
    toldAt: at,
    resolvedAt: null,
  };
}

interface InGroup {
  readonly group: AlertGroup;
  readonly turn: Turn;
}

/** So many messages of one source within its window; what comes beyond, of each level, is told in one. */
const mostMessages = 20;

/** The group whose message still stands for alerts of that key, else a new one. */
async function groupFor(app: App, source: AlertSource, sent: SentAlert, routed: Routed): Promise<InGroup> {
  const own = await standingGroup(app, source, routed.key);
  if (own.found) return own.found;
  const lately = await app.alerts.begunSince(source.name, subMinutes(app.now, source.windowMinutes));
  if (lately < mostMessages) return newGroup(app, source, { ...routed, title: sent.title }, own.before);
  const crowd = {
    ...routed,
    key: JSON.stringify([routed.level, "crowd"]),
    service: null,
    title: "Many different alerts",
  };
  const crowded = await standingGroup(app, source, crowd.key);
  return crowded.found ?? newGroup(app, source, crowd, crowded.before);
}

async function standingGroup(
  app: App,
  source: AlertSource,
  key: string,
): Promise<{ readonly found: InGroup | null; readonly before: AlertGroup | null }> {
  const before = await app.alerts.newestGroup(source.name, key);
  if (!before || !isLive(source, before, app.now)) return { found: null, before };
  // What comes back after its incident ended is news.
  if (before.incidentId !== null && !(await openIncidentFor(app, before))) return { found: null, before };
  return { found: { group: before, turn: before.endedAt === null ? "told" : "again" }, before };
}

async function newGroup(
  app: App,
  source: AlertSource,
  what: Routed & { readonly title: string },
  before: AlertGroup | null,
): Promise<InGroup> {
  const group: AlertGroup = {
    id: app.newId(),
    source: source.name,
    ...what,
    openedAt: app.now,
    lastAt: app.now,
    endedAt: null,
    acknowledgedAt: null,
    acknowledgedBy: null,
    incidentId: before?.incidentId ?? null,
    pageIds: [],
  };
  await app.alerts.insertGroup(group);
  return { group, turn: "began" };
}

async function settle(app: App, groupId: string, turn: Turn): Promise<void> {
  const before = await app.alerts.lockGroup(groupId);
  if (!before) return;
  const { firing } = await app.alerts.tally(groupId);
  const ends = firing === 0 && before.endedAt === null;
  const group = await app.alerts.updateGroup(groupId, {
    lastAt: app.now,
    endedAt: firing > 0 ? null : (before.endedAt ?? app.now),
  });
  if (turn !== "told") await begin(app, group, turn);
  if (turn === "again" || ends) await noteTurn(app, group);
  if (ends) await endPages(app, group);
  await redrawAlerts(app, group, turn === "began" ? "normal" : "cosmetic");
}

/**
 * A further alert of an open incident is its own; else who is to know of it is called, as for what comes back before
 * anybody acknowledged it.
 */
async function begin(app: App, group: AlertGroup, turn: Turn): Promise<void> {
  const incident = group.level === "info" ? null : await openIncidentFor(app, group);
  if (incident) {
    if (turn === "began" || incident.id !== group.incidentId) await tieToIncident(app, group, incident, { tell: true });
    return;
  }
  if (group.acknowledgedAt !== null) return;
  if (group.incidentId !== null) await app.alerts.updateGroup(group.id, { incidentId: null });
  if (group.endedAt !== null) return;
  if (group.incident === "open") {
    await app.jobs.add("declare-from-alert", { groupId: group.id }, { key: group.id });
    return;
  }
  const pages = await pageForAlert(app, group, null);
  if (pages.length === 0) return;
  await app.alerts.updateGroup(group.id, { pageIds: [...new Set([...group.pageIds, ...pages.map(({ id }) => id)])] });
  // A page that was open already says now that it stands for more.
  for (const { id, alertId } of pages) if (alertId !== group.id) await redrawPage(app, id);
}

/** Nobody needs to answer a page whose alerts are all over. */
async function endPages(app: App, group: AlertGroup): Promise<void> {
  for (const id of group.pageIds) {
    const groups = await app.alerts.groupsOfPage(id);
    if (groups.every(({ endedAt }) => endedAt !== null)) await endPagesAlone(app, [id], null);
  }
}
