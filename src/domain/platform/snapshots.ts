/** Snapshots that a platform takes of a database's server, new servers made of them, and the change to its standby. */
import type { ValidationQuery } from "../backup/settings.ts";
import type { Placement } from "../configuration.ts";

/** A server of the platform as it stands. */
export interface InstanceState {
  readonly name: string;
  /** In the platform's word: available, backing-up, stopped. */
  readonly status: string;
  /** Name and version: postgres 16.4. */
  readonly engine: string;
  readonly multiAz: boolean;
  readonly zone: string | null;
  readonly standbyZone: string | null;
  /** The cluster it is a member of, where it is. */
  readonly cluster: {
    readonly name: string;
    readonly status: string;
    readonly writer: string | null;
    readonly readers: readonly string[];
  } | null;
  /** host:port; null while it has none. */
  readonly endpoint: string | null;
  /** Between these it can be restored to any moment; null where it cannot. */
  readonly restorable: { readonly from: Date | null; readonly to: Date } | null;
  readonly storageGigabytes: number | null;
  readonly encrypted: boolean;
  /** The operation it was made by, where it was made from here. */
  readonly madeBy: string | null;
}

export interface Snapshot {
  readonly name: string;
  readonly at: Date;
  /** In the platform's word: creating, available, failed. */
  readonly status: string;
  readonly percent: number | null;
  readonly kind: "manual" | "automated";
  /** The operation that took it, where it was taken from here: only those are ever deleted from here. */
  readonly madeBy: string | null;
  readonly engine: string;
  readonly encrypted: boolean;
}

/** One validation query and what it said; null where it could not be run: then `why` says so. */
export interface CheckedQuery {
  readonly name: string;
  readonly result: string | null;
  readonly why: string | null;
}

/** A server made of a backup as it stands, and what the queries said once it was available. */
export interface RestoredInstance {
  readonly instance: InstanceState;
  readonly checks: readonly CheckedQuery[];
}

export interface SnapshotsRead {
  /** The server as it stands; throws ProviderError not_found where there is none. */
  readonly instance: (at: Placement) => Promise<InstanceState>;
  /** Its snapshots, newest first; the newest 500. */
  readonly list: (at: Placement) => Promise<readonly Snapshot[]>;
  /** Events of the server, or its cluster, since a moment, oldest first. */
  readonly events: (at: Placement, since: Date) => Promise<readonly { readonly at: Date; readonly text: string }[]>;
  /** Whether a fresh connection gets in and may write; null where the configuration names no address. */
  readonly reachable: (at: Placement) => Promise<{ readonly reached: boolean; readonly text: string } | null>;
  /** A server by name with what the queries say there; null where there is none. */
  readonly restored: (
    at: Placement,
    name: string,
    queries: readonly ValidationQuery[],
  ) => Promise<RestoredInstance | null>;
}

export interface SnapshotsWrite {
  /** Has a snapshot taken under a name; one that this operation began already is left alone. */
  readonly create: (at: Placement, name: string, labels: Labels) => Promise<void>;
  /** Deletes a snapshot that was taken from here; one that is gone is fine, anybody else's is refused, code NotOurs. */
  readonly remove: (at: Placement, name: string) => Promise<void>;
  /**
   * Makes a new server of a snapshot, or of the server's state at a moment, in the same network and with the same
   * settings, in one zone. One that this operation made already is left alone.
   */
  readonly restore: (
    at: Placement,
    from: { readonly snapshot: string } | { readonly moment: Date },
    to: string,
    labels: Labels,
  ) => Promise<void>;
  /**
   * Changes over to the standby, or in a cluster to a reader. Where another zone, or writer, than `active` serves by
   * now, or a failover was begun since that moment, it is left alone. `again` says that it may have been sent before:
   * then it is refused where the platform does not tell what was begun.
   */
  readonly failOver: (
    at: Placement,
    from: { readonly active: string | null; readonly since: Date; readonly again: boolean },
  ) => Promise<void>;
  /** The same as reading it, for steps that wait for it. */
  readonly restored: SnapshotsRead["restored"];
  /** Deletes a server that this operation made, without a last snapshot; anybody else's is refused, code NotOurs. */
  readonly removeInstance: (at: Placement, name: string, operationId: string) => Promise<void>;
}

/** What is written on things that are made, so that people and later runs know them. */
export interface Labels {
  readonly operation: string;
  readonly incident: string | null;
  readonly requester: string | null;
}
