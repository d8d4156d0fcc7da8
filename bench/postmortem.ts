import { mkdtemp, rm } from "node:fs/promises";
import { cpus, release, tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { parseConfiguration } from "../src/config.ts";
import { createRedact } from "../src/domain/capture/redact.ts";
import type { App } from "../src/domain/ports.ts";
import { operations } from "../src/operations/index.ts";
import { openDatabase, openPool } from "../src/store/database.ts";
import { migrate } from "../src/store/migrate.ts";
import { startPrivatePostgres } from "../src/store/private-postgres.ts";
import { withRecords } from "../src/store/records.ts";
import { createTransact } from "../src/store/transact.ts";
import { views } from "../templates/views.ts";

const messages = 10_000;
const entries = 500;
const runs = 7;
const aimMilliseconds = 1000;

/**
 * How long a post-mortem of a large incident takes from the database to Markdown, HTML and JSON: 10,000 captured
 * messages, 500 entries on the timeline. Nothing here can call Slack: there is no client.
 */
export async function postmortem(): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), "tocsin-bench-"));
  const database = await startPrivatePostgres({ dataDir: directory, log: () => {} });
  const pool = openPool(database.connectionString);
  const db = openDatabase(pool);
  try {
    await migrate(db);
    const { configuration: config } = parseConfiguration([{ name: "bench", text: "" }], {
      environment: {},
      operations,
    });
    const slackCalls = 0;
    const start = new Date("2026-11-22T02:00:00Z");
    const transact = createTransact<App>({
      pool,
      now: () => start,
      newId: () => `bench-${Math.random().toString(36).slice(2)}`,
      app: (context) =>
        withRecords(context, {
          now: context.now,
          config,
          newId: context.newId,
          workspace: {
            botUserId: "U0TOC",
            teamId: "T0",
            permalink: (channel: string, ts: string) => `https://x.slack.com/archives/${channel}/p${ts}`,
          },
          redact: createRedact([]),
          outbox: { add: async () => {}, missing: async () => [], posted: async () => null, documents: async () => [] },
          jobs: { add: async () => {} },
        }) as unknown as App,
    });
    const id = await fill(database.connectionString, transact, start);
    const draw = views["postmortem.files"];
    if (!draw) throw new Error("There is no view of the files");
    const times: number[] = [];
    const cpu: number[] = [];
    let sizes = "";
    for (let run = 0; run < runs; run += 1) {
      const begun = performance.now();
      const used = process.cpuUsage();
      const drawn = await transact((app) => draw(app, id));
      times.push(performance.now() - begun);
      const { user, system } = process.cpuUsage(used);
      cpu.push((user + system) / 1000);
      if (drawn && "files" in drawn)
        sizes = drawn.files
          .map((file) => `${file.name.split(".").at(-1)} ${Math.round(file.content.length / 1024)} KB`)
          .join(", ");
    }
    times.sort((a, b) => a - b);
    cpu.sort((a, b) => a - b);
    const [median = 0, worst = 0] = [times[Math.floor(runs / 2)], times.at(-1)];
    console.log(
      `${cpus()[0]?.model ?? "unknown processor"}, ${cpus().length} cores, Linux ${release()}, Node ${process.version}`,
    );
    console.log(
      `${messages} messages, ${entries} timeline entries → ${sizes}; ${slackCalls} calls to Slack (no client is there)`,
    );
    console.log(
      `from the database to Markdown, HTML and JSON: median ${median.toFixed(0)} ms, worst of ${runs} ${worst.toFixed(0)} ms (wanted: under ${aimMilliseconds} ms: ${worst < aimMilliseconds ? "yes" : "no"})`,
    );
    console.log(`of that, time on a processor: median ${(cpu[Math.floor(runs / 2)] ?? 0).toFixed(0)} ms`);
  } finally {
    await db.destroy();
    await database.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

async function fill(
  url: string,
  transact: <T>(work: (app: App) => Promise<T>) => Promise<T>,
  start: Date,
): Promise<string> {
  const client = new pg.Client(url);
  await client.connect();
  const incident = await transact((app) =>
    app.incidents.insert({
      id: "bench-incident",
      kind: "real",
      title: "API returns 500s",
      summary: "One request in ten fails.",
      severity: "SEV1",
      phase: "resolved",
      affected: [],
      isPrivate: false,
      reporterId: "U0SAM",
      source: { kind: "command", permalink: null, text: null },
      roles: [],
      times: {
        startedAt: start,
        detectedAt: start,
        declaredAt: start,
        acknowledgedAt: start,
        mitigatedAt: null,
        resolvedAt: new Date(start.getTime() + 2 * 86_400_000),
        closedAt: null,
      },
      channelId: "C0BENCH",
      channelName: "inc-1",
      lastUpdate: null,
      nextUpdateAt: null,
    } as never),
  );
  await client.query(
    `insert into captured_messages (channel_id, ts, incident_id, sent_at, author_id, text, edited_ts, seen_ts)
     select 'C0BENCH', (1763776800 + n)::text || '.000100', $2, to_timestamp(1763776800 + n), 'U0BEN',
       'message ' || n || ' with *bold* words and <https://x.example/|a link>', 0, 0
     from generate_series(1, $1::int) n`,
    [messages, incident.id],
  );
  await client.end();
  await transact(async (app) => {
    for (let index = 0; index < entries; index += 1) {
      await app.timeline.add({
        incidentId: incident.id,
        at: new Date(start.getTime() + index * 300_000),
        kind: index % 10 === 0 ? "update" : "message",
        actorId: "U0BEN",
        text: `Entry ${index}: the *error rate* of <https://grafana.waooaw.ai/d/backend|backend> is ${index} &lt; 1000, \`select 1\` ${"and so on ".repeat(20)}`,
      });
    }
  });
  const text = "Because **connections** leaked.\n\n```sql\nselect 1;\n```\n\n".repeat(100);
  const postmortem = await transact(async (app) => {
    const made = await app.postmortems.insert({
      id: "bench-postmortem",
      incidentId: incident.id,
      template: "default",
      state: "published",
      ownerId: "U0ANA",
      dueAt: null,
      publishedAt: start,
      edition: 1,
    });
    await app.postmortems.write(
      { postmortemId: made.id, section: "root-cause", text, authorId: "U0ANA", at: start },
      0,
    );
    return made;
  });
  return postmortem.id;
}
