/** What can be read and done inside a database server, whichever it is. Ages are seconds; moments are text as the server gives them, to be compared and not calculated with. */
import type { Placement } from "../configuration.ts";

export const databaseViews = ["active", "slow", "locks", "connections", "sizes", "indexes", "replication"] as const;
/** One side of a database to look at. */
export type DatabaseView = (typeof databaseViews)[number];

/** What a look at one side of a database saw. */
export type DatabaseSight = { readonly engine: string; readonly database: string } & (
  | { readonly view: "active"; readonly sessions: readonly Session[]; readonly hidden: number }
  | {
      readonly view: "slow";
      /** Null where the server keeps no such figures: then `why` says how it would. */
      readonly statements: readonly Statement[] | null;
      readonly why: string | null;
      /** Where the figures are from, a sentence; left out where they are of all statements. */
      readonly source?: string;
      readonly longest: readonly Session[];
    }
  | {
      readonly view: "locks";
      readonly sessions: readonly Session[];
      /** Why the server does not say who holds some locks; null or left out where it does. */
      readonly unknownHolders?: string | null;
    }
  | { readonly view: "connections"; readonly connections: Connections }
  | { readonly view: "sizes"; readonly sizes: Sizes }
  | { readonly view: "indexes"; readonly indexes: Indexes }
  | { readonly view: "replication"; readonly replication: Replication }
  | ({ readonly view: "explain" } & ExplainedStatement)
);

/** How a server would carry out a statement, found out without doing it. */
export interface ExplainedStatement {
  /** Its literals replaced; null where the server does not have it. */
  readonly statement: string | null;
  /** As the server writes it, a line for each step, at most 300; null where there is none: then `why` says why. */
  readonly plan: readonly string[] | null;
  readonly why: string | null;
  /** Whose values it is planned for: those of one call that the server keeps; left out where it is for any. */
  readonly values?: "sample";
}

/** Said of a session that the bot may not end although it is a program's or a person's like others. */
export const superusers = "it is a superuser's";

/** A client's session. Its text has its literals replaced before it leaves the provider. */
export interface Session {
  readonly id: string;
  /** When it began, or after what and as whom, as the server says it: with the id it names this session and no later one. */
  readonly since: string;
  /** When its statement began, or its number; tells this statement from the session's next one. Null where neither is known. */
  readonly statementSince: string | null;
  readonly user: string;
  readonly application: string;
  readonly database: string;
  readonly state: "active" | "idle" | "idle-in-transaction" | "other";
  /** How long its statement runs, or how long it idles. */
  readonly seconds: number;
  /** How long its transaction is open; null outside of one. */
  readonly transactionSeconds: number | null;
  /** What it waits for: Lock/transactionid. */
  readonly waiting: string | null;
  readonly blockedBy: readonly string[];
  /** Null where the server hides it from the bot; empty where it runs none. */
  readonly statement: string | null;
  /** Why it must be left alone (a superuser's, replication, ours); null when it may be ended. */
  readonly spared: string | null;
}

export interface Statement {
  /** What the server calls it, so that it can be explained; null where it cannot be. */
  readonly id: string | null;
  readonly statement: string;
  readonly calls: number;
  readonly totalMilliseconds: number;
  readonly meanMilliseconds: number;
  readonly rows: number;
}

export interface Connections {
  readonly used: number;
  /** What clients may use: the limit less what is kept for superusers. */
  readonly limit: number;
  readonly groups: readonly {
    readonly by: "state" | "user" | "application";
    readonly name: string;
    readonly count: number;
  }[];
}

export interface Sizes {
  readonly databaseBytes: number;
  /** Share of reads served from memory since the figures were reset; null where nothing was read. */
  readonly cacheHit: number | null;
  readonly tables: readonly TableSize[];
  /** Age of the oldest transaction id against the limit at which the server stops; null where it has none. */
  readonly wraparound: { readonly age: number; readonly limit: number } | null;
}

export interface TableSize {
  readonly name: string;
  readonly bytes: number;
  readonly indexBytes: number;
  readonly rows: number;
  readonly deadRows: number | null;
  readonly vacuumedSecondsAgo: number | null;
  readonly analyzedSecondsAgo: number | null;
}

export interface Indexes {
  readonly invalid: readonly Index[];
  /** Never used since the figures were reset, and not there to keep something unique. */
  readonly unused: readonly Index[];
  /** Tables read from end to end again and again. */
  readonly scanned: readonly { readonly table: string; readonly scans: number; readonly rows: number }[];
  readonly resetSecondsAgo: number | null;
  /** Why none of this is known; null or left out where it is. */
  readonly unknown?: string | null;
}

