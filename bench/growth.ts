import pg from "pg";
import { atRate, shareOf, type Target } from "./load.ts";
import { command, end, machine, startTocsin } from "./processes.ts";
import { onStage } from "./stage.ts";

/** An installation that has run for years answers as fast as a new one. */
const aim = 1.2;
const sizes = [100, 100_000] as const;
const entriesEach = 10;
const openOnes = 20;
const rounds = 3;

const asks = {
  // Each makes a channel in Slack afterwards, so fewer a second for longer: of a few dozen the 99th percentile is the worst one.
  declare: { line: (n: number) => `declare sev4 growth ${n}`, perSecond: 10, seconds: 10 },
  note: { line: () => "note INC-1 the queue is draining", perSecond: 50, seconds: 3 },
  list: { line: () => "list", perSecond: 50, seconds: 3 },
  "list all": { line: () => "list all", perSecond: 50, seconds: 3 },
  find: { line: () => "find rareword", perSecond: 20, seconds: 3 },
} as const;
type Ask = keyof typeof asks;

/** How long declare, note and list take with a hundred and with a hundred thousand incidents in the database. */
export function growth(): Promise<void> {
  return onStage(async ({ newDatabase, newSlack, running }) => {
    const slack = await newSlack();
    const latencies = new Map<string, number[]>();
    const failed = new Map<number, number>();
    let n = 0;
    const urls = new Map<number, string>();
    for (const size of sizes) {
      const url = await newDatabase(`bench_${size}`);
      // The first start makes the tables.
      await end((await startTocsin(slack, url, running)).child);
      await fill(url, size);
      urls.set(size, url);
    }
    // In turns, so that what else the machine does strikes both alike.
    for (let round = 0; round <= rounds; round += 1) {
      for (const size of sizes) {
        const bot = await startTocsin(slack, urls.get(size) ?? "", running);
        for (const ask of Object.keys(asks) as Ask[]) {
          const { line, perSecond, seconds } = asks[ask];
          const target: Target = {
            port: bot.port,
            signingSecret: slack.signingSecret,
            body: () => command(line(++n), "C0GENERAL"),
          };
          const result = await atRate(target, perSecond, seconds);
          // The first round warms up.
          if (round === 0) continue;
          const key = `${size} ${ask}`;
          latencies.set(key, [...(latencies.get(key) ?? []), ...result.latencies]);
          failed.set(size, (failed.get(size) ?? 0) + result.failed);
        }
        await end(bot.child);
      }
    }
    report(latencies, failed);
  });
}

/** So many incidents with their timelines, the newest few of them open. */
async function fill(url: string, size: number): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const words = `array['checkout', 'login', 'queue', 'latency', 'errors', 'database', 'cache', 'deploy', 'rollback', 'disk']`;
  await client.query(
    `insert into incidents (id, number, title, summary, severity, phase, affected, is_private, reporter_id, source, roles,
       started_at, detected_at, declared_at, acknowledged_at, mitigated_at, resolved_at, closed_at, channel_id, channel_name,
       last_update, next_update_at, version)
     select 'bench-' || n, n, (${words})[1 + n % 10] || ' trouble ' || n || case when n % 5000 = 7 then ' rareword' else '' end,
       'About one request in ten fails', 'SEV' || (1 + n % 4),
       case when n > $1::int - $2::int then 'investigating' else 'closed' end, array['backend'], n % 50 = 0, 'U0BEN',
       '{"kind": "command", "permalink": null, "text": null}', '[]', at, at, at, at, at,
       case when n > $1::int - $2::int then null else at end, case when n > $1::int - $2::int then null else at end,
       'CBENCH' || n, 'inc-' || n, null, null, 1
     from (select n, timestamptz '2025-01-01' + n * interval '9 minutes' as at from generate_series(1, $1::int) n) made`,
    [size, openOnes],
  );
  await client.query(
    `insert into incident_members select 'bench-' || n, person, timestamptz '2025-01-01'
     from generate_series(1, $1::int) n, unnest(array['U0BEN', 'U0CHI', 'U0DEV']) person`,
    [size],
  );
  await client.query(
    `insert into timeline_entries (id, incident_id, at, recorded_at, kind, actor_id, text)
     select 'bench-' || n || '-' || m, 'bench-' || n, at, at, 'note', 'U0BEN',
       'Looked at the ' || (${words})[1 + (n + m) % 10] || ' and the ' || (${words})[1 + (n * m) % 10] || ', nothing yet'
     from (select n, m, timestamptz '2025-01-01' + (n * 9 + m) * interval '1 minute' as at
       from generate_series(1, $1::int) n, generate_series(1, $2::int) m) made`,
    [size, entriesEach],
  );
  await client.query(`select setval('incident_numbers', $1::int)`, [size]);
  await client.query("vacuum analyze");
  await client.end();
}

function report(latencies: ReadonlyMap<string, readonly number[]>, failed: ReadonlyMap<number, number>): void {
  const [few, many] = sizes;
  const rows = (Object.keys(asks) as Ask[]).map((ask) => {
    const p99 = (size: number) =>
      shareOf(
        (latencies.get(`${size} ${ask}`) ?? []).toSorted((a, b) => a - b),
        0.99,
      );
    const [before, after] = [p99(few), p99(many)];
    const ratio = after / before;
    const wanted = ask === "find" ? "" : `, wanted at most ${aim.toFixed(2)}×: ${ratio <= aim ? "met" : "missed"}`;
    return `  ${ask.padEnd(10)} p99 ${before.toFixed(2)} ms and ${after.toFixed(2)} ms: ${ratio.toFixed(2)}×${wanted}`;
  });
  const lines = [
    machine(),
    "",
    `With ${few} and with ${many} incidents, ${entriesEach} timeline entries each; over ${rounds} rounds:`,
    ...rows,
    `  not answered with 200: ${[...failed.values()].reduce((sum, one) => sum + one, 0)}`,
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
}
