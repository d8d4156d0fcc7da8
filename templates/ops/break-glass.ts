import { principalsInWords } from "../../src/domain/access/principal.ts";
import { type OperationRecord, targetName } from "../../src/domain/operation/operation.ts";
import { operationInWords, stateInWords } from "../../src/domain/operation/record.ts";
import { shorten } from "../../src/domain/text.ts";
import {
  actions,
  button,
  context,
  inert,
  input,
  type Modal,
  modal,
  moment,
  person,
  type Reply,
  reply,
  section,
  textInput,
} from "../kit.ts";

/** That somebody broke the glass: who, for what, why, what is lifted until when, and whether it was reviewed. */
export function breakGlassCard(operation: OperationRecord): Reply | null {
  const glass = operation.breakGlass;
  if (!glass) return null;
  const what = inert(shorten(operationInWords(operation), 300));
  const text = `${person(operation.requesterId)} broke the glass on ${inert(targetName(operation.target))}: ${inert(shorten(glass.reason, 500))}`;
  const lifted = glass.lifts.join(", ");
  const review =
    glass.reviewed === null
      ? `to be reviewed by ${glass.reviewBy}, by ${principalsInWords(glass.reviewers)}`
      : `reviewed by ${person(glass.reviewed.byId)} ${moment(glass.reviewed.at)}${glass.reviewed.note ? `: ${inert(shorten(glass.reviewed.note, 300))}` : ""}`;
  return reply(text, [
    section(`:rotating_light: ${text}`),
    section(`\`${operation.code}\` ${what}: ${stateInWords(operation)}`),
    context(`Rule “${inert(glass.rule)}” lifts ${lifted} until ${moment(glass.until, "{time}")} · ${review}`),
    ...(glass.reviewed === null ? [actions([reviewButton(operation)], "review")] : []),
  ]);
}

/** That the review is due. */
export function breakGlassDue(operation: OperationRecord): Reply | null {
  const glass = operation.breakGlass;
  if (!glass || glass.reviewed) return null;
  const text = `The glass that ${person(operation.requesterId)} broke for \`${operation.code}\` (${inert(shorten(operationInWords(operation), 200))}) was to be reviewed by ${glass.reviewBy}.`;
  return reply(text, [
    section(`${text}\nBy ${principalsInWords(glass.reviewers)}.`),
    actions([reviewButton(operation)], "review"),
  ]);
}

function reviewButton(operation: OperationRecord) {
  return button({
    action: "ops.break-glass.review",
    text: "Mark as reviewed",
    about: { id: operation.id },
    label: `Mark ${operation.code} as reviewed`,
  });
}

/** The form in which a review is recorded. */
export function reviewForm(operation: OperationRecord): Modal {
  return modal(
    {
      callback: "ops.break-glass.review.form",
      title: "Review",
      submit: "Mark as reviewed",
      about: { id: operation.id },
    },
    [
      section(`\`${operation.code}\` *${inert(shorten(operationInWords(operation), 300))}*`),
      context(`Glass broken because: ${inert(shorten(operation.breakGlass?.reason ?? "", 500))}`),
      input(
        { name: "note", label: "What came out of it", optional: true },
        textInput({ multiline: true, max: 1000, focus: true }),
      ),
    ],
  );
}

/** The form in which somebody says why the glass is to be broken. */
export function breakGlassForm(operation: OperationRecord, channel: string | null): Modal {
  const about = { id: operation.id, ...(channel === null ? {} : { channel }) };
  return modal({ callback: "ops.break-glass.form", title: "Break the glass", submit: "Break the glass", about }, [
    section(`*${inert(shorten(operationInWords(operation), 300))}*`),
    context(
      "What the policy names is lifted for this one operation. It is told in the operations channel, written in the audit log, and somebody else reviews it.",
    ),
    input({ name: "reason", label: "What is the emergency?" }, textInput({ multiline: true, max: 500, focus: true })),
  ]);
}

/** What was done with the glass broken and nobody has reviewed yet. */
export function reviewList(operations: readonly OperationRecord[]): Reply {
  if (operations.length === 0) return reply("Nothing waits for a review.");
  const blocks = operations.slice(0, 20).flatMap((operation) => {
    const glass = operation.breakGlass;
    if (!glass) return [];
    const line = `\`${operation.code}\` ${inert(shorten(operationInWords(operation), 200))} · ${person(operation.requesterId)}: ${inert(shorten(glass.reason, 200))} · by ${glass.reviewBy}`;
    return [section(line, reviewButton(operation))];
  });
  return reply(`${operations.length} to be reviewed`, [section("*Glass broken, not reviewed yet*"), ...blocks]);
}
