/** A post-mortem: what is generated is drawn anew each time, what people wrote is kept per revision. */
export interface Postmortem {
  readonly id: string;
  readonly incidentId: string;
  /** Name of its template in the configuration. */
  readonly template: string;
  readonly state: "draft" | "published";
  readonly ownerId: string | null;
  readonly dueAt: Date | null;
  readonly publishedAt: Date | null;
  /** How often it was published. */
  readonly edition: number;
  readonly version: number;
}

/** One revision of one written section. The newest is what counts; the others are kept. */
export interface SectionRevision {
  readonly postmortemId: string;
  /** Id of the section in the configuration's list. */
  readonly section: string;
  /** 1 is the first. */
  readonly revision: number;
  /** Markdown as the person wrote it; any length. */
  readonly text: string;
  readonly authorId: string;
  readonly at: Date;
}

/** What somebody has typed and not saved. One for each person and section; the newest keystroke counts. */
export interface SectionDraft {
  readonly postmortemId: string;
  readonly section: string;
  readonly userId: string;
  readonly text: string;
  /** The revision the writing began from, 0 for none. */
  readonly after: number;
  readonly at: Date;
}

/** Who writes a section, and by which day (yyyy-MM-dd). */
export interface SectionAssignment {
  readonly postmortemId: string;
  readonly section: string;
  readonly ownerId: string;
  readonly dueOn: string | null;
}

/** What one reviewer said of one state of the texts. */
export interface Review {
  readonly postmortemId: string;
  readonly reviewerId: string;
  readonly state: "asked" | "approved" | "changes";
  readonly comment: string;
  /** Of the texts that were judged; null while nothing was said. */
  readonly textSeal: string | null;
  readonly at: Date;
}

export interface ActionItem {
  readonly id: string;
  readonly incidentId: string;
  readonly title: string;
  readonly ownerId: string | null;
  /** A day, yyyy-MM-dd. */
  readonly dueOn: string | null;
  readonly doneAt: Date | null;
  /** Until then nobody is reminded of it. */
  readonly snoozedUntil: Date | null;
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly source: { readonly channelId: string; readonly ts: string; readonly permalink: string | null } | null;
  readonly version: number;
}
