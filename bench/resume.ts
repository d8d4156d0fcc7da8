import type { ChildProcess } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { commands } from "../commands/index.ts";
import { startClock } from "../src/sandbox/clock.ts";
import { type SandboxCloud, startCloud } from "../src/sandbox/cloud/cloud.ts";
import { type SandboxSlack, startSlack } from "../src/sandbox/slack/slack.ts";
import { completions } from "../src/slack/completions.ts";
import { botEvents } from "../src/slack/manifest.ts";
import { scopes } from "../src/slack/scopes.ts";
import { startPrivatePostgres } from "../src/store/private-postgres.ts";
import { createPerson, until } from "../test/support/person.ts";
import { end, machine, newDatabase, type Process, query, row, startTocsin } from "./processes.ts";

/** A dead worker's job is handed out again after its heartbeat, and a second each to notice, to wait and to fetch. */
const aimSeconds = 13;
const heartbeatSeconds = 10;
const rounds = 5;
const service = "grafana";

interface Stage {
  readonly slack: SandboxSlack;
  readonly cloud: SandboxCloud;
  readonly url: string;
  readonly start: () => Promise<Process>;
}

/**
 * Seconds from a bot that is killed with SIGKILL, while its call that changes a service waits for its answer, to that
 * operation making its next call: with another bot beside it on the same database, and with one that is started anew.
 */
export async function resume(): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), "tocsin-bench-"));
  const database = await startPrivatePostgres({ dataDir: directory, log: () => {} });
  const clock = startClock();
  const [slack, cloud] = await Promise.all([
    startSlack({
      clock,
      commands: completions(commands),
      scopes: scopes.map(({ name }) => name),
      events: botEvents(),
      escapeCommands: true,
    }),
    startCloud({ clock, speed: 60 }),
  ]);
  const running: ChildProcess[] = [];
  try {
    const url = await newDatabase(database.connectionString, "bench_resume");
    const environment = {
      AWS_ENDPOINT_URL: cloud.endpoint,
      AWS_ACCESS_KEY_ID: cloud.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: cloud.credentials.secretAccessKey,
      AWS_REGION: cloud.region,
    };
    const start = async (): Promise<Process> => {
      const one = await startTocsin(slack, url, running, environment);
      slack.deliverTo(`http://127.0.0.1:${one.port}/slack/events`);
      return one;
    };
    const stage: Stage = { slack, cloud, url, start };
    const figures = new Map<string, number[]>();
    let count = 2;
    for (let round = 0; round < rounds; round += 1) {
      for (const name of ["another bot is there", "started anew"] as const) {
        // One count after the other, so that there always is something to do.
        count = count === 3 ? 4 : 3;
        const seconds = await killOnce(stage, count, name === "another bot is there");
        figures.set(name, [...(figures.get(name) ?? []), seconds]);
      }
    }
    report(figures);
  } finally {
    for (const child of running) child.kill("SIGKILL");
    await Promise.all([slack.stop(), cloud.stop()]);
    await database.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

async function killOnce({ slack, cloud, url, start }: Stage, count: number, isReplica: boolean): Promise<number> {
  const bot = await start();
  const ana = createPerson(
    {
      act: slack.act,
      state: (as) => {
        const seen = slack.state(as);
        if (!seen) throw new Error(`There is nobody called ${as}`);
        return seen;
      },
      channel: slack.channel,
    },
    "U0ANA",
  );
  const open = "select id from operations where state not in ('ended', 'refused', 'expired', 'stale')";
  await ana.types("#ops", `/ops scale ${service} ${count}`);
  await until("a plan", async () => {
    const [one] = await query(url, "select state from operations order by requested_at desc limit 1");
    return one?.state === "planned";
  });
  const replica = isReplica ? await start() : null;
  // The answer is held up until the caller is dead, and lost.
  cloud.faults.fail("UpdateService", { delayMs: 2000, times: 1, drop: true, afterwards: true });
  await ana.clicks("Confirm", { channel: "#ops" });
  await until("its change to be on the way", () => cloud.waiting() > 0);
  const calls = () => cloud.calls().length;
  await end(bot.child, "SIGKILL");
  const killed = performance.now();
  const other = replica ?? (await start());
  await until("the call that was held up to end", () => cloud.waiting() === 0);
  const before = calls();
  await until("the operation to go on", () => calls() > before, 60);
  const seconds = (performance.now() - killed) / 1000;
  await until("it to be over", async () => (await query(url, open)).length === 0, 240);
  await end(other.child);
  return seconds;
}

function report(figures: ReadonlyMap<string, readonly number[]>): void {
  const lines = [
    machine(),
    "",
    `Seconds from SIGKILL to the operation's next call, ${rounds} times each`,
    row("", "median", "worst", "× heartbeat"),
    ...[...figures].map(([name, all]) => {
      const sorted = all.toSorted((a, b) => a - b);
      const median = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
      const worst = sorted.at(-1) ?? Number.NaN;
      return row(name, median.toFixed(1), worst.toFixed(1), (worst / heartbeatSeconds).toFixed(2));
    }),
  ];
  const worst = Math.max(...[...figures.values()].flat());
  lines.push("", `Wanted at most ${aimSeconds} s: ${worst <= aimSeconds ? "met" : "missed"}`);
  process.stdout.write(`${lines.join("\n")}\n`);
}
