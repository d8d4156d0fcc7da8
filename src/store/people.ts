import type { Caller } from "../domain/access/caller.ts";
import type { PeopleRecords } from "../domain/people/records.ts";
import type { App } from "../domain/ports.ts";
import type { RecordContext } from "./database.ts";

type PeopleTables = {
  readonly slack_people: {
    readonly user_id: string;
    readonly name: string;
    readonly seen_at: Date;
    readonly kind: Caller["kind"] | null;
    readonly email: string | null;
  };
  readonly people_references: {
    readonly reference: string;
    readonly user_ids: readonly string[];
    readonly looked_at: Date;
  };
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

/** What is known of people, and whom the configuration's references mean. */
export function peopleRecords(context: RecordContext): PeopleRecords {
  const db = context.db.withTables<PeopleTables>();
  return {
    known: async (userIds) => {
      if (userIds.length === 0) return new Map();
      const rows = await db
        .selectFrom("slack_people")
        .selectAll()
        .where("user_id", "in", [...userIds])
        .execute();
      return new Map(
        rows.flatMap(({ user_id: userId, name, kind, email }) =>
          kind === null ? [] : [[userId, { userId, name, kind, email }] as const],
        ),
      );
    },
    meant: async (references) => {
      if (references.length === 0) return new Map();
      const rows = await db
        .selectFrom("people_references")
        .selectAll()
        .where("reference", "in", [...references])
        .execute();
      return new Map(rows.map((row) => [row.reference, row.user_ids]));
    },
    keep: async ({ userId, name, kind, email }) => {
      if (kind === "unknown") return;
      // The short name Slack shows; a full one that is known stays, since documents leave Slack.
      await db
        .insertInto("slack_people")
        .values({ user_id: userId, name, kind, email, seen_at: context.now })
        .onConflict((conflict) => conflict.column("user_id").doUpdateSet({ kind, email, seen_at: context.now }))
        .execute();
    },
    keepMeant: async (reference, userIds) => {
      const row = { reference, user_ids: [...userIds], looked_at: context.now };
      await db
        .insertInto("people_references")
        .values(row)
        .onConflict((conflict) => conflict.column("reference").doUpdateSet(row))
        .execute();
    },
  };
}

/** Keeps who a person is, in a statement of its own: it is asked for whenever somebody was looked up. */
export async function rememberPerson(
  db: RecordContext["db"],
  person: {
    readonly userId: string;
    readonly name: string;
    readonly kind: Caller["kind"];
    readonly email: string | null;
    readonly at: Date;
  },
): Promise<void> {
  const { userId, name, kind, email, at } = person;
  await db
    .withTables<PeopleTables>()
    .insertInto("slack_people")
    .values({ user_id: userId, name, kind, email, seen_at: at })
    .onConflict((conflict) => conflict.column("user_id").doUpdateSet({ name, kind, email, seen_at: at }))
    .execute();
}
