/** How large the servers of databases and the nodes of caches are, and what they can be made instead. */
import type { Placement } from "../configuration.ts";

/** When a platform makes a change: at once, or in its own weekly window. */
export type When = "now" | "window";

/** What a database's server is made of. Storage is in GiB. */
export interface ServerSize {
  /** In the platform's word: db.m6g.large. */
  readonly class: string;
  readonly storage: number | null;
  /** As far as the platform enlarges the storage by itself; null where it does not. */
  readonly growsTo: number | null;
  /** What waits for the window; null where that does not change. */
  readonly pending: {
    readonly class: string | null;
    readonly storage: number | null;
    /** Everything else that waits, each in a few words: engine version 17.2. */
    readonly others: readonly string[];
  };
  /** Weekly and in UTC, as sun:02:30-sun:03:00; null where it has none. */
  readonly window: string | null;
}

/** A class that a server can be made, with the storage it may have there. */
export interface OrderableClass {
  readonly class: string;
  readonly storage: { readonly least: number; readonly most: number } | null;
}

/** What is asked of a server; null stays. */
export interface WantedSize {
  readonly class: string | null;
  readonly storage: number | null;
}

export interface SizesRead {
  readonly size: (at: Placement) => Promise<ServerSize>;
  /** What its server can be made as it is otherwise: that one class, none where it cannot be, or with null all. */
  readonly classes: (at: Placement, wanted: string | null) => Promise<readonly OrderableClass[]>;
}

export interface SizesWrite {
  /**
   * Changes class and storage, or lets that wait for the window; asking for what is there takes back what waits. One
   * that is as asked, or on its way there, is left alone; one that is neither that nor `from` is refused, code SizeMoved.
   */
  readonly resize: (
    at: Placement,
    to: WantedSize,
    from: Omit<WantedSize, "class"> & { readonly class: string },
    when: When,
  ) => Promise<void>;
}

/** A cache as a group of like nodes. */
export interface NodeGroup {
  readonly name: string;
  /** In the platform's word: available, modifying. */
  readonly status: string;
  /** cache.m6g.large */
  readonly type: string;
  /** The type that waits for the window, or is being changed to. */
  readonly pending: string | null;
  readonly nodes: number;
  /** Whether a replica takes over by itself. */
  readonly failsOver: boolean;
  /** Weekly and in UTC, as sun:04:00-sun:05:00; null where it has none. */
  readonly window: string | null;
}

export interface NodesRead {
  /** The group as it stands; throws ProviderError not_found where there is none. */
  readonly group: (at: Placement) => Promise<NodeGroup>;
  /** The types that its nodes may be made: larger and smaller ones. */
  readonly types: (
    at: Placement,
  ) => Promise<{ readonly larger: readonly string[]; readonly smaller: readonly string[] }>;
  /** Events of the group since a moment, oldest first. */
  readonly groupEvents: (
    at: Placement,
    since: Date,
  ) => Promise<readonly { readonly at: Date; readonly text: string }[]>;
}

export interface NodesWrite {
  /**
   * Changes the type of all nodes, or lets that wait for the window; asking for the type they have takes back what
   * waits. A group that is as asked, or on its way there, is left alone; one that is neither that nor `from` is
   * refused, code SizeMoved.
   */
  readonly setType: (at: Placement, type: string, from: string, when: When) => Promise<void>;
}
