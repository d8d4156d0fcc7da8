import type { OutboxRow } from "../../domain/outbox.ts";
import type { SlackCall } from "../call.ts";

/** How far Slack's clock and ours may differ when looking for what was done since a moment. */
export const clockSlackSeconds = 120;

interface FoundMessage {
  readonly ts: string;
  readonly metadata?: { readonly event_type?: string; readonly event_payload?: { readonly id?: string } };
  readonly files?: readonly { readonly id: string }[];
}

/** The time of the message that an attempt in doubt may have left; null when Slack does not have it. */
export async function findInHistory(
  call: SlackCall,
  where: { readonly channel: string; readonly row: OutboxRow; readonly threadTs: string | null },
  isIt: (message: FoundMessage) => boolean,
): Promise<string | null> {
  const { channel, row, threadTs } = where;
  const since = {
    channel,
    oldest: String(Math.floor(row.attemptedAt.getTime() / 1000) - clockSlackSeconds),
    include_all_metadata: true,
    limit: 200,
  };
  let cursor = "";
  do {
    const page = { ...since, ...(cursor ? { cursor } : {}) };
    const answer = threadTs
      ? await call("conversations.replies", { ...page, ts: threadTs })
      : await call("conversations.history", page);
    const found = ((answer.messages ?? []) as readonly FoundMessage[]).find(isIt);
    if (found) return found.ts;
    cursor = (answer.response_metadata as { readonly next_cursor?: string } | undefined)?.next_cursor ?? "";
  } while (cursor);
  return null;
}
