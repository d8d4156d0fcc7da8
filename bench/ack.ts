import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { cpus, release, tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { startClock } from "../src/sandbox/clock.ts";
import { type SandboxSlack, startSlack } from "../src/sandbox/slack/slack.ts";
import { botEvents } from "../src/slack/manifest.ts";
import { scopes } from "../src/slack/scopes.ts";
import { startPrivatePostgres } from "../src/store/private-postgres.ts";
import { atRate, closeConnections, flatOut, type LoadResult, type Target } from "./load.ts";

/** What is wanted of the bot, against a Bolt app that commits one row before it acknowledges. */
const aims = { p99At200: 4, throughput: 1 / 3, memoryMegabytes: 250, readySeconds: 1.5 };
const seconds = 6;
const signingSecret = "bench-signing-secret";
const root = fileURLToPath(new URL("..", import.meta.url));

interface Subject {
  readonly name: string;
  readonly child: ChildProcess;
  readonly target: Target;
  readonly readySeconds: number;
}

interface Figures {
  readonly at50: LoadResult;
  readonly at200: LoadResult;
  readonly flat: LoadResult;
  readonly megabytes: number;
}

/**
 * How long Slack waits for an acknowledgement: the bot with its database, a bare Bolt app, and a bare Bolt app that
 * commits one row first, on the same PostgreSQL in one run. The ask is a note on an incident: a timeline entry, an
 * audit entry and a redrawn card, recorded before it is acknowledged.
 */
export async function ack(): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), "tocsin-bench-"));
  const database = await startPrivatePostgres({ dataDir: directory, log: () => {} });
  const slack = await startSlack({
    clock: startClock(),
    commands: [],
    scopes: scopes.map(({ name }) => name),
    events: botEvents(),
  });
  const running: ChildProcess[] = [];
  try {
    const figures = new Map<string, Figures & { readonly readySeconds: number }>();
    const bare = await startBare("bare Bolt", null, running);
    figures.set(bare.name, { ...(await measure(bare)), readySeconds: bare.readySeconds });
    await end(bare.child);
    const row = await startBare(
      "bare Bolt and one row",
      await newDatabase(database.connectionString, "bench_row"),
      running,
    );
    figures.set(row.name, { ...(await measure(row)), readySeconds: row.readySeconds });
    await end(row.child);
    const url = await newDatabase(database.connectionString, "bench_bot");
    // The first start makes the tables; the second is the one that is timed.
    await end((await startTocsin(slack, url, running)).child);
    const bot = await startTocsin(slack, url, running);
    await declareOne(bot.target, slack);
    figures.set(bot.name, { ...(await measure(bot)), readySeconds: bot.readySeconds });
    await end(bot.child);
    report(figures);
  } finally {
    closeConnections();
    for (const child of running) child.kill("SIGKILL");
    await slack.stop();
    await database.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

export async function newDatabase(url: string, name: string): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`create database ${name}`);
  await client.end();
  return url.replace(/\/tocsin(?=\?|$)/, `/${name}`);
}

let trigger = 0;

export function command(text: string, channel: string): string {
  trigger += 1;
  return new URLSearchParams({
    command: "/incident",
    text,
    user_id: "U0ANA",
    user_name: "ana",
    team_id: "T0WAOOAW",
    team_domain: "waooaw",
    channel_id: channel,
    channel_name: "bench",
    api_app_id: "A0TOC",
    trigger_id: `bench.${process.pid}.${trigger}`,
    response_url: "http://127.0.0.1:9/none",
  }).toString();
}

