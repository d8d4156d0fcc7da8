import type { Postmortem, SectionRevision } from "./postmortem.ts";

export interface PostmortemRecords {
  readonly insert: (postmortem: Omit<Postmortem, "version">) => Promise<Postmortem>;
  readonly update: (
    postmortem: Postmortem,
    changes: Partial<Omit<Postmortem, "id" | "incidentId" | "version">>,
  ) => Promise<Postmortem>;
  readonly byId: (id: string) => Promise<Postmortem | null>;
  readonly byIncident: (incidentId: string) => Promise<Postmortem | null>;
  /** Newest revision of every section that has one. */
  readonly sections: (postmortemId: string) => Promise<readonly SectionRevision[]>;
  readonly revisions: (postmortemId: string, section: string) => Promise<readonly SectionRevision[]>;
  /** Writes the next revision if `after` is still the newest (0 for none), else throws Refusal "stale". */
  readonly write: (revision: Omit<SectionRevision, "revision">, after: number) => Promise<SectionRevision>;
}
