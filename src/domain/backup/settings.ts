import type { DumpFormat } from "../platform/dumps.ts";

/** Where backups go, how long they are kept, and what they are held against. */
export interface BackupSettings {
  /** Where dumps are put; null where nobody said. */
  readonly store: StorePlace | null;
  /** Folder of pg_dump, pg_restore and psql; null: they are looked for. */
  readonly programs: string | null;
  /** By the catalog's name of a database; one that says nothing has the defaults. */
  readonly databases: ReadonlyMap<string, DatabaseBackups>;
  readonly otherwise: DatabaseBackups;
}

export type StorePlace =
  | { readonly kind: "directory"; readonly path: string }
  | {
      readonly kind: "s3";
      readonly bucket: string;
      readonly prefix: string;
      readonly region: string | null;
      /** Encrypts with this key of KMS; null: as the bucket does by itself. */
      readonly kmsKey?: string | null;
    };

export interface DatabaseBackups {
  /** Own backups older than this may go; the newest good one never does. */
  readonly keepDays: number;
  /** How old the newest good backup may be; null where nobody said. */
  readonly rpoSeconds: number | null;
  /** How long a restore may take; null where nobody said. */
  readonly rtoSeconds: number | null;
  /** Read-only queries that are run on what was restored. */
  readonly validate: readonly ValidationQuery[];
  /** Whether each dump is restored into a scratch database and compared; null: where the database is small. */
  readonly testRestore: boolean | null;
  /** Where its dumps are put; null: where all are. */
  readonly store: StorePlace | null;
  /** The format of its dumps; null: custom where there is that, else gzip. */
  readonly format: DumpFormat | null;
}

export interface ValidationQuery {
  readonly name: string;
  readonly sql: string;
}

export const defaultBackups: DatabaseBackups = {
  keepDays: 30,
  rpoSeconds: null,
  rtoSeconds: null,
  validate: [],
  testRestore: null,
  store: null,
  format: null,
};

/** Databases up to this are restored for a test where nobody said whether. */
export const smallDatabaseBytes = 10_000_000_000;

/** Where nothing is written. */
export const noBackups: BackupSettings = {
  store: null,
  programs: null,
  databases: new Map(),
  otherwise: defaultBackups,
};

/** What holds for one database of the catalog. */
export function backupsOf(config: { readonly backups?: BackupSettings }, database: string): DatabaseBackups {
  return config.backups?.databases.get(database) ?? config.backups?.otherwise ?? defaultBackups;
}
