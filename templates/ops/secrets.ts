import type { KnownBlock } from "@slack/types";
import { type SecretCondition, type SecretSeen, secretCondition } from "../../src/domain/report/secrets.ts";
import { button, context, cut, inert, moment, section } from "../kit.ts";
import { shortened } from "./operation-words.ts";

const order: readonly SecretCondition[] = ["deleted", "stuck", "unknown", "overdue", "rotating", "well"];
const marks: Readonly<Record<SecretCondition, string>> = {
  deleted: ":red_circle:",
  stuck: ":red_circle:",
  unknown: ":grey_question:",
  overdue: ":large_orange_circle:",
  rotating: ":large_blue_circle:",
  well: ":large_green_circle:",
};
const words: Readonly<Record<SecretCondition, string>> = {
  deleted: "about to be deleted",
  stuck: "rotation stuck",
  unknown: "not known",
  overdue: "overdue",
  rotating: "rotation under way",
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
    ...sorted.slice(0, rowsShown).map((seen) => section(row(seen), wayOut(seen))),
    ...(sorted.length > rowsShown ? [context(`${sorted.length - rowsShown} more are in order.`)] : []),
    context("Only dates are read. No value is."),
  ];
}

function wayOut(seen: SecretSeen) {
  const about = { id: `${seen.environment}/${seen.name}` };
  const where = `${seen.name} in ${seen.environment}`;
  if (secretCondition(seen) === "stuck") {
    const label = `Cancel the rotation of ${where}`;
    return button({ action: "ops.cancel-rotation.open", text: "Cancel the rotation", about, label });
  }
  if (!seen.rotatable) return undefined;
  return button({ action: "ops.rotate.open", text: "Rotate", about, label: `Rotate ${where}` });
}

function pendingFor(seen: SecretSeen): readonly string[] {
  if (seen.state === null || seen.state.pending === null) return [];
  const { pendingMinutes } = seen;
  return [
    `a new value is pending${pendingMinutes === null ? ", since when is not known" : ` for ${pendingMinutes} min`}`,
  ];
}

function row(seen: SecretSeen): string {
  const condition = secretCondition(seen);
  const title = `${marks[condition]} *${inert(seen.name)}* (${inert(seen.environment)}) ${words[condition]}`;
  if (seen.state === null) return `${title}\n${cut(inert(shortened(seen.trouble ?? "It was not seen.")), 400)}`;
  const { rotatedAt, changedAt, rotation, deletedAt } = seen.state;
  const limit = seen.maxAgeDays === null ? "no limit is configured" : `limit ${seen.maxAgeDays}`;
  const facts = [
    ...pendingFor(seen),
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
