import { type Insertable, type Selectable, sql, type Updateable } from "kysely";
import type { Incident, IncidentSource, Phase, RoleHolder } from "../domain/incident/incident.ts";
import type { IncidentRecords } from "../domain/incident/records.ts";
import { Refusal } from "../errors.ts";
import { type RecordContext, read } from "./database.ts";
import { visibleIncident } from "./visible-incidents.ts";

interface IncidentTable {
  readonly id: string;
  readonly number: number;
  readonly title: string;
  readonly summary: string;
  readonly severity: string;
  readonly phase: Phase;
  readonly status: NonNullable<Incident["status"]> | null;
  readonly kind: Incident["kind"];
  readonly affected: readonly string[];
  readonly is_private: boolean;
  readonly is_silent: boolean;
  readonly is_announced: boolean;
  readonly fields: Readonly<Record<string, string>>;
  readonly reporter_id: string;
  readonly source: IncidentSource;
  readonly roles: readonly (Omit<RoleHolder, "since"> & { readonly since: string })[];
  readonly started_at: Date;
  readonly detected_at: Date;
  readonly declared_at: Date;
  readonly acknowledged_at: Date | null;
  readonly mitigated_at: Date | null;
  readonly resolved_at: Date | null;
  readonly closed_at: Date | null;
  readonly channel_id: string | null;
  readonly channel_name: string | null;
  readonly last_update: string | null;
  readonly next_update_at: Date | null;
  readonly clocks_from: Date | null;
  readonly version: number;
}

type Tables = {
  readonly incidents: IncidentTable;
  readonly incident_members: { readonly incident_id: string; readonly user_id: string; readonly since: Date };
};

/** Incidents and who is in them. */
export function incidentRecords(context: RecordContext): IncidentRecords {
  const db = context.db.withTables<Tables>();
  // Nearly every ask reads its incident: see `insertion` for why its text stands here.
  const one = async (column: "id" | "number" | "channel_id", value: string | number) => {
    const [row] = await read(context, { sql: `select * from incidents where ${column} = $1`, parameters: [value] });
    return row ? fromRow(row as never) : null;
  };
  return {
    insert: async (incident) => {
      // A number that was taken stays taken, also where the transaction is rolled back.
      if ((await context.claim?.first) === false) throw new Error("This ask was recorded before.");
      const { rows } = await sql<{ next: number }>`select nextval('incident_numbers')::integer as next`.execute(db);
      const number = rows[0]?.next;
      if (number === undefined) throw new Error("The sequence of incident numbers gave none.");
      const inserted: Incident = { ...incident, number, version: 1 };
      await db.insertInto("incidents").values(toRow(inserted)).execute();
      return inserted;
    },
    update: async (incident, changes) => {
      const changed: Incident = { ...incident, ...changes, version: incident.version + 1 };
      const { id, ...row } = toRow(changed);
      const result = await db
        .updateTable("incidents")
        .set(row as Updateable<IncidentTable>)
        .where("id", "=", id)
        .where("version", "=", incident.version)
        .executeTakeFirst();
      if (result.numUpdatedRows === 0n) {
        throw new Refusal(
          "stale",
          `INC-${incident.number} has just been changed by somebody else.`,
          "Look again and repeat.",
        );
      }
      return changed;
    },
    byId: (id) => one("id", id),
    byIds: async (ids) => {
      if (ids.length === 0) return [];
      const rows = await db
        .selectFrom("incidents")
        .selectAll()
        .where("id", "in", [...ids])
        .execute();
      const found = new Map(rows.map((row) => [row.id, fromRow(row)]));
      return ids.flatMap((id) => found.get(id) ?? []);
    },
    lock: async (id) => {
      const row = await db.selectFrom("incidents").selectAll().where("id", "=", id).forNoKeyUpdate().executeTakeFirst();
      return row ? fromRow(row) : null;
    },
    byNumber: (number) =>
      Number.isInteger(number) && number <= 2_147_483_647 ? one("number", number) : Promise.resolve(null),
    byChannel: (channelId) => one("channel_id", channelId),
    list: async (filter) => {
      let query = db.selectFrom("incidents").selectAll().orderBy("number", "desc").limit(filter.limit);
      query = query.where(visibleIncident(filter.seenBy));
      if (filter.open !== null) {
        query = query.where("phase", filter.open ? "not in" : "in", ["resolved", "closed"]);
      }
      if (filter.severity) query = query.where("severity", "=", filter.severity);
      if (filter.affected) query = query.where(sql<boolean>`affected @> array[${filter.affected}]::text[]`);
      return (await query.execute()).map(fromRow);
    },
    members: async (id) => {
      const rows = await db
        .selectFrom("incident_members")
        .select("user_id")
        .where("incident_id", "=", id)
        .orderBy("since")
        .orderBy("user_id")
        .execute();
      return rows.map((row) => row.user_id);
    },
    addMembers: async (id, userIds) => {
      if (userIds.length === 0) return;
      await db
        .insertInto("incident_members")
        .values(userIds.map((userId) => ({ incident_id: id, user_id: userId, since: context.now })))
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    },
    removeMember: async (id, userId) => {
      await db.deleteFrom("incident_members").where("incident_id", "=", id).where("user_id", "=", userId).execute();
    },
  };
}

function toRow(incident: Incident): Insertable<IncidentTable> {
  const { times } = incident;
  return {
    id: incident.id,
    number: incident.number,
    title: incident.title,
    summary: incident.summary,
    severity: incident.severity,
    phase: incident.phase,
    status: (incident.status ? JSON.stringify(incident.status) : null) as never,
    kind: incident.kind,
    affected: incident.affected,
    is_private: incident.isPrivate,
    is_silent: incident.isSilent,
    is_announced: incident.isAnnounced,
    fields: JSON.stringify(incident.fields) as never,
    reporter_id: incident.reporterId,
    // The driver would write an array as a PostgreSQL array; jsonb wants text.
    source: JSON.stringify(incident.source) as never,
    roles: JSON.stringify(incident.roles) as never,
    started_at: times.startedAt,
    detected_at: times.detectedAt,
    declared_at: times.declaredAt,
    acknowledged_at: times.acknowledgedAt,
    mitigated_at: times.mitigatedAt,
    resolved_at: times.resolvedAt,
    closed_at: times.closedAt,
    channel_id: incident.channelId,
    channel_name: incident.channelName,
    last_update: incident.lastUpdate,
    next_update_at: incident.nextUpdateAt,
    clocks_from: incident.clocksFrom ?? null,
    version: incident.version,
  };
}

function fromRow(row: Selectable<IncidentTable>): Incident {
  return {
    id: row.id,
    number: row.number,
    title: row.title,
    summary: row.summary,
    severity: row.severity,
    phase: row.phase,
    status: row.status,
    kind: row.kind,
    affected: row.affected,
    isPrivate: row.is_private,
    isSilent: row.is_silent,
    isAnnounced: row.is_announced,
    fields: row.fields,
    reporterId: row.reporter_id,
    source: row.source,
    roles: row.roles.map((holder) => ({ ...holder, since: new Date(holder.since) })),
    times: {
      startedAt: row.started_at,
      detectedAt: row.detected_at,
      declaredAt: row.declared_at,
      acknowledgedAt: row.acknowledged_at,
      mitigatedAt: row.mitigated_at,
      resolvedAt: row.resolved_at,
      closedAt: row.closed_at,
    },
    channelId: row.channel_id,
    channelName: row.channel_name,
    lastUpdate: row.last_update,
    nextUpdateAt: row.next_update_at,
    clocksFrom: row.clocks_from,
    version: row.version,
  };
}
