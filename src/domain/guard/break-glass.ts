import { addMinutes } from "date-fns/addMinutes";
import { Refusal } from "../../errors.ts";
import type { Caller } from "../access/caller.ts";
import { breakGlassRule, refuseStrangers } from "../access/policy.ts";
import { isOneOf, notOneOf } from "../access/principal.ts";
import { isSamePerson } from "../access/same-person.ts";
import { addActionItem, changeActionItem } from "../action-item/action-item.ts";
import { dayAt, laterDay, tellingMoment } from "../follow-up.ts";
import { type Incident, isOpen } from "../incident/incident.ts";
import { commanderOf } from "../incident/roles.ts";
import { operationById } from "../operation/decision.ts";
import { type AnyOperation, type BreakGlass, type OperationRecord, targetName } from "../operation/operation.ts";
import { operatorsPlace } from "../operation/place.ts";
import { leaveMarks, operationInWords } from "../operation/record.ts";
import { type Asking, questionOf, rolesKept } from "../operation/rights.ts";
import type { App } from "../ports.ts";
import { cleanLine } from "../text.ts";

/** What breaking the glass lifts for this ask, until when, and the review it owes; a Refusal where the policy has no rule for it. */
export async function breakGlass(
  app: App,
  operation: Pick<AnyOperation, "name" | "verb">,
  asking: Asking,
  reasonGiven: string,
): Promise<BreakGlass> {
  const rule = breakGlassRule(app.config.policy, await questionOf(app, operation, asking));
  const reason = cleanLine(reasonGiven);
  if (reason.length < 5) {
    throw new Refusal(
      "needs_reason",
      "Breaking the glass needs a reason that others can follow.",
      'Say what is on fire: `--break-glass "checkout is down, payment fails"`.',
      "reason",
    );
  }
  const { lifts, minutes, reviewDays, reviewers } = rule.breakGlass;
  return {
    reason,
    rule: rule.name,
    lifts,
    until: addMinutes(app.now, minutes),
    reviewers,
    reviewBy: laterDay(dayAt(app.now, app.config.followUp), reviewDays),
    reviewed: null,
    actionItemId: null,
  };
}

/** Tells the operations channel and the incident, and has the review followed up. */
export async function announceBreakGlass(
  app: App,
  record: OperationRecord,
  caller: Caller,
  incident: Incident | null,
): Promise<OperationRecord> {
  const glass = record.breakGlass;
  if (!glass) return record;
  const item = incident !== null && isOpen(incident) ? await reviewItem(app, record, caller, incident, glass) : null;
  const changed =
    item === null ? record : await app.operations.update(record, { breakGlass: { ...glass, actionItemId: item } });
  await leaveMarks(app, changed, {
    by: record.requesterId,
    action: "break-glass.broken",
    details: { reason: glass.reason, rule: glass.rule, lifts: glass.lifts, until: glass.until.toISOString() },
    timeline: `the glass was broken (${glass.reason}): ${glass.lifts.join(", ")} lifted`,
  });
  await remindLater(app, changed, glass.reviewBy);
  return changed;
}

async function reviewItem(app: App, record: OperationRecord, caller: Caller, incident: Incident, glass: BreakGlass) {
  const leads = commanderOf(incident);
  const title = `Review the broken glass of ${record.code}: ${operationInWords(record)}`;
  const owner = leads === record.requesterId ? null : leads;
  return (await addActionItem(app, caller, incident.id, { title, ownerId: owner, dueOn: glass.reviewBy, source: null }))
    .id;
}

/** Says that it was looked at afterwards; whoever broke it never does. */
export async function reviewBreakGlass(
  app: App,
  id: string,
  caller: Caller,
  noteGiven: string | null,
): Promise<OperationRecord> {
  refuseStrangers(caller);
  const record = await operationById(app, id);
  const glass = record.breakGlass;
  if (!glass) throw new Refusal("not_possible", `No glass was broken for ${record.code}.`);
  if (glass.reviewed) {
    throw new Refusal("already_done", `<@${glass.reviewed.byId}> has reviewed ${record.code} already.`);
  }
  if (isSamePerson(app.config.people, caller, record.caller)) {
    throw new Refusal("not_yours", `You broke the glass for ${record.code} yourself, so somebody else must review it.`);
  }
  // The review comes when the incident is over, and whoever led it may do it.
  const roles = await rolesKept(app, record, caller.userId);
  if (!isOneOf(caller, glass.reviewers, roles)) {
    throw notOneOf(caller, glass.reviewers, { before: `Denied: “${glass.rule}” wants a review by` });
  }
  const note = cleanLine(noteGiven ?? "") || null;
  const reviewed = { byId: caller.userId, at: app.now, note };
  const changed = await app.operations.update(record, { breakGlass: { ...glass, reviewed } });
  await leaveMarks(app, changed, {
    by: caller.userId,
    action: "break-glass.reviewed",
    details: { note, target: targetName(record.target) },
    timeline: `reviewed why the glass was broken${note === null ? "" : `: ${note}`}`,
  });
  const item = glass.actionItemId === null ? null : await app.actionItems.byId(glass.actionItemId);
  if (item !== null && item.doneAt === null) await changeActionItem(app, caller, item.id, { doneAt: app.now });
  return changed;
}

/** Reminds of a review that is due, and again each day until it is done; a stale clock does nothing. */
export async function remindOfReview(app: App, operationId: string, day: string): Promise<void> {
  const record = await app.operations.byId(operationId);
  if (!record?.breakGlass || record.breakGlass.reviewed || day < record.breakGlass.reviewBy) return;
  await app.outbox.add({
    kind: "message",
    view: "ops.break-glass.due",
    subject: record.id,
    place: operatorsPlace(app),
    once: `break-glass-due:${record.id}:${day}`,
  });
  await remindLater(app, record, laterDay(day, 1));
}

async function remindLater(app: App, record: OperationRecord, day: string): Promise<void> {
  const after = tellingMoment(day, app.config.followUp);
  await app.jobs.add("remind-review", { operationId: record.id, day }, { key: record.id, after });
}
