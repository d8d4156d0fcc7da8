import type { NewTimelineEntry, TimelineEntry } from "./entry.ts";

export interface TimelineRecords {
  readonly add: (entry: NewTimelineEntry) => Promise<TimelineEntry>;
  /** Oldest first, hidden ones left out unless asked for. */
  readonly list: (
    incidentId: string,
    options?: { readonly hidden?: boolean; readonly limit?: number; readonly before?: Date },
  ) => Promise<readonly TimelineEntry[]>;
  readonly byId: (id: string) => Promise<TimelineEntry | null>;
  /** A message stands on one timeline at most; hidden entries are found too. */
  readonly bySource: (channelId: string, ts: string) => Promise<TimelineEntry | null>;
  /** Takes away the words of an entry whose message was deleted, and those it had before; it is not shown again. */
  readonly erase: (id: string) => Promise<void>;
  /**
   * With `editedTs` (Slack's time of a message's edit) the text is taken only if that edit is newer than the one
   * known: events come in any order.
   */
  readonly change: (
    id: string,
    changes: { readonly text?: string; readonly at?: Date; readonly hidden?: boolean; readonly editedTs?: string },
    by: string | null,
  ) => Promise<void>;
}

/**
 * Reactions and pins as Slack last said, whatever order its events came in: the newest event time for each item,
 * person and name wins.
 */
export interface ReactionRecords {
  /** Answers whether this event is newer than what was known and changed it. */
  readonly note: (mark: {
    readonly channelId: string;
    readonly ts: string;
    readonly userId: string;
    readonly name: string;
    readonly on: boolean;
    readonly eventTs: string;
  }) => Promise<boolean>;
  /** Who holds that mark on the message now. */
  readonly holders: (channelId: string, ts: string, name: string) => Promise<readonly string[]>;
}
