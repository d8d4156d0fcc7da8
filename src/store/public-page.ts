import { sql } from "kysely";
import type {
  PublicImpact,
  PublicIncident,
  PublicMaintenance,
  PublicRecords,
  PublicStatus,
} from "../domain/status-page/page.ts";
import type { RecordContext } from "./database.ts";
import { visibleIncident } from "./visible-incidents.ts";

interface UpdateRow {
  readonly id: string;
  readonly status: PublicStatus;
  readonly text: string;
  readonly at: Date;
}

type Tables = {
  readonly public_incidents: {
    readonly incident_id: string;
    readonly title: string;
    readonly components: readonly string[];
    readonly impact: PublicImpact;
    readonly begun_at: Date;
    readonly resolved_at: Date | null;
  };
  readonly public_updates: UpdateRow & { readonly incident_id: string };
  readonly public_maintenance: {
    readonly id: string;
    readonly title: string;
    readonly text: string;
    readonly components: readonly string[];
    readonly starts_at: Date;
    readonly ends_at: Date;
  };
};

/** What was written for the public; nothing of the incidents themselves is read but whether they may be shown. */
export function publicRecords(context: RecordContext): PublicRecords {
  const db = context.db.withTables<Tables>();

  async function withUpdates(rows: readonly Tables["public_incidents"][]): Promise<readonly PublicIncident[]> {
    if (rows.length === 0) return [];
    const updates = await db
      .selectFrom("public_updates")
      .selectAll()
      .where(
        "incident_id",
        "in",
        rows.map((row) => row.incident_id),
      )
      .orderBy("at", "desc")
      .orderBy("id", "desc")
      .execute();
    return rows.map((row) => ({
      incidentId: row.incident_id,
      title: row.title,
      components: row.components,
      impact: row.impact,
      begunAt: row.begun_at,
      updates: updates
        .filter((update) => update.incident_id === row.incident_id)
        .map(({ id, status, text, at }) => ({ id, status, text, at })),
    }));
  }

  return {
    ofIncident: async (incidentId) => {
      const row = await db
        .selectFrom("public_incidents")
        .selectAll()
        .where("incident_id", "=", incidentId)
        .executeTakeFirst();
      return row ? ((await withUpdates([row]))[0] ?? null) : null;
    },
    publish: async ({ incidentId, title, components, impact }, update) => {
      const resolved = update.status === "resolved" ? update.at : null;
      const facts = { title, components: [...components], impact, resolved_at: resolved };
      await db
        .insertInto("public_incidents")
        .values({ incident_id: incidentId, begun_at: update.at, ...facts })
        .onConflict((conflict) => conflict.column("incident_id").doUpdateSet(facts))
        .execute();
      await db
        .insertInto("public_updates")
        .values({ ...update, incident_id: incidentId })
        .execute();
    },
    incidents: async (since) => {
      const { rows } = await sql<Tables["public_incidents"]>`
        select page.* from public_incidents page join incidents on incidents.id = page.incident_id
        where (page.resolved_at is null or page.resolved_at > ${since})
          and ${visibleIncident("anyone")} and incidents.kind <> 'drill'
        order by page.begun_at desc limit 100`.execute(db);
      return withUpdates(rows);
    },
    addMaintenance: async (one) => {
      await db
        .insertInto("public_maintenance")
        .values({
          id: one.id,
          title: one.title,
          text: one.text,
          components: [...one.components],
          starts_at: one.startsAt,
          ends_at: one.endsAt,
        })
        .execute();
    },
    removeMaintenance: async (id) => {
      const row = await db.deleteFrom("public_maintenance").where("id", "=", id).returningAll().executeTakeFirst();
      return row ? toMaintenance(row) : null;
    },
    maintenance: async (now) => {
      const rows = await db
        .selectFrom("public_maintenance")
        .selectAll()
        .where("ends_at", ">", now)
        .orderBy("starts_at")
        .orderBy("id")
        .limit(50)
        .execute();
      return rows.map(toMaintenance);
    },
  };
}

function toMaintenance(row: Tables["public_maintenance"]): PublicMaintenance {
  return {
    id: row.id,
    title: row.title,
    text: row.text,
    components: row.components,
    startsAt: row.starts_at,
    endsAt: row.ends_at,
  };
}
