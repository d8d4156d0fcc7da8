import { readMove, readPin, readPost, readReactions } from "../domain/capture/post.ts";
import type { ChannelReader, Listed, ListedPage, Reading } from "../domain/capture/reader.ts";
import { type SlackCall, SlackCallError } from "./call.ts";
import { list, type Payload, record, text } from "./payload.ts";

/** docs.slack.dev recommends no more than 200 at a time; fewer are compared in one transaction. */
const pageSize = 100;
const awaySeconds = 10;

/** Reads channels and threads page by page for the job that compares them with what was captured. */
export function channelReader(options: { readonly call: SlackCall; readonly botUserId: () => string }): ChannelReader {
  const read = async (method: string, args: Payload & { readonly channel: string }): Promise<Reading<ListedPage>> => {
    try {
      const answer = await options.call(method, { ...args, limit: pageSize });
      const cursor = text(record(answer.response_metadata).next_cursor);
      return {
        read: {
          listed: list(answer.messages).map((one) => listed(record(one), args.channel, options.botUserId())),
          nextCursor: answer.has_more === true ? cursor : null,
          isLimited: answer.is_limited === true,
        },
      };
    } catch (error) {
      if (!(error instanceof SlackCallError)) throw error;
      const { trouble } = error;
      if (trouble.kind === "limited") return { laterSeconds: Math.max(1, trouble.seconds) };
      if (trouble.kind === "refused") return { gone: trouble.word };
      return { laterSeconds: awaySeconds };
    }
  };
  return {
    history: (channel, { latest, cursor }) =>
      read("conversations.history", { channel, latest, inclusive: true, ...(cursor ? { cursor } : {}) }),
    replies: (channel, ts, cursor) => read("conversations.replies", { channel, ts, ...(cursor ? { cursor } : {}) }),
  };
}

function listed(raw: Payload, channelId: string, botUserId: string): Listed {
  const post = raw.user === botUserId ? null : readPost(raw);
  return {
    ts: text(raw.ts) ?? "",
    post,
    isTombstone: raw.subtype === "tombstone",
    moved: readMove(raw),
    replies: typeof raw.reply_count === "number" ? raw.reply_count : 0,
    pinnedBy: readPin(raw, channelId),
    reactions: post ? readReactions(raw) : [],
  };
}
