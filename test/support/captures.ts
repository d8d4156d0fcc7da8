import pg from "pg";

/** The log of captures as it lies in the database. */
export async function openCaptures(url: string) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const rows = async <T extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<readonly T[]> =>
    (await client.query<T>(text, values)).rows;
  return {
    message: async (ts: string) =>
      (
        await rows(
          `select author_id as author, thread_ts as "threadTs", text, deleted_at is not null as deleted
           from captured_messages where ts = $1`,
          [ts],
        )
      )[0] ?? null,
    wordings: async (ts: string) =>
      (
        await rows<{ text: string }>(
          `select text from captures where ts = $1 and kind in ('message', 'edit') and text is not null order by seq`,
          [ts],
        )
      ).map(({ text }) => text),
    /** "user name" of every reaction that is set now. */
    reactions: async (ts: string) =>
      (
        await rows<{ mark: string }>(
          `select actor_id || ' ' || text as mark from (
             select distinct on (actor_id, text) actor_id, text, kind from captures
             where ts = $1 and kind like 'reaction%'
             order by actor_id, text, split_part(version, ':', 1)::numeric desc, seq desc) newest
           where kind = 'reaction-added' order by 1`,
          [ts],
        )
      ).map(({ mark }) => mark),
    /** Contents of the files shared with it; null for one that was erased. */
    files: async (ts: string) =>
      (await rows<{ content: Buffer | null }>(`select content from captured_files where ts = $1`, [ts])).map(
        ({ content }) => content?.toString("latin1") ?? null,
      ),
    count: async () => Number((await rows<{ count: string }>(`select count(*) from captured_messages`))[0]?.count),
    /** Every table that holds the words in any of its columns. */
    anywhere: async (words: string): Promise<readonly string[]> => {
      const tables = await rows<{ name: string }>(
        `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname in ('public', 'pgboss')`,
      );
      const found: string[] = [];
      for (const { name } of tables) {
        const hit = await rows(`select 1 from ${name} one where strpos(one::text, $1) > 0 limit 1`, [words]);
        if (hit.length > 0) found.push(name);
      }
      return found;
    },
    stop: () => client.end(),
  };
}
