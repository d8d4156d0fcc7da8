import type { ChildProcess } from "node:child_process";
import { readFile } from "node:fs/promises";
import type { SandboxSlack } from "../src/sandbox/slack/slack.ts";
import { atRate, flatOut, type LoadResult, type Target } from "./load.ts";
import { command, end, machine, type Process, row, signingSecret, startBare, startTocsin } from "./processes.ts";
import { onStage } from "./stage.ts";

/** What is wanted of the bot, against a Bolt app that commits one row before it acknowledges. */
const aims = { p99At200: 4, throughput: 1 / 3, memoryMegabytes: 250, readySeconds: 1.5 };
const seconds = 6;

interface Subject extends Process {
  readonly name: string;
  readonly target: Target;
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
export function ack(): Promise<void> {
  return onStage(async ({ newDatabase, newSlack, running }) => {
    const slack = await newSlack();
    const figures = new Map<string, Figures & { readonly readySeconds: number }>();
    const plain = bare("bare Bolt", await startBare(null, running));
    figures.set(plain.name, { ...(await measure(plain)), readySeconds: plain.readySeconds });
    await end(plain.child);
    const rowUrl = await newDatabase("bench_row");
    const oneRow = bare("bare Bolt and one row", await startBare(rowUrl, running));
    figures.set(oneRow.name, { ...(await measure(oneRow)), readySeconds: oneRow.readySeconds });
    await end(oneRow.child);
    const url = await newDatabase("bench_bot");
    // The first start makes the tables; the second is the one that is timed.
    await end((await startTocsin(slack, url, running)).child);
    const bot = tocsin(slack, await startTocsin(slack, url, running));
    await declareOne(bot.target, slack);
    figures.set(bot.name, { ...(await measure(bot)), readySeconds: bot.readySeconds });
    await end(bot.child);
    report(figures);
  });
}

function bare(name: string, one: Process): Subject {
  return {
    ...one,
    name,
    target: { port: one.port, signingSecret, body: () => command("note a bare one", "C0GENERAL") },
  };
}

function tocsin(slack: SandboxSlack, one: Process): Subject {
  const body = (): string => command("note INC-1 the queue is draining", "C0GENERAL");
  return { ...one, name: "Tocsin", target: { port: one.port, signingSecret: slack.signingSecret, body } };
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

function report(figures: ReadonlyMap<string, Figures & { readonly readySeconds: number }>): void {
  const lines = [
    machine(),
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
