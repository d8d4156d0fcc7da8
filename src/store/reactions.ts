import { sql } from "kysely";
import type { ReactionRecords } from "../domain/timeline/records.ts";
import type { RecordContext } from "./database.ts";

type Tables = {
  readonly marks: {
    readonly channel_id: string;
    readonly ts: string;
    readonly name: string;
    readonly user_id: string;
    readonly is_on: boolean;
    readonly event_ts: string;
  };
};

/** Marks on messages, the newest event of each kept. */
export function reactionRecords(context: RecordContext): ReactionRecords {
  const db = context.db.withTables<Tables>();
  return {
    note: async (mark) => {
      // One statement, so that two events at the same moment cannot both believe they are the newest.
      const { rows } = await sql<{ changed: boolean }>`
        insert into marks (channel_id, ts, name, user_id, is_on, event_ts)
        values (${mark.channelId}, ${mark.ts}, ${mark.name}, ${mark.userId}, ${mark.on}, ${mark.eventTs}::numeric)
        on conflict (channel_id, ts, name, user_id) do update
          set is_on = excluded.is_on, event_ts = excluded.event_ts
          where marks.event_ts < excluded.event_ts
        returning true as changed`.execute(db);
      return rows.length > 0;
    },
    holders: async (channelId, ts, name) => {
      const rows = await db
        .selectFrom("marks")
        .select("user_id")
        .where("channel_id", "=", channelId)
        .where("ts", "=", ts)
        .where("name", "=", name)
        .where("is_on", "=", true)
        .orderBy("event_ts")
        .execute();
      return rows.map((row) => row.user_id);
    },
  };
}
