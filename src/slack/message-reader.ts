import { bodyOf } from "../domain/capture/post.ts";
import type { MessageReader, SlackMessage } from "../domain/slack-side.ts";
import { refusedWord, type SlackCall } from "./call.ts";
import { list, type Payload, record, text } from "./payload.ts";

/** Words for a message or channel that is not there for the bot. */
const gone = new Set(["channel_not_found", "thread_not_found", "not_in_channel", "message_not_found", "is_archived"]);

export function messageReader(call: SlackCall): MessageReader {
  return {
    read: async (channelId, ts) => {
      try {
        // conversations.replies finds replies by their own ts, and messages without a thread as well.
        // Source: docs.slack.dev/reference/methods/conversations.replies
        const window = { channel: channelId, ts, oldest: ts, latest: ts, inclusive: true, limit: 10 };
        const answer = await call("conversations.replies", window);
        const found = list(answer.messages)
          .map(record)
          .find((message) => message.ts === ts);
        return found ? message(found) : null;
      } catch (error) {
        const word = refusedWord(error);
        if (word && gone.has(word)) return null;
        throw error;
      }
    },
  };
}

function message(found: Payload): SlackMessage {
  const threadTs = text(found.thread_ts);
  return {
    userId: text(found.user),
    text: bodyOf(found),
    threadTs: threadTs === found.ts ? null : threadTs,
    editedTs: text(record(found.edited).ts),
    files: list(found.files).map((one) => {
      const file = record(one);
      return { name: text(file.name) ?? text(file.title) ?? "file", permalink: text(file.permalink) };
    }),
  };
}
