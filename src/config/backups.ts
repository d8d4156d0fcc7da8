import { z } from "zod";
import {
  type BackupSettings,
  type DatabaseBackups,
  defaultBackups,
  type StorePlace,
} from "../domain/backup/settings.ts";
import { dumpFormats } from "../domain/platform/dumps.ts";
import { choice, flag, object, right, text } from "./pieces.ts";

const age = (example: string) => {
  const error = right(`write a time such as ${example}`);
  return z.string(error).regex(/^[1-9]\d{0,3}[mhd]$/, error);
};
const placeError = right("write a folder's whole path, or s3://bucket/prefix");
const place = z.string(placeError).regex(/^(\/[^\0]*|s3:\/\/[a-z0-9][a-z0-9.-]+(\/[^\0]*)?)$/, placeError);
const days = z.string(right("write days such as 30d")).regex(/^[1-9]\d{0,3}d$/, right("write days such as 30d"));
const folder = z
  .string(right("write a folder's whole path"))
  .regex(/^\/[^\0]*$/, right("write a folder's whole path, such as /var/backups"));
const query = z
  .string(right("write a query that reads"))
  .regex(
    /^\s*(select|with|show|table|values)\b[^;]*;?\s*$/i,
    right("write one query that reads, such as select count(*) from orders"),
  );

/** Of one database, as people write it. */
export const databaseBackupsSchema = object({
  keep: days.describe("How long own backups are kept; the newest good one always is. 30d by default.").optional(),
  rpo: age("24h").describe("How old the newest good backup may be.").optional(),
  rto: age("1h").describe("How long a restore may take.").optional(),
  test_restore: flag
    .describe("Whether each dump is restored into a scratch database and compared; by default where it is up to 10 GB.")
    .optional(),
  to: place
    .describe("Where its dumps are put: a folder's whole path, or s3://bucket/prefix; left out: as `backups` says.")
    .optional(),
  format: choice(dumpFormats)
    .describe("Of its dumps: custom (PostgreSQL only, its default), plain, gzip (MySQL's default), or schema.")
    .optional(),
  validate: z
    .record(text, query, right("write a map: a name, a colon, and a query that reads"))
    .describe("Queries run in a read-only transaction on what was restored; their first value is shown.")
    .optional(),
});

/** Of all of them. */
export const backupsSchema = object({
  directory: folder.describe("The folder dumps are put into. This or s3.").optional(),
  s3: object({
    bucket: text,
    prefix: text.describe("What the names of the objects begin with.").optional(),
    region: text.optional(),
    kms_key: text.describe("The key of KMS it encrypts with; left out: as the bucket does by itself.").optional(),
  })
    .describe("The bucket dumps are put into. This or directory.")
    .optional(),
  keep: days.describe("How long own backups are kept where a database says nothing else. 30d by default.").optional(),
  programs: folder
    .describe("The folder of the client programs, such as pg_dump or mysqldump; left out: they are looked for.")
    .optional(),
});

type WrittenBackups = z.infer<typeof backupsSchema>;
type WrittenDatabase = z.infer<typeof databaseBackupsSchema>;

/** Fills the defaults in. */
export function completeBackups(
  written: WrittenBackups | undefined,
  databases: Readonly<Record<string, { readonly backups?: WrittenDatabase | undefined }>> | undefined,
): BackupSettings {
  const keepDays = written?.keep ? seconds(written.keep) / 86_400 : defaultBackups.keepDays;
  const otherwise: DatabaseBackups = { ...defaultBackups, keepDays };
  return {
    store: written?.s3
      ? {
          kind: "s3",
          bucket: written.s3.bucket,
          prefix: written.s3.prefix?.replace(/^\/+|\/+$/g, "") ?? "",
          region: written.s3.region ?? null,
          kmsKey: written.s3.kms_key ?? null,
        }
      : written?.directory
        ? { kind: "directory", path: written.directory }
        : null,
    programs: written?.programs ?? null,
    otherwise,
    databases: new Map(
      Object.entries(databases ?? {}).flatMap(([name, { backups }]) =>
        backups
          ? [
              [
                name,
                {
                  keepDays: backups.keep ? seconds(backups.keep) / 86_400 : keepDays,
                  rpoSeconds: backups.rpo ? seconds(backups.rpo) : null,
                  rtoSeconds: backups.rto ? seconds(backups.rto) : null,
                  testRestore: backups.test_restore ?? null,
                  store: placeOf(backups.to),
                  format: backups.format ?? null,
                  validate: Object.entries(backups.validate ?? {}).map(([query, sql]) => ({
                    name: query,
                    sql: sql.trim().replace(/;$/, ""),
                  })),
                },
              ] as const,
            ]
          : [],
      ),
    ),
  };
}

function placeOf(written: string | undefined): StorePlace | null {
  if (written === undefined) return null;
  if (!written.startsWith("s3://")) return { kind: "directory", path: written };
  const [bucket = "", ...prefix] = written.slice("s3://".length).split("/");
  return { kind: "s3", bucket, prefix: prefix.join("/").replace(/\/+$/, ""), region: null, kmsKey: null };
}

/** What contradicts itself. */
export function backupMisfits(
  written: WrittenBackups | undefined,
): readonly { readonly path: readonly string[]; readonly text: string }[] {
  if (!written?.directory || !written.s3) return [];
  return [{ path: ["backups", "s3"], text: "stands beside directory; keep one of them." }];
}

function seconds(text: string): number {
  return Number(text.slice(0, -1)) * ({ m: 60, h: 3600, d: 86_400 }[text.slice(-1)] ?? Number.NaN);
}
