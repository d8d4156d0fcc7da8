/** One line of an incident's timeline. */
export interface TimelineEntry {
  readonly id: string;
  readonly incidentId: string;
  /** When it happened, which for a captured message is the message's own time. */
  readonly at: Date;
  readonly recordedAt: Date;
  readonly kind: TimelineKind;
  /** Who did it; null for the product itself. */
  readonly actorId: string | null;
  /** Plain sentence, in Slack's mrkdwn where it quotes a person. */
  readonly text: string;
  readonly source: MessageSource | null;
  /** The operation it tells of. */
  readonly operationId: string | null;
  readonly hidden: boolean;
}

export type TimelineKind =
  | "declared"
  | "severity"
  | "phase"
  | "role"
  | "update"
  | "note"
  | "message"
  | "operation"
  | "member"
  | "postmortem"
  | "action-item"
  | "hypothesis"
  | "decision"
  | "check"
  | "alert"
  | "system";

/** The Slack message an entry was taken from. */
export interface MessageSource {
  readonly channelId: string;
  readonly ts: string;
  readonly threadTs: string | null;
  readonly permalink: string | null;
  /** How it came in: the entry lives while at least one of these holds. */
  readonly through: "reaction" | "pin" | "shortcut";
  /** Slack's time of the edit the text is from; null for a message as it was first written. */
  readonly editedTs: string | null;
}

/** What is handed in; id and recordedAt are filled in when it is written. */
export type NewTimelineEntry = Omit<TimelineEntry, "id" | "recordedAt" | "hidden" | "source" | "operationId"> & {
  readonly source?: MessageSource | null;
  readonly operationId?: string | null;
};
