import { sql } from "kysely";
import type { IntakeRecords } from "../domain/slack-side.ts";
import { type RecordContext, write } from "./database.ts";

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
      const claim = sql`
        insert into slack_intake (key, kind, received_at) values (${key}, ${kind}, ${now})
        on conflict (key) do nothing`.compile(db);
      const first = (
        context.send
          ? context.send(claim).then(({ rowCount }) => rowCount)
          : db.executeQuery(claim).then(({ numAffectedRows }) => numAffectedRows)
      ).then((rows) => Number(rows) === 1);
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
      const kept = sql`update slack_intake set answer = ${JSON.stringify(answer)}::jsonb where key = ${key}`;
      await write(context, { compile: () => kept.compile(db) });
    },
  };
}

async function forget(context: RecordContext): Promise<void> {
  const before = new Date(context.now.getTime() - keptMilliseconds);
  const old = sql`
    delete from slack_intake where key in (
      select key from slack_intake where received_at < ${before} limit ${prunedAtOnce} for update skip locked)`;
  await write(context, { compile: () => old.compile(context.db) });
}