export interface Index {
  readonly name: string;
  readonly table: string;
  readonly bytes: number | null;
}

export interface Replication {
  readonly role: "primary" | "replica";
  readonly replicas: readonly {
    readonly name: string;
    readonly state: string;
    readonly lagBytes: number | null;
    readonly lagSeconds: number | null;
  }[];
  /** On a replica: whether it still receives, and how far it is behind; null is unknown, not zero. */
  readonly receiving: {
    readonly connected: boolean;
    readonly lagSeconds: number | null;
    /** What is wrong with it, as "does not apply what it receives (error 1062)"; null or left out where nothing is. */
    readonly trouble?: string | null;
  } | null;
  readonly slots: readonly { readonly name: string; readonly active: boolean; readonly retainedBytes: number | null }[];
}

/** A table or an index as it is now. */
export interface Relation {
  /** As the server writes it: public.orders. */
  readonly name: string;
  readonly kind: "table" | "index";
  readonly bytes: number;
  readonly rows: number | null;
  readonly deadRows: number | null;
  /** Changes when it is built anew. */
  readonly file: string;
  readonly analyzed: string | null;
  readonly vacuumed: string | null;
  /** Indexes of it that a broken rebuild left behind. */
  readonly invalid: readonly string[];
  /** Whether it can be built anew without keeping writes out. */
  readonly rebuildsOnline: boolean;
}

export type MaintenanceVerb = "analyze" | "vacuum" | "reindex" | "optimize";

/** Maintenance of one table or index; it goes on in the server after the call that starts it. */
export interface Maintenance {
  readonly verb: MaintenanceVerb;
  readonly relation: string;
  /** Names the run, so that it is found again: the operation's id. */
  readonly token: string;
  /** How the relation stood before: where it has changed since, an earlier start has done it, and none is made. */
  readonly before: Pick<Relation, "file" | "analyzed" | "vacuumed">;
}

/** Whether maintenance has left its trace since. */
export function isMaintained(
  verb: MaintenanceVerb,
  before: Maintenance["before"],
  now: Pick<Relation, "file" | "analyzed" | "vacuumed" | "invalid">,
): boolean {
  if (verb === "reindex" || verb === "optimize") return now.file !== before.file && now.invalid.length === 0;
  return verb === "vacuum" ? now.vacuumed !== before.vacuumed : now.analyzed !== before.analyzed;
}

export interface MaintenanceProgress {
  /** Done is what the server answered to the process that asks; one that does not know says gone. */
  readonly state: "running" | "done" | "gone" | "failed";
  /** "scanning heap, 40 %"; for failed why. */
  readonly text: string;
  readonly share: number | null;
}

export interface DatabasesRead {
  readonly look: (at: Placement, view: DatabaseView) => Promise<DatabaseSight>;
  /** How the server would carry out one of the statements that it keeps figures of; never carries it out. */
  readonly explain: (at: Placement, statement: string) => Promise<Extract<DatabaseSight, { view: "explain" }>>;
  /** The session with this id as it is now; null when there is none. */
  readonly session: (at: Placement, id: string) => Promise<Session | null>;
  /** A table or index by the name people write; null when there is none. */
  readonly relation: (at: Placement, name: string) => Promise<Relation | null>;
  /** How far a run of maintenance is. */
  readonly progress: (at: Placement, token: string) => Promise<MaintenanceProgress>;
  /** What the server can do: its name with version, and the maintenance it knows. */
  readonly server: (at: Placement) => Promise<{ readonly engine: string; readonly verbs: readonly MaintenanceVerb[] }>;
}

export interface DatabasesWrite {
  /**
   * Ends a session or only its statement, if it still is the one meant: that is compared in the same call, by the
   * server itself where it can.
   * Answers whether it was there; a session that is told to end may take its time.
   */
  readonly end: (
    at: Placement,
    session: { readonly id: string; readonly since: string; readonly statementSince: string | null },
    how: "cancel" | "terminate",
  ) => Promise<"told" | "gone">;
  /** Starts maintenance and returns while it goes on; one whose token already runs is left alone. */
  readonly maintain: (at: Placement, work: Maintenance) => Promise<void>;
  /** Drops the invalid indexes that a broken rebuild left of a relation; answers their names. */
  readonly dropLeftovers: (at: Placement, relation: string) => Promise<readonly string[]>;
}
