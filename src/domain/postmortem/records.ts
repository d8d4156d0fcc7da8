import type { Postmortem, Review, SectionAssignment, SectionDraft, SectionRevision } from "./postmortem.ts";

export interface PostmortemRecords {
  readonly insert: (postmortem: Omit<Postmortem, "version">) => Promise<Postmortem>;
  readonly update: (
    postmortem: Postmortem,
    changes: Partial<Omit<Postmortem, "id" | "incidentId" | "version">>,
  ) => Promise<Postmortem>;
  readonly byId: (id: string) => Promise<Postmortem | null>;
  readonly byIncident: (incidentId: string) => Promise<Postmortem | null>;
  /** Drafts that somebody is to write, the soonest due first; at most ten. */
  readonly owed: (userId: string) => Promise<readonly Postmortem[]>;
  /** Newest revision of every section that has one. */
  readonly sections: (postmortemId: string) => Promise<readonly SectionRevision[]>;
  readonly revisions: (postmortemId: string, section: string) => Promise<readonly SectionRevision[]>;
  /** Writes the next revision if `after` is still the newest (0 for none), else throws Refusal "stale". */
  readonly write: (revision: Omit<SectionRevision, "revision">, after: number) => Promise<SectionRevision>;
}

/** The work on a post-mortem that is not its text yet: drafts, who writes what, what reviewers say. */
export interface PostmortemWorkRecords {
  readonly drafts: (postmortemId: string) => Promise<readonly SectionDraft[]>;
  /** Keeps a draft unless one typed later (by Slack's time of the action) is kept already. */
  readonly keepDraft: (draft: SectionDraft, typedTs: string) => Promise<void>;
  readonly dropDraft: (postmortemId: string, section: string, userId: string) => Promise<void>;
  readonly assignments: (postmortemId: string) => Promise<readonly SectionAssignment[]>;
  readonly assign: (assignment: SectionAssignment) => Promise<void>;
  readonly unassign: (postmortemId: string, section: string) => Promise<void>;
  readonly reviews: (postmortemId: string) => Promise<readonly Review[]>;
  readonly review: (review: Review) => Promise<void>;
}
