import type { Incident } from "./incident.ts";

/**
 * For whose eyes a list of incidents is made: a person's (theirs and all that are not private), anyone's (none that is
 * private: what is posted in a channel, exported, or counted for all), or the bot's own work, which shows nothing.
 */
export type Viewer = { readonly userId: string } | "anyone" | "bot";

export interface IncidentFilter {
  readonly seenBy: Viewer;
  /** Only those still needing people (true) or resolved and closed (false); null for all. */
  readonly open: boolean | null;
  readonly severity?: string;
  readonly affected?: string;
  readonly limit: number;
}

export interface IncidentRecords {
  /** Takes the next number. Throws nothing of ours: the caller has checked the facts. */
  readonly insert: (incident: Omit<Incident, "number" | "version">) => Promise<Incident>;
  /** Writes the changed facts if the version still is the one read, else throws Refusal "stale". */
  readonly update: (
    incident: Incident,
    changes: Partial<Omit<Incident, "id" | "number" | "version">>,
  ) => Promise<Incident>;
  readonly byId: (id: string) => Promise<Incident | null>;
  /** Those of the ids that exist, in the order asked for. */
  readonly byIds: (ids: readonly string[]) => Promise<readonly Incident[]>;
  /** As byId, and keeps others from changing it until the transaction ends: read with this before a change. */
  readonly lock: (id: string) => Promise<Incident | null>;
  readonly byNumber: (number: number) => Promise<Incident | null>;
  readonly byChannel: (channelId: string) => Promise<Incident | null>;
  /** Newest first, only those that `seenBy` may know of. */
  readonly list: (filter: IncidentFilter) => Promise<readonly Incident[]>;
  /** Who joined by button or was invited; used to show and to keep private incidents private. */
  readonly members: (id: string) => Promise<readonly string[]>;
  readonly addMembers: (id: string, userIds: readonly string[]) => Promise<void>;
  readonly removeMember: (id: string, userId: string) => Promise<void>;
}
