import type { IncidentLink, IncidentLinkRecords } from "../domain/incident/links.ts";
import type { RecordContext } from "./database.ts";

type Tables = {
  readonly incident_links: {
    readonly from_id: string;
    readonly to_id: string;
    readonly kind: IncidentLink["kind"];
    readonly by_id: string;
    readonly at: Date;
  };
};

/** Which incidents belong together, and which go on in another. */
export function incidentLinkRecords(context: RecordContext): IncidentLinkRecords {
  const db = context.db.withTables<Tables>();
  return {
    set: async ({ fromId, toId, kind, byId, at }) => {
      // Two that were linked are linked by the merge from now on.
      await db.deleteFrom("incident_links").where("from_id", "=", toId).where("to_id", "=", fromId).execute();
      await db
        .insertInto("incident_links")
        .values({ from_id: fromId, to_id: toId, kind, by_id: byId, at })
        .onConflict((conflict) => conflict.columns(["from_id", "to_id"]).doUpdateSet({ kind, by_id: byId, at }))
        .execute();
    },
    remove: async (oneId, otherId) => {
      const result = await db
        .deleteFrom("incident_links")
        .where((eb) =>
          eb.or([
            eb.and([eb("from_id", "=", oneId), eb("to_id", "=", otherId)]),
            eb.and([eb("from_id", "=", otherId), eb("to_id", "=", oneId)]),
          ]),
        )
        .executeTakeFirst();
      return result.numDeletedRows > 0n;
    },
    of: async (incidentId) => {
      const rows = await db
        .selectFrom("incident_links")
        .selectAll()
        .where((eb) => eb.or([eb("from_id", "=", incidentId), eb("to_id", "=", incidentId)]))
        .orderBy("at")
        .orderBy("from_id")
        .orderBy("to_id")
        .execute();
      return rows.map((row) => ({
        fromId: row.from_id,
        toId: row.to_id,
        kind: row.kind,
        byId: row.by_id,
        at: row.at,
      }));
    },
  };
}
