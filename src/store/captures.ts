import { createHash } from "node:crypto";
import { sql } from "kysely";
import type {
  CaptureCounts,
  CapturedMessage,
  CaptureGap,
  CaptureLine,
  CaptureRecords,
  FileState,
  Found,
  ReconcileReason,
} from "../domain/capture/records.ts";
import type { RecordContext } from "./database.ts";

interface MessageRow {
  readonly incident_id: string;
  readonly channel_id: string;
  readonly ts: string;
  readonly sent_at: Date;
  readonly thread_ts: string | null;
  readonly author_id: string | null;
  readonly author_name: string | null;
  readonly text: string | null;
  readonly edited_ts: string;
  readonly deleted_at: Date | null;
}

/** The log of incidents' channels. */
export function captureRecords({ db, now }: RecordContext): CaptureRecords {
  const messages = async (condition: ReturnType<typeof sql>): Promise<readonly CapturedMessage[]> => {
    const { rows } = await sql<MessageRow>`
      select incident_id, channel_id, ts, sent_at, thread_ts, author_id, author_name, text, edited_ts, deleted_at
      from captured_messages where ${condition}`.execute(db);
    return rows.map(fromRow);
  };
  return {
    message: async (channelId, post, { seenTs, via }) => {
      const kind = post.editedTs ? "edit" : "message";
      // Two edits within one second carry the same time.
      const version = post.editedTs ? `${post.editedTs}:${digest(post.text)}` : "";
      const sentAt = at(post.ts);
      // One statement: the look-up, the message's row, on which its deletion waits, and the line of the log.
      const { rows } = await sql<{ incident_id: string; deleted: boolean; lines: number }>`
        with head as (
          insert into captured_messages as known
            (channel_id, ts, incident_id, sent_at, thread_ts, author_id, author_name, text, edited_ts, seen_ts)
          select ${channelId}, ${post.ts}, incidents.id, ${sentAt}::timestamptz, ${post.threadTs}::text,
            ${post.authorId}::text, ${post.authorName}::text, ${post.text}::text,
            ${post.editedTs ?? "0"}::numeric, ${seenTs}::numeric
          from incidents where incidents.channel_id = ${channelId}
          on conflict (channel_id, ts) do update set
            thread_ts = coalesce(known.thread_ts, excluded.thread_ts),
            author_id = coalesce(known.author_id, excluded.author_id),
            author_name = coalesce(known.author_name, excluded.author_name),
            text = case
              when known.deleted_at is not null then null
              when (excluded.edited_ts, excluded.seen_ts) >= (known.edited_ts, known.seen_ts) then excluded.text
              else known.text end,
            edited_ts = greatest(known.edited_ts, excluded.edited_ts),
            seen_ts = case
              when (excluded.edited_ts, excluded.seen_ts) >= (known.edited_ts, known.seen_ts) then excluded.seen_ts
              else known.seen_ts end
          returning known.incident_id, known.deleted_at
        ), line as (
          insert into captures (incident_id, channel_id, ts, kind, version, actor_id, text, at, via, captured_at)
          select incident_id, ${channelId}, ${post.ts}, ${kind}, ${version}, ${post.authorId}::text,
            case when deleted_at is null then ${post.text}::text end,
            ${post.editedTs ? at(post.editedTs) : sentAt}::timestamptz, ${via}, ${now}::timestamptz
          from head
          on conflict (channel_id, ts, kind, version) do nothing
          returning seq
        )
        select incident_id, deleted_at is not null as deleted, (select count(*) from line) as lines from head`.execute(
        db,
      );
      const [row] = rows;
      return row ? { incidentId: row.incident_id, deleted: row.deleted, written: row.lines > 0 } : null;
    },
    deletion: async (channelId, gone) => {
      const { rows } = await sql<{ incident_id: string; lines: number }>`
        with head as (
          insert into captured_messages as known
            (channel_id, ts, incident_id, sent_at, thread_ts, author_id, author_name, text, edited_ts, seen_ts, deleted_at)
          select ${channelId}, ${gone.ts}, incidents.id, ${at(gone.ts)}::timestamptz, ${gone.threadTs}::text,
            ${gone.authorId}::text, ${gone.authorName}::text, null, 0, 0, ${gone.at}::timestamptz
          from incidents where incidents.channel_id = ${channelId}
          on conflict (channel_id, ts) do update set
            thread_ts = coalesce(known.thread_ts, excluded.thread_ts),
            author_id = coalesce(known.author_id, excluded.author_id),
            author_name = coalesce(known.author_name, excluded.author_name),
            text = null,
            deleted_at = coalesce(known.deleted_at, excluded.deleted_at)
          returning known.incident_id, known.author_id
        ), line as (
          insert into captures (incident_id, channel_id, ts, kind, version, actor_id, text, at, via, captured_at)
          select incident_id, ${channelId}, ${gone.ts}, 'deletion', '', author_id, null,
            ${gone.at}::timestamptz, ${gone.via}, ${now}::timestamptz
          from head
          on conflict (channel_id, ts, kind, version) do nothing
          returning seq
        )
        select incident_id, (select count(*) from line) as lines from head`.execute(db);
      const [row] = rows;
      if (!row) return null;
      // A statement of its own: it sees the message that this deletion may have waited for.
      await sql`update captures set text = null
        where channel_id = ${channelId} and ts = ${gone.ts} and kind in ('message', 'edit') and text is not null`.execute(
        db,
      );
      await sql`update captured_files set state = 'erased', content = null, url = null, name = ''
        where channel_id = ${channelId} and ts = ${gone.ts}`.execute(db);
      // What people were shown is kept for repeats of their asks, and may hold the words.
      if (row.lines > 0) await sql`update slack_intake set answer = null where answer is not null`.execute(db);
      return { incidentId: row.incident_id, written: row.lines > 0 };
    },
    reaction: async (channelId, mark) => {
      const result = await sql`
        insert into captures (incident_id, channel_id, ts, kind, version, actor_id, text, at, via, captured_at)
        select incidents.id, ${channelId}, ${mark.ts}, ${mark.on ? "reaction-added" : "reaction-removed"},
          ${`${mark.eventTs}:${mark.userId}:${mark.name}`}, ${mark.userId}, ${mark.name},
          ${at(mark.eventTs)}::timestamptz, ${mark.via}, ${now}::timestamptz
        from incidents where incidents.channel_id = ${channelId}
        on conflict (channel_id, ts, kind, version) do nothing`.execute(db);
      return result.numAffectedRows === 1n;
    },
    known: (channelId, tss) => messages(sql`channel_id = ${channelId} and ts = any(${[...tss]})`),
    reactionsOn: async (channelId, tss) => {
      const { rows } = await sql<{ ts: string; user_id: string; name: string }>`
        select ts, actor_id as user_id, text as name from (
          select distinct on (ts, actor_id, text) ts, actor_id, text, kind from captures
          where channel_id = ${channelId} and ts = any(${[...tss]}) and kind in ('reaction-added', 'reaction-removed')
          order by ts, actor_id, text, split_part(version, ':', 1)::numeric desc, seq desc
        ) newest where kind = 'reaction-added'`.execute(db);
      return rows.map((row) => ({ ts: row.ts, userId: row.user_id, name: row.name }));
    },
    between: (channelId, fromTs, toTs) =>
      messages(sql`channel_id = ${channelId} and thread_ts is null and deleted_at is null
        and ts::numeric between ${fromTs}::numeric and ${toTs}::numeric`),
    repliesTo: (channelId, rootTs) =>
      messages(sql`channel_id = ${channelId} and thread_ts = ${rootTs} and deleted_at is null`),
    page: async (incidentId, { after, before, authorId, text, limit }) => {
      const wanted = [
        sql`incident_id = ${incidentId} and deleted_at is null`,
        // Slack's times are of one length, so that as texts they are in order too; sent_at makes it fit the index.
        ...(after ? [sql`(sent_at, ts) > (${at(after)}::timestamptz, ${after})`] : []),
        ...(before ? [sql`(sent_at, ts) < (${at(before)}::timestamptz, ${before})`] : []),
        ...(authorId ? [sql`author_id = ${authorId}`] : []),
        ...(text ? [sql`text ilike ${`%${text.replace(/[\\%_]/g, "\\$&")}%`}`] : []),
      ];
      const backwards = after === undefined;
      const order = backwards ? sql`sent_at desc, ts desc` : sql`sent_at, ts`;
      const found = await messages(sql`${sql.join(wanted, sql` and `)} order by ${order} limit ${limit}`);
      return backwards ? found.toReversed() : found;
    },
    lines: async (incidentId) => {
      const { rows } = await sql<LineRow>`
        select seq, ts, kind, actor_id, text, at, via from captures where incident_id = ${incidentId} order by seq`.execute(
        db,
      );
      return rows.map(({ actor_id, ...row }) => ({ ...row, actorId: actor_id }));
    },
    counts: async (incidentId) => {
      const { rows } = await sql<CountsRow>`
        select
          (select count(*) from captured_messages where incident_id = ${incidentId}) as messages,
          (select count(*) from captured_messages where incident_id = ${incidentId} and deleted_at is not null) as deleted,
          (select count(distinct thread_ts) from captured_messages where incident_id = ${incidentId}) as threads,
          (select count(*) from captures where incident_id = ${incidentId} and kind = 'edit') as edits,
          (select count(*) from captures where incident_id = ${incidentId}
            and kind in ('reaction-added', 'reaction-removed')) as reactions,
          (select count(*) from captures where incident_id = ${incidentId} and via = 'back-fill') as back_filled,
          (select coalesce(jsonb_object_agg(state, number), '{}') from (
            select state, count(*) as number from captured_files
            join captured_messages using (channel_id, ts) where incident_id = ${incidentId} group by state) files) as files,
          channel.reconciled_at, channel.reconciled_for, channel.wanted_for is not null as under_way, channel.trouble
        from (select 1) one left join incident_channels channel on channel.incident_id = ${incidentId}`.execute(db);
      const [row] = rows;
      if (!row) throw new Error("A count without a row");
      return fromCounts(row);
    },
    gaps: async (incidentId) => {
      const { rows } = await sql<{
        from_at: Date;
        to_at: Date;
        found_at: Date;
        found_for: ReconcileReason;
        found: Found;
      }>`
        select from_at, to_at, found_at, found_for, found from capture_gaps
        where incident_id = ${incidentId} order by from_at, id`.execute(db);
      return rows.map(
        (row): CaptureGap => ({
          from: row.from_at,
          to: row.to_at,
          foundAt: row.found_at,
          foundFor: row.found_for,
          found: row.found,
        }),
      );
    },
  };
}

