import type { CostRecords } from "../domain/cost/costs.ts";
import type { CostSight } from "../domain/cost/sight.ts";
import type { RecordContext } from "./database.ts";
import { fromDatedJson, toDatedJson } from "./dated-json.ts";

interface CostSightsTable {
  environment: string;
  at: Date;
  sight: string;
}

interface CostsToldTable {
  environment: string;
  day: string;
  reason: string;
}

/** What was read of costs, and which reasons were told on which day. */
export function costRecords(context: RecordContext): CostRecords {
  const db = context.db.withTables<{ cost_sights: CostSightsTable; costs_told: CostsToldTable }>();
  return {
    last: async (environment) => {
      const row = await db
        .selectFrom("cost_sights")
        .selectAll()
        .where("environment", "=", environment)
        .executeTakeFirst();
      return row ? { at: row.at, sight: fromDatedJson(row.sight) as CostSight } : null;
    },
    keep: async (environment, at, sight) => {
      const row = { at, sight: toDatedJson(sight) };
      await db
        .insertInto("cost_sights")
        .values({ environment, ...row })
        .onConflict((conflict) => conflict.column("environment").doUpdateSet(row))
        .execute();
    },
    tell: async (environment, day, reasons) => {
      if (reasons.length === 0) return [];
      const rows = await db
        .insertInto("costs_told")
        .values(reasons.map((reason) => ({ environment, day, reason })))
        .onConflict((conflict) => conflict.doNothing())
        .returning("reason")
        .execute();
      return rows.map(({ reason }) => reason);
    },
  };
}
