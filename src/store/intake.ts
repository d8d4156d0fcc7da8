import { sql } from "kysely";
import type { IntakeRecords } from "../domain/slack-side.ts";
import type { RecordContext } from "./database.ts";

const keptMilliseconds = 24 * 60 * 60_000;
/** So many asks forget so many old ones; the rest waits for the next time. */
const pruneEvery = 200;
const prunedAtOnce = 400;
let begun = 0;

/** Which asks were recorded; the key's row is locked by whoever handles the ask, so a repeat waits for it. */
export function intakeRecords({ db, now }: RecordContext): IntakeRecords {
  return {
    begin: async (key, kind) => {
      begun += 1;
      if (begun % pruneEvery === 0) {
        const before = new Date(now.getTime() - keptMilliseconds);
        await sql`
          delete from slack_intake where key in (
            select key from slack_intake where received_at < ${before} limit ${prunedAtOnce} for update skip locked)`.execute(
          db,
        );
      }
      const claimed = await sql`
        insert into slack_intake (key, kind, received_at) values (${key}, ${kind}, ${now})
        on conflict (key) do nothing`.execute(db);
      if (claimed.numAffectedRows === 1n) return { first: true };
      const found = await sql<{ answer: unknown }>`select answer from slack_intake where key = ${key}`.execute(db);
      return { first: false, answer: (found.rows[0]?.answer ?? null) as never };
    },
    answer: async (key, answer) => {
      await sql`update slack_intake set answer = ${JSON.stringify(answer)}::jsonb where key = ${key}`.execute(db);
    },
  };
}
