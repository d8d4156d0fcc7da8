import type { OutsideShiftRecords } from "../domain/oncall/records.ts";
import type { RecordContext } from "./database.ts";

interface OutsideTable {
  readonly team: string;
  readonly level: string;
  readonly reference: string;
  readonly from_at: Date;
  readonly until_at: Date;
}

export function outsideShiftRecords(context: RecordContext): OutsideShiftRecords {
  const db = context.db.withTables<{ oncall_outside: OutsideTable }>();
  return {
    of: async (team) => {
      const rows = await db
        .selectFrom("oncall_outside")
        .selectAll()
        .where("team", "=", team)
        .orderBy("from_at")
        .execute();
      return rows.map((row) => ({
        level: row.level,
        reference: row.reference,
        from: row.from_at,
        until: row.until_at,
      }));
    },
    replace: async (team, shifts) => {
      await db.deleteFrom("oncall_outside").where("team", "=", team).execute();
      if (shifts.length === 0) return;
      await db
        .insertInto("oncall_outside")
        .values(
          shifts.map(({ level, reference, from, until }) => ({
            team,
            level,
            reference,
            from_at: from,
            until_at: until,
          })),
        )
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    },
  };
}
