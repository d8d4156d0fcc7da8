import type { KnownBlock } from "@slack/types";
import {
  balancerTitle,
  type Condition,
  conditionOf,
  conditions,
  type Standing,
  type Status,
  telling,
} from "../../src/domain/health/status.ts";
import type { OperationRecord } from "../../src/domain/operation/operation.ts";
import { actions, button, context, cut, fields, inert, moment, type Reply, reply, section } from "../kit.ts";
import { findingRow, stateMarks, untoldBlocks } from "./diagnosis.ts";
import { type IsolationFacts, isolationLine, isolationOf } from "./isolation.ts";
import { operationLine } from "./operation-list.ts";
import { shortened } from "./operation-words.ts";

/**
 * How things are, worst first: what was seen, or that it is being looked at. `lately` are the last operations on the one
 * thing asked for, `isolated` what is out of its load balancer at this moment.
 */
export function statusCard(
  status: Status,
  lately: readonly OperationRecord[] = [],
  isolated: readonly IsolationFacts[] = [],
): Reply {
  const { target } = status.question;
  if (status.found === null) {
    const what = target === null ? "everything" : `${target.name} in ${target.environment}`;
    return reply(`Looking at ${what}…`, [section(`:mag: Looking at ${inert(what)}…`)]);
  }
  const { standings, at } = status.found;
  const only = target === null ? undefined : standings[0];
  return reply(only ? sentence(only.title, conditionOf(only)) : summary(standings), [
    ...(only
      ? [...inDepth(only, isolationOf(isolated, only)), ...lastOperations(lately)]
      : atAGlance(standings, isolated)),
    context(`Seen ${moment(at, "{time_secs}")} for <@${status.askedBy}>`),
    actions(buttonsOf(status.id, only), "status"),
  ]);
}

function buttonsOf(id: string, only: Standing | undefined): Parameters<typeof actions>[0] {
  const again = button({ action: "ops.status.again", text: "Look again", about: { id } });
  if (!only) return [again];
  const about = { id: `${only.environment}/${only.name}` };
  const { service } = only;
  return [
    again,
    button({ action: "ops.diagnose.open", text: "Diagnose", about }),
    ...(service && !service.notReleasable ? [button({ action: "ops.rollback.open", text: "Roll back", about })] : []),
    ...(service && service.notScalable === null ? [button({ action: "ops.scale.open", text: "Scale", about })] : []),
  ];
}

const marks: Readonly<Record<Condition, string>> = { ...stateMarks, changing: ":large_blue_circle:" };
const words: Readonly<Record<Condition, string>> = {
  critical: "critical",
  warning: "warning",
  unknown: "unknown",
  changing: "changing",
  ok: "normal",
};
/** In a sentence about one thing. */
const saidOf: Readonly<Record<Condition, string>> = {
  critical: "is critical",
  warning: "is not well",
  unknown: "could not be seen in full",
  changing: "is changing",
  ok: "is well",
};
const linesInSection = 10;
const mostLines = 200;
const wrongShown = 3;

function sentence(what: string, condition: Condition): string {
  return `${what} ${saidOf[condition]}`;
}

function summary(standings: readonly Standing[]): string {
  if (standings.length === 0) return "Nothing is configured.";
  return conditions
    .map((condition) => ({ condition, count: standings.filter((one) => conditionOf(one) === condition).length }))
    .filter(({ count }) => count > 0)
    .map(({ condition, count }) => `${count} ${words[condition]}`)
    .join(", ");
}

