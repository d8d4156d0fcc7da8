import type { Button, KnownBlock } from "@slack/types";
import { principalsInWords } from "../../src/domain/access/principal.ts";
import { callsForIncident } from "../../src/domain/operation/evidence.ts";
import { heldInWords, isIsolation, type Lease } from "../../src/domain/operation/lease.ts";
import { buttonsFor, hasBegun, isRunning, type OperationButton } from "../../src/domain/operation/lifecycle.ts";
import { type OperationRecord, targetName } from "../../src/domain/operation/operation.ts";
import { operationInWords } from "../../src/domain/operation/record.ts";
import type { Undo } from "../../src/domain/operation/undo.ts";
import { stillWanted } from "../../src/domain/operation/whole-ruling.ts";
import type { ItemStanding } from "../../src/domain/release-care/checklist.ts";
import { actions, button, context, cut, inert, moment, person, type Reply, reply, section } from "../kit.ts";
import { beforeDeployment, checkedBefore } from "./deploy-checklist.ts";
import { changeLine, elapsed, headline, progressBar, shortened } from "./operation-words.ts";
import { backButtons, type StepFacts, stepBlocks } from "./sequence.ts";

export interface OperationFacts {
  readonly operation: OperationRecord;
  readonly now: Date;
  readonly undo: Undo;
  /** Code of another operation that runs on the same target. */
  readonly takenBy: string | null;
  /** What stands in the way of it now: a freeze, or somebody's lock. */
  readonly held?: string | null;
  /** Whether the policy lets anybody break the glass. */
  readonly glass?: boolean;
  /** Code of the operation that this one takes back. */
  readonly takesBack: string | null;
  /** What it holds for a while. */
  readonly lease?: Lease | null;
  /** What has to be done before it, as it stands; once it began, as it stood then. */
  readonly checklist?: readonly ItemStanding[];
  /** The steps it carries out, as they stand. */
  readonly steps?: readonly StepFacts[];
}

function leaseInWords(lease: Lease): string {
  const { held, untilAt } = lease;
  if (isIsolation(lease)) return "What led requests to it is remembered: `/ops reconnect` brings it back.";
  return untilAt === null
    ? `What it had is remembered: \`/ops start\` brings it back.`
    : `Held at ${heldInWords(held)} until ${moment(untilAt, "{date_short_pretty} {time}")}, then set back. See \`/ops leases\`.`;
}

const eventsShown = 5;

/** The one card of an operation, from the ask to the end. */
export function operationCard(facts: OperationFacts): Reply {
  const { operation } = facts;
  const title = inert(operationInWords(operation));
  const blocks: KnownBlock[] = [section(`${headline(operation)}\n*${title}*`), context(asked(facts))];
  const isPlan = isRunning(operation) && !hasBegun(operation);
  if (facts.steps !== undefined) blocks.push(...stepBlocks(facts.steps, isPlan));
  if (operation.plan !== null && isPlan) blocks.push(...planBlocks(facts));
  if (operation.checked !== undefined) blocks.push(checkedBefore(operation.checked));
  if (hasBegun(operation)) blocks.push(...runBlocks(facts));
  if (!isRunning(operation)) blocks.push(...endBlocks(facts));
  if (facts.lease?.state === "held") blocks.push(context(leaseInWords(facts.lease)));
  const pressable = [
    ...backButtons(facts.steps ?? []),
    ...buttonsOf(facts),
    ...lookAgainButton(facts),
    ...declareButton(operation),
  ];
  if (pressable.length > 0) blocks.push(actions(pressable, "operation"));
  const greyed = facts.undo.possible ? null : facts.undo.reason;
  if (greyed !== null) blocks.push(context(`Undo is not possible: ${inert(greyed)}.`));
  const detail = safeMentions(operation.detail ?? operation.progress ?? "");
  return reply(
    `${operation.code}: ${title}. ${headline(operation).replace(/^:[a-z_]+: /, "")}${detail ? `. ${detail}` : ""}`,
    blocks,
  );
}

