import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { commands } from "../commands/index.ts";
import { startClock } from "../src/sandbox/clock.ts";
import { type SandboxCloud, startCloud } from "../src/sandbox/cloud/cloud.ts";
import type { SandboxSlack } from "../src/sandbox/slack/slack.ts";
import { completions } from "../src/slack/completions.ts";
import { createPerson, until } from "../test/support/person.ts";
import { median } from "./load.ts";
import { end, machine, type Process, query, row, startTocsin } from "./processes.ts";
import { onStage, type Stage } from "./stage.ts";

/** A dead worker's job is handed out again after its heartbeat, and a second each to notice, to wait and to fetch. */
const aimSeconds = 13;
/** Of the time the queue alone takes, at the median. */
const aimRatio = 1.3;
const rounds = 3;
const service = "grafana";

/** What is killed: with another beside it that takes over, or with one that is started afterwards. */
const ways = ["another is there", "started anew"] as const;
type Way = (typeof ways)[number];

interface Installation {
  readonly slack: SandboxSlack;
  readonly cloud: SandboxCloud;
  readonly url: string;
  readonly start: () => Promise<Process>;
}

/**
 * Seconds from a bot that is killed with SIGKILL, while its call that changes a service waits for its answer, to that
 * operation making its next call; against a bare worker of the job queue that is killed with a job in its hands, and the
 * next one having it. Each way has a database of its own, and all go on side by side.
 */
export function resume(): Promise<void> {
  return onStage(
    async (stage) => {
      // An operation is over once its service was seen steady: as short as it can be, since it is not what is measured.
      const example = await readFile(new URL("../examples/waooaw/tocsin.yaml", import.meta.url), "utf8");
      const configuration = join(stage.folder, "tocsin.yaml");
      await writeFile(configuration, example.replace(/^ {2}steady: .*$/m, "  steady: 1s"));
      const figures = new Map<string, readonly number[]>();
      await Promise.all(
        ways.map(async (way, index) => {
          const installation = await install(stage, await stage.newDatabase(`bench_resume_${index}`), configuration);
          // One count after the other, so that there always is something to do.
          figures.set(way, await several((round) => killBot(installation, round % 2 === 0 ? 3 : 4, way)));
        }),
      );
      const floors = new Map<string, readonly number[]>();
      await Promise.all(
        ways.map(async (way, index) => {
          const urls: string[] = [];
          for (let round = 0; round < rounds; round += 1)
            urls.push(await stage.newDatabase(`bench_queue_${index}_${round}`));
          floors.set(way, await Promise.all(urls.map((url) => killWorker(url, way, stage.running))));
        }),
      );
      report(figures, floors);
    },
    { max_connections: "150" },
  );
}

async function install(stage: Stage, url: string, configuration: string): Promise<Installation> {
  const clock = startClock();
  const [slack, cloud] = await Promise.all([
    stage.newSlack({ clock, commands: completions(commands), escapeCommands: true }),
    startCloud({ clock, speed: 60 }),
  ]);
  stage.finally(cloud.stop);
  const environment = {
    TOCSIN_CONFIG: configuration,
    AWS_ENDPOINT_URL: cloud.endpoint,
    AWS_ACCESS_KEY_ID: cloud.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: cloud.credentials.secretAccessKey,
    AWS_REGION: cloud.region,
  };
  const start = async (): Promise<Process> => {
    const one = await startTocsin(slack, url, stage.running, environment);
    slack.deliverTo(`http://127.0.0.1:${one.port}/slack/events`);
    return one;
  };
  return { slack, cloud, url, start };
}

async function several(measure: (round: number) => Promise<number>): Promise<readonly number[]> {
  const all: number[] = [];
  for (let round = 0; round < rounds; round += 1) all.push(await measure(round));
  return all;
}

async function killBot({ slack, cloud, url, start }: Installation, count: number, way: Way): Promise<number> {
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
  const replica = way === "another is there" ? await start() : null;
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
  await until("it to be over", async () => (await query(url, open)).length === 0, 60);
  await end(other.child);
  return seconds;
}

async function killWorker(url: string, way: Way, running: ChildProcess[]): Promise<number> {
  const worker = startWorker(url, running, true);
  await worker.says("taken");
  const beside = way === "another is there" ? startWorker(url, running, false) : null;
  await beside?.says("working");
  await end(worker.child, "SIGKILL");
  const killed = performance.now();
  const other = beside ?? startWorker(url, running, false);
  await other.says("taken");
  const seconds = (performance.now() - killed) / 1000;
  await end(other.child, "SIGKILL");
  return seconds;
}

function startWorker(url: string, running: ChildProcess[], sends: boolean) {
  const child = spawn(process.execPath, [fileURLToPath(new URL("bare-queue.ts", import.meta.url))], {
    env: { ...process.env, BENCH_DATABASE_URL: url, BENCH_SENDS: sends ? "yes" : "no" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  running.push(child);
  const said = new Set<string>();
  const lines = createInterface({ input: child.stdout });
  lines.on("line", (line) => said.add(line));
  const says = async (word: string): Promise<void> => {
    while (!said.has(word)) {
      if (child.exitCode !== null) throw new Error("The worker ended before it had the job");
      await Promise.race([once(lines, "line"), once(child, "exit")]);
    }
  };
  return { child, says };
}

function report(figures: ReadonlyMap<string, readonly number[]>, floors: ReadonlyMap<string, readonly number[]>): void {
  const lines = [
    machine(),
    "",
    `Seconds from SIGKILL to the next one having it, ${rounds} times each`,
    row("", "median", "worst", "queue, median", "queue, worst", "ratio"),
  ];
  const ratios: number[] = [];
  for (const way of ways) {
    const [all, floor] = [figures.get(way) ?? [], floors.get(way) ?? []];
    const ratio = median(all) / median(floor);
    ratios.push(ratio);
    const cells = [median(all), Math.max(...all), median(floor), Math.max(...floor)].map((one) => one.toFixed(1));
    lines.push(row(way, ...cells, `${ratio.toFixed(2)} ×`));
  }
  const worst = Number(Math.max(...[...figures.values()].flat()).toFixed(1));
  const ratio = Math.max(...ratios);
  lines.push(
    "",
    `${ratio.toFixed(2)} × the queue alone, wanted at most ${aimRatio}: ${ratio <= aimRatio ? "met" : "missed"}`,
    `${worst} s at worst, wanted at most ${aimSeconds} s: ${worst <= aimSeconds ? "met" : "missed"}`,
  );
  process.stdout.write(`${lines.join("\n")}\n`);
}
