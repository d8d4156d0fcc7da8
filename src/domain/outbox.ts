import type { Intent, Lane, Place, UploadedFile } from "./intent.ts";

/** What the outbox itself adds: a card is pinned once it is there. */
export type Sending = Intent | { readonly kind: "pin"; readonly channel: string; readonly ts: string };

/** A row of the outbox while it is being carried out. */
export interface OutboxRow {
  readonly id: string;
  readonly lane: Lane;
  readonly intent: Sending;
  readonly incidentId: string | null;
  /** An earlier attempt may have reached Slack: look before doing it again. */
  readonly inDoubt: boolean;
  readonly attempts: number;
  /** When it was first tried; look-ups go back to here. */
  readonly attemptedAt: Date;
  readonly createdAt: Date;
  /** What an attempt noted for the next one, such as ids of files uploaded already. */
  readonly scratch: Readonly<Record<string, unknown>>;
}

/** Files that were uploaded together. */
export interface Upload {
  readonly comment: string;
  readonly files: readonly UploadedFile[];
}

/** One try of a row. */
export type Attempt = Pick<OutboxRow, "id" | "attempts">;

/** Mended: it also made good what an earlier one of its kind could not do. */
export type Settled = "settled" | "mended" | "overtaken";

/** The drainer's half. */
export interface OutboxRows {
  /** Takes at most `limit` rows whose turn it is and marks them as being sent. */
  readonly claim: (limit: number) => Promise<readonly OutboxRow[]>;
  readonly note: (id: string, scratch: Readonly<Record<string, unknown>>) => Promise<void>;
  /**
   * How the attempt ended. Overtaken (or false) when the row is no longer this attempt's: another process took it for
   * lost and tries it itself, so that what this attempt learned is not to be recorded.
   */
  readonly sent: (row: Attempt) => Promise<Settled>;
  /** These people are in the incident's channel now; answers whether an earlier invitation had not reached them. */
  readonly reached: (incidentId: string, userIds: readonly string[]) => Promise<boolean>;
  /** Back in line; `asked` tells whether Slack was asked at all. */
  readonly again: (
    row: Attempt,
    dueAt: Date,
    why: { readonly inDoubt: boolean; readonly error: string; readonly asked: boolean },
  ) => Promise<boolean>;
  readonly failed: (row: Attempt, error: string, userIds?: readonly string[]) => Promise<boolean>;
  /** Rows somebody is or was sending. */
  readonly sending: () => Promise<readonly string[]>;
  /** Rows left in the middle by a process that died are in doubt; they are looked up from `dueAt` on. */
  readonly recover: (ids: readonly string[], dueAt: Date) => Promise<void>;
  readonly card: (
    view: string,
    subject: string,
    place: string,
  ) => Promise<{ readonly channelId: string; readonly ts: string } | null>;
  readonly keepCard: (
    view: string,
    subject: string,
    place: string,
    at: { readonly channelId: string; readonly ts: string },
  ) => Promise<void>;
  /** What was last uploaded for a view, subject and place, and what was said with it; null before that. */
  readonly uploaded: (view: string, subject: string, place: string) => Promise<Upload | null>;
  readonly keepUpload: (view: string, subject: string, place: string, upload: Upload) => Promise<void>;
  readonly forgetCard: (view: string, subject: string, place: string) => Promise<void>;
  readonly addPin: (channel: string, ts: string, incidentId: string | null) => Promise<void>;
  /** Forgets what was sent more than a week ago, at most a thousand rows at a time. */
  readonly prune: () => Promise<void>;
  readonly waiting: () => Promise<readonly { readonly lane: Lane; readonly waiting: number; readonly oldest: Date }[]>;
}

/** Most urgent first: pages and answers go ahead of cosmetic edits. */
export const lanes: readonly Lane[] = ["page", "answer", "declare", "normal", "cosmetic"];

/** A place as one word. */
export function placeKey(place: Place): string {
  const [kind, value] = Object.entries(place)[0] as [string, string];
  return `${kind}:${value}`;
}
