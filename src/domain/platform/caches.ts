/** What can be read and done inside a cache. Values of keys never leave it: only their type, size and time to live do. */
import type { Placement } from "../configuration.ts";

export const cacheViews = ["stats", "slowlog", "bigkeys", "key"] as const;
/** One side of a cache to look at. */
export type CacheView = (typeof cacheViews)[number];

/** What a look at one side of a cache saw. Names of keys have what may be a secret taken out. */
export type CacheSight = { readonly engine: string } & (
  | { readonly view: "stats"; readonly stats: CacheStats }
  | {
      readonly view: "slowlog";
      readonly entries: readonly {
        readonly secondsAgo: number;
        readonly milliseconds: number;
        /** The command and how many arguments it had: HGETALL with 1. */
        readonly command: string;
      }[];
    }
  | {
      readonly view: "bigkeys";
      readonly looked: number;
      readonly total: number;
      readonly keys: readonly { readonly key: string; readonly type: string; readonly bytes: number }[];
    }
  | { readonly view: "key"; readonly key: CacheKey | null }
);

export interface CacheStats {
  readonly keys: number;
  readonly expiring: number;
  readonly usedBytes: number;
  /** Null where nothing limits it. */
  readonly limitBytes: number | null;
  /** What happens when it is full, such as allkeys-lru. */
  readonly policy: string;
  readonly fragmentation: number | null;
  /** Over the seconds that were watched; null where too little was read to tell. */
  readonly hitRate: number | null;
  readonly evictedPerSecond: number;
  readonly commandsPerSecond: number;
  readonly watchedSeconds: number;
  readonly clients: number;
  readonly blockedClients: number;
  readonly upSeconds: number;
}

export interface CacheKey {
  readonly type: string;
  readonly bytes: number | null;
  /** Null where it stays until it is deleted. */
  readonly ttlSeconds: number | null;
  readonly elements: number | null;
}

/** What a pattern matches, counted by walking over all keys once. */
export interface Matched {
  readonly count: number;
  /** False where the time ran out, so that there may be more. */
  readonly complete: boolean;
  /** Up to 20, as shapes: user:<id>:profile. */
  readonly sample: readonly string[];
  /** Of those looked at: how many never expire, within an hour, later. */
  readonly lifetimes: { readonly forever: number; readonly hour: number; readonly later: number };
}

/** Which server and which of its databases: changes when it restarts or another takes over. */
export interface CacheIdentity {
  readonly run: string;
  readonly database: number;
  readonly keys: number;
  readonly cluster: boolean;
}

/** How a database stood just before it is emptied. */
export interface BeforeFlush {
  readonly run: string;
  /** How many flushes the server has counted; null where it does not tell. */
  readonly flushes: number | null;
  readonly keys: number;
}

export interface CachesRead {
  readonly look: (at: Placement, view: CacheView, key: string | null) => Promise<CacheSight>;
  readonly match: (at: Placement, pattern: string) => Promise<Matched>;
  readonly identity: (at: Placement) => Promise<CacheIdentity>;
}

export interface CachesWrite {
  /**
   * Deletes what a pattern matches, from a cursor on and for a few seconds; memory is freed in the background and the
   * server gets pauses. Answers where to go on, null at the end. Repeating it deletes nothing twice. Where another run
   * of the server answers than `server`, whose cursor and keys mean nothing there, it is refused, code ServerChanged.
   */
  readonly deleteSome: (
    at: Placement,
    pattern: string,
    from: { readonly server: string; readonly cursor: string | null },
  ) => Promise<{ readonly cursor: string | null; readonly deleted: number }>;
  /** What tells later whether a database was emptied since, by whomever. */
  readonly beforeFlush: (at: Placement) => Promise<BeforeFlush>;
  /**
   * Empties the one database of the address, never others. With `since` it may have been done already, by a call whose
   * answer was lost: it is not done again where the server has counted a flush since and holds fewer keys, and where
   * that cannot be told it answers unknown and does nothing.
   */
  readonly flush: (at: Placement, since: BeforeFlush | null) => Promise<"emptied" | "was-emptied" | "unknown">;
  /** Calls one configured address; throws where it answers with anything but success. */
  readonly warmUp: (at: Placement, address: string) => Promise<void>;
}
