import type { SecurityStepRecords } from "../domain/security/checklist.ts";
import type { RecordContext } from "./database.ts";

type Tables = {
  readonly security_flows: { readonly incident_id: string; readonly begun_at: Date };
  readonly security_ticks: {
    readonly incident_id: string;
    readonly step: string;
    readonly user_id: string;
    readonly at: Date;
  };
};

/** The checklists of security incidents. */
export function securityStepRecords(context: RecordContext): SecurityStepRecords {
  const db = context.db.withTables<Tables>();
  return {
    begin: async (incidentId) => {
      const result = await db
        .insertInto("security_flows")
        .values({ incident_id: incidentId, begun_at: context.now })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst();
      return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
    },
    ticks: async (incidentId) => {
      const flow = await db
        .selectFrom("security_flows")
        .select("incident_id")
        .where("incident_id", "=", incidentId)
        .executeTakeFirst();
      if (!flow) return null;
      const rows = await db
        .selectFrom("security_ticks")
        .selectAll()
        .where("incident_id", "=", incidentId)
        .orderBy("at")
        .execute();
      return rows.map((row) => ({ step: row.step, userId: row.user_id, at: row.at }));
    },
    tick: async (incidentId, step, userId) => {
      const result = await db
        .insertInto("security_ticks")
        .values({ incident_id: incidentId, step, user_id: userId, at: context.now })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst();
      return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
    },
    untick: async (incidentId, step) => {
      const result = await db
        .deleteFrom("security_ticks")
        .where("incident_id", "=", incidentId)
        .where("step", "=", step)
        .executeTakeFirst();
      return result.numDeletedRows > 0n;
    },
  };
}
