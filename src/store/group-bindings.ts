import type { GroupBindingRecords } from "../domain/access/group-binding.ts";
import type { RecordContext } from "./database.ts";

interface GroupBindingsTable {
  handle: string;
  group_id: string;
  bound_at: Date;
  other_id: string | null;
}

export function groupBindingRecords(context: RecordContext): GroupBindingRecords {
  const db = context.db.withTables<{ group_bindings: GroupBindingsTable }>();
  return {
    of: async (handles) => {
      const rows = await db
        .selectFrom("group_bindings")
        .selectAll()
        .where("handle", "in", [...handles])
        .execute();
      return rows.map((row) => ({
        handle: row.handle,
        groupId: row.group_id,
        boundAt: row.bound_at,
        otherId: row.other_id,
      }));
    },
    bind: async (handle, groupId) => {
      const { numInsertedOrUpdatedRows } = await db
        .insertInto("group_bindings")
        .values({ handle, group_id: groupId, bound_at: context.now, other_id: null })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst();
      return numInsertedOrUpdatedRows === 1n;
    },
    noteOther: async (handle, otherId) => {
      const { numUpdatedRows } = await db
        .updateTable("group_bindings")
        .set({ other_id: otherId })
        .where("handle", "=", handle)
        .where("other_id", "is distinct from", otherId)
        .executeTakeFirst();
      return numUpdatedRows === 1n;
    },
    rebind: async (handle, groupId) => {
      await db
        .updateTable("group_bindings")
        .set({ group_id: groupId, bound_at: context.now, other_id: null })
        .where("handle", "=", handle)
        .execute();
    },
  };
}
