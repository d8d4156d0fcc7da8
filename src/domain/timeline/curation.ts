import type { TimelineEntry, TimelineKind } from "./entry.ts";

/** An entry with what matters to whoever puts the timeline right. */
export interface CuratedEntry extends TimelineEntry {
  /** Goes up with every change; a form that carries an older one is told so. */
  readonly version: number;
  /** The entry that holds its words now. */
  readonly mergedInto: string | null;
  /** Somebody wrote its words anew: edits of its message no longer change them. */
  readonly isCurated: boolean;
  /** Its message was deleted in Slack: nothing brings it back. */
  readonly isErased: boolean;
}

export type ActKind = "edit" | "hide" | "keep" | "merge" | "insert" | "undo";

/** One thing somebody did to a timeline. */
export interface CurationAct {
  readonly id: string;
  readonly kind: ActKind;
  readonly byId: string;
  readonly at: Date;
}

/** Where an entry stands in its timeline's order. */
export interface EntryKey {
  readonly at: Date;
  readonly id: string;
}

export interface EntryFilter {
  readonly incidentId: string;
  readonly actorId?: string | null;
  readonly text?: string | null;
  readonly kinds?: { readonly only: readonly TimelineKind[] } | { readonly not: readonly TimelineKind[] } | null;
  /** Those that were taken off, too. */
  readonly hidden: boolean;
}

export type EntryState = Pick<CuratedEntry, "text" | "at" | "hidden" | "mergedInto" | "isCurated">;

export interface CurationRecords {
  /** Oldest first: the ones after a key (or from a moment on), else the ones before it, else the newest. */
  readonly page: (
    filter: EntryFilter,
    where: { readonly after?: EntryKey; readonly before?: EntryKey; readonly from?: Date; readonly limit: number },
  ) => Promise<readonly CuratedEntry[]>;
  /** How many there are; with a key, how many before it. */
  readonly count: (filter: EntryFilter, before?: EntryKey) => Promise<number>;
  /** Kept from others until the transaction ends. */
  readonly lock: (id: string) => Promise<CuratedEntry | null>;
  /** Writes down that somebody does something; what changes names it. */
  readonly act: (act: {
    readonly incidentId: string;
    readonly byId: string;
    readonly kind: ActKind;
    readonly undoes?: string;
  }) => Promise<string>;
  /** Changes an entry; what it was before is kept, under that act. */
  readonly apply: (actId: string, entry: CuratedEntry, changes: Partial<EntryState>, byId: string) => Promise<void>;
  /** Notes that an entry is there by that act, so that undoing takes it off. */
  readonly inserted: (actId: string, entry: TimelineEntry, byId: string) => Promise<void>;
  /** The newest thing done to the entry that was not undone. */
  readonly lastAct: (entryId: string) => Promise<CurationAct | null>;
  /** What the entries of an act were before it. */
  readonly before: (actId: string) => Promise<readonly { readonly entryId: string; readonly state: EntryState }[]>;
}
