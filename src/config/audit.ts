import { z } from "zod";
import type { AuditSettings } from "../domain/audit/settings.ts";
import { choice, list, object, principal, right, text } from "./pieces.ts";
import { seconds } from "./spans.ts";

const everyForm = right("write a time from 10m to 30d");
const every = z
  .string(everyForm)
  .regex(/^[1-9]\d{0,4}[mhd]$/, everyForm)
  .refine((span) => seconds(span, 0) >= 600 && seconds(span, 0) <= 30 * 86_400, everyForm);
const retentionForm = right("write days or years such as 90d or 7y, at most 100y");
const retention = z.string(retentionForm).regex(/^([1-9]\d{0,4}d|([1-9]\d?|100)y)$/, retentionForm);
const bucketForm = right("write a bucket's name, such as acme-audit");
const bucket = z.string(bucketForm).regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, bucketForm);
const prefixForm = right("write a prefix such as tocsin/audit");
const prefix = z.string(prefixForm).regex(/^[\w!.*'()-]+(\/[\w!.*'()-]+)*\/?$/, prefixForm);

/** The audit log: who may read it, and where it is kept beside the database. */
export const auditSchema = object({
  readers: list(principal).describe("Who may read and export it with `/ops audit`; admins by default.").optional(),
  export: object({
    bucket: bucket.describe("A bucket of Amazon S3 that has Object Lock."),
    prefix: prefix.describe("What the objects' names begin with; tocsin/audit by default.").optional(),
    region: text.describe("Where the bucket is; the SDK's region by default.").optional(),
    every: every.describe("How often what was sealed since is written; 1d by default.").optional(),
    retention: retention.describe("How long nobody can delete it; 7y by default.").optional(),
    mode: choice(["compliance", "governance"])
      .describe("Whether nobody at all can shorten that, or who has a special right; compliance by default.")
      .optional(),
  })
    .describe("Exports it to where it cannot be changed.")
    .optional(),
});

export function completeAudit(written: z.infer<typeof auditSchema> | undefined): AuditSettings {
  const archive = written?.export;
  return {
    readers: written?.readers ?? ["admins"],
    archive: archive
      ? {
          bucket: archive.bucket,
          prefix: (archive.prefix ?? "tocsin/audit").replace(/\/$/, ""),
          region: archive.region ?? null,
          everyMinutes: seconds(archive.every, 86_400) / 60,
          retentionDays: days(archive.retention ?? "7y"),
          mode: archive.mode ?? "compliance",
        }
      : null,
  };
}

/** A year never shorter than one: leap days count for each. */
function days(span: string): number {
  const count = Number(span.slice(0, -1));
  return span.endsWith("y") ? Math.ceil(count * 365.25) : count;
}
