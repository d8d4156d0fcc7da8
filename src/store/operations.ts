import { type Selectable, sql } from "kysely";
import type { Caller } from "../domain/access/caller.ts";
import type { Place } from "../domain/intent.ts";
import { openStates } from "../domain/operation/lifecycle.ts";
import type {
  Approval,
  BreakGlass,
  OperationRecord,
  OperationRequest,
  OperationState,
  Outcome,
  Plan,
  Ruling,
  Target,
} from "../domain/operation/operation.ts";
import type { OperationRecords } from "../domain/operation/records.ts";
import { Refusal } from "../errors.ts";
import type { RecordContext } from "./database.ts";

/** What is asked for by a query is a column; the rest of the record, which is always read whole, is one document. */
interface OperationsTable {
  id: string;
  code: string;
  environment: string;
  target_name: string;
  requester_id: string;
  incident_id: string | null;
  state: string;
  requested_at: Date;
  version: number;
  facts: string;
}

type Facts = Omit<OperationRecord, "id" | "code" | "requesterId" | "incidentId" | "state" | "requestedAt" | "version">;

export function operationRecords(context: RecordContext): OperationRecords {
  const db = context.db.withTables<{ operations: OperationsTable }>();
  const one = async (column: "id" | "code", value: string): Promise<OperationRecord | null> => {
    const row = await db.selectFrom("operations").selectAll().where(column, "=", value).executeTakeFirst();
    return row ? fromRow(row) : null;
  };
  return {
    insert: async (operation) => {
      const row = await db
        .insertInto("operations")
        .values({ ...toRow({ ...operation, version: 1 }), version: 1 })
        .returningAll()
        .executeTakeFirstOrThrow();
      return fromRow(row);
    },
    update: async (operation, changes) => {
      const next = { ...operation, ...changes, version: operation.version + 1 };
      const row = await db
        .updateTable("operations")
        .set(toRow(next))
        .where("id", "=", operation.id)
        .where("version", "=", operation.version)
        .returningAll()
        .executeTakeFirst();
      if (!row) {
        throw new Refusal("stale", `${operation.code} has changed in the meantime.`, "Look at its card and try again.");
      }
      return fromRow(row);
    },
    byId: (id) => one("id", id),
    byCode: (code) => one("code", `op-${code.replace(/^op-/i, "").toUpperCase()}`),
    unreviewed: async () => {
      const rows = await db
        .selectFrom("operations")
        .selectAll()
        .where(sql<boolean>`facts -> 'breakGlass' -> 'reviewed' = 'null'::jsonb`)
        // The steps of a whole are reviewed with it.
        .where(sql<boolean>`facts -> 'partOf' is null`)
        .orderBy("requested_at")
        .limit(100)
        .execute();
      return rows.map(fromRow);
    },
    list: async (filter) => {
      let query = db.selectFrom("operations").selectAll();
      if (filter.incidentId !== undefined) query = query.where("incident_id", "=", filter.incidentId);
      if (filter.target !== undefined) {
        query = query
          .where("environment", "=", filter.target.environment)
          .where("target_name", "=", filter.target.name);
      }
      if (filter.steps === false) query = query.where(sql<boolean>`facts -> 'partOf' is null`);
      if (filter.open !== undefined) query = query.where("state", filter.open ? "in" : "not in", [...openStates]);
      const rows = await query.orderBy("requested_at", "desc").orderBy("id", "desc").limit(filter.limit).execute();
      return rows.map(fromRow);
    },
  };
}

function toRow(operation: OperationRecord): OperationsTable {
  const { id, code, requesterId, incidentId, state, requestedAt, version, ...facts } = operation;
  return {
    id,
    code,
    environment: operation.request.target.environment,
    target_name: operation.request.target.name,
    requester_id: requesterId,
    incident_id: incidentId,
    state,
    requested_at: requestedAt,
    version,
    facts: JSON.stringify(facts),
  };
}

/** The facts as JSON gives them back: moments are text. */
interface StoredFacts {
  readonly request: OperationRequest;
  readonly target: Target;
  readonly reason: string | null;
  readonly caller: Caller;
  readonly channelId: string | null;
  readonly place: Place;
  readonly outcome: Outcome | null;
  readonly plan: Plan | null;
  readonly planHash: string | null;
  readonly ruling: Ruling | null;
  readonly approvals: readonly (Omit<Approval, "at"> & { readonly at: string })[];
  readonly stepsDone: readonly string[];
  readonly skipConfirm: boolean;
  readonly progress: string | null;
  readonly share: number | null;
  readonly events: OperationRecord["events"];
  readonly detail: string | null;
  readonly plannedAt: string | null;
  readonly appliedAt: string | null;
  readonly steadySince: string | null;
  readonly verifyingAt?: string;
  readonly troubledAt?: string | null;
  readonly endedAt: string | null;
  readonly expiresAt: string | null;
  readonly undoOf: string | null;
  readonly breakGlass?: BreakGlass | null;
  readonly checked?: OperationRecord["checked"];
}

function fromRow(row: Selectable<OperationsTable>): OperationRecord {
  const { checked, verifyingAt, troubledAt, ...stored } = row.facts as unknown as StoredFacts;
  const facts: Facts = {
    ...stored,
    approvals: stored.approvals.map((approval) => ({ ...approval, at: new Date(approval.at) })),
    plannedAt: moment(stored.plannedAt),
    appliedAt: moment(stored.appliedAt),
    steadySince: moment(stored.steadySince),
    endedAt: moment(stored.endedAt),
    expiresAt: moment(stored.expiresAt),
    ...(stored.breakGlass ? { breakGlass: glassOf(stored.breakGlass) } : {}),
    ...(verifyingAt ? { verifyingAt: new Date(verifyingAt) } : {}),
    ...(troubledAt ? { troubledAt: new Date(troubledAt) } : {}),
    ...(checked ? { checked: checkedOf(checked) } : {}),
  };
  return {
    ...facts,
    id: row.id,
    code: row.code,
    requesterId: row.requester_id,
    incidentId: row.incident_id,
    state: row.state as OperationState,
    requestedAt: row.requested_at,
    version: row.version,
  };
}

/** Its moments come back as text. */
function glassOf(glass: BreakGlass): BreakGlass {
  const { until, reviewed } = glass;
  return {
    ...glass,
    until: new Date(until),
    reviewed: reviewed && { ...reviewed, at: new Date(reviewed.at) },
  };
}

/** The moments of its ticks likewise. */
function checkedOf(checked: NonNullable<OperationRecord["checked"]>): NonNullable<OperationRecord["checked"]> {
  return checked.map((one) => ({ ...one, tick: one.tick && { ...one.tick, at: new Date(one.tick.at) } }));
}

function moment(text: string | null): Date | null {
  return text === null ? null : new Date(text);
}