/** What became of a change that its platform made later, in the thread of its card. */
export function operationFollowed(operation: OperationRecord): Reply {
  const said = safeMentions(operation.detail ?? "");
  return reply(`${person(operation.requesterId)} \`${operation.code}\` ${inert(operationInWords(operation))}: ${said}`);
}

function asked({ operation, takesBack }: OperationFacts): string {
  const words = [
    `\`${operation.code}\``,
    `asked by ${person(operation.requesterId)}`,
    operation.reason ? cut(inert(operation.reason), 300) : null,
    operation.breakGlass ? `*glass broken*: ${operation.breakGlass.lifts.join(", ")} lifted` : null,
    takesBack ? `takes back \`${takesBack}\`` : null,
    operation.expiresAt !== null && isRunning(operation) && !hasBegun(operation)
      ? `expires ${moment(operation.expiresAt, "{time}")}`
      : null,
  ];
  return words.filter((word) => word !== null).join(" · ");
}

function planBlocks({ operation, takenBy, held, checklist = [] }: OperationFacts): KnownBlock[] {
  const { plan, ruling } = operation;
  if (plan === null) return [];
  const lines = [...plan.changes.map(changeLine), ...plan.risks.map((risk) => `:warning: ${inert(risk)}`)];
  const needs = ruling === null ? null : needed(operation);
  return [
    ...(lines.length > 0 ? [section(lines.join("\n"))] : []),
    ...(plan.observed.length > 0 ? [context(...plan.observed.map(inert))] : []),
    ...beforeDeployment(operation, checklist),
    context(
      ...(needs === null ? [] : [needs]),
      takenBy === null
        ? `${inert(targetName(operation.target))} is free`
        : `${inert(targetName(operation.target))} is taken by \`${takenBy}\``,
    ),
    ...(held ? [context(`:lock: ${safeMentions(held)}`)] : []),
  ];
}

function needed(operation: OperationRecord): string | null {
  const { ruling } = operation;
  if (ruling === null) return null;
  const rule = `Rule “${inert(ruling.rule)}”`;
  const factor = ruling.secondFactor
    ? ` with ${ruling.secondFactor === "passkey" ? "a passkey" : "a second factor"}`
    : "";
  if (operation.state === "awaiting-approval") {
    const given = operation.approvals.map((approval) => person(approval.userId));
    const wanted = stillWanted(ruling, operation.approvals).map(
      ({ approvals: left, approvers }) =>
        `${left} ${left === 1 ? "approval" : "approvals"} by ${principalsInWords(approvers)}`,
    );
    const so = given.length > 0 ? ` (given: ${given.join(", ")})` : "";
    return `${rule}: needs ${wanted.join(" and ")}, not ${person(operation.requesterId)}${factor}${so}`;
  }
  if (operation.state === "planned") {
    const then = ruling.approvals > 0 ? `, then ${ruling.approvals} to approve` : "";
    const unasked = operation.skipConfirm ? " (`--yes` does not skip it here)" : "";
    return `${rule}: ${person(operation.requesterId)} confirms${ruling.confirm === "type" ? " by typing the name" : ""}${factor}${then}${unasked}`;
  }
  return rule;
}

function runBlocks({ operation, now }: OperationFacts): KnownBlock[] {
  const since = operation.appliedAt ?? operation.requestedAt;
  const words = [progressBar(operation.share), inert(operation.progress ?? "starting"), elapsed(since, now)];
  const blocks: KnownBlock[] = [section(words.filter((word) => word !== "").join(" · "))];
  if (operation.steadySince !== null) blocks.push(context("As asked; watching that it stays so."));
  return [...blocks, ...evidence(operation)];
}

function endBlocks({ operation }: OperationFacts): KnownBlock[] {
  const blocks: KnownBlock[] = operation.detail ? [section(safeMentions(operation.detail))] : [];
  if (operation.appliedAt !== null && operation.endedAt !== null) {
    const approvers = operation.approvals.map((approval) => person(approval.userId));
    const words = [
      `started ${moment(operation.appliedAt, "{time_secs}")}`,
      `took ${elapsed(operation.appliedAt, operation.endedAt)}`,
      ...(operation.stepsDone.length > 0 && !operation.plan?.sequence ? [inert(operation.stepsDone.join(", "))] : []),
      ...(approvers.length > 0 ? [`approved by ${approvers.join(", ")}`] : []),
    ];
    blocks.push(context(words.join(" · ")));
  }
  return [...blocks, ...(operation.outcome === "verified" ? [] : evidence(operation))];
}

