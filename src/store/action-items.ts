import type { Selectable } from "kysely";
import type { ActionItemRecords } from "../domain/action-item/records.ts";
import type { ActionItem } from "../domain/postmortem/postmortem.ts";
import { Refusal } from "../errors.ts";
import type { RecordContext } from "./database.ts";
import { ofVisibleIncident } from "./visible-incidents.ts";

interface ItemTable {
  readonly id: string;
  readonly incident_id: string;
  readonly title: string;
  readonly owner_id: string | null;
  readonly due_on: string | null;
  readonly done_at: Date | null;
  readonly snoozed_until: Date | null;
  readonly created_by: string;
  readonly created_at: Date;
  readonly channel_id: string | null;
  readonly ts: string | null;
  readonly permalink: string | null;
  readonly version: number;
}

/** Action items of all incidents. */
export function actionItemRecords(context: RecordContext): ActionItemRecords {
  const db = context.db.withTables<{ readonly action_items: ItemTable }>();
  return {
    insert: async (item) => {
      const inserted: ActionItem = { ...item, version: 1 };
      await db.insertInto("action_items").values(toRow(inserted)).execute();
      return inserted;
    },
    update: async (item, changes) => {
      const changed: ActionItem = { ...item, ...changes, version: item.version + 1 };
      const { id, ...row } = toRow(changed);
      const result = await db
        .updateTable("action_items")
        .set(row)
        .where("id", "=", id)
        .where("version", "=", item.version)
        .executeTakeFirst();
      if (result.numUpdatedRows === 0n) {
        throw new Refusal(
          "stale",
          "That action item has just been changed by somebody else.",
          "Look again and repeat.",
        );
      }
      return changed;
    },
    byId: async (id) => {
      const row = await db.selectFrom("action_items").selectAll().where("id", "=", id).executeTakeFirst();
      return row ? fromRow(row) : null;
    },
    bySource: async (channelId, ts) => {
      const row = await db
        .selectFrom("action_items")
        .selectAll()
        .where("channel_id", "=", channelId)
        .where("ts", "=", ts)
        .executeTakeFirst();
      return row ? fromRow(row) : null;
    },
    page: async (filter, { offset, limit }) => {
      let query = db
        .selectFrom("action_items")
        .selectAll()
        .where(ofVisibleIncident(filter.seenBy, "action_items.incident_id"))
        .orderBy("due_on", (order) => order.asc().nullsLast())
        .orderBy("created_at")
        .orderBy("id")
        .offset(offset)
        .limit(limit + 1);
      if (filter.incidentId !== undefined) query = query.where("incident_id", "=", filter.incidentId);
      if (filter.ownerId !== undefined) query = query.where("owner_id", "=", filter.ownerId);
      if (filter.open !== undefined) query = query.where("done_at", filter.open ? "is" : "is not", null);
      if (filter.dueBefore !== undefined) query = query.where("due_on", "<", filter.dueBefore);
      const rows = await query.execute();
      return { items: rows.slice(0, limit).map(fromRow), more: rows.length > limit };
    },
    remove: async (id) => {
      await db.deleteFrom("action_items").where("id", "=", id).execute();
    },
    list: async (filter) => {
      let query = db.selectFrom("action_items").selectAll().orderBy("created_at").orderBy("id");
      if (filter.seenBy !== undefined)
        query = query.where(ofVisibleIncident(filter.seenBy, "action_items.incident_id"));
      if (filter.incidentId !== undefined) query = query.where("incident_id", "=", filter.incidentId);
      if (filter.ownerId !== undefined) query = query.where("owner_id", "=", filter.ownerId);
      if (filter.open !== undefined) query = query.where("done_at", filter.open ? "is" : "is not", null);
      return (await query.execute()).map(fromRow);
    },
  };
}

function toRow(item: ActionItem): ItemTable {
  return {
    id: item.id,
    incident_id: item.incidentId,
    title: item.title,
    owner_id: item.ownerId,
    due_on: item.dueOn,
    done_at: item.doneAt,
    snoozed_until: item.snoozedUntil,
    created_by: item.createdBy,
    created_at: item.createdAt,
    channel_id: item.source?.channelId ?? null,
    ts: item.source?.ts ?? null,
    permalink: item.source?.permalink ?? null,
    version: item.version,
  };
}

function fromRow(row: Selectable<ItemTable>): ActionItem {
  return {
    id: row.id,
    incidentId: row.incident_id,
    title: row.title,
    ownerId: row.owner_id,
    dueOn: row.due_on,
    doneAt: row.done_at,
    snoozedUntil: row.snoozed_until,
    createdBy: row.created_by,
    createdAt: row.created_at,
    source: row.channel_id && row.ts ? { channelId: row.channel_id, ts: row.ts, permalink: row.permalink } : null,
    version: row.version,
  };
}