function atAGlance(standings: readonly Standing[], isolated: readonly IsolationFacts[]): KnownBlock[] {
  if (standings.length === 0) return [section("Nothing is configured. Add services and data stores to the file.")];
  const sorted = standings.toSorted(
    (left, right) => conditions.indexOf(conditionOf(left)) - conditions.indexOf(conditionOf(right)),
  );
  const lines = sorted.slice(0, mostLines).map((one) => {
    const where = `*${inert(one.name)}* (${inert(one.environment)})`;
    const out = isolationOf(isolated, one) ? "*isolated* · " : "";
    return `${marks[conditionOf(one)]} ${where} ${out}${cut(inert(oneLine(one)), 270)}`;
  });
  // A thing counts once, by the first no that was met of it.
  const untold = standings.map(({ findings }) => findings.find((one) => one.untold) ?? {});
  const blocks: KnownBlock[] = [
    section(`*Everything* · ${summary(standings)}`),
    ...untoldBlocks(untold, untold.length === 1 ? "thing" : "things"),
  ];
  for (let start = 0; start < lines.length; start += linesInSection)
    blocks.push(section(lines.slice(start, start + linesInSection).join("\n")));
  if (sorted.length > mostLines) blocks.push(context(`${sorted.length - mostLines} more are not shown.`));
  blocks.push(context("One in depth: `/ops status <name>`"));
  return blocks;
}

/** What its platform says, then what is wrong and what is not known of it. */
function oneLine(standing: Standing): string {
  const found = telling(standing);
  const wrong = found.filter(({ state }) => state === "critical" || state === "warning");
  const unknown = found.filter(({ state }) => state === "unknown").map(({ title }) => title);
  const only = unknown.length === 1 ? found.find(({ state }) => state === "unknown") : undefined;
  const parts = [
    ...platformWords(standing),
    ...wrong.slice(0, wrongShown).map(({ title, detail }) => `${title}: ${shortened(briefly(detail))}`),
    ...(wrong.length > wrongShown ? [`${wrong.length - wrongShown} more`] : []),
    ...(only ? [`${only.title} unknown: ${shortened(briefly(only.detail))}`] : []),
    ...(unknown.length > 1 ? [`unknown: ${unknown.join(", ")}`] : []),
  ];
  if (parts.length > 0) return parts.join(" · ");
  return found.length === 0 ? "nothing here reads it" : `${found.length} normal`;
}

/** The value with its bound, without since when and how it was before. */
function briefly(detail: string): string {
  return (detail.split("; ")[0] ?? detail).split(", ").slice(0, 2).join(", ");
}

function platformWords({ service, balancer, findings }: Standing): readonly string[] {
  // A data store's platform says one word of it: available.
  if (service === null) return findings.filter(({ platform }) => platform).map(({ detail }) => detail);
  const rolling = service.deployments.find((deployment) => deployment.state !== "completed");
  return [
    ...(service.status === "active" ? [] : [service.status]),
    `${service.running} of ${service.desired} running${service.pending > 0 ? `, ${service.pending} pending` : ""}`,
    ...(balancer === null ? [] : [`${balancer.healthy} of ${balancer.total} healthy`]),
    service.version,
    ...(rolling ? [`deployment ${rolling.state === "failed" ? "failed" : "in progress"}`] : []),
  ];
}

const findingsShown = 24;

function inDepth(standing: Standing, isolation: IsolationFacts | undefined): KnownBlock[] {
  const condition = conditionOf(standing);
  const { title, environment, findings, service } = standing;
  const blocks: KnownBlock[] = [
    section(`${marks[condition]} ${sentence(`*${inert(title)}* in ${inert(environment)}`, condition)}`),
    ...untoldBlocks(findings, "readings"),
    ...(isolation ? [context(isolationLine(isolation))] : []),
    ...(service === null ? [] : ofService(standing, service)),
  ];
  const found = telling(standing);
  const rows = found.slice(0, findingsShown).map(findingRow);
  for (let start = 0; start < rows.length; start += 6) blocks.push(section(rows.slice(start, start + 6).join("\n")));
  if (findings.length === 0) blocks.push(section("Nothing here reads it."));
  if (found.length > findingsShown) blocks.push(context(`${found.length - findingsShown} more are not shown.`));
  const { events = [], failures = [], unread = [] } = standing.depth ?? {};
  if (unread.length > 0)
    blocks.push(
      context(cut(`Not readable: ${inert(shortened(unread.map((one) => one.replace(/\.$/, "")).join("; ")))}.`, 1000)),
    );
  if (failures.length > 0) {
    const stopped = failures.map((one) => ({ at: one.at, text: one.reason, trouble: true }));
    blocks.push(section(`*Stopped by themselves in the last hour*\n${eventLines(stopped)}`));
  }
  if (events.length > 0) blocks.push(section(`*Events*\n${eventLines(events)}`));
  return blocks;
}

