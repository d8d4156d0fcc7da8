import type { KnownBlock } from "@slack/types";
import { type SecretCondition, type SecretSeen, secretCondition } from "../../src/domain/report/secrets.ts";
import { button, context, cut, inert, moment, section } from "../kit.ts";
import { shortened } from "./operation-words.ts";

const order: readonly SecretCondition[] = ["deleted", "unknown", "overdue", "stuck", "well"];
const marks: Readonly<Record<SecretCondition, string>> = {
  deleted: ":red_circle:",
  unknown: ":grey_question:",
  overdue: ":large_orange_circle:",
  stuck: ":large_blue_circle:",
  well: ":large_green_circle:",
};
const words: Readonly<Record<SecretCondition, string>> = {
  deleted: "about to be deleted",
  unknown: "not known",
  overdue: "overdue",
  stuck: "rotation under way or stuck",
  well: "in order",
};
const rowsShown = 40;

/** How many secrets are in which condition, worst first. */
export function secretsSummary(secrets: readonly SecretSeen[]): string {
  if (secrets.length === 0) return "No secret is configured.";
  const counts = order
    .map((condition) => ({ condition, count: secrets.filter((one) => secretCondition(one) === condition).length }))
    .filter(({ count }) => count > 0);
  return `Secrets: ${counts.map(({ condition, count }) => `${count} ${words[condition]}`).join(", ")}`;
}

/** Secrets with their age and rotation, worst first; each that can be rotated has its button. Values are never known here. */
export function secretBlocks(secrets: readonly SecretSeen[]): KnownBlock[] {
  if (secrets.length === 0) return [section("No secret is configured. Add one under `secrets` in the configuration.")];
  const sorted = secrets.toSorted(
    (left, right) => order.indexOf(secretCondition(left)) - order.indexOf(secretCondition(right)),
  );
  return [
    section(`*${secretsSummary(secrets)}*`),
    ...sorted.slice(0, rowsShown).map((seen) => section(row(seen), seen.rotatable ? rotateButton(seen) : undefined)),
    ...(sorted.length > rowsShown ? [context(`${sorted.length - rowsShown} more are in order.`)] : []),
    context("Only dates are read. No value is."),
  ];
}

function rotateButton(seen: SecretSeen) {
  return button({
    action: "ops.rotate.open",
    text: "Rotate",
    about: { id: `${seen.environment}/${seen.name}` },
    label: `Rotate ${seen.name} in ${seen.environment}`,
  });
}

function row(seen: SecretSeen): string {
  const condition = secretCondition(seen);
  const title = `${marks[condition]} *${inert(seen.name)}* (${inert(seen.environment)}) ${words[condition]}`;
  if (seen.state === null) return `${title}\n${cut(inert(shortened(seen.trouble ?? "It was not seen.")), 400)}`;
  const { rotatedAt, changedAt, rotation, deletedAt } = seen.state;
  const limit = seen.maxAgeDays === null ? "no limit is configured" : `limit ${seen.maxAgeDays}`;
  const facts = [
    seen.ageDays === null ? "age not known" : `${seen.ageDays} ${seen.ageDays === 1 ? "day" : "days"} old, ${limit}`,
    rotatedAt === null
      ? `never rotated${changedAt === null ? "" : `, changed ${moment(changedAt, "{date_short_pretty}")}`}`
      : `last rotated ${moment(rotatedAt, "{date_short_pretty}")}`,
    rotation.on
      ? `rotation on${rotation.everyDays === null ? "" : `, every ${rotation.everyDays} days`}${rotation.nextAt === null ? "" : `, next ${moment(rotation.nextAt, "{date_short_pretty}")}`}`
      : "rotation off",
    ...(deletedAt === null ? [] : [`deleted ${moment(deletedAt, "{date_short_pretty}")}`]),
  ];
  return `${title}\n${facts.join(" · ")}`;
}
