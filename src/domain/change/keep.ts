import { addHours } from "date-fns/addHours";
import { Refusal } from "../../errors.ts";
import type { Caller } from "../access/caller.ts";
import { refuseStrangers } from "../access/policy.ts";
import { isOneOf, notOneOf } from "../access/principal.ts";
import { isOwnAccount } from "../access/same-person.ts";
import { nearest } from "../nearest.ts";
import { requestPage } from "../oncall/begin-page.ts";
import { type Asked, placeFor } from "../operation/place.ts";
import type { App } from "../ports.ts";
import { cleanLine, cleanText, quoteTyped } from "../text.ts";
import {
  type Change,
  type ChangeClass,
  type ChangeState,
  type ChangeText,
  changeName,
  fieldWords,
  isOver,
  missingFields,
} from "./change.ts";

/** The class of that name; refuses with the nearest ones. */
export function requireClass(app: Pick<App, "config">, word: string): ChangeClass {
  const classes = app.config.changes;
  const found = classes.find(({ name }) => name === word.trim().toLowerCase());
  if (found) return found;
  const names = classes.map(({ name }) => name);
  const [meant] = nearest(word, names);
  throw new Refusal(
    "bad_argument",
    `There is no class “${word.slice(0, 40)}” of changes.`,
    `${meant ? `Did you mean ${meant}? ` : ""}Classes are ${names.join(", ")}.`,
  );
}

/** Finds a change by its id; a button of one that is gone is told so. */
export async function changeById(app: App, id: string): Promise<Change> {
  const change = await app.changes.byId(id);
  if (change === null) throw new Refusal("not_found", "This change is not known here any more.", "See `/ops changes`.");
  return change;
}

/** Records a draft. One of a class that pages people is submitted at once: nobody waits for a second click. */
export async function draftChange(
  app: App,
  caller: Caller,
  ask: { readonly class: string; readonly text: ChangeText; readonly asked: Asked },
): Promise<Change> {
  refuseStrangers(caller);
  const kind = requireClass(app, ask.class);
  const incident = ask.asked.channelId === null ? null : await app.incidents.byChannel(ask.asked.channelId);
  const change = await app.changes.insert({
    id: app.newId(),
    class: kind.name,
    state: "draft",
    ...sound(app, ask.text),
    requesterId: caller.userId,
    place: placeFor(app, ask.asked, caller.userId),
    incidentId: incident?.id ?? null,
    approvals: [],
    createdAt: app.now,
    submittedAt: null,
    startedAt: null,
    endedAt: null,
    result: null,
    postmortemDueAt: null,
    postmortem: null,
  });
  await mark(app, change, caller.userId, "drafted", `drafted: ${change.title}`);
  return kind.page.length > 0 ? submitChange(app, caller, change.id) : change;
}

/** Writes what somebody changed of it, while it is a draft or under review; what was approved so far counts no more. */
export async function editChange(app: App, caller: Caller, id: string, text: ChangeText): Promise<Change> {
  const change = await mine(app, caller, id);
  if (change.state !== "draft" && change.state !== "review") throw notNow(change, "be edited");
  const edited = await app.changes.update(change, { ...sound(app, text), approvals: [] });
  await mark(app, edited, caller.userId, "edited", "edited");
  return edited;
}

/** Submits a draft: it waits for review, or is approved where its class is approved beforehand. */
export async function submitChange(app: App, caller: Caller, id: string): Promise<Change> {
  const change = await mine(app, caller, id);
  if (change.state !== "draft") throw notNow(change, "be submitted");
  const kind = requireClass(app, change.class);
  const missing = missingFields(kind, change);
  if (missing.length > 0) {
    throw new Refusal(
      "missing_argument",
      `A ${kind.name} change also says: ${missing.map((field) => fieldWords[field]).join(", ")}.`,
      "Press Edit and fill that in.",
    );
  }
  const state: ChangeState = kind.approvals > 0 ? "review" : "approved";
  const submitted = await app.changes.update(change, { state, submittedAt: app.now });
  const words = state === "approved" ? "submitted; its class is approved beforehand" : "submitted for review";
  await mark(app, submitted, caller.userId, "submitted", words);
  for (const word of kind.page) await pageFor(app, caller, submitted, word);
  return submitted;
}

