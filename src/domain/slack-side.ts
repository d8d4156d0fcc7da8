import type { Json } from "./operation/operation.ts";
import type { App } from "./ports.ts";

/** A message as Slack has it now. */
export interface SlackMessage {
  readonly userId: string | null;
  /** Slack's mrkdwn. */
  readonly text: string;
  readonly threadTs: string | null;
  /** Time of its last edit, as Slack writes it; null when it was never edited. */
  readonly editedTs: string | null;
  readonly files: readonly { readonly name: string; readonly permalink: string | null }[];
}

/** Reads one message, a thread reply too; null when it is gone or the bot may not see it. */
export interface MessageReader {
  readonly read: (channelId: string, ts: string) => Promise<SlackMessage | null>;
}

/** What an ask may use, with what only the Slack side works with. */
export interface SlackApp extends App {
  readonly intake: IntakeRecords;
}

/** The same one transaction as Transact's, for the Slack side. */
export type TransactSlack = <T>(work: (app: SlackApp) => Promise<T>) => Promise<T>;

/** Which asks were recorded, so that a repeat gets the first one's answer. */
export interface IntakeRecords {
  /**
   * Claims the key until the transaction ends. A repeat waits for the transaction that has it; once that one is
   * committed the repeat gets its answer, and when it was rolled back the repeat is the first.
   */
  readonly begin: (
    key: string,
    kind: string,
  ) => Promise<{ readonly first: true } | { readonly first: false; readonly answer: Json }>;
  readonly answer: (key: string, answer: Json) => Promise<void>;
}
