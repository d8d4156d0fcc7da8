import type { Json, JsonObject } from "../page/protocol.ts";
import type { Core } from "./core.ts";
import { invalidArguments, invalidBlocks, SlackFailure } from "./failure.ts";
import { identify } from "./identify.ts";
import { storedText } from "./text.ts";
import { checkBlocks } from "./validator/validator.ts";

/** The part of a message that its author writes; undefined where it was not given. */
export interface Content {
  readonly text: string | undefined;
  readonly blocks: JsonObject[] | undefined;
  readonly attachments: JsonObject[] | undefined;
  readonly metadata: JsonObject | undefined;
}

export interface ContentRules {
  /** What a longer text gets; without a rule it is cut at 40,000 characters as chat.postMessage does. */
  readonly longest?: number;
}

/** Reads and checks a message's content as every method and answer that carries one does. */
export function readContent(core: Core, given: JsonObject, rules: ContentRules = {}): Content {
  const blocks = readBlocks(given.blocks);
  const attachments = readAttachments(core, given.attachments);
  const text = readText(given, rules);
  const markdown = given.markdown_text;
  if (typeof markdown === "string" && markdown !== "") {
    if (text !== undefined || blocks !== undefined) throw new SlackFailure("markdown_text_conflict");
    if ([...markdown].length > 12_000) throw new SlackFailure("msg_too_long");
    const block = { type: "markdown", text: markdown };
    return { text: markdown, blocks: identify(core, [block]), attachments, metadata: readMetadata(given.metadata) };
  }
  return {
    text,
    blocks: blocks && identify(core, blocks),
    attachments,
    metadata: readMetadata(given.metadata),
  };
}

/** Refuses content that would show nothing. */
export function requireContent(content: Content): void {
  const shows =
    (content.text?.trim() ?? "") !== "" || (content.blocks?.length ?? 0) > 0 || (content.attachments?.length ?? 0) > 0;
  if (!shows) throw new SlackFailure("no_text");
}

function readText(given: JsonObject, rules: ContentRules): string | undefined {
  const { text } = given;
  if (text === undefined || text === null) return undefined;
  if (typeof text === "object") throw invalidArguments(["must provide a string [json-pointer:/text]"]);
  const characters = [...String(text)];
  if (rules.longest !== undefined && characters.length > rules.longest) throw new SlackFailure("msg_too_long");
  return storedText(characters.slice(0, 40_000).join(""));
}

function parsed(value: Json | undefined, error: string): Json | undefined {
  if (typeof value !== "string") return value;
  if (value === "") return undefined;
  try {
    return JSON.parse(value) as Json;
  } catch {
    throw new SlackFailure(error);
  }
}

/** The most JSON Slack takes as blocks, as blocks.validate states it (docs.slack.dev/reference/methods/blocks.validate). */
const longestBlocks = 100_000;

function readBlocks(given: Json | undefined): JsonObject[] | undefined {
  const blocks = parsed(given, "invalid_blocks_format");
  if (blocks === undefined || blocks === null) return undefined;
  if (!Array.isArray(blocks)) throw new SlackFailure("invalid_blocks_format");
  if (JSON.stringify(blocks).length > longestBlocks) throw new SlackFailure("msg_blocks_too_long");
  const problems = checkBlocks("message", blocks, "/blocks");
  if (problems.length > 0) throw invalidBlocks(problems);
  return blocks as JsonObject[];
}

function readAttachments(core: Core, given: Json | undefined): JsonObject[] | undefined {
  const attachments = parsed(given, "invalid_attachments");
  if (attachments === undefined || attachments === null) return undefined;
  if (!Array.isArray(attachments)) throw new SlackFailure("invalid_attachments");
  if (attachments.length > 100) throw new SlackFailure("too_many_attachments");
  return attachments.map((attachment: Json, index) => {
    if (typeof attachment !== "object" || attachment === null || Array.isArray(attachment)) {
      throw new SlackFailure("invalid_attachments");
    }
    const { blocks, ...rest } = attachment as JsonObject;
    const numbered = { id: index + 1, ...rest };
    if (blocks === undefined) return numbered;
    const problems = checkBlocks("message", blocks, `/attachments/${index}/blocks`);
    if (problems.length > 0) throw invalidBlocks(problems, "invalid_attachments");
    return { ...numbered, blocks: identify(core, blocks as JsonObject[]) };
  });
}

function readMetadata(given: Json | undefined): JsonObject | undefined {
  const metadata = parsed(given, "invalid_metadata_format");
  if (metadata === undefined || metadata === null) return undefined;
  if (typeof metadata !== "object" || Array.isArray(metadata)) throw new SlackFailure("invalid_metadata_format");
  const { event_type: type, event_payload: payload, ...rest } = metadata as JsonObject;
  const shaped =
    typeof type === "string" &&
    type !== "" &&
    typeof payload === "object" &&
    payload !== null &&
    !Array.isArray(payload) &&
    Object.keys(rest).every((key) => key === "entities");
  if (!shaped) throw new SlackFailure("invalid_metadata_schema");
  // The limit is not published; 8 KB is what the platform notes advise to stay under.
  if (JSON.stringify(metadata).length > 8_192) throw new SlackFailure("metadata_too_large");
  return metadata as JsonObject;
}
