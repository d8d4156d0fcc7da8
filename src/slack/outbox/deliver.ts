import { redraw } from "../../domain/incident/notices.ts";
import type { OutboxRow, OutboxRows, Sending } from "../../domain/outbox.ts";
import type { App } from "../../domain/ports.ts";
import { Refusal } from "../../errors.ts";
import { type SlackCall, SlackCallError } from "../call.ts";
import type { Budget } from "./budget.ts";
import { sendArchive, sendBookmark, sendChannel, sendRemoval, sendRetirement, sendTopic } from "./channels.ts";
import { sendCanvas, sendFiles } from "./documents.ts";
import { sendGroup } from "./groups.ts";
import { sendInvite } from "./invite.ts";
import { sendCard, sendHome, sendMessage, sendPin, sendReaction } from "./messages.ts";
import type { OutboxOptions } from "./outbox.ts";
import { NotNow, NotYet, type Record as Recording, type Sender, type SenderContext, Undeliverable } from "./sender.ts";
import { isPassing } from "./trouble.ts";

const longestTryingMilliseconds = 24 * 3_600_000;
const longestPauseSeconds = 60;
/** Somebody has to invite the bot or make the channel; that takes people minutes. */
const notYetSeconds = 120;
/** What may have been done is looked up no sooner: Slack may still be at it. */
const doubtPauseSeconds = 2;
/** So often the record of an attempt may break on our own side before the row is put back to be looked up. */
const mostBreaks = 3;

const senders: { readonly [K in Sending["kind"]]: Sender<Extract<Sending, { kind: K }>> } = {
  card: sendCard,
  message: sendMessage,
  channel: sendChannel,
  topic: sendTopic,
  invite: sendInvite,
  bookmark: sendBookmark,
  archive: sendArchive,
  remove: sendRemoval,
  "retire-channel": sendRetirement,
  files: sendFiles,
  canvas: sendCanvas,
  group: sendGroup,
  home: sendHome,
  react: sendReaction,
  pin: sendPin,
};

/** How an attempt is recorded; false when the row is no longer this attempt's. */
type Settling = (app: App, rows: OutboxRows) => Promise<boolean>;

interface Ends {
  /** Calls that are not answered by then are in doubt. */
  readonly giveUp: AbortSignal;
  /** Nothing can be recorded any more. */
  readonly stopped: AbortSignal;
}

/** Makes what carries out one row and records how it ended; never throws. */
export function createDeliver(options: OutboxOptions, budget: Budget, ends: Ends): (row: OutboxRow) => Promise<void> {
  const context: SenderContext = {
    ...options,
    call: budgeted(abandoned(options.call, ends.giveUp), budget),
    directChannels: new Map(),
  };
  return async (row) => {
    const send = senders[row.intent.kind] as Sender<Sending>;
    let recording: Recording | undefined;
    try {
      recording = await send(context, row, row.intent);
    } catch (error) {
      await settleTrouble(options, ends, row, error);
      return;
    }
    await settle(options, ends, row, "sent", async (app, rows) => {
      const settled = await rows.sent(row);
      if (settled === "overtaken") return false;
      await recording?.(app, rows);
      if (settled === "mended" || row.attempts > 1) await redrawCard(app, row);
      return true;
    });
  };
}

/** Does not wait for an answer for longer than there is time; the call may have been done. */
function abandoned(call: SlackCall, giveUp: AbortSignal): SlackCall {
  return async (method, args) => {
    const given = Promise.withResolvers<never>();
    const end = () => given.reject(new SlackCallError(method, { kind: "in-doubt" }, giveUp.reason));
    if (giveUp.aborted) throw new SlackCallError(method, { kind: "unreachable" }, giveUp.reason);
    giveUp.addEventListener("abort", end, { once: true });
    try {
      return await Promise.race([call(method, args), given.promise]);
    } finally {
      giveUp.removeEventListener("abort", end);
    }
  };
}

/** Every call asks the budget first; Slack's own "too many" is remembered there. */
function budgeted(call: SlackCall, budget: Budget): SlackCall {
  return async (method, args = {}) => {
    const channel = typeof args.channel === "string" ? args.channel : null;
    const until = budget.take(method, channel);
    if (until) throw new NotNow(method, until);
    try {
      return await call(method, args);
    } catch (error) {
      if (error instanceof SlackCallError && error.trouble.kind === "limited") {
        budget.limited(method, channel, error.trouble.seconds);
      }
      throw error;
    }
  };
}

