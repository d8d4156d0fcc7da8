import type { App } from "../ports.ts";

/** A backup that was made from here and seen whole. */
export interface Backup {
  /** The id of the operation that made it. */
  readonly id: string;
  readonly target: { readonly environment: string; readonly name: string };
  readonly kind: "snapshot" | "dump";
  /** As the platform, or the place it lies in, knows it. */
  readonly name: string;
  /** RDS, a folder, or s3://bucket/prefix. */
  readonly place: string;
  /** Of a dump. */
  readonly format: string | null;
  /** Null where the platform does not say. */
  readonly bytes: number | null;
  readonly sha256: string | null;
  /** The moment the data is of. */
  readonly takenAt: Date;
  readonly requesterId: string;
  readonly incidentId: string | null;
  /** When it was last restored and looked at; null while it never was. */
  readonly provedAt: Date | null;
  /** What that showed, as a sentence. */
  readonly proof: string | null;
}

/** One restore that ended, with its figures. */
export interface RestoreFigures {
  /** The operation's id. */
  readonly id: string;
  readonly target: { readonly environment: string; readonly name: string };
  readonly how: "restore" | "drill";
  /** The backup by name, or the moment for one to a point in time. */
  readonly from: string;
  readonly to: string;
  readonly endedAt: Date;
  /** From the start to the data being there. */
  readonly seconds: number;
  /** How old the data was when the restore began; null where that is not known. */
  readonly dataAgeSeconds: number | null;
  readonly good: boolean;
  /** What was looked at and what it said. */
  readonly detail: string;
}

export interface BackupRecords {
  /** Keeps it; the same operation's again replaces it. */
  readonly keep: (backup: Backup) => Promise<void>;
  /** Newest first, at most 500. */
  readonly list: (target: Backup["target"]) => Promise<readonly Backup[]>;
  /** It was restored and looked at. One that is not known here is left. */
  readonly proved: (target: Backup["target"], name: string, at: Date, proof: string) => Promise<void>;
  readonly keepRestore: (figures: RestoreFigures) => Promise<void>;
  /** Newest first, at most 20. */
  readonly restores: (target: Backup["target"]) => Promise<readonly RestoreFigures[]>;
}

/** A backup as far as choosing among several goes. */
export interface Kept {
  readonly name: string;
  readonly at: Date;
  readonly good: boolean;
  /** Made from here: only those may go. */
  readonly own: boolean;
}

/** The newest that can be restored from; null where there is none. */
export function newestGood<T extends Kept>(all: readonly T[], before: Date | null = null): T | null {
  return (
    all
      .filter((one) => one.good && (before === null || one.at < before))
      .toSorted((one, other) => other.at.getTime() - one.at.getTime())[0] ?? null
  );
}

/** Own ones from before a moment, oldest first; never the newest good one. */
export function expired<T extends Kept>(all: readonly T[], before: Date): readonly T[] {
  const spared = newestGood(all)?.name;
  return all
    .filter((one) => one.own && one.at < before && one.name !== spared)
    .toSorted((one, other) => one.at.getTime() - other.at.getTime());
}

/** A moment as people place it whatever their zone: 2026-11-22 02:05 UTC. */
export function utc(at: Date): string {
  return `${at.toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

/** A time as people say it: 45 s, 12 min, 3 h 5 min, 2 d. */
export function spanInWords(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 120) return `${whole} s`;
  if (whole < 7200) return `${Math.floor(whole / 60)} min`;
  if (whole < 172_800) {
    const minutes = Math.floor((whole % 3600) / 60);
    return `${Math.floor(whole / 3600)} h${minutes > 0 ? ` ${minutes} min` : ""}`;
  }
  return `${Math.floor(whole / 86_400)} d`;
}

/** How long something took, or how old it was, against what was wanted: "4 min (RTO 1 h: kept)". */
export function against(seconds: number, wanted: number | null, name: "RTO" | "RPO"): string {
  const said = spanInWords(seconds);
  if (wanted === null) return `${said} (no ${name} is configured)`;
  return `${said} (${name} ${spanInWords(wanted)}: ${seconds <= wanted ? "kept" : "missed"})`;
}

/** What is known from here of a database's backups. */
export async function knownBackups(app: App, target: Backup["target"]) {
  return { backups: await app.backups.list(target), restores: await app.backups.restores(target) };
}
