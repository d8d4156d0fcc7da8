import type { KnownBlock } from "@slack/types";
import { isRunning } from "../../src/domain/operation/lifecycle.ts";
import type { OperationRecord } from "../../src/domain/operation/operation.ts";
import { operationInWords, stateInWords } from "../../src/domain/operation/record.ts";
import { context, inert, moment, person, type Reply, reply, section } from "../kit.ts";

/** Operations at a glance: what runs or waits first, then what is over. */
export function operationList(operations: readonly OperationRecord[]): Reply {
  if (operations.length === 0) {
    return reply("No operation yet.", [section("No operation yet. Try `/ops scale <service> <count>`.")]);
  }
  const open = operations.filter(isRunning);
  const over = operations.filter((operation) => !isRunning(operation));
  const blocks: KnownBlock[] = [];
  if (open.length > 0) blocks.push(section(`*Running or waiting*\n${open.map(operationLine).join("\n")}`));
  if (over.length > 0) blocks.push(section(`*Recent*\n${over.map(operationLine).join("\n")}`));
  blocks.push(context("`/ops show op-…` shows one with its buttons."));
  return reply(`${open.length} running or waiting, ${over.length} recent`, blocks);
}

/** An operation in a line: its code, what it does, how it stands, who asked and when. */
export function operationLine(operation: OperationRecord): string {
  const at = moment(operation.endedAt ?? operation.requestedAt, "{date_short_pretty} {time}");
  return `• \`${operation.code}\` ${inert(operationInWords(operation))}: ${stateInWords(operation)} · ${person(operation.requesterId)} · ${at}`;
}
