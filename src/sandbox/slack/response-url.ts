import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Json, JsonObject } from "../page/protocol.ts";
import { post, threadOf } from "./api/chat.ts";
import { type Content, readContent, requireContent } from "./content.ts";
import type { Core, ResponseUrl } from "./core.ts";
import { dismissEphemeral, findEphemeral, showEphemeral } from "./ephemerals.ts";
import { invalidArguments, SlackFailure } from "./failure.ts";
import { changeMessage, findMessage, removeMessage } from "./messages.ts";
import { forgetOld } from "./triggers.ts";
import { readBody } from "./web-api.ts";
import type { Channel } from "./workspace.ts";

/** docs.slack.dev/interactivity/handling-user-interaction: five uses within half an hour. */
const mostUses = 5;
const lifetime = 30 * 60_000;

/** Everything an answer to a command or a response_url may hold. */
const keys = new Set(
  "text blocks attachments response_type replace_original delete_original thread_ts metadata mrkdwn markdown_text parse link_names unfurl_links unfurl_media".split(
    " ",
  ),
);

/** A fresh response_url for something a person did in a channel. */
export function newResponseUrl(
  core: Core,
  given: Omit<ResponseUrl, "at" | "uses">,
  kind: "commands" | "actions",
): string {
  const { team } = core.workspace;
  const path = `/${kind}/${team.id}/${core.clock.now()}/${randomBytes(12).toString("hex")}`;
  forgetOld(core.session.responseUrls, core.clock.now() - 2 * lifetime);
  core.session.responseUrls.set(path, { ...given, at: core.clock.now(), uses: 0 });
  return `${core.baseUrl}${path}`;
}

/** Answers a POST to a response_url. Slack says what is wrong with a 4xx status and its error name. */
export async function answerResponseUrl(
  core: Core,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = (await readBody(request)).toString("utf8");
  const reply = (status: number, answer: JsonObject) => {
    response.writeHead(status, { "content-type": "application/json; charset=utf-8" });
    response.end(JSON.stringify(answer));
  };
  const known = core.session.responseUrls.get(path);
  if (!known) return reply(404, { ok: false, error: "not_found" });
  if (core.clock.now() - known.at > lifetime) return reply(404, { ok: false, error: "expired_url" });
  if (known.uses >= mostUses) return reply(404, { ok: false, error: "used_url" });
  try {
    useAnswer(core, known, parse(body));
    known.uses += 1;
    return reply(200, { ok: true });
  } catch (error) {
    if (!(error instanceof SlackFailure)) throw error;
    return reply(400, { ok: false, error: error.code, ...error.fields });
  }
}

function parse(body: string): Json {
  try {
    return JSON.parse(body) as Json;
  } catch {
    throw new SlackFailure("invalid_payload");
  }
}

/** Carries out what an answer says: a new message, a changed one, or one taken away. */
export function useAnswer(core: Core, to: ResponseUrl, answer: Json): void {
  if (typeof answer !== "object" || answer === null || Array.isArray(answer)) throw new SlackFailure("invalid_payload");
  const given = answer as JsonObject;
  checkKeys(given);
  const channel = core.workspace.channels[to.channel];
  if (!channel) throw new SlackFailure("channel_not_found");
  const deletes = isTrue(given.delete_original);
  if (deletes && to.original) takeAway(core, to, channel);
  // Beside delete_original, anything else is posted as well (facts, responseUrl).
  if (deletes && Object.keys(given).length === 1) return;
  const content = readContent(core, given);
  requireContent(content);
  if (isTrue(given.replace_original) && to.original && !deletes) {
    replace(core, to, channel, content);
    return;
  }
  const thread = threadOf(channel, typeof given.thread_ts === "string" ? given.thread_ts : undefined);
  if (given.response_type !== "in_channel") {
    showEphemeral(core, channel.id, to.person, content, thread);
    return;
  }
  if (channel.archived) throw new SlackFailure("is_archived");
  post(core, channel, content, { threadTs: thread, subtype: "bot_message" });
}

function checkKeys(given: JsonObject): void {
  const problems = Object.entries(given).flatMap(([key, value]) => {
    if (!keys.has(key)) return [`invalid additional property: ${key} [json-pointer:]`];
    return value === null ? [`must provide a value [json-pointer:/${key}]`] : [];
  });
  if (problems.length > 0) throw invalidArguments(problems);
  const type = given.response_type;
  if (type !== undefined && type !== "in_channel" && type !== "ephemeral") {
    throw invalidArguments(["must be a valid enum value [json-pointer:/response_type]"]);
  }
}

function isTrue(value: Json | undefined): boolean {
  return value === true || value === "true";
}

function takeAway(core: Core, to: ResponseUrl, channel: Channel): void {
  if (!to.original) return;
  if (to.original.ephemeral) {
    dismissEphemeral(core, to.person, channel.id, to.original.ts);
    return;
  }
  const message = findMessage(channel, to.original.ts);
  if (message) removeMessage(core, channel, message);
}

function replace(core: Core, to: ResponseUrl, channel: Channel, content: Content): void {
  const original = to.original;
  if (!original) return;
  const change = { text: content.text ?? "", blocks: content.blocks ?? [], attachments: content.attachments ?? [] };
  if (original.ephemeral) {
    const message = findEphemeral(core, to.person, channel.id, original.ts);
    if (message) Object.assign(message, change);
    core.changed({ person: to.person });
    return;
  }
  const message = findMessage(channel, original.ts);
  if (!message) throw new SlackFailure("message_not_found");
  changeMessage(core, channel, message, change);
}