/** Another person's yes; the last one needed approves it. */
export async function approveChange(app: App, caller: Caller, id: string): Promise<Change> {
  const { change, kind } = await reviewable(app, caller, id, "approve");
  for (const { userId } of change.approvals) {
    if (await isOwnAccount(app, caller, userId))
      throw new Refusal("already_done", `You have approved ${changeName(change)} already.`);
  }
  const approvals = [...change.approvals, { userId: caller.userId, at: app.now }];
  const isEnough = approvals.length >= kind.approvals;
  const updated = await app.changes.update(change, { approvals, ...(isEnough ? { state: "approved" as const } : {}) });
  const words = kind.approvals > 1 ? `approved (${approvals.length} of ${kind.approvals})` : "approved";
  await mark(app, updated, caller.userId, "approved", words);
  return updated;
}

/** Another person's no: it is a draft again. */
export async function returnChange(app: App, caller: Caller, id: string): Promise<Change> {
  const { change } = await reviewable(app, caller, id, "send back");
  const updated = await app.changes.update(change, { state: "draft", approvals: [], submittedAt: null });
  await mark(app, updated, caller.userId, "returned", "sent back for rework");
  return updated;
}

/** Begins it: approved, and inside its window where it has one. */
export async function startChange(app: App, caller: Caller, id: string): Promise<Change> {
  const change = await known(app, caller, id);
  if (change.state !== "approved") throw notNow(change, "be started");
  const { window } = change;
  if (window !== null && app.now < window.from) {
    throw new Refusal(
      "not_possible",
      `The window of ${changeName(change)} begins ${window.from.toISOString().slice(0, 16).replace("T", " ")} UTC.`,
      "Wait for it; an emergency is a change of its own.",
    );
  }
  if (window !== null && app.now >= window.until) {
    throw new Refusal("expired", `The window of ${changeName(change)} is over.`, "Draft it again with another window.");
  }
  const started = await app.changes.update(change, { state: "in-progress", startedAt: app.now });
  await mark(app, started, caller.userId, "started", "in progress");
  return started;
}

/** Records how it ended; a class with a post-mortem has its clock set. */
export async function endChange(
  app: App,
  caller: Caller,
  id: string,
  end: { readonly state: "verified" | "failed"; readonly result: string },
): Promise<Change> {
  const change = await known(app, caller, id);
  if (change.state !== "in-progress") throw notNow(change, `be called ${end.state}`);
  const result = app.redact(cleanText(end.result)).slice(0, 2000);
  if (result === "") throw new Refusal("missing_argument", "Say what was seen.", null, "result");
  const { postmortemHours } = requireClass(app, change.class);
  const due = postmortemHours === null ? null : addHours(app.now, postmortemHours);
  const ended = await app.changes.update(change, { state: end.state, result, endedAt: app.now, postmortemDueAt: due });
  await mark(app, ended, caller.userId, end.state, `${end.state}: ${result}`);
  if (due !== null) await app.jobs.add("remind-change", { changeId: id }, { key: id, after: due });
  return ended;
}

/** Closes it. One that owes a post-mortem is closed with where that is: a link, or the incident it is written for. */
export async function closeChange(app: App, caller: Caller, id: string, postmortem: string | null): Promise<Change> {
  const change = await known(app, caller, id);
  if (change.state !== "verified" && change.state !== "failed") throw notNow(change, "be closed");
  const where = cleanLine(postmortem ?? "").slice(0, 300) || null;
  if (change.postmortemDueAt !== null && (where === null || !/^(https?:\/\/\S+|inc-\d+)$/i.test(where))) {
    throw new Refusal(
      "missing_argument",
      `${changeName(change)} owes a post-mortem.`,
      "Write its link, or the incident it is written for, such as INC-4.",
      "postmortem",
    );
  }
  const closed = await app.changes.update(change, { state: "closed", postmortem: where });
  await mark(app, closed, caller.userId, "closed", `closed${where === null ? "" : `; post-mortem: ${where}`}`);
  return closed;
}

/** Calls it off before it was begun. */
export async function cancelChange(app: App, caller: Caller, id: string): Promise<Change> {
  const change = await mine(app, caller, id);
  if (isOver(change) || change.startedAt !== null) throw notNow(change, "be called off");
  const cancelled = await app.changes.update(change, { state: "cancelled", endedAt: app.now });
  await mark(app, cancelled, caller.userId, "cancelled", "called off");
  return cancelled;
}

