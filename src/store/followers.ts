import type { FollowerRecords } from "../domain/incident/following.ts";
import type { RecordContext } from "./database.ts";

type Tables = {
  readonly incident_followers: { readonly incident_id: string; readonly user_id: string; readonly since: Date };
};

/** Who gets an incident's updates as direct messages. */
export function followerRecords(context: RecordContext): FollowerRecords {
  const db = context.db.withTables<Tables>();
  return {
    list: async (incidentId) => {
      const rows = await db
        .selectFrom("incident_followers")
        .select("user_id")
        .where("incident_id", "=", incidentId)
        .orderBy("since")
        .orderBy("user_id")
        .execute();
      return rows.map((row) => row.user_id);
    },
    add: async (incidentId, userId) => {
      const result = await db
        .insertInto("incident_followers")
        .values({ incident_id: incidentId, user_id: userId, since: context.now })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst();
      return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
    },
    remove: async (incidentId, userId) => {
      const result = await db
        .deleteFrom("incident_followers")
        .where("incident_id", "=", incidentId)
        .where("user_id", "=", userId)
        .executeTakeFirst();
      return result.numDeletedRows > 0n;
    },
  };
}