/** None where it was looked for, and not readable where it could not be. */
function missing(read: boolean): string {
  return read ? "none" : "not readable";
}

function ofService({ balancer, depth, findings }: Standing, state: NonNullable<Standing["service"]>): KnownBlock[] {
  const autoscaling = depth?.autoscaling ?? null;
  const balancerRead = !findings.some(({ title, state: how }) => title === balancerTitle && how === "unknown");
  const autoscalingRead = !(depth?.unread ?? []).some((what) => what.startsWith("autoscaling"));
  const bounds = autoscaling && [
    `${autoscaling.min} to ${autoscaling.max}`,
    ...autoscaling.policies,
    ...(autoscaling.suspended ? ["suspended"] : []),
  ];
  const blocks: KnownBlock[] = [
    fields([
      ["Running", `${state.running} of ${state.desired}${state.pending > 0 ? `, ${state.pending} pending` : ""}`],
      ["Version", inert(state.version)],
      ["Load balancer", balancer === null ? missing(balancerRead) : `${balancer.healthy} of ${balancer.total} healthy`],
      ["Last deployed", state.lastDeployedAt === null ? "not known" : moment(state.lastDeployedAt)],
      ["Autoscaling", bounds === null ? missing(autoscalingRead) : inert(bounds.join(", "))],
      ["Image", cut(imagesOf(state, depth), 300)],
    ]),
  ];
  for (const deployment of state.deployments.filter((one) => one.state !== "completed")) {
    const failed = deployment.failed > 0 ? `, ${deployment.failed} failed` : "";
    const how =
      deployment.state === "failed" ? ":x: Deployment failed" : ":arrows_counterclockwise: Deployment in progress";
    const why = deployment.reason ? `\n${inert(deployment.reason)}` : "";
    const count = `${deployment.running} of ${deployment.desired} running${failed}`;
    blocks.push(section(`${how}: ${inert(deployment.version)}, ${count}${why}`));
  }
  if (state.notScalable !== null) blocks.push(context(`Cannot be scaled: ${inert(state.notScalable)}.`));
  return blocks;
}

/** Each image by its last part, with the digest it was brought out by where somebody knows it. */
function imagesOf(state: NonNullable<Standing["service"]>, depth: Standing["depth"]): string {
  const brought = depth?.rollouts?.find(({ revision }) => revision === state.revision)?.images ?? [];
  return state.images
    .map((image) => {
      const name = inert(image.slice(image.lastIndexOf("/") + 1).replace(/@sha256:.*$/, ""));
      const digest = brought.find((one) => one.image === image)?.digest ?? /@(sha256:.*)$/.exec(image)?.[1];
      return digest ? `${name} \`${digest.slice("sha256:".length, "sha256:".length + 12)}\`` : name;
    })
    .join(", ");
}

function lastOperations(operations: readonly OperationRecord[]): KnownBlock[] {
  if (operations.length === 0) return [];
  return [section(`*Last operations*\n${operations.map((one) => operationLine(one)).join("\n")}`)];
}

/** Events as lines of a card, at most eight. */
export function eventLines(
  events: readonly { readonly at: Date; readonly text: string; readonly trouble: boolean }[],
): string {
  return events
    .slice(0, 8)
    .map(
      (event) =>
        `${moment(event.at, "{time_secs}")} ${event.trouble ? ":warning: " : ""}${cut(inert(shortened(event.text)), 250)}`,
    )
    .join("\n");
}
