/** Backups of a database as files: written and read by the server's own client programs, kept in a folder or a bucket. */
import type { ValidationQuery } from "../backup/settings.ts";
import type { Placement } from "../configuration.ts";
import type { CheckedQuery } from "./snapshots.ts";

export const dumpFormats = ["custom", "plain", "gzip", "schema"] as const;
/** custom: PostgreSQL's own, compressed; plain: SQL; gzip: SQL, compressed; schema: the same without any rows. */
export type DumpFormat = (typeof dumpFormats)[number];

/** What a dump's name ends with, by which its format is told. */
export const dumpEndings: Readonly<Record<DumpFormat, string>> = {
  custom: ".dump",
  plain: ".sql",
  gzip: ".sql.gz",
  schema: ".schema.sql.gz",
};

/** Whether a name is one that dumps have, rather than a snapshot. */
export function isDumpName(name: string): boolean {
  return /\.(dump|sql|sql\.gz)$/.test(name);
}

/** What is known of a dump: written beside it as JSON, so that a folder of dumps speaks for itself. */
export interface DumpFile {
  readonly name: string;
  /** What it is of, as targets are written: production/postgres. */
  readonly of: string;
  /** The name on the server. */
  readonly database: string;
  /** The moment the data is of, ISO 8601. */
  readonly at: string;
  readonly endedAt: string;
  readonly format: DumpFormat;
  readonly bytes: number;
  /** Of the file as it lies there, in hexadecimal. */
  readonly sha256: string;
  /** PostgreSQL 16.4 */
  readonly engine: string;
  /** pg_dump 16.4 */
  readonly program: string;
  /** Rows of each table at that moment; a table that could not be counted in time, or changed meanwhile, is left out. */
  readonly rows: Readonly<Record<string, number>>;
  readonly operation: string;
}

/** A dump as it lies there. */
export interface KeptDump extends DumpFile {
  /** What is wrong with the file; null where nothing is seen. */
  readonly fault: string | null;
}

/** Whether a dump can be made here, and of what. */
export interface DumpReadiness {
  /** PostgreSQL 16.4 */
  readonly engine: string;
  /** The name on the server. */
  readonly database: string;
  readonly bytes: number;
  /** pg_dump 16.4 */
  readonly program: string;
  readonly formats: readonly DumpFormat[];
  /** Where it will be put: /var/backups or s3://bucket/prefix. */
  readonly place: string;
  /** How much more fits there; null where nobody knows. */
  readonly freeBytes: number | null;
  /** What a dump of it would not hold, or hold wrongly, each a sentence. */
  readonly risks: readonly string[];
  /** Why nothing can be restored on that server, each a sentence; empty where it can be. */
  readonly notRestorable: readonly string[];
  /** What keeps a restore from taking the place of the live one, each a sentence. */
  readonly notSwappable: readonly string[];
  /** What stays as it is now where a restore takes the place of the live one, each a sentence; left out where nothing does. */
  readonly notSwapped?: readonly string[];
}

export interface DumpJob {
  /** The operation's id: names the run and what it makes. */
  readonly operation: string;
  readonly name: string;
  readonly format: DumpFormat;
  /** When it was begun, ISO 8601, by the bot's clock. */
  readonly at: string;
}

export interface RestoreJob {
  readonly operation: string;
  /** The dump by name; what is recorded of it is what it is held against. */
  readonly name: string;
  readonly sha256: string;
  /** The new database's name on the server. */
  readonly to: string;
  /** Run on what was restored. */
  readonly validate: readonly ValidationQuery[];
}

/** How a run stands after a few seconds of waiting for it. */
export interface DumpProgress {
  readonly done: boolean;
  /** "12.4 MB written" */
  readonly text: string;
  /** Of a dump that is done. */
  readonly file: DumpFile | null;
  /** Of a restore that is done. */
  readonly restored: RestoreReport | null;
}

/** What was found in a database that was restored. */
export interface RestoreReport {
  /** How long it took, the checking of the file and the comparing included. */
  readonly seconds: number;
  readonly bytes: number;
  /** Tables and rows that were counted there and are those of the dump. */
  readonly tables: number;
  readonly rows: number;
  /** Where it differs from the dump, each in a few words. */
  readonly differences: readonly string[];
  readonly checks: readonly CheckedQuery[];
}

/** A database on the server by name. */
export interface RestoredDatabase {
  readonly name: string;
  /** The operation it was made by; null where it was not made from here. */
  readonly madeBy: string | null;
  readonly checks: readonly CheckedQuery[];
}

export interface DumpsRead {
  /** Throws ProviderError where it cannot be: no program of the server's version, nowhere to put it. */
  readonly ready: (at: Placement) => Promise<DumpReadiness>;
  /** The dumps of this database, newest first. */
  readonly list: (at: Placement) => Promise<readonly KeptDump[]>;
  /** What its first bytes say of a file: null where they fit its format, else what is wrong. */
  readonly inspect: (at: Placement, file: DumpFile) => Promise<string | null>;
  /** A database on the server by name, with the queries run there; null where there is none. */
  readonly restored: (
    at: Placement,
    name: string,
    queries: readonly ValidationQuery[],
  ) => Promise<RestoredDatabase | null>;
}

export interface DumpsWrite {
  /**
   * Begins a dump, or goes on waiting for the one of this operation, for a few seconds. What a run that is gone left
   * half done is removed first. A run that nobody asks after for a minute ends itself.
   */
  readonly dump: (at: Placement, job: DumpJob) => Promise<DumpProgress>;
  /** The same for restoring into a new database; the file's checksum is held against the one recorded before anything. */
  readonly restore: (at: Placement, job: RestoreJob) => Promise<DumpProgress>;
  /** Ends the runs of an operation and removes what they left half done. */
  readonly stop: (at: Placement, operation: string) => Promise<void>;
  /** Removes a dump and what is written beside it; one that is gone is fine. */
  readonly remove: (at: Placement, name: string) => Promise<void>;
  /** Drops a database that this operation made; anybody else's is refused, code NotOurs. */
  readonly drop: (at: Placement, name: string, operation: string) => Promise<void>;
  /**
   * Puts a database that was restored, or set aside, in the place of the live one, whose sessions are ended and which
   * keeps its rows under the name `aside`. Done already, it is left alone.
   */
  readonly swap: (at: Placement, restored: string, aside: string, operation: string) => Promise<void>;
}
