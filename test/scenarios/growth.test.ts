import pg from "pg";
import { describe, expect, test } from "vitest";
import { until } from "../support/person.ts";
import { startScenario } from "../support/scenario.ts";
import { declared } from "../support/stories.ts";

const incidents = 20_000;
const entriesEach = 3;
/** What an ask may read of a table that grows; what it shows is a page of ten, drawn a few times. */
const mostRead = 2000;

/** Incidents that are over, with their people and timelines, as years of work leave them. */
async function fill(client: pg.Client): Promise<void> {
  await client.query(
    `insert into incidents (id, number, title, summary, severity, phase, affected, is_private, reporter_id, source, roles,
       started_at, detected_at, declared_at, acknowledged_at, mitigated_at, resolved_at, closed_at, channel_id, channel_name,
       last_update, next_update_at, version)
     select 'old-' || n, n, 'Checkout trouble ' || n || case when n % 5000 = 7 then ' rareword' else '' end, 'Fails',
       'SEV' || (1 + n % 4), 'closed', array['backend'], n % 50 = 0, 'U0BEN',
       '{"kind": "command", "permalink": null, "text": null}', '[]', at, at, at, at, at, at, at, 'COLD' || n, 'inc-' || n,
       null, null, 1
     from (select n, timestamptz '2020-01-01' + n * interval '90 minutes' as at from generate_series(1, $1::int) n) made`,
    [incidents],
  );
  await client.query(
    `insert into incident_members select 'old-' || n, person, timestamptz '2020-01-01'
     from generate_series(1, $1::int) n, unnest(array['U0BEN', 'U0CHI']) person`,
    [incidents],
  );
  await client.query(
    `insert into timeline_entries (id, incident_id, at, recorded_at, kind, actor_id, text)
     select 'old-' || n || '-' || m, 'old-' || n, at, at, 'note', 'U0BEN', 'Looked at queue ' || n % 97
     from (select n, m, timestamptz '2020-01-01' + n * interval '90 minutes' as at
       from generate_series(1, $1::int) n, generate_series(1, $2::int) m) made`,
    [incidents, entriesEach],
  );
  await client.query(`select setval('incident_numbers', $1::int)`, [incidents]);
  await client.query("analyze");
}

/** Rows read of each table since the counters were set back, through scans of the table and of its indexes. */
async function readOf(client: pg.Client): Promise<ReadonlyMap<string, number>> {
  const { rows } = await client.query<{ name: string; read: string }>(
    `select t.relname as name, t.seq_tup_read + coalesce(sum(i.idx_tup_read), 0) as read
     from pg_stat_user_tables t left join pg_stat_user_indexes i using (relid)
     where t.schemaname = 'public' group by t.relid, t.relname, t.seq_tup_read`,
  );
  return new Map(rows.map(({ name, read }) => [name, Number(read)]));
}

describe("[I11] an installation that has run for years", { timeout: 240_000 }, () => {
  test("reads no more of its past to declare, to note and to list than a new one", async () => {
    const story = await startScenario();
    const [ana, ben] = [story.person("U0ANA"), story.person("U0BEN")];
    const client = new pg.Client({ connectionString: story.databaseUrl });
    await client.connect();
    try {
      await fill(client);
      const channel = await declared(story, ana, "sev3 Warm the plans");
      await story.settled();
      const asks: Readonly<Record<string, () => Promise<unknown>>> = {
        declare: () => declared(story, ana, "sev3 Checkout trouble again"),
        note: () => ana.types(channel, "/incident note the queue is draining"),
        message: () => ben.types("#general", "nothing to do with it"),
        list: () => ben.types("#general", "/incident list"),
        "list all": () => ben.types("#general", "/incident list all"),
        find: () => ben.types("#general", "/incident find rareword"),
      };
      for (const [ask, act] of Object.entries(asks)) {
        await story.settled();
        await client.query("select pg_stat_reset()");
        await act();
        await story.settled();
        // Counters come in when a connection has been idle for a second; one of ours tells that they did.
        const big = ["incidents", "incident_members", "timeline_entries"];
        if (ask !== "message")
          await until("the counters", async () => ((await readOf(client)).get("incidents") ?? 0) > 0);
        const read = await readOf(client);
        const much = big.filter((name) => (read.get(name) ?? 0) > mostRead).map((name) => `${name}: ${read.get(name)}`);
        expect(much, ask).toEqual([]);
      }
    } finally {
      await client.end();
    }
  });
});
