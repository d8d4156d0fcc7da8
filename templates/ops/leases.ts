import type { KnownBlock } from "@slack/types";
import { heldInWords, isIsolation, type Lease } from "../../src/domain/operation/lease.ts";
import type { OperationRecord } from "../../src/domain/operation/operation.ts";
import { actions, button, context, cut, inert, moment, person, type Reply, reply, section } from "../kit.ts";
import { age } from "./figures.ts";

export interface LeaseFacts {
  readonly lease: Lease;
  /** The operation that set it up; null where it is not kept any more. */
  readonly setUp: OperationRecord | null;
  /** Code of the operation that ends it, or tried to. */
  readonly endedBy: string | null;
}

/** The card of a lease: posted before it ends, edited when it did. */
export function leaseCard(facts: LeaseFacts): Reply {
  return reply(inWords(facts), blocksOf(facts));
}

const shown = 12;

/** Everything that is held at this moment, the soonest to end first. */
export function leaseList(all: readonly LeaseFacts[]): Reply {
  if (all.length === 0) {
    const how = "Nothing is held for a while. Try `/ops scale <service> <count> --for 2h`.";
    return reply("Nothing is held for a while.", [section(how)]);
  }
  const blocks: KnownBlock[] = all.slice(0, shown).flatMap(blocksOf);
  if (all.length > shown) blocks.push(context(`${all.length - shown} more are not shown.`));
  return reply(`${all.length} held for a while`, blocks);
}

function inWords({ lease }: LeaseFacts): string {
  const { name, environment } = lease.target;
  if (isIsolation(lease)) {
    return `${name} in ${environment} is ${lease.state === "over" ? "back behind" : "isolated from"} its load balancer`;
  }
  if (lease.state === "over") return `${name} in ${environment} is no longer held at ${heldInWords(lease.held)}`;
  return lease.seconds === null
    ? `${name} in ${environment} is stopped`
    : `${name} in ${environment} is held at ${heldInWords(lease.held)}`;
}

function blocksOf(facts: LeaseFacts): KnownBlock[] {
  const { lease, setUp, endedBy } = facts;
  const until =
    lease.state === "over" || lease.untilAt === null
      ? ""
      : ` until ${moment(lease.untilAt, "{date_short_pretty} {time}")}`;
  const mark = lease.state === "over" ? ":checkered_flag:" : ":hourglass_flowing_sand:";
  const words = [
    setUp === null ? null : `\`${setUp.code}\``,
    `asked by ${person(lease.requesterId)}`,
    before(lease),
    lease.state === "ending" && endedBy !== null ? `\`${endedBy}\` is ending it` : null,
  ];
  return [
    section(`${mark} *${inert(inWords(facts))}*${until}`),
    ...(lease.detail === null ? [] : [section(cut(safe(lease.detail), 1000))]),
    context(words.filter((word) => word !== null).join(" · ")),
    ...(lease.state === "held" ? [actions(buttonsOf(lease), `lease ${lease.id}`)] : []),
  ];
}

/** People are named in a detail; nothing else in it comes alive. */
function safe(detail: string): string {
  return inert(detail).replaceAll(/&lt;(@[UW][A-Z0-9]+)&gt;/g, "<$1>");
}

function before({ restore, held }: Lease): string | null {
  if (held.routes !== undefined) return `before: reached by ${held.routes.map(({ title }) => inert(title)).join("; ")}`;
  const { count, bounds } = restore.input as {
    readonly count?: number;
    readonly bounds?: { readonly min: number; readonly max: number };
  };
  if (count === undefined) return null;
  return `before: ${count}${bounds ? `, autoscaling ${bounds.min} to ${bounds.max}` : ""}`;
}

function buttonsOf(lease: Lease) {
  const about = { id: lease.id };
  const { name, environment } = lease.target;
  if (isIsolation(lease)) {
    return [
      button({ action: "ops.lease.end", text: "Reconnect", about, label: `Reconnect ${name} in ${environment}` }),
    ];
  }
  if (lease.seconds === null) {
    return [button({ action: "ops.lease.end", text: "Start", about, label: `Start ${name} in ${environment}` })];
  }
  return [
    button({
      action: "ops.lease.extend",
      text: `Extend by ${age(lease.seconds)}`,
      about,
      label: `Hold ${name} in ${environment} longer`,
    }),
    button({ action: "ops.lease.end", text: "End now", about, label: `Stop holding ${name} in ${environment}` }),
  ];
}