/** A detail is written by us around what platforms say: of its tokens only people are let through. */
function safeMentions(text: string): string {
  return inert(shortened(text)).replaceAll(/&lt;(@[UW][A-Z0-9]+|!subteam\^S[A-Z0-9]+)&gt;/g, "<$1>");
}

function evidence(operation: OperationRecord): KnownBlock[] {
  const events = operation.events.slice(-eventsShown);
  if (events.length === 0) return [];
  const lines = events.map(
    (event) => `${moment(new Date(event.at), "{time_secs}")} ${cut(inert(shortened(event.text)), 300)}`,
  );
  return [context(lines.join("\n"))];
}

function buttonsOf({ operation, undo, glass }: OperationFacts): Button[] {
  const about = { id: operation.id, version: operation.version };
  return buttonsFor(operation)
    .filter((name) => name !== "undo" || undo.possible)
    .filter((name) => name !== "break-glass" || (glass === true && !operation.breakGlass))
    .map((name) => {
      const drawn = drawings[name];
      const text = typeof drawn.text === "string" ? drawn.text : drawn.text(operation);
      const confirm = drawn.instead?.(operation) ?? drawn.confirm;
      return button({
        action: `ops.${name}`,
        text,
        about,
        label: `${text}: ${operationInWords(operation)}`,
        ...(drawn.style ? { style: drawn.style } : {}),
        ...(confirm ? { confirm } : {}),
      });
    });
}

function lookAgainButton({ operation, checklist = [] }: OperationFacts): Button[] {
  const isWaiting = operation.state === "planned" || operation.state === "awaiting-approval";
  if (!isWaiting || checklist.every(({ byHand, state }) => byHand || state === "done")) return [];
  const text = "Look again";
  const label = `${text} at the checklist: ${operationInWords(operation)}`;
  return [button({ action: "ops.checklist.look", text, about: { id: operation.id }, label })];
}

function declareButton(operation: OperationRecord): Button[] {
  if (!callsForIncident(operation)) return [];
  const text = "Declare incident";
  return [
    button({
      action: "incident.declare-from-operation",
      text,
      about: { id: operation.id },
      label: `${text}: ${operationInWords(operation)}`,
    }),
  ];
}

interface Drawing {
  readonly text: string | ((operation: OperationRecord) => string);
  readonly style?: "primary" | "danger";
  readonly confirm?: Confirmation;
  /** Asked in its place where that fits better. */
  readonly instead?: (operation: OperationRecord) => Confirmation | undefined;
}

interface Confirmation {
  readonly title: string;
  readonly text: string;
  readonly yes: string;
  readonly no: string;
}

const stopSteps: Confirmation = {
  title: "Stop it here?",
  text: "No further step begins, and the one at hand is stopped where it is. What is done stays.",
  yes: "Stop",
  no: "Go on",
};

const drawings: Readonly<Record<OperationButton, Drawing>> = {
  confirm: { text: "Confirm", style: "primary" },
  approve: { text: "Approve", style: "primary" },
  reject: {
    text: "Reject",
    style: "danger",
    confirm: { title: "Reject it?", text: "It is over then; it can be planned again.", yes: "Reject", no: "Back" },
  },
  cancel: { text: "Cancel" },
  stop: {
    text: (operation) => (operation.cursor === undefined ? "Stop watching" : "Stop"),
    confirm: {
      title: "Stop watching?",
      text: "What was changed already stays; nothing is taken back. Use Undo for that.",
      yes: "Stop watching",
      no: "Keep watching",
    },
    instead: ({ plan }) => (plan?.sequence ? stopSteps : undefined),
  },
  undo: {
    text: ({ plan }) => cut(plan?.undoLabel ?? (plan?.count ? `Undo → ${plan.count.from}` : "Undo"), 70),
  },
  "plan-again": { text: "Plan again" },
  "break-glass": { text: "Break the glass", style: "danger" },
};