/** Reminds of the post-mortem a change owes, once a day until it is closed. */
export async function remindChange(app: App, id: string): Promise<void> {
  const change = await app.changes.byId(id);
  if (change === null || isOver(change) || change.postmortemDueAt === null || app.now < change.postmortemDueAt) return;
  await app.outbox.add({
    kind: "message",
    view: "ops.change.due",
    subject: change.id,
    place: change.place,
    once: `change-due:${change.id}:${app.now.toISOString().slice(0, 10)}`,
  });
  await app.jobs.add("remind-change", { changeId: id }, { key: id, after: addHours(app.now, 24) });
}

/** How a change stands, as the end of "CHG-4 is …". */
export const stateWords: Readonly<Record<ChangeState, string>> = {
  draft: "a draft",
  review: "under review",
  approved: "approved",
  "in-progress": "in progress",
  verified: "done and verified",
  failed: "failed",
  closed: "closed",
  cancelled: "called off",
};

function notNow(change: Change, what: string): Refusal {
  return new Refusal("stale", `${changeName(change)} is ${stateWords[change.state]} and cannot ${what} now.`);
}

async function known(app: App, caller: Caller, id: string): Promise<Change> {
  refuseStrangers(caller);
  return changeById(app, id);
}

async function mine(app: App, caller: Caller, id: string): Promise<Change> {
  const change = await known(app, caller, id);
  if (change.requesterId === caller.userId) return change;
  throw new Refusal("not_yours", `Only <@${change.requesterId}>, who asked for ${changeName(change)}, can do that.`);
}

async function reviewable(app: App, caller: Caller, id: string, verb: string) {
  const change = await known(app, caller, id);
  if (change.state !== "review") throw notNow(change, "be reviewed");
  if (await isOwnAccount(app, caller, change.requesterId)) {
    throw new Refusal("not_yours", `You asked for ${changeName(change)} yourself, so somebody else must ${verb} it.`);
  }
  const kind = requireClass(app, change.class);
  if (!isOneOf(caller, kind.approvers)) {
    throw notOneOf(caller, kind.approvers, { before: `Denied: a ${kind.name} change is approved by` });
  }
  return { change, kind };
}

/** What people wrote, fit to keep; refused where it cannot be. */
function sound(app: App, text: ChangeText): ChangeText {
  const title = app.redact(cleanLine(text.title)).slice(0, 150);
  if (title === "") throw new Refusal("missing_argument", "Give it a title.", null, "title");
  if (text.window !== null && text.window.until <= text.window.from) {
    throw new Refusal("bad_argument", "The window ends before it begins.", null, "until");
  }
  const long = (typed: string) => app.redact(cleanText(typed)).slice(0, 2500);
  const services = app.config.services.map(({ name }) => name).filter((name) => text.services.includes(name));
  const { what, why, test, rollback, window } = text;
  return { title, what: long(what), why: long(why), test: long(test), rollback: long(rollback), services, window };
}

async function pageFor(app: App, caller: Caller, change: Change, word: string): Promise<void> {
  const isTeam = app.config.oncall.some(({ name }) => name === word);
  const message = `Emergency change ${changeName(change)}: ${change.title}`;
  try {
    const who = { team: isTeam ? word : null, personId: isTeam ? null : word };
    await requestPage(app, caller, { incidentId: change.incidentId, ...who, message });
  } catch (error) {
    // Who is being paged already hears of it in the incident.
    if (!(error instanceof Refusal)) throw error;
    await mark(app, change, "tocsin", "not-paged", `${word} was not paged: ${error.message}`);
  }
}

/** Leaves what every step leaves: audit entry, timeline entry, the card drawn anew. */
async function mark(app: App, change: Change, by: string, action: string, words: string): Promise<void> {
  const { class: kind, title, services } = change;
  await app.audit.add({
    actor: by,
    action: `change.${action}`,
    subject: changeName(change),
    details: { class: kind, title, services, state: change.state, words },
  });
  if (change.incidentId !== null) {
    const text = `${changeName(change)}: ${quoteTyped(words)}`;
    const actorId = by === "tocsin" ? null : by;
    await app.timeline.add({ incidentId: change.incidentId, at: app.now, kind: "operation", actorId, text });
  }
  await app.outbox.add({ kind: "card", view: "ops.change", subject: change.id, place: change.place }, "answer");
}
