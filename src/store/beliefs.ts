import { sql } from "kysely";
import type { BeliefRecords, Decision, Evidence, Hypothesis, VisitRecords } from "../domain/belief/records.ts";
import { Refusal } from "../errors.ts";
import type { RecordContext } from "./database.ts";
import { type EntryRow, fromRow } from "./timeline.ts";

type HypothesisRow = Omit<Hypothesis, "evidence">;

const columns = sql`id, incident_id as "incidentId", number, text, state, reason, by_id as "byId", at,
  decided_by as "decidedBy", decided_at as "decidedAt", version`;

/** Hypotheses with their evidence, and decisions. */
export function beliefRecords({ db, now, newId }: RecordContext): BeliefRecords {
  const whole = async (rows: readonly HypothesisRow[]): Promise<readonly Hypothesis[]> => {
    const { rows: evidence } = await sql<Evidence & { readonly hypothesisId: string }>`
      select hypothesis_id as "hypothesisId", kind, reference, title, by_id as "byId", at from hypothesis_evidence
      where hypothesis_id = any(${rows.map(({ id }) => id)}) order by at, reference`.execute(db);
    return rows.map((row) => ({
      ...row,
      evidence: evidence
        .filter(({ hypothesisId }) => hypothesisId === row.id)
        .map(({ hypothesisId: _, ...one }) => one),
    }));
  };
  return {
    of: async (incidentId) => {
      const { rows } = await sql<HypothesisRow>`
        select ${columns} from hypotheses where incident_id = ${incidentId} order by number`.execute(db);
      const { rows: decisions } = await sql<Decision>`
        select id, incident_id as "incidentId", text, by_id as "byId", at from decisions
        where incident_id = ${incidentId} order by at, id`.execute(db);
      return { hypotheses: await whole(rows), decisions };
    },
    byId: async (id) => {
      const { rows } = await sql<HypothesisRow>`select ${columns} from hypotheses where id = ${id}`.execute(db);
      return (await whole(rows))[0] ?? null;
    },
    addHypothesis: async ({ incidentId, text, byId }) => {
      // The incident's row is locked by the ask, so that no number is given twice.
      const { rows } = await sql<HypothesisRow>`
        insert into hypotheses (id, incident_id, number, text, state, by_id, at, version)
        select ${newId()}, ${incidentId}, coalesce(max(number), 0) + 1, ${text}, 'open', ${byId}, ${now}::timestamptz, 1
        from hypotheses where incident_id = ${incidentId}
        returning ${columns}`.execute(db);
      const [row] = rows;
      if (!row) throw new Error("A hypothesis was not written");
      return { ...row, evidence: [] };
    },
    settle: async (one, { state, reason, byId }) => {
      const result = await sql`
        update hypotheses set state = ${state}, reason = ${reason}, decided_by = ${byId}, decided_at = ${now},
          version = version + 1
        where id = ${one.id} and version = ${one.version}`.execute(db);
      if (result.numAffectedRows === 0n)
        throw new Refusal("stale", "That hypothesis has just been changed.", "Look again.");
    },
    addEvidence: async (hypothesisId, { kind, reference, title, byId }) => {
      await sql`
        insert into hypothesis_evidence (hypothesis_id, kind, reference, title, by_id, at)
        values (${hypothesisId}, ${kind}, ${reference}, ${title}, ${byId}, ${now}) on conflict do nothing`.execute(db);
    },
    addDecision: async ({ incidentId, text, byId }) => {
      const id = newId();
      await sql`insert into decisions (id, incident_id, text, by_id, at)
        values (${id}, ${incidentId}, ${text}, ${byId}, ${now})`.execute(db);
      return { id, incidentId, text, byId, at: now };
    },
  };
}

/** When people last caught up with incidents. */
export function visitRecords({ db, now }: RecordContext): VisitRecords {
  return {
    since: async (incidentId, since, userId) => {
      const from = since ?? new Date(0);
      const { rows } = await sql<EntryRow>`
        select * from timeline_entries
        where incident_id = ${incidentId} and recorded_at > ${from} and not hidden
        order by at, id limit 2000`.execute(db);
      const { rows: said } = await sql<{ count: number }>`
        select count(*) as count from captured_messages
        where incident_id = ${incidentId} and sent_at > ${from} and deleted_at is null
          and author_id is distinct from ${userId}`.execute(db);
      return { entries: rows.map(fromRow), messages: said[0]?.count ?? 0 };
    },
    visit: async (incidentId, userId) => {
      const { rows } = await sql<{ at: Date }>`
        select at from incident_visits where incident_id = ${incidentId} and user_id = ${userId} for update`.execute(
        db,
      );
      await sql`insert into incident_visits (incident_id, user_id, at) values (${incidentId}, ${userId}, ${now})
        on conflict (incident_id, user_id) do update set at = excluded.at`.execute(db);
      return rows[0]?.at ?? null;
    },
  };
}