async function startBare(name: string, databaseUrl: string | null, running: ChildProcess[]): Promise<Subject> {
  const began = performance.now();
  const child = spawn(process.execPath, [join(root, "bench/bare-bolt.ts")], {
    env: {
      ...process.env,
      BENCH_SIGNING_SECRET: signingSecret,
      ...(databaseUrl ? { BENCH_DATABASE_URL: databaseUrl } : {}),
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  running.push(child);
  const port = Number((await lineMatching(child, /listening (\d+)/))[1]);
  const target = { port, signingSecret, body: () => command("note a bare one", "C0GENERAL") };
  return { name, child, target, readySeconds: (performance.now() - began) / 1000 };
}

export async function startTocsin(slack: SandboxSlack, databaseUrl: string, running: ChildProcess[]): Promise<Subject> {
  const began = performance.now();
  const child = spawn(process.execPath, [join(root, "bin/tocsin.mjs"), "start"], {
    env: {
      PATH: process.env.PATH ?? "",
      SLACK_BOT_TOKEN: slack.botToken,
      SLACK_SIGNING_SECRET: slack.signingSecret,
      SLACK_API_URL: slack.apiUrl,
      DATABASE_URL: databaseUrl,
      TOCSIN_CONFIG: join(root, "examples/waooaw/tocsin.yaml"),
      HOST: "127.0.0.1",
      PORT: "0",
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  running.push(child);
  const port = Number((await lineMatching(child, /"address":"http:\/\/[^"]*:(\d+)"/))[1]);
  const target = {
    port,
    signingSecret: slack.signingSecret,
    body: () => command("note INC-1 the queue is draining", "C0GENERAL"),
  };
  return { name: "Tocsin", child, target, readySeconds: (performance.now() - began) / 1000 };
}

async function lineMatching(child: ChildProcess, pattern: RegExp): Promise<RegExpExecArray> {
  if (!child.stdout) throw new Error("The process has no output to read");
  for await (const line of createInterface({ input: child.stdout })) {
    const found = pattern.exec(line);
    if (found) {
      child.stdout.resume();
      return found;
    }
  }
  throw new Error("The process ended before it was ready");
}

/** Everything is noted on one incident, which is the worst case: all asks meet on its row. */
async function declareOne(target: Target, slack: SandboxSlack): Promise<void> {
  await atRate({ ...target, body: () => command("declare sev3 bench", "C0GENERAL") }, 1, 1.2);
  const end = Date.now() + 20_000;
  while (!slack.calls.some((call) => call.method === "pins.add")) {
    if (Date.now() > end) throw new Error("The incident to measure on was not declared");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function measure(subject: Subject): Promise<Figures> {
  await atRate(subject.target, 50, 2);
  const at50 = await atRate(subject.target, 50, seconds);
  const at200 = await atRate(subject.target, 200, seconds);
  const flat = await flatOut(subject.target, 16, seconds);
  return { at50, at200, flat, megabytes: await residentMegabytes(subject.child) };
}

async function residentMegabytes(child: ChildProcess): Promise<number> {
  const status = await readFile(`/proc/${child.pid}/status`, "utf8").catch(() => "");
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN) / 1024;
}

export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill("SIGTERM");
  await gone;
}

function report(figures: ReadonlyMap<string, Figures & { readonly readySeconds: number }>): void {
  const [cpu] = cpus();
  const lines = [
    `${cpus().length} × ${cpu?.model ?? "unknown"}, Linux ${release()}, Node ${process.version}`,
    "",
    row(
      "",
      "p50 at 50/s",
      "p99 at 50/s",
      "p50 at 200/s",
      "p99 at 200/s",
      "flat out /s",
      "memory MB",
      "ready s",
      "not 200",
    ),
    ...[...figures].map(([name, one]) =>
      row(
        name,
        ms(one.at50.p50),
        ms(one.at50.p99),
        ms(one.at200.p50),
        ms(one.at200.p99),
        String(Math.round(one.flat.perSecond)),
        String(Math.round(one.megabytes)),
        one.readySeconds.toFixed(2),
        String(one.at50.failed + one.at200.failed + one.flat.failed),
      ),
    ),
  ];
  const bot = figures.get("Tocsin");
  const floor = figures.get("bare Bolt and one row");
  if (bot && floor) {
    lines.push(
      "",
      "Tocsin against bare Bolt and one row:",
      verdict("p99 at 200/s", bot.at200.p99 / floor.at200.p99, "at most", aims.p99At200, "×"),
      verdict("throughput", bot.flat.perSecond / floor.flat.perSecond, "at least", aims.throughput, "×"),
      verdict("memory", bot.megabytes, "at most", aims.memoryMegabytes, " MB"),
      verdict("ready", bot.readySeconds, "at most", aims.readySeconds, " s"),
    );
  }
  process.stdout.write(`${lines.join("\n")}\n`);
}

function verdict(what: string, value: number, bound: "at most" | "at least", aim: number, unit: string): string {
  const met = bound === "at most" ? value <= aim : value >= aim;
  return `  ${what}: ${value.toFixed(2)}${unit}, wanted ${bound} ${aim.toFixed(2)}${unit}: ${met ? "met" : "missed"}`;
}

function ms(value: number): string {
  return `${value.toFixed(2)} ms`;
}

function row(...cells: readonly string[]): string {
  return cells.map((cell, index) => (index === 0 ? cell.padEnd(24) : cell.padStart(14))).join("");
}
