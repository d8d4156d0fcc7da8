import { type Selectable, sql, type Updateable } from "kysely";
import { type Alert, type AlertGroup, type AlertRecords, alertLevels } from "../domain/alert/alert.ts";
import type { Place } from "../domain/intent.ts";
import type { RecordContext } from "./database.ts";

interface GroupsTable {
  readonly id: string;
  readonly source: string;
  readonly key: string;
  readonly level: AlertGroup["level"];
  readonly title: string;
  readonly service: string | null;
  readonly environment: string | null;
  readonly place: string;
  readonly severity: string | null;
  readonly incident: AlertGroup["incident"];
  readonly page: string;
  readonly calm: string | null;
  readonly opened_at: Date;
  readonly last_at: Date;
  readonly ended_at: Date | null;
  readonly acknowledged_at: Date | null;
  readonly acknowledged_by: string | null;
  readonly incident_id: string | null;
  readonly page_ids: string;
}

interface AlertsTable {
  readonly id: string;
  readonly group_id: string;
  readonly source: string;
  readonly fingerprint: string;
  readonly title: string;
  readonly text: string;
  readonly labels: string;
  readonly link: string | null;
  readonly started_at: Date | null;
  readonly first_at: Date;
  readonly last_at: Date;
  readonly count: number;
  readonly told_at: Date | null;
  readonly resolved_at: Date | null;
}

export function alertRecords(context: RecordContext): AlertRecords {
  const db = context.db.withTables<{ alert_groups: GroupsTable; alerts: AlertsTable }>();
  return {
    hold: async (source) => {
      await sql`select pg_advisory_xact_lock(hashtextextended(${`alerts ${source}`}, 0))`.execute(db);
    },
    newest: async (source, fingerprint) => {
      const row = await db
        .selectFrom("alerts")
        .selectAll()
        .where("source", "=", source)
        .where("fingerprint", "=", fingerprint)
        .orderBy("first_at", "desc")
        .orderBy("id", "desc")
        .limit(1)
        .executeTakeFirst();
      return row ? alertFromRow(row) : null;
    },
    newestGroup: async (source, key) => {
      const row = await db
        .selectFrom("alert_groups")
        .selectAll()
        .where("source", "=", source)
        .where("key", "=", key)
        .orderBy("opened_at", "desc")
        .orderBy("id", "desc")
        .limit(1)
        .executeTakeFirst();
      return row ? groupFromRow(row) : null;
    },
    begunSince: async (source, since) => {
      const row = await db
        .selectFrom("alert_groups")
        .select(({ fn }) => fn.countAll<number>().as("count"))
        .where("source", "=", source)
        .where("opened_at", ">=", since)
        .executeTakeFirstOrThrow();
      return Number(row.count);
    },
    insertGroup: async (group) => {
      await db.insertInto("alert_groups").values(groupToRow(group)).execute();
    },
    updateGroup: async (id, changes) => {
      const row = await db
        .updateTable("alert_groups")
        .set(changedGroup(changes))
        .where("id", "=", id)
        .returningAll()
        .executeTakeFirstOrThrow();
      return groupFromRow(row);
    },
    groupById: async (id) => {
      const row = await db.selectFrom("alert_groups").selectAll().where("id", "=", id).executeTakeFirst();
      return row ? groupFromRow(row) : null;
    },
    lockGroup: async (id) => {
      const query = db.selectFrom("alert_groups").selectAll().where("id", "=", id).forNoKeyUpdate();
      const row = await query.executeTakeFirst();
      return row ? groupFromRow(row) : null;
    },
    groupsOfPage: async (pageId) => {
      const rows = await db
        .selectFrom("alert_groups")
        .selectAll()
        .where(sql<boolean>`page_ids @> ${JSON.stringify([pageId])}::jsonb`)
        .orderBy("opened_at")
        .execute();
      return rows.map(groupFromRow);
    },
    groupsOfIncident: async (incidentId) => {
      const rows = await db
        .selectFrom("alert_groups")
        .selectAll()
        .where("incident_id", "=", incidentId)
        .orderBy("opened_at")
        .execute();
      return rows.map(groupFromRow);
    },
    insert: async (alert) => {
      await db.insertInto("alerts").values(alertToRow(alert)).execute();
    },
    update: async (id, changes) => {
      await db
        .updateTable("alerts")
        .set({
          ...(changes.text === undefined ? {} : { text: changes.text }),
          ...(changes.link === undefined ? {} : { link: changes.link }),
          ...(changes.lastAt === undefined ? {} : { last_at: changes.lastAt }),
          ...(changes.count === undefined ? {} : { count: changes.count }),
          ...(changes.toldAt === undefined ? {} : { told_at: changes.toldAt }),
          ...(changes.resolvedAt === undefined ? {} : { resolved_at: changes.resolvedAt }),
        })
        .where("id", "=", id)
        .execute();
    },
    firing: async (source) => {
      const rows = await db
        .selectFrom("alerts")
        .select("fingerprint")
        .where("source", "=", source)
        .where("resolved_at", "is", null)
        .execute();
      return new Set(rows.map(({ fingerprint }) => fingerprint));
    },
    list: async (groupId, limit) => {
      const rows = await db
        .selectFrom("alerts")
        .selectAll()
        .where("group_id", "=", groupId)
        .orderBy(sql`resolved_at is not null`)
        .orderBy("last_at", "desc")
        .orderBy("id", "desc")
        .limit(limit)
        .execute();
      return rows.map(alertFromRow);
    },
    tally: async (groupId) => {
      const row = await db
        .selectFrom("alerts")
        .select(({ fn }) => [
          fn.countAll<number>().as("alerts"),
          fn.countAll<number>().filterWhere("resolved_at", "is", null).as("firing"),
          fn.coalesce(fn.sum<number>("count"), sql<number>`0`).as("told"),
          sql<Date | null>`min(first_at) filter (where resolved_at is null)`.as("since"),
          fn.min("started_at").as("started_at"),
        ])
        .where("group_id", "=", groupId)
        .executeTakeFirstOrThrow();
      return {
        alerts: Number(row.alerts),
        firing: Number(row.firing),
        told: Number(row.told),
        since: row.since,
        startedAt: row.started_at,
      };
    },
    firingGroups: async ({ sources, since, service, limit }) => {
      const rows = await db
        .selectFrom("alert_groups")
        .selectAll()
        .select(sql<number>`count(*) over ()`.as("total"))
        .where("ended_at", "is", null)
        .where((where) =>
          where.or([where("last_at", ">=", since), sql<boolean>`source = any(${sql.val([...sources])}::text[])`]),
        )
        .$if(service !== null, (query) => query.where("service", "=", service))
        .orderBy(sql`array_position(${sql.val([...alertLevels])}::text[], level)`)
        .orderBy("opened_at", "desc")
        .limit(limit)
        .execute();
      return { groups: rows.map(groupFromRow), total: Number(rows[0]?.total ?? 0) };
    },
    forget: async ({ before, telling, limit }) => {
      const past = await sql<{ id: string }>`
        select id from alert_groups
        where incident_id is null and last_at < ${before}
          and (ended_at is not null or not (source = any(${sql.val([...telling])}::text[])))
        order by last_at limit ${limit} for update skip locked`.execute(db);
      const ids = sql.val(past.rows.map(({ id }) => id));
      await sql`delete from alerts where group_id = any(${ids}::text[])`.execute(db);
      await sql`update pages set alert_id = null where alert_id = any(${ids}::text[])`.execute(db);
      await sql`delete from alert_groups where id = any(${ids}::text[])`.execute(db);
      // A message that stands for long has had alerts that are over as long.
      const others = await sql`
        delete from alerts where id in (
          select alerts.id from alerts join alert_groups on alert_groups.id = group_id
          where resolved_at < ${before} and incident_id is null
          limit ${limit} for update of alerts skip locked)`.execute(db);
      return Math.max(past.rows.length, Number(others.numAffectedRows ?? 0));
    },
  };
}

