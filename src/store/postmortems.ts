import type { Postmortem, SectionRevision } from "../domain/postmortem/postmortem.ts";
import type { PostmortemRecords } from "../domain/postmortem/records.ts";
import { Refusal } from "../errors.ts";
import type { RecordContext } from "./database.ts";

type PostmortemTables = {
  readonly postmortems: {
    readonly id: string;
    readonly incident_id: string;
    readonly template: string;
    readonly state: string;
    readonly owner_id: string | null;
    readonly due_at: Date | null;
    readonly published_at: Date | null;
    readonly edition: number;
    readonly version: number;
  };
  readonly postmortem_sections: {
    readonly postmortem_id: string;
    readonly section: string;
    readonly revision: number;
    readonly text: string;
    readonly author_id: string;
    readonly at: Date;
  };
};

export function postmortemRecords(context: RecordContext): PostmortemRecords {
  const db = context.db.withTables<PostmortemTables>();
  const records: PostmortemRecords = {
    insert: async (postmortem) =>
      toPostmortem(
        await db
          .insertInto("postmortems")
          .values({ ...toRow(postmortem), version: 1 })
          .returningAll()
          .executeTakeFirstOrThrow(),
      ),
    update: async (postmortem, changes) => {
      const row = await db
        .updateTable("postmortems")
        .set({ ...toRow({ ...postmortem, ...changes }), version: postmortem.version + 1 })
        .where("id", "=", postmortem.id)
        .where("version", "=", postmortem.version)
        .returningAll()
        .executeTakeFirst();
      if (!row)
        throw new Refusal("stale", "The post-mortem has changed since you saw it.", "Look at its checklist again.");
      return toPostmortem(row);
    },
    byId: async (id) => {
      const row = await db.selectFrom("postmortems").selectAll().where("id", "=", id).executeTakeFirst();
      return row ? toPostmortem(row) : null;
    },
    byIncident: async (incidentId) => {
      const row = await db
        .selectFrom("postmortems")
        .selectAll()
        .where("incident_id", "=", incidentId)
        .executeTakeFirst();
      return row ? toPostmortem(row) : null;
    },
    owed: async (userId) => {
      const rows = await db
        .selectFrom("postmortems")
        .selectAll()
        .where("owner_id", "=", userId)
        .where("state", "=", "draft")
        .orderBy("due_at", (order) => order.asc().nullsLast())
        .orderBy("id")
        .limit(10)
        .execute();
      return rows.map(toPostmortem);
    },
    sections: async (postmortemId) => {
      const rows = await db
        .selectFrom("postmortem_sections")
        .selectAll()
        .distinctOn("section")
        .where("postmortem_id", "=", postmortemId)
        .orderBy("section")
        .orderBy("revision", "desc")
        .execute();
      return rows.map(toRevision);
    },
    revisions: async (postmortemId, section) => {
      const rows = await db
        .selectFrom("postmortem_sections")
        .selectAll()
        .where("postmortem_id", "=", postmortemId)
        .where("section", "=", section)
        .orderBy("revision")
        .execute();
      return rows.map(toRevision);
    },
    write: async (revision, after) => {
      // The primary key is the compare-and-set: of two writers on the same revision, the second inserts nothing.
      const row = await db
        .insertInto("postmortem_sections")
        .values({
          postmortem_id: revision.postmortemId,
          section: revision.section,
          revision: after + 1,
          text: revision.text,
          author_id: revision.authorId,
          at: revision.at,
        })
        .onConflict((conflict) => conflict.doNothing())
        .returningAll()
        .executeTakeFirst();
      if (!row)
        throw new Refusal(
          "stale",
          "Somebody saved this section a moment before you.",
          "Save again to see their text beside yours.",
        );
      return toRevision(row);
    },
  };
  return records;
}

function toRow(postmortem: Omit<Postmortem, "version">) {
  return {
    id: postmortem.id,
    incident_id: postmortem.incidentId,
    template: postmortem.template,
    state: postmortem.state,
    owner_id: postmortem.ownerId,
    due_at: postmortem.dueAt,
    published_at: postmortem.publishedAt,
    edition: postmortem.edition,
  };
}

function toPostmortem(row: PostmortemTables["postmortems"]): Postmortem {
  return {
    id: row.id,
    incidentId: row.incident_id,
    template: row.template,
    state: row.state as Postmortem["state"],
    ownerId: row.owner_id,
    dueAt: row.due_at,
    publishedAt: row.published_at,
    edition: row.edition,
    version: row.version,
  };
}

function toRevision(row: PostmortemTables["postmortem_sections"]): SectionRevision {
  return {
    postmortemId: row.postmortem_id,
    section: row.section,
    revision: row.revision,
    text: row.text,
    authorId: row.author_id,
    at: row.at,
  };
}
