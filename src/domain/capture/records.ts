/** Where a capture came from: an event as it happened, or a later comparison with Slack. */
export type CaptureVia = "event" | "back-fill";

/** A file as a message names it. */
export interface PostFile {
  readonly id: string;
  readonly name: string;
  readonly mimetype: string;
  /** Bytes. */
  readonly size: number;
  /** Where its bytes are, for whoever has the bot's token; null where Slack holds none: a link, a file that is gone. */
  readonly url: string | null;
  readonly gone: boolean;
}

/** A message as Slack says it is at one moment. */
export interface Post {
  readonly ts: string;
  /** The first message of its thread; null for one that is in none or begins one. */
  readonly threadTs: string | null;
  readonly authorId: string | null;
  /** What an app calls itself where there is no user behind it. */
  readonly authorName: string | null;
  /** Slack's mrkdwn. */
  readonly text: string;
  /** Slack's time of its last edit; null for one that was never edited. */
  readonly editedTs: string | null;
  readonly files: readonly PostFile[];
}

/** A message of the log as it reads now. */
export interface CapturedMessage {
  readonly incidentId: string;
  readonly channelId: string;
  readonly ts: string;
  readonly sentAt: Date;
  readonly threadTs: string | null;
  readonly authorId: string | null;
  readonly authorName: string | null;
  /** Null for one that was deleted: who wrote it and when is all that is left. */
  readonly text: string | null;
  readonly editedTs: string | null;
  readonly deletedAt: Date | null;
}

/** Waiting for its copy; kept; too big to copy; not to be had; erased with its message. */
export type FileState = "waiting" | "kept" | "too-big" | "unavailable" | "erased";

export interface CapturedFile {
  readonly channelId: string;
  readonly ts: string;
  readonly fileId: string;
  readonly name: string;
  readonly mimetype: string;
  readonly size: number;
  readonly url: string | null;
  readonly state: FileState;
}

/** One line of the append-only log. */
export interface CaptureLine {
  readonly seq: number;
  readonly ts: string;
  readonly kind: "message" | "edit" | "deletion" | "reaction-added" | "reaction-removed";
  readonly actorId: string | null;
  readonly text: string | null;
  readonly at: Date;
  readonly via: CaptureVia;
}

/** How many of each were fetched later because no event told of them. */
export interface Found {
  readonly messages: number;
  readonly edits: number;
  readonly deletions: number;
  readonly reactions: number;
  /** Slack's times of the first and the last message concerned; null while there is none. */
  readonly firstTs: string | null;
  readonly lastTs: string | null;
}

export interface CaptureGap {
  readonly from: Date;
  readonly to: Date;
  readonly foundAt: Date;
  readonly foundFor: ReconcileReason;
  readonly found: Found;
}

export type ReconcileReason = "start" | "reconnect" | "resolve" | "asked";

/** What became of an incident's channel by hand. */
export interface ChannelCondition {
  readonly isArchived: boolean;
  readonly isDeleted: boolean;
  readonly botIsOut: boolean;
}

/** A comparison with Slack under way: it goes on from here, whichever process takes it up. */
export interface Reconciliation {
  readonly incidentId: string;
  readonly channelId: string;
  readonly reason: ReconcileReason;
  readonly stage: "history" | "threads";
  /** What was said later than this is not looked at. */
  readonly untilTs: string;
  /** Pages come newest first; everything above this was compared. */
  readonly aboveTs: string;
  readonly cursor: string | null;
  readonly found: Found;
}

export interface CaptureCounts {
  readonly messages: number;
  readonly deleted: number;
  readonly edits: number;
  readonly threads: number;
  readonly reactions: number;
  readonly files: Readonly<Record<FileState, number>>;
  readonly backFilled: number;
  readonly reconciledAt: Date | null;
  readonly reconciledFor: ReconcileReason | null;
  /** Asked for and not done yet. */
  readonly underWay: boolean;
  /** Slack's word for why the channel could not be read; null where it could. */
  readonly trouble: string | null;
}

