import { sql } from "kysely";
import { largestCopy } from "../domain/capture/capture.ts";
import type { CapturedFile, CapturedFileRecords, FileState } from "../domain/capture/records.ts";
import type { RecordContext } from "./database.ts";

interface FileRow {
  readonly channel_id: string;
  readonly ts: string;
  readonly file_id: string;
  readonly name: string;
  readonly mimetype: string;
  readonly size: number;
  readonly url: string | null;
  readonly state: FileState;
}

/** Copies of the files of incidents' channels; they leave only with what people with access are shown. */
export function capturedFileRecords({ db }: RecordContext): CapturedFileRecords {
  const files = async (condition: ReturnType<typeof sql>): Promise<readonly CapturedFile[]> => {
    const { rows } = await sql<FileRow>`
      select channel_id, ts, file_id, name, mimetype, size, url, state from captured_files
      where ${condition} order by file_id`.execute(db);
    return rows.map((row) => ({
      channelId: row.channel_id,
      ts: row.ts,
      fileId: row.file_id,
      name: row.name,
      mimetype: row.mimetype,
      size: row.size,
      url: row.url,
      state: row.state,
    }));
  };
  const one = (channelId: string, ts: string, fileId: string) =>
    sql`channel_id = ${channelId} and ts = ${ts} and file_id = ${fileId}`;
  const erase = async (fileId: string): Promise<number> => {
    const result = await sql`update captured_files set state = 'erased', content = null, url = null, name = ''
      where file_id = ${fileId} and state <> 'erased'`.execute(db);
    return Number(result.numAffectedRows ?? 0n);
  };
  return {
    note: async (channelId, ts, given) => {
      const waiting: { readonly fileId: string }[] = [];
      for (const file of given) {
        if (file.gone) {
          await erase(file.id);
          continue;
        }
        const state: FileState = file.url === null ? "unavailable" : file.size > largestCopy ? "too-big" : "waiting";
        const result = await sql`
          insert into captured_files (channel_id, ts, file_id, name, mimetype, size, url, state)
          select ${channelId}, ${ts}, ${file.id}, ${file.name}, ${file.mimetype}, ${file.size}, ${file.url}, ${state}
          from captured_messages where channel_id = ${channelId} and ts = ${ts} and deleted_at is null
          on conflict (channel_id, ts, file_id) do nothing`.execute(db);
        if (result.numAffectedRows === 1n && state === "waiting") waiting.push({ fileId: file.id });
      }
      return waiting;
    },
    byId: async (channelId, ts, fileId) => (await files(one(channelId, ts, fileId)))[0] ?? null,
    keep: async (channelId, ts, fileId, content) => {
      await sql`update captured_files set state = 'kept', content = ${Buffer.from(content)}, size = ${content.length}
        where ${one(channelId, ts, fileId)} and state = 'waiting'`.execute(db);
    },
    settle: async (channelId, ts, fileId, state) => {
      await sql`update captured_files set state = ${state}
        where ${one(channelId, ts, fileId)} and state = 'waiting'`.execute(db);
    },
    erase,
    images: async (channelId, limit) => {
      const kept = await files(
        sql`channel_id = ${channelId} and state = 'kept' and mimetype in ('image/png', 'image/jpeg', 'image/gif', 'image/webp')`,
      );
      return kept.toSorted((a, b) => a.ts.localeCompare(b.ts)).slice(0, limit);
    },
    of: (channelId, ts) => files(sql`channel_id = ${channelId} and ts = ${ts}`),
    content: async (channelId, ts, fileId) => {
      const { rows } = await sql<{ content: Uint8Array | null }>`
        select content from captured_files where ${one(channelId, ts, fileId)}`.execute(db);
      return rows[0]?.content ?? null;
    },
  };
}
