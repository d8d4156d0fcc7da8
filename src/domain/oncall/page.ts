import type { PersonReference } from "../configuration.ts";

/** Somebody is being paged: a team along its path, or one person. */
export interface Page {
  readonly id: string;
  /** What it is about; null for a page without an incident. */
  readonly incidentId: string | null;
  /** One of the two is there. */
  readonly team: string | null;
  readonly personId: string | null;
  readonly message: string;
  /** Null where the severity asked for it. */
  readonly requestedBy: string | null;
  /** Minutes without being resolved for which it was sent; null for any other page. */
  readonly unresolvedMinutes: number | null;
  readonly state: PageState;
  /** The alerts it was sent for by themselves; null or left out for any other page. */
  readonly alertId?: string | null;
  /** How many steps were begun. */
  readonly step: number;
  readonly createdAt: Date;
  readonly endedAt: Date | null;
  readonly endedBy: string | null;
  /** How PagerDuty stands with it; null where it is not told. */
  readonly outside: "triggered" | "acknowledged" | "resolved" | "failed" | null;
  readonly version: number;
}

/** Stopped: the incident was taken up or ended; unanswered: the whole path was gone through in vain. */
export type PageState = "open" | "acknowledged" | "stopped" | "unanswered";

/** Somebody who was paged at a step. */
export interface PageCall {
  readonly userId: string;
  readonly step: number;
  readonly at: Date;
}

export interface PageRecords {
  readonly insert: (page: Page) => Promise<void>;
  readonly byId: (id: string) => Promise<Page | null>;
  /** As byId, and keeps others from changing it until the transaction ends. */
  readonly lock: (id: string) => Promise<Page | null>;
  readonly update: (page: Page, changes: Partial<Omit<Page, "id" | "version">>) => Promise<Page>;
  readonly openOf: (incidentId: string) => Promise<readonly Page[]>;
  /** Open ones without an incident. */
  readonly openAlone: () => Promise<readonly Page[]>;
  readonly addCalls: (page: Page, step: number, userIds: readonly string[]) => Promise<void>;
  /** In the order in which they were paged. */
  readonly calls: (pageId: string) => Promise<readonly PageCall[]>;
}

/** Who is paged: a team of the configuration by name, or people. */
export type Paged = { readonly team: string } | { readonly person: PersonReference };
