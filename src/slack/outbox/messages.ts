import type { Drawn, Reply } from "../../../templates/kit.ts";
import type { Intent, Place } from "../../domain/intent.ts";
import { type OutboxRow, placeKey } from "../../domain/outbox.ts";
import { refusedWord } from "../call.ts";
import { findInHistory } from "./look-up.ts";
import { channelOf, NotYet, type Record, type Sender, type SenderContext } from "./sender.ts";

type Card = Extract<Intent, { kind: "card" }>;
type Message = Extract<Intent, { kind: "message" }>;

/** A message is found again by what it carries; source: docs.slack.dev/messaging/message-metadata */
export const metadataType = "tocsin";

/** Words by which Slack says that the message to edit is not there (any more). */
const gone = new Set([
  "message_not_found",
  "cant_update_message",
  "edit_window_closed",
  "channel_not_found",
  "is_inactive",
]);

const putRightInSlack = new Set(["channel_not_found", "not_in_channel", "is_archived", "restricted_action"]);

/** What people look after in Slack is waited for: a channel that the configuration names and that is not there yet. */
function patient<I extends Card | Message>(send: Sender<I>): Sender<I> {
  return async (context, row, intent) => {
    try {
      return await send(context, row, intent);
    } catch (error) {
      const word = refusedWord(error);
      if (word === null || !("named" in intent.place) || !putRightInSlack.has(word)) throw error;
      throw new NotYet(word);
    }
  };
}

/** Posts a card the first time, edits it after that; posts it anew when somebody deleted it. */
export const sendCard: Sender<Card> = patient(async (context, row, intent) => {
  const drawn = await context.render(intent.view, intent.subject);
  if (!drawn || !("reply" in drawn)) return undefined;
  const place = placeKey(intent.place);
  const posted = await context.work((_, rows) => rows.card(intent.view, intent.subject, place));
  if (posted) {
    try {
      await context.call("chat.update", { channel: posted.channelId, ts: posted.ts, ...content(drawn) });
      return undefined;
    } catch (error) {
      const word = refusedWord(error);
      if (word === null || !gone.has(word)) throw error;
      await context.work((_, rows) => rows.forgetCard(intent.view, intent.subject, place));
    }
  }
  const at = await post(context, row, intent.place, drawn, null);
  if (!at) return undefined;
  return async (_, rows) => {
    await rows.keepCard(intent.view, intent.subject, place, at);
    if (intent.pin) await rows.addPin(at.channelId, at.ts, row.incidentId);
  };
});

/** Posts a message once. */
export const sendMessage: Sender<Message> = patient(async (context, row, intent) => {
  const drawn = await context.render(intent.view, intent.subject);
  if (!drawn || !("reply" in drawn)) return undefined;
  await post(context, row, intent.place, drawn, await threadOf(context, intent));
  return undefined;
});

async function threadOf(context: SenderContext, intent: Message): Promise<string | null> {
  const { thread } = intent;
  if (!thread) return null;
  if ("ts" in thread) return thread.ts;
  return (await context.work((app) => app.outbox.posted(thread.card, thread.subject)))?.ts ?? null;
}

async function post(
  context: SenderContext,
  row: OutboxRow,
  place: Place,
  drawn: Extract<Drawn, { reply: unknown }>,
  threadTs: string | null,
): Promise<{ readonly channelId: string; readonly ts: string } | null> {
  const channel = await channelOf(context, place);
  if (!channel) return null;
  if (row.inDoubt) {
    const found = await findInHistory(
      context.call,
      { channel, row, threadTs },
      ({ metadata }) => metadata?.event_type === metadataType && metadata.event_payload?.id === row.id,
    );
    if (found) return { channelId: channel, ts: found };
  }
  const send = (reply: Reply) =>
    context.call("chat.postMessage", {
      channel,
      ...content({ reply }),
      ...(threadTs ? { thread_ts: threadTs } : {}),
      metadata: { event_type: metadataType, event_payload: { id: row.id } },
      unfurl_links: false,
      unfurl_media: false,
    });
  const answer = await send(drawn.reply).catch((error: unknown) => {
    const bare = drawn.reply.blocks.filter((block) => !isChart(block));
    // A workspace that has no charts yet refuses the whole message for them; the words say the same.
    if (refusedWord(error) !== "invalid_blocks" || bare.length === drawn.reply.blocks.length) throw error;
    return send({ ...drawn.reply, blocks: bare });
  });
  return { channelId: typeof answer.channel === "string" ? answer.channel : channel, ts: String(answer.ts) };
}

function isChart(block: { readonly type: string }): boolean {
  return block.type === "data_visualization";
}

function content(drawn: Extract<Drawn, { reply: unknown }>) {
  return { text: drawn.reply.text, blocks: drawn.reply.blocks };
}

/** Pins a card; pinned already is fine. */
export const sendPin: Sender<{ readonly channel: string; readonly ts: string }> = async ({ call }, _row, intent) => {
  await tolerating(["already_pinned"], () => call("pins.add", { channel: intent.channel, timestamp: intent.ts }));
  return undefined;
};

/** Adds the bot's own reaction; there already is fine. */
export const sendReaction: Sender<{ readonly channel: string; readonly ts: string; readonly name: string }> = async (
  { call },
  _row,
  intent,
) => {
  await tolerating(["already_reacted"], () =>
    call("reactions.add", { channel: intent.channel, timestamp: intent.ts, name: intent.name }),
  );
  return undefined;
};

/** Publishes a person's App Home. */
export const sendHome: Sender<{ readonly userId: string }> = async (
  context,
  _row,
  intent,
): Promise<Record | undefined> => {
  const drawn = await context.render("home", intent.userId);
  if (drawn && "home" in drawn) {
    await context.call("views.publish", { user_id: intent.userId, view: { type: "home", blocks: drawn.home.blocks } });
  }
  return undefined;
};

/** Does the work, and takes Slack's refusals in those words for done. */
export async function tolerating(words: readonly string[], work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const word = refusedWord(error);
    if (word === null || !words.includes(word)) throw error;
  }
}
