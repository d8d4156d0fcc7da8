import type { ArchivedRange, ArchiveRecords } from "../domain/audit/archive.ts";
import type { ArchiveMode } from "../domain/audit/settings.ts";
import type { RecordContext } from "./database.ts";

interface ArchiveTable {
  position_from: number;
  position_to: number;
  key: string;
  begun_at: Date;
  retain_until: Date;
  mode: ArchiveMode;
  confirmed_at: Date | null;
  version: string | null;
  trouble: string | null;
}

/** What of the audit log was written to the archive. */
export function archiveRecords(context: RecordContext): ArchiveRecords {
  const db = context.db.withTables<{ audit_archive: ArchiveTable }>();
  return {
    newest: async () => {
      const row = await db
        .selectFrom("audit_archive")
        .selectAll()
        .orderBy("position_from", "desc")
        .limit(1)
        .executeTakeFirst();
      return row ? rangeOf(row) : null;
    },
    begin: async (range) => {
      await db
        .insertInto("audit_archive")
        .values({
          position_from: range.from,
          position_to: range.to,
          key: range.key,
          begun_at: range.begunAt,
          retain_until: range.retainUntil,
          mode: range.mode,
          confirmed_at: null,
          version: null,
          trouble: null,
        })
        .execute();
    },
    confirm: async (from, at, version) => {
      await db
        .updateTable("audit_archive")
        .set({ confirmed_at: at, version, trouble: null })
        .where("position_from", "=", from)
        .where("confirmed_at", "is", null)
        .execute();
    },
    fail: async (from, trouble) => {
      await db
        .updateTable("audit_archive")
        .set({ trouble })
        .where("position_from", "=", from)
        .where("confirmed_at", "is", null)
        .execute();
    },
  };
}

function rangeOf(row: ArchiveTable): ArchivedRange {
  return {
    from: row.position_from,
    to: row.position_to,
    key: row.key,
    begunAt: row.begun_at,
    retainUntil: row.retain_until,
    mode: row.mode,
    confirmedAt: row.confirmed_at,
    version: row.version,
    trouble: row.trouble,
  };
}
