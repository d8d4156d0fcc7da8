import { sql } from "kysely";
import type { IntakeRecords } from "../domain/slack-side.ts";
import { changed, insertion, type RecordContext, write } from "./database.ts";

const keptMilliseconds = 24 * 60 * 60_000;
/** So many asks forget so many old ones; the rest waits for the next time. */
const pruneEvery = 200;
const prunedAtOnce = 400;
let begun = 0;

/** Which asks were recorded; the key's row is locked by whoever handles the ask, so a repeat waits for it. */
export function intakeRecords(context: RecordContext): IntakeRecords {
  const { db, now } = context;
  return {
    // Sent before anything is awaited: what the ask does beside it comes behind it.
    begin: async (key, kind) => {
      const claim = insertion("slack_intake", { key, kind, received_at: now }, "on conflict (key) do nothing");
      const first = changed(context, claim).then((rows) => rows === 1);
      if (context.claim) context.claim.first = first;
      if (await first) {
        begun += 1;
        if (begun % pruneEvery === 0) await forget(context);
        return { first: true };
      }
      const found = await sql<{ answer: unknown }>`select answer from slack_intake where key = ${key}`.execute(db);
      return { first: false, answer: (found.rows[0]?.answer ?? null) as never };
    },
    answer: async (key, answer) => {
      const sql = "update slack_intake set answer = $1::jsonb where key = $2";
      await write(context, { sql, parameters: [JSON.stringify(answer), key] });
    },
  };
}

async function forget(context: RecordContext): Promise<void> {
  const before = new Date(context.now.getTime() - keptMilliseconds);
  const old = sql`
    delete from slack_intake where key in (
      select key from slack_intake where received_at < ${before} limit ${prunedAtOnce} for update skip locked)`;
  await write(context, old.compile(context.db));
}
