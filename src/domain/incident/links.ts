import { Refusal } from "../../errors.ts";
import type { Caller } from "../access/caller.ts";
import type { App } from "../ports.ts";
import { escapeMrkdwn, shorten } from "../text.ts";
import { openForChange, openForReading } from "./access.ts";
import { recordChange } from "./change.ts";
import { type Incident, incidentName, isOpen } from "./incident.ts";
import { redraw, tell } from "./notices.ts";
import { statusAt, stepOf } from "./phases.ts";

/** How one incident stands to another: `merged` and `duplicate` lead from the one that ended to the one that goes on. */
export interface IncidentLink {
  readonly fromId: string;
  readonly toId: string;
  readonly kind: "related" | "duplicate" | "merged";
  readonly byId: string;
  readonly at: Date;
}

export interface IncidentLinkRecords {
  /** Writes the link, or changes the kind of the one there is in that direction. */
  readonly set: (link: IncidentLink) => Promise<void>;
  /** Both directions; answers whether there was one. */
  readonly remove: (oneId: string, otherId: string) => Promise<boolean>;
  /** Every link from or to it, oldest first. */
  readonly of: (incidentId: string) => Promise<readonly IncidentLink[]>;
}

/** Another incident as a card names it. */
export interface LinkedIncident {
  readonly relation: "related" | "goes on in" | "duplicate of" | "merged here" | "duplicate here";
  readonly incident: Incident;
}

/**
 * The incidents linked with this one, as its own card may show them to everybody who sees it: on an ordinary one no
 * private one.
 */
export async function linkedIncidents(app: App, incident: Incident): Promise<readonly LinkedIncident[]> {
  const links = await app.links.of(incident.id);
  const others = await app.incidents.byIds(
    links.map((link) => (link.fromId === incident.id ? link.toId : link.fromId)),
  );
  return links.flatMap((link) => {
    const outward = link.fromId === incident.id;
    const other = others.find(({ id }) => id === (outward ? link.toId : link.fromId));
    if (!other || (other.isPrivate && !incident.isPrivate)) return [];
    return [{ relation: relationOf(link.kind, outward), incident: other }];
  });
}

function relationOf(kind: IncidentLink["kind"], outward: boolean): LinkedIncident["relation"] {
  if (kind === "related") return "related";
  if (kind === "merged") return outward ? "goes on in" : "merged here";
  return outward ? "duplicate of" : "duplicate here";
}

/** The incident this one goes on in, at the end of every merge; null for one that was never merged. */
export async function goesOnIn(app: App, incident: Incident): Promise<Incident | null> {
  let at: Incident = incident;
  const seen = new Set([incident.id]);
  for (;;) {
    const link = (await app.links.of(at.id)).find(({ fromId, kind }) => fromId === at.id && kind !== "related");
    const next = link && !seen.has(link.toId) ? await app.incidents.byId(link.toId) : null;
    if (!next) return at.id === incident.id ? null : at;
    seen.add(next.id);
    at = next;
  }
}

/** Notes on both that they belong together; a private one is named only where it may be. */
export async function linkIncidents(
  app: App,
  caller: Caller,
  oneId: string,
  otherId: string,
): Promise<readonly [Incident, Incident]> {
  const [one, other] = await bothForChange(app, caller, oneId, otherId);
  const links = await app.links.of(one.id);
  if (links.some((link) => link.fromId === other.id || link.toId === other.id)) {
    throw new Refusal("already_done", `${incidentName(one)} and ${incidentName(other)} are linked already.`);
  }
  await app.links.set({ fromId: one.id, toId: other.id, kind: "related", byId: caller.userId, at: app.now });
  for (const [here, there] of [
    [one, other],
    [other, one],
  ] as const) {
    await noted(app, caller, here, `Linked with ${incidentName(there)}`, "incident.linked", there);
  }
  return [one, other];
}

/** Takes the link between two related incidents away. */
export async function unlinkIncidents(
  app: App,
  caller: Caller,
  oneId: string,
  otherId: string,
): Promise<readonly [Incident, Incident]> {
  const [one, other] = await bothForChange(app, caller, oneId, otherId);
  const link = (await app.links.of(one.id)).find(({ fromId, toId }) => fromId === other.id || toId === other.id);
  if (!link) throw new Refusal("not_found", `${incidentName(one)} and ${incidentName(other)} are not linked.`);
  if (link.kind !== "related") {
    throw new Refusal(
      "not_possible",
      "A merge cannot be taken apart.",
      "Declare what is left as an incident of its own.",
    );
  }
  await app.links.remove(one.id, other.id);
  for (const [here, there] of [
    [one, other],
    [other, one],
  ] as const) {
    await noted(app, caller, here, `No longer linked with ${incidentName(there)}`, "incident.unlinked", there);
  }
  return [one, other];
}

