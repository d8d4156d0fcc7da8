import type { Lease, LeaseRecords } from "../domain/operation/lease.ts";
import type { RecordContext } from "./database.ts";

/** What is asked for by a query is a column; the rest is read whole. */
interface LeasesTable {
  id: string;
  operation_id: string;
  environment: string;
  target_name: string;
  state: Lease["state"];
  started_at: Date;
  until_at: Date | null;
  facts: string;
}

type Facts = Omit<Lease, "id" | "operationId" | "target" | "state" | "startedAt" | "untilAt">;

export function leaseRecords(context: RecordContext): LeaseRecords {
  const db = context.db.withTables<{ leases: LeasesTable }>();
  const one = async (column: "id" | "operation_id", value: string): Promise<Lease | null> => {
    const row = await db.selectFrom("leases").selectAll().where(column, "=", value).executeTakeFirst();
    return row ? fromRow(row) : null;
  };
  return {
    insert: async (lease) => {
      await db.insertInto("leases").values(toRow(lease)).execute();
    },
    byId: (id) => one("id", id),
    byOperation: (operationId) => one("operation_id", operationId),
    lock: async (id) => {
      const row = await db.selectFrom("leases").selectAll().where("id", "=", id).forNoKeyUpdate().executeTakeFirst();
      return row ? fromRow(row) : null;
    },
    update: async (lease, changes) => {
      const changed: Lease = { ...lease, ...changes };
      const { id, ...row } = toRow(changed);
      await db.updateTable("leases").set(row).where("id", "=", id).execute();
      return changed;
    },
    open: async (target) => {
      let query = db.selectFrom("leases").selectAll().where("state", "<>", "over");
      if (target !== undefined) {
        query = query.where("environment", "=", target.environment).where("target_name", "=", target.name);
      }
      // Open ends are null, and null sorts last.
      const rows = await query.orderBy("until_at").orderBy("started_at").execute();
      return rows.map(fromRow);
    },
  };
}

function toRow(lease: Lease): LeasesTable {
  const { id, operationId, target, state, startedAt, untilAt, ...facts } = lease;
  return {
    id,
    operation_id: operationId,
    environment: target.environment,
    target_name: target.name,
    state,
    started_at: startedAt,
    until_at: untilAt,
    facts: JSON.stringify(facts),
  };
}

function fromRow(row: LeasesTable): Lease {
  return {
    ...(row.facts as unknown as Facts),
    id: row.id,
    operationId: row.operation_id,
    target: { environment: row.environment, name: row.target_name },
    state: row.state,
    startedAt: row.started_at,
    untilAt: row.until_at,
  };
}
