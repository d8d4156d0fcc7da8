import type { Selectable, Updateable } from "kysely";
import type { Page, PageRecords, PageState } from "../domain/oncall/page.ts";
import { Refusal } from "../errors.ts";
import type { RecordContext } from "./database.ts";

interface PagesTable {
  readonly id: string;
  readonly incident_id: string | null;
  readonly team: string | null;
  readonly person_id: string | null;
  readonly message: string;
  readonly requested_by: string | null;
  readonly unresolved_minutes: number | null;
  readonly alert_id: string | null;
  readonly state: PageState;
  readonly step: number;
  readonly created_at: Date;
  readonly ended_at: Date | null;
  readonly ended_by: string | null;
  readonly outside: Page["outside"];
  readonly version: number;
}

type Tables = {
  readonly pages: PagesTable;
  readonly page_calls: {
    readonly page_id: string;
    readonly user_id: string;
    readonly step: number;
    readonly at: Date;
  };
};

export function pageRecords(context: RecordContext): PageRecords {
  const db = context.db.withTables<Tables>();
  return {
    insert: async (page) => {
      await db.insertInto("pages").values(toRow(page)).execute();
    },
    byId: async (id) => {
      const row = await db.selectFrom("pages").selectAll().where("id", "=", id).executeTakeFirst();
      return row ? fromRow(row) : null;
    },
    lock: async (id) => {
      const row = await db.selectFrom("pages").selectAll().where("id", "=", id).forNoKeyUpdate().executeTakeFirst();
      return row ? fromRow(row) : null;
    },
    update: async (page, changes) => {
      const changed = { ...page, ...changes, version: page.version + 1 };
      const { id, ...row } = toRow(changed);
      const result = await db
        .updateTable("pages")
        .set(row as Updateable<PagesTable>)
        .where("id", "=", id)
        .where("version", "=", page.version)
        .executeTakeFirst();
      if (result.numUpdatedRows === 0n) throw new Refusal("stale", "This page has just changed.", "Look again.");
      return changed;
    },
    openOf: async (incidentId) => {
      const rows = await db
        .selectFrom("pages")
        .selectAll()
        .where("incident_id", "=", incidentId)
        .where("state", "=", "open")
        .orderBy("id")
        .execute();
      return rows.map(fromRow);
    },
    openAlone: async () => {
      const rows = await db
        .selectFrom("pages")
        .selectAll()
        .where("incident_id", "is", null)
        .where("state", "=", "open")
        .orderBy("id")
        .execute();
      return rows.map(fromRow);
    },
    addCalls: async (page, step, userIds) => {
      if (userIds.length === 0) return;
      await db
        .insertInto("page_calls")
        .values(userIds.map((userId) => ({ page_id: page.id, user_id: userId, step, at: context.now })))
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    },
    calls: async (pageId) => {
      const rows = await db
        .selectFrom("page_calls")
        .selectAll()
        .where("page_id", "=", pageId)
        .orderBy("step")
        .orderBy("user_id")
        .execute();
      return rows.map((row) => ({ userId: row.user_id, step: row.step, at: row.at }));
    },
  };
}

function toRow(page: Page): PagesTable {
  return {
    id: page.id,
    incident_id: page.incidentId,
    team: page.team,
    person_id: page.personId,
    message: page.message,
    requested_by: page.requestedBy,
    unresolved_minutes: page.unresolvedMinutes,
    alert_id: page.alertId ?? null,
    state: page.state,
    step: page.step,
    created_at: page.createdAt,
    ended_at: page.endedAt,
    ended_by: page.endedBy,
    outside: page.outside,
    version: page.version,
  };
}

function fromRow(row: Selectable<PagesTable>): Page {
  return {
    id: row.id,
    incidentId: row.incident_id,
    team: row.team,
    personId: row.person_id,
    message: row.message,
    requestedBy: row.requested_by,
    unresolvedMinutes: row.unresolved_minutes,
    alertId: row.alert_id,
    state: row.state,
    step: row.step,
    createdAt: row.created_at,
    endedAt: row.ended_at,
    endedBy: row.ended_by,
    outside: row.outside,
    version: row.version,
  };
}
