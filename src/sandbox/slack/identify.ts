import type { Json, JsonObject } from "../page/protocol.ts";
import { type Core, nextId } from "./core.ts";
import { facts } from "./validator/facts.ts";

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function complete(core: Core, value: Json): Json {
  if (Array.isArray(value)) return value.map((item: Json) => complete(core, item));
  if (!isObject(value)) return value;
  const inner = Object.fromEntries(Object.entries(value).map(([key, one]) => [key, complete(core, one)]));
  if (value.type === "plain_text" && value.emoji === undefined) return { ...inner, emoji: true };
  if (value.type === "mrkdwn" && value.verbatim === undefined) return { ...inner, verbatim: false };
  const interactive = facts.elements[String(value.type)]?.interactive ?? false;
  return interactive && value.action_id === undefined ? { ...inner, action_id: nextId(core, "a") } : inner;
}

function identifyBlock(core: Core, block: JsonObject): JsonObject {
  const children = Array.isArray(block.child_blocks)
    ? { child_blocks: identify(core, block.child_blocks as JsonObject[]) }
    : {};
  const whole: JsonObject = { ...(complete(core, block) as JsonObject), ...children };
  return whole.block_id === undefined ? { ...whole, block_id: nextId(core, "b") } : whole;
}

/** Blocks as Slack keeps them: every block and every interactive element has an id, text objects are complete. */
export function identify(core: Core, blocks: readonly JsonObject[]): JsonObject[] {
  return blocks.map((block) => identifyBlock(core, block));
}
