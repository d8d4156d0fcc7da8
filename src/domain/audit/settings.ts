/** What the configuration says of the audit log. */
export interface AuditSettings {
  /** Principals, as in the policy, who may read and export it. */
  readonly readers: readonly string[];
  /** The bucket it is exported to, where nobody can change it; null for nowhere. */
  readonly archive: ArchiveSettings | null;
}

export type ArchiveMode = "compliance" | "governance";

export interface ArchiveSettings {
  readonly bucket: string;
  /** What the objects' names begin with, without a slash at its end; may be empty. */
  readonly prefix: string;
  /** Null for where the SDK says. */
  readonly region: string | null;
  readonly everyMinutes: number;
  /** How long each object cannot be deleted. */
  readonly retentionDays: number;
  readonly mode: ArchiveMode;
}
