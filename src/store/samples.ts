import type { SampleRecords } from "../domain/health/samples.ts";
import type { RecordContext } from "./database.ts";

interface SamplesTable {
  environment: string;
  name: string;
  figure: string;
  at: Date;
  value: number;
}

/** Values that were read, kept a little longer than a day so that the next look can say how it was before. */
export function sampleRecords(context: RecordContext): SampleRecords {
  const db = context.db.withTables<{ figure_samples: SamplesTable }>();
  return {
    since: async ({ environment, name }, from) => {
      const rows = await db
        .selectFrom("figure_samples")
        .select(["figure", "at", "value"])
        .where("environment", "=", environment)
        .where("name", "=", name)
        .where("at", ">=", from)
        .orderBy("at")
        .execute();
      return rows;
    },
    add: async ({ environment, name }, samples, forgetBefore) => {
      await db
        .deleteFrom("figure_samples")
        .where("environment", "=", environment)
        .where("name", "=", name)
        .where("at", "<", forgetBefore)
        .execute();
      if (samples.length === 0) return;
      await db
        .insertInto("figure_samples")
        .values(samples.map((sample) => ({ environment, name, ...sample })))
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    },
  };
}