export interface CaptureRecords {
  /**
   * Writes a message, or an edit of one, if the channel is an incident's; a body that is known already is written
   * once, and none is written for a message that was deleted. `seenTs` orders what Slack said at different moments.
   */
  readonly message: (
    channelId: string,
    post: Post,
    seen: { readonly seenTs: string; readonly via: CaptureVia },
  ) => Promise<{ readonly incidentId: string; readonly written: boolean; readonly deleted: boolean } | null>;
  /** Erases a message and its files, or sees to it that none comes; null where the channel is no incident's. */
  readonly deletion: (
    channelId: string,
    gone: {
      readonly ts: string;
      readonly threadTs: string | null;
      readonly authorId: string | null;
      readonly authorName: string | null;
      readonly at: Date;
      readonly via: CaptureVia;
    },
  ) => Promise<{ readonly incidentId: string; readonly written: boolean } | null>;
  /** Writes that a reaction was set or taken away; false where the channel is no incident's or it was known. */
  readonly reaction: (
    channelId: string,
    mark: {
      readonly ts: string;
      readonly userId: string;
      readonly name: string;
      readonly on: boolean;
      readonly eventTs: string;
      readonly via: CaptureVia;
    },
  ) => Promise<boolean>;
  /** Which of these messages are known, as they read now; the deleted ones too. */
  readonly known: (channelId: string, tss: readonly string[]) => Promise<readonly CapturedMessage[]>;
  /** Who holds which reaction on these messages, as far as it was captured. */
  readonly reactionsOn: (
    channelId: string,
    tss: readonly string[],
  ) => Promise<readonly { readonly ts: string; readonly userId: string; readonly name: string }[]>;
  /** Messages of the channel itself (no thread) that are not deleted, between two times, both included. */
  readonly between: (channelId: string, fromTs: string, toTs: string) => Promise<readonly CapturedMessage[]>;
  /** Replies in a thread that are not deleted. */
  readonly repliesTo: (channelId: string, rootTs: string) => Promise<readonly CapturedMessage[]>;
  /** A page of what was said, oldest first, deleted ones left out. Never without the incident's access list asked before. */
  readonly page: (
    incidentId: string,
    options: {
      readonly after?: string;
      readonly before?: string;
      readonly authorId?: string | null;
      readonly text?: string | null;
      readonly limit: number;
    },
  ) => Promise<readonly CapturedMessage[]>;
  readonly lines: (incidentId: string) => Promise<readonly CaptureLine[]>;
  readonly counts: (incidentId: string) => Promise<CaptureCounts>;
  readonly gaps: (incidentId: string) => Promise<readonly CaptureGap[]>;
}

export interface CapturedFileRecords {
  /** Notes a message's files; answers those that still have to be copied. */
  readonly note: (
    channelId: string,
    ts: string,
    files: readonly PostFile[],
  ) => Promise<readonly { readonly fileId: string }[]>;
  readonly byId: (channelId: string, ts: string, fileId: string) => Promise<CapturedFile | null>;
  /** Of a message that was not deleted meanwhile. */
  readonly keep: (channelId: string, ts: string, fileId: string, content: Uint8Array) => Promise<void>;
  readonly settle: (channelId: string, ts: string, fileId: string, state: FileState) => Promise<void>;
  /** A file that Slack no longer has: its copies go too. */
  readonly erase: (fileId: string) => Promise<number>;
  readonly of: (channelId: string, ts: string) => Promise<readonly CapturedFile[]>;
  /** Images of a channel whose copies are kept, oldest first. */
  readonly images: (channelId: string, limit: number) => Promise<readonly CapturedFile[]>;
  readonly content: (channelId: string, ts: string, fileId: string) => Promise<Uint8Array | null>;
}

export interface ReconciliationRecords {
  /** Asks for the channel to be compared with Slack; one under way begins again. */
  readonly want: (
    incident: { readonly id: string; readonly channelId: string },
    reason: ReconcileReason,
    untilTs: string,
  ) => Promise<void>;
  /** Incidents that are not closed and have a channel. */
  readonly watched: () => Promise<readonly { readonly id: string; readonly channelId: string }[]>;
  readonly next: () => Promise<Reconciliation | null>;
  /** Does nothing when the comparison was begun anew meanwhile. */
  readonly advance: (
    one: Reconciliation,
    changes: Partial<Pick<Reconciliation, "stage" | "aboveTs" | "cursor" | "found">>,
  ) => Promise<void>;
  /** Ends a comparison; with what it found goes a gap where that is anything. */
  readonly end: (one: Reconciliation, trouble: string | null) => Promise<void>;
  readonly thread: (channelId: string, rootTs: string) => Promise<void>;
  /** The next thread that was not read in this comparison. */
  readonly nextThread: (channelId: string, untilTs: string) => Promise<string | null>;
  readonly threadRead: (channelId: string, rootTs: string, untilTs: string) => Promise<void>;
  readonly condition: (incidentId: string) => Promise<ChannelCondition>;
  readonly setCondition: (
    incident: { readonly id: string; readonly channelId: string | null },
    changes: Partial<ChannelCondition>,
  ) => Promise<void>;
}
