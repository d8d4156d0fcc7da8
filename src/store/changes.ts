import { type Selectable, sql } from "kysely";
import { type Change, type ChangeRecords, type ChangeState, changeName } from "../domain/change/change.ts";
import { Refusal } from "../errors.ts";
import type { RecordContext } from "./database.ts";
import { withDates } from "./reports.ts";

/** What is asked for by a query is a column; the rest of the record, which is always read whole, is one document. */
interface ChangesTable {
  id: string;
  number: number;
  state: string;
  version: number;
  facts: string;
}

export function changeRecords(context: RecordContext): ChangeRecords {
  const db = context.db.withTables<{ changes: ChangesTable }>();
  const one = async (column: "id" | "number", value: string | number): Promise<Change | null> => {
    const row = await db
      .selectFrom("changes")
      .selectAll()
      .where(column, "=", value as never)
      .executeTakeFirst();
    return row ? fromRow(row) : null;
  };
  return {
    insert: async (change) => {
      const { rows } = await sql<{ last: number }>`update change_counter set last = last + 1 returning last`.execute(
        db,
      );
      const number = rows[0]?.last;
      if (number === undefined) throw new Error("The change counter is missing.");
      const inserted: Change = { ...change, number, version: 1 };
      await db.insertInto("changes").values(toRow(inserted)).execute();
      return inserted;
    },
    update: async (change, changes) => {
      const next: Change = { ...change, ...changes, version: change.version + 1 };
      const result = await db
        .updateTable("changes")
        .set(toRow(next))
        .where("id", "=", change.id)
        .where("version", "=", change.version)
        .executeTakeFirst();
      if (result.numUpdatedRows > 0n) return next;
      throw new Refusal("stale", `${changeName(change)} has just been changed by somebody else.`, "Look again.");
    },
    byId: (id) => one("id", id),
    byNumber: (number) => one("number", number),
    list: async ({ open, limit }) => {
      const all = db.selectFrom("changes").selectAll().orderBy("number", "desc").limit(limit);
      const over = ["closed", "cancelled"];
      const rows = await (open === undefined ? all : all.where("state", open ? "not in" : "in", over)).execute();
      return rows.map(fromRow);
    },
  };
}

function toRow({ id, number, state, version, ...facts }: Change): ChangesTable {
  return { id, number, state, version, facts: JSON.stringify(facts) };
}

function fromRow({ id, number, state, version, facts }: Selectable<ChangesTable>): Change {
  const rest = withDates(facts) as Omit<Change, "id" | "number" | "state" | "version">;
  return { ...rest, id, number, state: state as ChangeState, version };
}