type LineRow = Omit<CaptureLine, "actorId"> & { readonly actor_id: string | null };

interface CountsRow {
  readonly messages: number;
  readonly deleted: number;
  readonly threads: number;
  readonly edits: number;
  readonly reactions: number;
  readonly back_filled: number;
  readonly files: Partial<Record<FileState, number>>;
  readonly reconciled_at: Date | null;
  readonly reconciled_for: ReconcileReason | null;
  readonly under_way: boolean;
  readonly trouble: string | null;
}

function fromCounts(row: CountsRow): CaptureCounts {
  return {
    messages: row.messages,
    deleted: row.deleted,
    edits: row.edits,
    threads: row.threads,
    reactions: row.reactions,
    files: { waiting: 0, kept: 0, "too-big": 0, unavailable: 0, erased: 0, ...row.files },
    backFilled: row.back_filled,
    reconciledAt: row.reconciled_at,
    reconciledFor: row.reconciled_for,
    underWay: row.under_way,
    trouble: row.trouble,
  };
}

function fromRow(row: MessageRow): CapturedMessage {
  return {
    incidentId: row.incident_id,
    channelId: row.channel_id,
    ts: row.ts,
    sentAt: row.sent_at,
    threadTs: row.thread_ts,
    authorId: row.author_id,
    authorName: row.author_name,
    text: row.text,
    editedTs: Number(row.edited_ts) === 0 ? null : row.edited_ts,
    deletedAt: row.deleted_at,
  };
}

function at(ts: string): Date {
  return new Date(Math.round(Number(ts) * 1000));
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}
