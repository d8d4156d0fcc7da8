import type { TicketRequest, TicketRequestRecords } from "../domain/ticket/request.ts";
import type { RecordContext } from "./database.ts";
import { withDates } from "./reports.ts";

interface TicketRequestTable {
  readonly id: string;
  readonly facts: string;
}

/** What opened only a ticket; read whole, so kept as one document. */
export function ticketRequestRecords(context: RecordContext): TicketRequestRecords {
  const db = context.db.withTables<{ readonly ticket_requests: TicketRequestTable }>();
  const one = (id: string) => db.selectFrom("ticket_requests").selectAll().where("id", "=", id);
  return {
    insert: async ({ id, ...facts }) => {
      await db
        .insertInto("ticket_requests")
        .values({ id, facts: JSON.stringify(facts) })
        .execute();
    },
    byId: async (id) => fromRow(await one(id).executeTakeFirst()),
    lock: async (id) => fromRow(await one(id).forUpdate().executeTakeFirst()),
  };
}

function fromRow(row: TicketRequestTable | undefined): TicketRequest | null {
  return row ? ({ id: row.id, ...(withDates(row.facts) as Omit<TicketRequest, "id">) } as TicketRequest) : null;
}
