import type { ArchivingRecords } from "../domain/incident/archiving.ts";
import type { RecordContext } from "./database.ts";

type Tables = {
  readonly channel_archiving: {
    readonly incident_id: string;
    readonly archive_at: Date | null;
    readonly noticed_at: Date | null;
    readonly kept_by: string | null;
    readonly archived_at: Date | null;
  };
};

/** When the channels of ended incidents are put away. */
export function archivingRecords(context: RecordContext): ArchivingRecords {
  const db = context.db.withTables<Tables>();
  return {
    of: async (incidentId) => {
      const row = await db
        .selectFrom("channel_archiving")
        .selectAll()
        .where("incident_id", "=", incidentId)
        .executeTakeFirst();
      if (!row) return null;
      return {
        incidentId: row.incident_id,
        archiveAt: row.archive_at,
        noticedAt: row.noticed_at,
        keptBy: row.kept_by,
        archivedAt: row.archived_at,
      };
    },
    put: async ({ incidentId, archiveAt, noticedAt, keptBy, archivedAt }) => {
      const facts = { archive_at: archiveAt, noticed_at: noticedAt, kept_by: keptBy, archived_at: archivedAt };
      await db
        .insertInto("channel_archiving")
        .values({ incident_id: incidentId, ...facts })
        .onConflict((conflict) => conflict.column("incident_id").doUpdateSet(facts))
        .execute();
    },
  };
}
