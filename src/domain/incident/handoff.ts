import { addMinutes } from "date-fns/addMinutes";
import { Refusal } from "../../errors.ts";
import type { Caller } from "../access/caller.ts";
import type { App } from "../ports.ts";
import { openForChange, requireOpen } from "./access.ts";
import { type Incident, incidentName, isOpen } from "./incident.ts";
import { tell } from "./notices.ts";
import { assignRole, holderOf, requireRole } from "./roles.ts";
import { requireServing } from "./serving.ts";

/** A role on its way from one person to another; it moves when the receiver accepts. */
export interface Handoff {
  readonly id: string;
  readonly incidentId: string;
  readonly role: string;
  /** Who held it when it was offered; null for a role nobody held. */
  readonly fromUser: string | null;
  readonly toUser: string;
  readonly requestedBy: string;
  readonly state: "waiting" | "accepted" | "declined" | "cancelled" | "unanswered" | "overtaken" | "too-late";
  readonly createdAt: Date;
  readonly endedAt: Date | null;
}

export interface HandoffRecords {
  readonly insert: (handoff: Handoff) => Promise<void>;
  readonly byId: (id: string) => Promise<Handoff | null>;
  readonly lock: (id: string) => Promise<Handoff | null>;
  readonly waiting: (incidentId: string, role: string) => Promise<Handoff | null>;
  readonly end: (id: string, state: Handoff["state"], at: Date) => Promise<void>;
}

const reminderMinutes = 5;
const mostReminders = 3;

/** Offers a role to somebody: they get the state of things by direct message, and the role moves when they accept. */
export async function offerRole(
  app: App,
  caller: Caller,
  incidentId: string,
  roleName: string,
  toUser: string,
): Promise<Handoff> {
  const incident = await openForChange(app, caller, incidentId);
  requireOpen(incident, "hand over");
  const role = requireRole(app.config, roleName);
  const title = role.title.toLowerCase();
  const fromUser = holderOf(incident, role.name);
  if (toUser === app.workspace.botUserId)
    throw new Refusal("unknown_person", "That is me; I cannot hold a role.", "Name a person.", "person");
  await requireServing(app, toUser, "person");
  if (toUser === fromUser) throw new Refusal("already_done", `<@${toUser}> is ${title} already.`, null, "person");
  if (toUser === caller.userId)
    throw new Refusal(
      "bad_argument",
      "To take a role yourself nobody needs to be asked.",
      `Type /incident role ${role.name} me.`,
      "person",
    );
  const waiting = await app.handoffs.waiting(incident.id, role.name);
  if (waiting?.toUser === toUser)
    throw new Refusal(
      "already_done",
      `<@${toUser}> is asked already.`,
      "They are reminded every few minutes.",
      "person",
    );
  if (waiting) await end(app, waiting, "cancelled");
  const handoff: Handoff = {
    id: app.newId(),
    incidentId: incident.id,
    role: role.name,
    fromUser,
    toUser,
    requestedBy: caller.userId,
    state: "waiting",
    createdAt: app.now,
    endedAt: null,
  };
  await app.handoffs.insert(handoff);
  // The pack holds what the channel holds: whoever gets it is in the incident from now on.
  await app.incidents.addMembers(incident.id, [toUser]);
  await app.outbox.add({ kind: "invite", incident: incident.id, userIds: [toUser] });
  await app.outbox.add(
    { kind: "card", view: "incident.handoff", subject: handoff.id, place: { user: toUser } },
    "answer",
  );
  await say(app, incident, caller.userId, `Asked <@${toUser}> to take over as ${title}`);
  await app.audit.add({
    actor: caller.userId,
    action: "incident.handoff-offered",
    subject: incidentName(incident),
    details: { role: role.name, from: fromUser, to: toUser },
  });
  await armReminder(app, handoff, 0);
  return handoff;
}

