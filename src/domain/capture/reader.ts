import type { Post } from "./records.ts";

/** A message as a page of the Web API lists it. */
export interface Listed {
  readonly ts: string;
  /** Null for what nobody wrote, for the bot's own, and for what is left of a deleted one. */
  readonly post: Post | null;
  readonly isTombstone: boolean;
  /** Slack's own line that somebody came into the channel or left it. */
  readonly moved: { readonly userId: string; readonly joined: boolean } | null;
  readonly replies: number;
  /** Who pinned it to this channel; null while it is not pinned. */
  readonly pinnedBy: string | null;
  readonly reactions: readonly { readonly name: string; readonly users: readonly string[]; readonly whole: boolean }[];
}

export interface ListedPage {
  readonly listed: readonly Listed[];
  readonly nextCursor: string | null;
  /** Slack hides older messages from workspaces on its free plan: what is not listed may still be there. */
  readonly isLimited: boolean;
}

export type Reading<T> =
  | { readonly read: T }
  /** Slack is away or asks for patience. */
  | { readonly laterSeconds: number }
  /** It is not there for the bot, in Slack's word. */
  | { readonly gone: string };

/** Reads what was said in a channel, for comparing it with what was captured. */
export interface ChannelReader {
  /** Newest first, from that time backwards. */
  readonly history: (
    channelId: string,
    options: { readonly latest: string; readonly cursor: string | null },
  ) => Promise<Reading<ListedPage>>;
  /** A thread, its first message with it on every page. */
  readonly replies: (channelId: string, rootTs: string, cursor: string | null) => Promise<Reading<ListedPage>>;
}

/** Fetches a file's bytes with the bot's token, and only from Slack. */
export interface FileReader {
  readonly fetch: (url: string, mostBytes: number) => Promise<Reading<Uint8Array> | { readonly tooBig: true }>;
}
