import type { Place } from "../intent.ts";

/** What a change must say before it can be reviewed. */
export const changeFields = ["why", "services", "window", "test", "rollback"] as const;
export type ChangeField = (typeof changeFields)[number];

/** A kind of change, as the configuration says. */
export interface ChangeClass {
  /** The word typed: standard, major, emergency. */
  readonly name: string;
  readonly summary: string;
  /** How many others must approve; 0 means it is approved beforehand. */
  readonly approvals: number;
  readonly approvers: readonly string[];
  readonly requires: readonly ChangeField[];
  /** Teams of oncall and Slack user ids that are paged when it is submitted. */
  readonly page: readonly string[];
  /** Hours after its end in which the post-mortem is due; null for none. */
  readonly postmortemHours: number | null;
  /** Each operation carried out under it takes this many approvals at least, whatever the policy asks. */
  readonly operationApprovals: number;
}

export const changeStates = [
  "draft",
  "review",
  "approved",
  "in-progress",
  "verified",
  "failed",
  "closed",
  "cancelled",
] as const;
export type ChangeState = (typeof changeStates)[number];

/** What people write of a change. */
export interface ChangeText {
  readonly title: string;
  /** What is done, and what it touches; for an emergency the impact too. */
  readonly what: string;
  readonly why: string;
  /** Names of the catalog. */
  readonly services: readonly string[];
  readonly window: { readonly from: Date; readonly until: Date } | null;
  /** What was tested where, with what result. */
  readonly test: string;
  readonly rollback: string;
}

/** Something that was recorded on a change while it was carried out. */
export interface ChangeNote {
  readonly at: Date;
  readonly text: string;
  readonly byId: string;
}

/** A change as it is recorded. */
export interface Change extends ChangeText {
  readonly id: string;
  readonly number: number;
  readonly class: string;
  readonly state: ChangeState;
  readonly requesterId: string;
  readonly place: Place;
  /** The incident it was asked in. */
  readonly incidentId: string | null;
  readonly approvals: readonly { readonly userId: string; readonly at: Date }[];
  readonly createdAt: Date;
  readonly submittedAt: Date | null;
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
  /** How it was verified, or what went wrong. */
  readonly result: string | null;
  readonly postmortemDueAt: Date | null;
  /** A link, or an incident such as INC-4; null while there is none. */
  readonly postmortem: string | null;
  /** Codes of the operations carried out under it. */
  readonly operations?: readonly string[];
  /** What was recorded while it was carried out: ticks of checklists, steps of a canary; oldest first. */
  readonly notes?: readonly ChangeNote[];
  readonly version: number;
}

export interface ChangeRecords {
  /** Hands out the next number. */
  readonly insert: (change: Omit<Change, "number" | "version">) => Promise<Change>;
  /** Writes the changed facts if the version still is the one read, else throws Refusal "stale". */
  readonly update: (change: Change, changes: Partial<Omit<Change, "id" | "number" | "version">>) => Promise<Change>;
  readonly byId: (id: string) => Promise<Change | null>;
  readonly byNumber: (number: number) => Promise<Change | null>;
  /** Newest first; with `open` only those that are not over, or only those that are. */
  readonly list: (filter: { readonly open?: boolean; readonly limit: number }) => Promise<readonly Change[]>;
}

/** CHG-12 */
export function changeName(change: Pick<Change, "number">): string {
  return `CHG-${change.number}`;
}

/** The number in CHG-12, chg 12 or 12; null where it is none. */
export function changeNumber(word: string): number | null {
  const [, digits] = /^(?:chg[\s-]?)?(\d{1,9})$/i.exec(word.trim()) ?? [];
  return digits === undefined ? null : Number(digits);
}

/** Whether there is nothing more to do about it. */
export function isOver(change: Pick<Change, "state">): boolean {
  return change.state === "closed" || change.state === "cancelled";
}

/** Which required fields are still empty. */
export function missingFields(kind: ChangeClass, text: ChangeText): readonly ChangeField[] {
  const empty: Readonly<Record<ChangeField, boolean>> = {
    why: text.why === "",
    services: text.services.length === 0,
    window: text.window === null,
    test: text.test === "",
    rollback: text.rollback === "",
  };
  return kind.requires.filter((field) => empty[field]);
}

/** What people read for a field. */
export const fieldWords: Readonly<Record<ChangeField, string>> = {
  why: "why",
  services: "services",
  window: "window",
  test: "test evidence",
  rollback: "way back",
};
