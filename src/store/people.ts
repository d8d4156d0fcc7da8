import type { App } from "../domain/ports.ts";
import type { Database, RecordContext } from "./database.ts";

type PeopleTables = {
  readonly slack_people: { readonly user_id: string; readonly name: string; readonly seen_at: Date };
};

/** Names of people as Slack last said them; documents that leave Slack need them. */
export function names(context: RecordContext): App["names"] {
  return async (userIds) => {
    if (userIds.length === 0) return new Map();
    const rows = await context.db
      .withTables<PeopleTables>()
      .selectFrom("slack_people")
      .select(["user_id", "name"])
      .where("user_id", "in", [...userIds])
      .execute();
    return new Map(rows.map((row) => [row.user_id, row.name]));
  };
}

/** Keeps a person's name, in a statement of its own: it is asked for whenever somebody was looked up. */
export async function rememberName(
  db: Database,
  person: { readonly userId: string; readonly name: string; readonly at: Date },
): Promise<void> {
  await db
    .withTables<PeopleTables>()
    .insertInto("slack_people")
    .values({ user_id: person.userId, name: person.name, seen_at: person.at })
    .onConflict((conflict) => conflict.column("user_id").doUpdateSet({ name: person.name, seen_at: person.at }))
    .execute();
}