/** The receiver takes the role: it is theirs from now on. */
export async function acceptHandoff(app: App, caller: Caller, id: string): Promise<Handoff> {
  const handoff = await waitingFor(app, caller, id, "to");
  const incident = await openForChange(app, caller, handoff.incidentId);
  if (holderOf(incident, handoff.role) !== handoff.fromUser) {
    await end(app, handoff, "overtaken");
    return { ...handoff, state: "overtaken" };
  }
  await assignRole(app, caller, handoff.incidentId, handoff.role, caller.userId);
  await end(app, handoff, "accepted");
  return { ...handoff, state: "accepted" };
}

/** The receiver cannot take it: it stays where it was, and who asked hears of it. */
export async function declineHandoff(app: App, caller: Caller, id: string): Promise<Handoff> {
  const handoff = await waitingFor(app, caller, id, "to");
  const incident = await openForChange(app, caller, handoff.incidentId);
  await end(app, handoff, "declined");
  await say(
    app,
    incident,
    caller.userId,
    `Cannot take over as ${requireRole(app.config, handoff.role).title.toLowerCase()}`,
  );
  await tellRequester(app, handoff);
  return handoff;
}

/** Who asked, or who holds the role, takes the offer back. */
export async function cancelHandoff(app: App, caller: Caller, id: string): Promise<Handoff> {
  const handoff = await waitingFor(app, caller, id, "from");
  const incident = await openForChange(app, caller, handoff.incidentId);
  await end(app, handoff, "cancelled");
  await say(app, incident, caller.userId, `Took back the hand-over to <@${handoff.toUser}>`);
  return handoff;
}

/** Asks the receiver again; after the last time who asked hears that nobody answered. */
export async function remindOfHandoff(app: App, id: string, round: number): Promise<void> {
  const handoff = await app.handoffs.lock(id);
  if (handoff?.state !== "waiting") return;
  const incident = await app.incidents.byId(handoff.incidentId);
  // Nobody is asked for an answer about what is over.
  if (!incident || !isOpen(incident)) return end(app, handoff, "too-late");
  if (round >= mostReminders) {
    await end(app, handoff, "unanswered");
    await tellRequester(app, handoff);
    return;
  }
  await app.outbox.add(
    {
      kind: "message",
      view: "incident.handoff-reminder",
      subject: id,
      place: { user: handoff.toUser },
      once: `handoff-reminder:${id}:${round}`,
    },
    "answer",
  );
  await armReminder(app, handoff, round + 1);
}

function armReminder(app: App, handoff: Handoff, round: number): Promise<void> {
  const after = addMinutes(app.now, reminderMinutes);
  return app.jobs.add("remind-handoff", { handoffId: handoff.id, round }, { key: `${handoff.id}:${round}`, after });
}

async function waitingFor(app: App, caller: Caller, id: string, side: "to" | "from"): Promise<Handoff> {
  const handoff = await app.handoffs.lock(id);
  if (!handoff) throw new Refusal("not_found", "I cannot find that hand-over.");
  const allowed = side === "to" ? [handoff.toUser] : [handoff.requestedBy, handoff.fromUser];
  if (!allowed.includes(caller.userId))
    throw new Refusal(
      "not_yours",
      side === "to"
        ? `Only <@${handoff.toUser}> can answer this.`
        : "Only who asked, or who holds the role, can take it back.",
    );
  if (handoff.state !== "waiting") throw new Refusal("already_done", `This hand-over is ${handoff.state} already.`);
  return handoff;
}

async function end(app: App, handoff: Handoff, state: Handoff["state"]): Promise<void> {
  await app.handoffs.end(handoff.id, state, app.now);
  await app.outbox.add(
    { kind: "card", view: "incident.handoff", subject: handoff.id, place: { user: handoff.toUser } },
    "answer",
  );
}

async function tellRequester(app: App, handoff: Handoff): Promise<void> {
  await app.outbox.add({
    kind: "message",
    view: "incident.handoff-failed",
    subject: handoff.id,
    place: { user: handoff.requestedBy },
    once: `handoff-failed:${handoff.id}`,
  });
}

async function say(app: App, incident: Incident, actorId: string, text: string): Promise<void> {
  const entry = await app.timeline.add({ incidentId: incident.id, at: app.now, kind: "role", actorId, text });
  await tell(app, incident, entry);
}
