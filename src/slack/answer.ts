import type { KnownBlock, View } from "@slack/types";
import { modal, type Reply } from "../../templates/kit.ts";
import type { Log } from "../domain/ports.ts";
import { refusedWord, type SlackCall } from "./call.ts";
import type { Answer } from "./command.ts";
import { list, type Payload, record, text } from "./payload.ts";

/** How one ask came in, and by which ways its person can be answered. */
export interface Door {
  readonly kind: "command" | "button" | "form" | "shortcut";
  readonly ack: (body?: Payload) => Promise<void>;
  readonly userId: string;
  readonly triggerId: string | null;
  readonly responseUrl: string | null;
  /** The form or Home tab the ask came from. */
  readonly view: Payload | null;
  readonly channelId: string | null;
  /** The thread the ask's message is in. */
  readonly threadTs: string | null;
}

export interface Answering {
  readonly call: SlackCall;
  readonly log: Log;
}

function ephemeral(reply: Reply): Payload {
  return { response_type: "ephemeral", replace_original: false, text: reply.text, blocks: reply.blocks };
}

/** A reply shown as a form with nothing to fill in, for where no message can be shown. */
function asForm(reply: Reply): View {
  return modal({ callback: "tocsin.read", title: "Tocsin", close: "Close" }, reply.blocks as readonly KnownBlock[])
    .view;
}

/**
 * Acknowledges an ask with its answer, and gives it where the acknowledgement cannot carry it. For a repeat only the
 * acknowledgement is repeated: its form is open already, its person told.
 */
export async function giveAnswer(
  door: Door,
  answer: Answer | undefined,
  { call, log }: Answering,
  repeat = false,
): Promise<void> {
  const carried = acknowledgement(door, answer);
  await door.ack(carried);
  if (repeat || answer === undefined || carried !== undefined) return;
  try {
    await giveBeside(door, answer, call);
  } catch (error) {
    // Answers beside the acknowledgement are never durable: what was asked is recorded whatever becomes of them.
    log.warn({ err: error, door: door.kind }, "could not show an answer");
  }
}

/** What the acknowledgement itself can say; undefined where it can say nothing. */
function acknowledgement(door: Door, answer: Answer | undefined): Payload | undefined {
  if (answer === undefined) return undefined;
  if (door.kind === "command") {
    if ("modal" in answer) return undefined;
    return "text" in answer ? ephemeral(answer.text) : errorsAsText(answer.errors);
  }
  if (door.kind !== "form") return undefined;
  if ("errors" in answer) return { response_action: "errors", errors: placedErrors(answer.errors, door.view) };
  if ("modal" in answer) return { response_action: answer.push ? "push" : "update", view: answer.modal.view };
  // The form closes, and what is said follows where the person was; only where that is nowhere the form says it.
  return door.channelId ? undefined : { response_action: "update", view: asForm(answer.text) };
}

function errorsAsText(errors: Readonly<Record<string, string>>): Payload {
  return { response_type: "ephemeral", text: Object.values(errors).join("\n") };
}

/** Block ids of a form's inputs. */
export function inputNames(view: Payload | null): readonly string[] {
  return list(view?.blocks)
    .map(record)
    .filter((block) => block.type === "input")
    .map((block) => text(block.block_id))
    .filter((name) => name !== null);
}

/** Slack shows errors under inputs only: one that belongs to none is shown under the first. */
function placedErrors(
  errors: Readonly<Record<string, string>>,
  view: Payload | null,
): Readonly<Record<string, string>> {
  const names = inputNames(view);
  const placed: Record<string, string> = {};
  for (const [name, message] of Object.entries(errors)) {
    const at = names.includes(name) ? name : (names[0] ?? name);
    placed[at] = placed[at] ? `${placed[at]} ${message}` : message;
  }
  return placed;
}

async function giveBeside(door: Door, answer: Answer, call: SlackCall): Promise<void> {
  const inForm = door.view?.type === "modal";
  if ("modal" in answer) {
    const { view } = answer.modal;
    if (inForm && !answer.push) await call("views.update", { view_id: text(door.view?.id), view });
    else await call(inForm ? "views.push" : "views.open", { trigger_id: door.triggerId, view });
    return;
  }
  const said: Reply = "text" in answer ? answer.text : { text: Object.values(answer.errors).join("\n"), blocks: [] };
  const reply =
    said.blocks.length > 0
      ? said
      : { ...said, blocks: [{ type: "section", text: { type: "mrkdwn", text: said.text } } as const] };
  if (door.responseUrl && (await respond(door.responseUrl, ephemeral(reply)))) return;
  if (!door.channelId || (door.view && door.kind !== "form")) {
    await call(inForm ? "views.push" : "views.open", { trigger_id: door.triggerId, view: asForm(reply) });
    return;
  }
  await postEphemeral(door, reply, call);
}

async function postEphemeral(door: Door, reply: Reply, call: SlackCall): Promise<void> {
  const message = { text: reply.text, blocks: reply.blocks };
  const thread = door.threadTs ? { thread_ts: door.threadTs } : {};
  try {
    await call("chat.postEphemeral", { channel: door.channelId, user: door.userId, ...thread, ...message });
  } catch (error) {
    if (!refusedWord(error)) throw error;
    // Where the bot or the person is not in the channel, their direct messages are the place that is left.
    await call("chat.postMessage", { channel: door.userId, ...message });
  }
}

const respondMilliseconds = 5000;

/** Uses a response_url; false when it is used up or gone. It is a credential and never written anywhere. */
async function respond(url: string, body: Payload): Promise<boolean> {
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json; charset=utf-8" },
      body: JSON.stringify(body),
      redirect: "error",
      signal: AbortSignal.timeout(respondMilliseconds),
    });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}
