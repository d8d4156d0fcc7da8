/** What was seen of a database's backups; moments are ISO 8601, since it is stored. */
export interface BackupsSight {
  /** Newest first. */
  readonly rows: readonly BackupRow[];
  /** Between these it can be restored to any moment. */
  readonly restorable: { readonly from: string | null; readonly to: string } | null;
  /** What could not be read, each a sentence: what lies there is not known. */
  readonly unseen: readonly string[];
  readonly restores: readonly {
    readonly how: "restore" | "drill";
    readonly from: string;
    readonly endedAt: string;
    readonly good: boolean;
    readonly detail: string;
  }[];
  readonly rpoSeconds: number | null;
  readonly keepDays: number;
}

export interface BackupRow {
  readonly name: string;
  readonly at: string;
  readonly kind: "snapshot" | "automated snapshot" | "dump";
  /** available, creating, failed */
  readonly status: string;
  readonly good: boolean;
  /** Made from here. */
  readonly own: boolean;
  readonly bytes: number | null;
  readonly place: string;
  readonly format: string | null;
  readonly requesterId: string | null;
  readonly provedAt: string | null;
  readonly proof: string | null;
}