async function settleTrouble(options: OutboxOptions, ends: Ends, row: OutboxRow, error: unknown): Promise<void> {
  const now = options.now();
  if (error instanceof NotNow) {
    await settle(options, ends, row, "waiting", (_, rows) =>
      rows.again(row, error.until, { inDoubt: row.inDoubt, error: "", asked: false }),
    );
    return;
  }
  const why = whyOf(error);
  const age = now.getTime() - row.createdAt.getTime();
  const final = error instanceof Undeliverable || why.final || age > longestTryingMilliseconds;
  const fields = { err: error, kind: row.intent.kind, attempts: row.attempts };
  if (final) {
    options.log.warn(fields, "Slack will not take this");
    await settle(options, ends, row, "failed", async (app, rows) => {
      const userIds = error instanceof Undeliverable ? error.userIds : undefined;
      const settled = await rows.failed(row, why.word, userIds);
      if (settled) await redrawCard(app, row);
      return settled;
    });
    return;
  }
  options.log.info(fields, "Slack did not take this yet; trying again");
  const pause =
    why.seconds ??
    Math.max(why.inDoubt ? doubtPauseSeconds : 1, Math.min(longestPauseSeconds, 2 ** Math.min(row.attempts - 1, 6)));
  const due = new Date(now.getTime() + pause * 1000);
  await settle(options, ends, row, "retried", async (app, rows) => {
    const inDoubt = row.inDoubt || why.inDoubt;
    const settled = await rows.again(row, due, { inDoubt, error: why.word, asked: true });
    if (settled && row.attempts === 1) await redrawCard(app, row);
    return settled;
  });
}

interface Why {
  readonly word: string;
  readonly final: boolean;
  readonly inDoubt: boolean;
  readonly seconds: number | null;
}

function whyOf(error: unknown): Why {
  if (error instanceof Undeliverable) return { word: error.message, final: true, inDoubt: false, seconds: null };
  if (error instanceof NotYet) return { word: error.message, final: false, inDoubt: false, seconds: notYetSeconds };
  if (error instanceof SlackCallError) {
    const { trouble } = error;
    if (trouble.kind === "refused")
      return { word: trouble.word, final: !isPassing(trouble.word), inDoubt: false, seconds: null };
    if (trouble.kind === "limited")
      return { word: "ratelimited", final: false, inDoubt: false, seconds: Math.max(1, trouble.seconds) };
    return {
      word: trouble.kind === "unreachable" ? "unreachable" : "no_answer",
      final: false,
      inDoubt: trouble.kind === "in-doubt",
      seconds: null,
    };
  }
  // A fault of ours or of the database: the call may have been made.
  return { word: "internal", final: false, inDoubt: true, seconds: null };
}

/** The card says what is missing, so it is drawn again when that changes. */
async function redrawCard(app: App, row: OutboxRow): Promise<void> {
  if (row.incidentId === null) return;
  if (row.intent.kind === "card" && row.intent.view === "incident.card") return;
  const place = { incident: row.incidentId };
  if (row.intent.kind === "channel") {
    // Without a channel there is no card: the announcement is what people see.
    const incident = await app.incidents.byId(row.incidentId);
    if (incident) await redraw(app, incident);
    return;
  }
  await app.outbox.add({ kind: "card", view: "incident.card", subject: row.incidentId, place, pin: true }, "cosmetic");
}

/** Records how an attempt ended; while the database is away it waits, for the row must not be sent again unlooked. */
async function settle(
  options: OutboxOptions,
  ends: Ends,
  row: OutboxRow,
  outcome: string,
  settling: Settling,
): Promise<void> {
  let breaks = 0;
  for (let pause = 100; !ends.stopped.aborted; pause = Math.min(pause * 2, 2000)) {
    try {
      const settled = await options.work(breaks < mostBreaks ? settling : putBack(options, row));
      const age = (options.now().getTime() - row.createdAt.getTime()) / 1000;
      options.metrics.delivered(row.lane, settled ? outcome : "overtaken", age);
      return;
    } catch (error) {
      const away = error instanceof Refusal && error.code === "try_again";
      if (!away) breaks += 1;
      const fields = { err: error, kind: row.intent.kind };
      if (breaks === mostBreaks) options.log.error(fields, "What became of a write to Slack cannot be recorded");
      else options.log.warn(fields, "Could not record what became of a write to Slack");
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}

/** A fault of ours must not keep a place in the outbox for ever: the row comes again, and is looked up. */
function putBack(options: OutboxOptions, row: OutboxRow): Settling {
  const due = new Date(options.now().getTime() + longestPauseSeconds * 1000);
  return (_, rows) => rows.again(row, due, { inDoubt: true, error: "internal", asked: true });
}