function changedGroup(changes: Parameters<AlertRecords["updateGroup"]>[1]): Updateable<GroupsTable> {
  return {
    ...(changes.lastAt === undefined ? {} : { last_at: changes.lastAt }),
    ...(changes.endedAt === undefined ? {} : { ended_at: changes.endedAt }),
    ...(changes.acknowledgedAt === undefined ? {} : { acknowledged_at: changes.acknowledgedAt }),
    ...(changes.acknowledgedBy === undefined ? {} : { acknowledged_by: changes.acknowledgedBy }),
    ...(changes.incidentId === undefined ? {} : { incident_id: changes.incidentId }),
    ...(changes.pageIds === undefined ? {} : { page_ids: JSON.stringify(changes.pageIds) }),
  };
}

function groupToRow(group: AlertGroup): GroupsTable {
  return {
    id: group.id,
    source: group.source,
    key: group.key,
    level: group.level,
    title: group.title,
    service: group.service,
    environment: group.environment,
    place: JSON.stringify(group.place),
    severity: group.severity,
    incident: group.incident,
    page: JSON.stringify(group.page),
    calm: group.calm,
    opened_at: group.openedAt,
    last_at: group.lastAt,
    ended_at: group.endedAt,
    acknowledged_at: group.acknowledgedAt,
    acknowledged_by: group.acknowledgedBy,
    incident_id: group.incidentId,
    page_ids: JSON.stringify(group.pageIds),
  };
}

function groupFromRow(row: Selectable<GroupsTable>): AlertGroup {
  return {
    id: row.id,
    source: row.source,
    key: row.key,
    level: row.level,
    title: row.title,
    service: row.service,
    environment: row.environment,
    place: row.place as unknown as Place,
    severity: row.severity,
    incident: row.incident,
    page: row.page as unknown as readonly string[],
    calm: row.calm,
    openedAt: row.opened_at,
    lastAt: row.last_at,
    endedAt: row.ended_at,
    acknowledgedAt: row.acknowledged_at,
    acknowledgedBy: row.acknowledged_by,
    incidentId: row.incident_id,
    pageIds: row.page_ids as unknown as readonly string[],
  };
}

function alertToRow(alert: Alert): AlertsTable {
  return {
    id: alert.id,
    group_id: alert.groupId,
    source: alert.source,
    fingerprint: alert.fingerprint,
    title: alert.title,
    text: alert.text,
    labels: JSON.stringify(alert.labels),
    link: alert.link,
    started_at: alert.startedAt,
    first_at: alert.firstAt,
    last_at: alert.lastAt,
    count: alert.count,
    told_at: alert.toldAt,
    resolved_at: alert.resolvedAt,
  };
}

function alertFromRow(row: Selectable<AlertsTable>): Alert {
  return {
    id: row.id,
    groupId: row.group_id,
    source: row.source,
    fingerprint: row.fingerprint,
    title: row.title,
    text: row.text,
    labels: row.labels as unknown as Readonly<Record<string, string>>,
    link: row.link,
    startedAt: row.started_at,
    firstAt: row.first_at,
    lastAt: row.last_at,
    count: row.count,
    toldAt: row.told_at,
    resolvedAt: row.resolved_at,
  };
}
