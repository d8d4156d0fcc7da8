import { sql } from "kysely";
import type { Review } from "../domain/postmortem/postmortem.ts";
import type { PostmortemWorkRecords } from "../domain/postmortem/records.ts";
import type { RecordContext } from "./database.ts";

type WorkTables = {
  readonly postmortem_drafts: {
    readonly postmortem_id: string;
    readonly section: string;
    readonly user_id: string;
    readonly text: string;
    readonly after: number;
    readonly typed_ts: string;
    readonly at: Date;
  };
  readonly postmortem_assignments: {
    readonly postmortem_id: string;
    readonly section: string;
    readonly owner_id: string;
    readonly due_on: string | null;
  };
  readonly postmortem_reviews: {
    readonly postmortem_id: string;
    readonly reviewer_id: string;
    readonly state: string;
    readonly comment: string;
    readonly text_seal: string | null;
    readonly at: Date;
  };
};

export function postmortemWorkRecords(context: RecordContext): PostmortemWorkRecords {
  const db = context.db.withTables<WorkTables>();
  return {
    drafts: async (postmortemId) =>
      (
        await db
          .selectFrom("postmortem_drafts")
          .selectAll()
          .where("postmortem_id", "=", postmortemId)
          .orderBy("at")
          .execute()
      ).map((row) => ({
        postmortemId: row.postmortem_id,
        section: row.section,
        userId: row.user_id,
        text: row.text,
        after: row.after,
        at: row.at,
      })),
    keepDraft: async (draft, typedTs) => {
      await sql`
        insert into postmortem_drafts (postmortem_id, section, user_id, text, after, typed_ts, at)
        values (${draft.postmortemId}, ${draft.section}, ${draft.userId}, ${draft.text}, ${draft.after},
          ${typedTs}::numeric, ${draft.at})
        on conflict (postmortem_id, section, user_id) do update
          set text = excluded.text, after = excluded.after, typed_ts = excluded.typed_ts, at = excluded.at
          where excluded.typed_ts >= postmortem_drafts.typed_ts`.execute(db);
    },
    dropDraft: async (postmortemId, section, userId) => {
      await db
        .deleteFrom("postmortem_drafts")
        .where("postmortem_id", "=", postmortemId)
        .where("section", "=", section)
        .where("user_id", "=", userId)
        .execute();
    },
    assignments: async (postmortemId) =>
      (
        await db
          .selectFrom("postmortem_assignments")
          .selectAll()
          .where("postmortem_id", "=", postmortemId)
          .orderBy("section")
          .execute()
      ).map((row) => ({
        postmortemId: row.postmortem_id,
        section: row.section,
        ownerId: row.owner_id,
        dueOn: row.due_on,
      })),
    assign: async (assignment) => {
      const values = { owner_id: assignment.ownerId, due_on: assignment.dueOn };
      await db
        .insertInto("postmortem_assignments")
        .values({ postmortem_id: assignment.postmortemId, section: assignment.section, ...values })
        .onConflict((conflict) => conflict.columns(["postmortem_id", "section"]).doUpdateSet(values))
        .execute();
    },
    unassign: async (postmortemId, section) => {
      await db
        .deleteFrom("postmortem_assignments")
        .where("postmortem_id", "=", postmortemId)
        .where("section", "=", section)
        .execute();
    },
    reviews: async (postmortemId) =>
      (
        await db
          .selectFrom("postmortem_reviews")
          .selectAll()
          .where("postmortem_id", "=", postmortemId)
          .orderBy("at")
          .orderBy("reviewer_id")
          .execute()
      ).map((row) => ({
        postmortemId: row.postmortem_id,
        reviewerId: row.reviewer_id,
        state: row.state as Review["state"],
        comment: row.comment,
        textSeal: row.text_seal,
        at: row.at,
      })),
    review: async (review) => {
      const values = {
        state: review.state,
        comment: review.comment,
        text_seal: review.textSeal,
        at: review.at,
      };
      await db
        .insertInto("postmortem_reviews")
        .values({ postmortem_id: review.postmortemId, reviewer_id: review.reviewerId, ...values })
        .onConflict((conflict) => conflict.columns(["postmortem_id", "reviewer_id"]).doUpdateSet(values))
        .execute();
    },
  };
}
