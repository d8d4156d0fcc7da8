/** What providers of dumps are handed: where dumps lie, the programs of this machine, and runs that outlast a job. */
import type { Placement } from "../configuration.ts";
import type { DumpFile, KeptDump } from "./dumps.ts";

export type Bytes = AsyncIterable<Uint8Array>;

/** A folder or a bucket of dumps. What is in it without its description beside it counts for nothing. */
export interface DumpStore {
  /** /var/backups or s3://bucket/prefix */
  readonly place: string;
  /** How much more fits; null where nobody knows. */
  readonly free: () => Promise<number | null>;
  /** Newest first; `of` is as targets are written. */
  readonly list: (of: string) => Promise<readonly KeptDump[]>;
  /** Takes the bytes in under a name nobody sees yet; nothing of it stays where they end with an error. */
  readonly stage: (name: string, bytes: Bytes, expected: number) => Promise<StagedDump>;
  /** Throws ProviderError not_found where it is gone. */
  readonly read: (name: string) => Promise<Bytes>;
  /** One that is gone is fine. */
  readonly remove: (name: string) => Promise<void>;
  /** Removes what an operation's run left half done, and what others' did a day ago. */
  readonly sweep: (of: string, operation: string) => Promise<void>;
}

/** Bytes that lie there and are not a dump yet. */
export interface StagedDump {
  readonly bytes: number;
  readonly sha256: string;
  readonly read: () => Promise<Bytes>;
  /** From here on it is a dump. */
  readonly publish: (file: DumpFile) => Promise<void>;
  readonly discard: () => Promise<void>;
}

export interface ClientProgram {
  /** Its whole path. */
  readonly path: string;
  /** pg_dump 16.4 */
  readonly title: string;
}

/** How a program of this machine is run: never by a shell, its password in the environment and never an argument. */
export interface ProgramCall {
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** Inside of a run: when to end, and what to say of how far it is. */
export interface RunUnderWay {
  readonly signal: AbortSignal;
  readonly say: (text: string) => void;
}

export interface DumpKeeping {
  /** Throws ProviderError where the configuration names no place. */
  readonly store: (at: Placement) => DumpStore;
  /** The first of the names whose version is wanted; throws ProviderError that names what was found and what to install. */
  readonly find: (wanted: {
    readonly names: readonly string[];
    /** Folders where it may lie beside those of PATH. */
    readonly folders: readonly string[];
    /** What `--version` says to how people say it; null where it is not what is wanted. */
    readonly accept: (version: string) => string | null;
    /** "pg_dump of PostgreSQL 16" */
    readonly what: string;
    readonly install: string;
  }) => Promise<ClientProgram>;
  /** What a program writes. The bytes end with a ProviderError where it does not end well. */
  readonly output: (call: ProgramCall) => Bytes;
  /** Hands bytes to a program; throws a ProviderError where either ends badly. `some`: it may stop reading earlier. */
  readonly input: (call: ProgramCall, bytes: Bytes, options?: { readonly some?: boolean }) => Promise<string>;
  readonly gzip: (bytes: Bytes) => Bytes;
  readonly gunzip: (bytes: Bytes) => Bytes;
  /** Reads all of a dump and throws a ProviderError where it is not what was recorded. */
  readonly intact: (store: DumpStore, file: DumpFile, run: RunUnderWay) => Promise<void>;
  /** Begins work, or goes on waiting for the work of that key, for a few seconds; what it ended with is told once. */
  readonly follow: <T>(
    key: string,
    work: (run: RunUnderWay) => Promise<T>,
  ) => Promise<{ readonly value: T } | { readonly text: string }>;
  /** Ends the runs whose keys begin with this, and waits until they have ended. */
  readonly stop: (prefix: string) => Promise<void>;
}
