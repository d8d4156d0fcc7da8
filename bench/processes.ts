/** The processes that benchmarks measure, each started as a person would start it. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cpus, release } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import pg from "pg";
import type { SandboxSlack } from "../src/sandbox/slack/slack.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
/** What bare Bolt apps are sent requests with. */
export const signingSecret = "bench-signing-secret";

export interface Process {
  readonly child: ChildProcess;
  readonly port: number;
  readonly readySeconds: number;
}

/** A Bolt app that only acknowledges, or, with a database, commits one row first. */
export async function startBare(databaseUrl: string | null, running: ChildProcess[]): Promise<Process> {
  const database = databaseUrl ? { BENCH_DATABASE_URL: databaseUrl } : {};
  return await started(
    [join(root, "bench/bare-bolt.ts")],
    { ...process.env, BENCH_SIGNING_SECRET: signingSecret, ...database },
    /listening (\d+)/,
    running,
  );
}

/** The bot in HTTP mode on that database; more of the environment where it needs more than Slack. */
export async function startTocsin(
  slack: SandboxSlack,
  databaseUrl: string,
  running: ChildProcess[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Process> {
  return await started(
    // As `npm start` and the image start it.
    ["--max-semi-space-size=16", join(root, "bin/tocsin.mjs"), "start"],
    {
      PATH: process.env.PATH ?? "",
      SLACK_BOT_TOKEN: slack.botToken,
      SLACK_SIGNING_SECRET: slack.signingSecret,
      SLACK_API_URL: slack.apiUrl,
      DATABASE_URL: databaseUrl,
      TOCSIN_CONFIG: join(root, "examples/waooaw/tocsin.yaml"),
      HOST: "127.0.0.1",
      PORT: "0",
      ...environment,
    },
    /"address":"http:\/\/[^"]*:(\d+)"/,
    running,
  );
}

async function started(
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
  ready: RegExp,
  running: ChildProcess[],
): Promise<Process> {
  const began = performance.now();
  const child = spawn(process.execPath, args, { env: environment, stdio: ["ignore", "pipe", "inherit"] });
  running.push(child);
  const port = Number((await lineMatching(child, ready))[1]);
  return { child, port, readySeconds: (performance.now() - began) / 1000 };
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

/** Ends a process with that signal and waits until it is gone. */
export async function end(child: ChildProcess, signal: "SIGTERM" | "SIGKILL" = "SIGTERM"): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill(signal);
  await gone;
}

/** An empty database beside the private PostgreSQL's own. */
export async function newDatabase(url: string, name: string): Promise<string> {
  await query(url, `create database ${name}`);
  return url.replace(/\/tocsin(?=\?|$)/, `/${name}`);
}

export async function query(url: string, text: string): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

let trigger = 0;

/** A slash command as the body of a request; each has a trigger of its own. */
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

/** The machine, in one line. */
export function machine(): string {
  return `${cpus().length} × ${cpus()[0]?.model ?? "unknown"}, Linux ${release()}, Node ${process.version}`;
}

/** A row of a table: a name, then figures. */
export function row(...cells: readonly string[]): string {
  return cells.map((cell, index) => (index === 0 ? cell.padEnd(24) : cell.padStart(14))).join("");
}
