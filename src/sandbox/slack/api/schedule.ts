import type { JsonObject } from "../../page/protocol.ts";
import { readContent, requireContent } from "../content.ts";
import { type Core, nextId, seconds } from "../core.ts";
import { invalidArguments, SlackFailure } from "../failure.ts";
import { type Method, type MethodCall, paginate, required, text, wholeNumber } from "../method.ts";
import type { ScheduledMessage } from "../workspace.ts";
import { destination, post, requirePostable, shortText, threadOf } from "./chat.ts";

/** docs.slack.dev/reference/methods/chat.scheduleMessage: 120 days ahead, 30 messages in 5 minutes per channel. */
const farthest = 120 * 24 * 3600;
const mostInWindow = 30;
const window = 300;

function schedule(call: MethodCall): JsonObject {
  const { core } = call;
  const channel = destination(call);
  requirePostable(core, channel);
  const postAt = wholeNumber(call, "post_at");
  if (postAt === undefined) throw new SlackFailure("invalid_time");
  const now = seconds(core);
  if (postAt <= now) throw new SlackFailure("time_in_past");
  if (postAt > now + farthest) throw new SlackFailure("time_too_far");
  const near = Object.values(core.workspace.scheduled).filter(
    (one) => one.channel === channel.id && Math.floor(one.postAt / window) === Math.floor(postAt / window),
  );
  if (near.length >= mostInWindow) throw new SlackFailure("restricted_too_many");
  const content = readContent(core, call.args, shortText);
  requireContent(content);
  threadOf(channel, text(call, "thread_ts"));
  const { channel: _given, post_at: _time, ...message } = call.args;
  const scheduled: ScheduledMessage = { id: nextId(core, "Q"), channel: channel.id, postAt, created: now, message };
  core.workspace.scheduled[scheduled.id] = scheduled;
  arm(core, scheduled);
  return {
    channel: channel.id,
    scheduled_message_id: scheduled.id,
    post_at: String(postAt),
    message: { text: content.text ?? "", type: "delayed_message", blocks: content.blocks ?? [] },
  };
}

function arm(core: Core, scheduled: ScheduledMessage): void {
  core.clock.after(scheduled.postAt * 1000 - core.clock.now(), () => {
    const { scheduled: waiting, channels } = core.workspace;
    const channel = channels[scheduled.channel];
    if (!waiting[scheduled.id]) return;
    delete waiting[scheduled.id];
    if (!channel || channel.archived) return;
    const thread = scheduled.message.thread_ts;
    post(core, channel, readContent(core, scheduled.message, shortText), {
      threadTs: typeof thread === "string" && thread !== "" ? thread : null,
    });
  });
}

/** Sets the timers of messages that were scheduled before a restart. */
export function rearmScheduled(core: Core): void {
  for (const scheduled of Object.values(core.workspace.scheduled)) arm(core, scheduled);
}

/** chat.scheduleMessage and what goes with it. */
export const scheduleMethods: readonly Method[] = [
  { name: "chat.scheduleMessage", run: schedule },
  {
    name: "chat.deleteScheduledMessage",
    run: (call) => {
      const { scheduled } = call.core.workspace;
      const channel = destination(call);
      const id = required(call, "scheduled_message_id");
      if (scheduled[id]?.channel !== channel.id) throw new SlackFailure("invalid_scheduled_message_id");
      delete scheduled[id];
      return {};
    },
  },
  {
    name: "chat.scheduledMessages.list",
    run: (call) => {
      const { core } = call;
      const wanted = text(call, "channel");
      if (wanted !== undefined && !core.workspace.channels[wanted]) throw new SlackFailure("invalid_channel");
      const bounds = [
        wholeNumber(call, "oldest") ?? 0,
        wholeNumber(call, "latest") ?? Number.POSITIVE_INFINITY,
      ] as const;
      if (bounds[0] > bounds[1]) throw invalidArguments(["must be less than latest [json-pointer:/oldest]"]);
      const all = Object.values(core.workspace.scheduled).filter(
        (one) => (wanted === undefined || one.channel === wanted) && one.postAt >= bounds[0] && one.postAt <= bounds[1],
      );
      const page = paginate(call, all, 100, 1000);
      return {
        scheduled_messages: page.items.map((one) => ({
          id: one.id,
          channel_id: one.channel,
          post_at: one.postAt,
          date_created: one.created,
          text: one.message.text ?? "",
        })),
        response_metadata: { next_cursor: page.cursor },
      };
    },
  },
];