/**
 * Ends one incident because it goes on in another: its people come along, both say so, its channel is put away. Into
 * one that was merged itself means into the one that goes on in the end. A duplicate may point to one that has ended.
 */
export async function mergeIncident(
  app: App,
  caller: Caller,
  facts: { readonly fromId: string; readonly intoId: string; readonly kind: "merged" | "duplicate" },
): Promise<{ readonly from: Incident; readonly into: Incident; readonly followedFrom: Incident | null }> {
  const named = await openForReading(app, caller, facts.intoId);
  const end = (await goesOnIn(app, named)) ?? named;
  if (named.id !== facts.fromId && end.id === facts.fromId) {
    throw new Refusal(
      "not_possible",
      `${incidentName(named)} was merged into this one; it cannot go the other way too.`,
    );
  }
  const [from, into] = await bothForChange(app, caller, facts.fromId, end.id);
  const before = await goesOnIn(app, from);
  if (before) {
    throw new Refusal("already_done", `${incidentName(from)} goes on in ${incidentName(before)} already.`);
  }
  if (from.isPrivate !== into.isPrivate) {
    throw new Refusal(
      "not_possible",
      "A private incident and an ordinary one are kept apart.",
      "Link them instead; people without access to the private one do not see the link.",
    );
  }
  if (facts.kind === "merged" && !isOpen(into)) {
    throw new Refusal(
      "not_possible",
      `${incidentName(into)} is ${into.phase}; nothing goes on there.`,
      `Reopen it, or say that this one is a duplicate: /incident duplicate ${incidentName(into)}.`,
    );
  }
  await app.links.set({ fromId: from.id, toId: into.id, kind: facts.kind, byId: caller.userId, at: app.now });
  const words = facts.kind === "merged" ? "Merged into" : "Closed as a duplicate of";
  const ended = await recordChange(app, from, caller.userId, {
    changes: {
      phase: "closed",
      status: statusAt(stepOf(app.config.phases, "closed")),
      times: { ...from.times, resolvedAt: from.times.resolvedAt ?? app.now, closedAt: from.times.closedAt ?? app.now },
      nextUpdateAt: null,
    },
    entry: { kind: "phase", text: `${words} ${incidentName(into)}${placeOf(into)}` },
    audit: { action: `incident.${facts.kind}`, details: { into: incidentName(into), open: isOpen(from) } },
    tell: true,
  });
  const took = `${incidentName(from)} ${facts.kind === "merged" ? "was merged into this one" : "is a duplicate of this one"}`;
  await noted(
    app,
    caller,
    into,
    from.isPrivate ? took : `${took}: ${escapeMrkdwn(shorten(from.title, 200))}`,
    "incident.took-in",
    from,
  );
  await bringAlong(app, from, into);
  await app.outbox.add({ kind: "archive", incident: from.id });
  return { from: ended, into, followedFrom: named.id === into.id ? null : named };
}

/** Who was in the one is brought into the other; into a private one nobody comes unasked. */
async function bringAlong(app: App, from: Incident, into: Incident): Promise<void> {
  if (into.isPrivate || !isOpen(into)) return;
  for (const userId of await app.followers.list(from.id)) await app.followers.add(into.id, userId);
  const there = new Set(await app.incidents.members(into.id));
  const people = [...new Set([from.reporterId, ...(await app.incidents.members(from.id))])].filter(
    (id) => !there.has(id),
  );
  if (people.length === 0) return;
  await app.incidents.addMembers(into.id, people);
  await app.outbox.add({ kind: "invite", incident: into.id, userIds: people });
}

async function noted(
  app: App,
  caller: Caller,
  here: Incident,
  text: string,
  action: string,
  there: Incident,
): Promise<void> {
  await app.audit.add({
    actor: caller.userId,
    action,
    subject: incidentName(here),
    details: { other: incidentName(there) },
  });
  // What is private leaves no trace where more people read.
  if (there.isPrivate && !here.isPrivate) return;
  const entry = await app.timeline.add({
    incidentId: here.id,
    at: app.now,
    kind: "system",
    actorId: caller.userId,
    text,
  });
  await tell(app, here, entry);
  await redraw(app, here);
}

/** Locks both, the older first, so that two people doing the same at once wait instead of deadlocking. */
async function bothForChange(
  app: App,
  caller: Caller,
  oneId: string,
  otherId: string,
): Promise<readonly [Incident, Incident]> {
  if (oneId === otherId) throw new Refusal("bad_argument", "That is the same incident.", "Name another one.", "other");
  const [first, second] = oneId < otherId ? [oneId, otherId] : [otherId, oneId];
  const found = [await openForChange(app, caller, first), await openForChange(app, caller, second)] as const;
  return found[0].id === oneId ? found : [found[1], found[0]];
}

function placeOf(into: Incident): string {
  return into.channelId && !into.isPrivate ? `; it goes on in <#${into.channelId}>` : "";
}
