import type { ChildProcess } from "node:child_process";
import { readFile } from "node:fs/promises";
import type { SandboxSlack } from "../src/sandbox/slack/slack.ts";
import { atRate, flatOut, type LoadResult, median, type Target } from "./load.ts";
import { command, end, machine, type Process, row, signingSecret, startBare, startTocsin } from "./processes.ts";
import { onStage } from "./stage.ts";

/** What is wanted of the bot, against a Bolt app that commits one row before it acknowledges. */
const aims = { p99At200: 4, throughput: 1 / 3, memoryMegabytes: 250, readySeconds: 1.5 };
/** Machines grow faster and slower from minute to minute: each round measures all of them, and the middle one counts. */
const rounds = 5;
const seconds = 4;

interface Subject extends Process {
  readonly name: string;
  readonly target: Target;
}

interface Figures {
  readonly at50: LoadResult;
  readonly at200: LoadResult;
  readonly flat: LoadResult;
}

interface Measured {
  readonly subject: Subject;
  readonly rounds: readonly Figures[];
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
    const plain = bare("bare Bolt", await startBare(null, running));
    const oneRow = bare("bare Bolt and one row", await startBare(await newDatabase("bench_row"), running));
    const url = await newDatabase("bench_bot");
    // The first start makes the tables; the second is the one that is timed.
    await end((await startTocsin(slack, url, running)).child);
    const bot = tocsin(slack, await startTocsin(slack, url, running));
    await declareOne(bot.target, slack);
    const subjects = [plain, oneRow, bot];
    const figures = new Map<Subject, Figures[]>(subjects.map((subject) => [subject, []]));
    for (const subject of subjects) await atRate(subject.target, 50, 2);
    for (let round = 0; round < rounds; round += 1) {
      for (const subject of subjects) figures.get(subject)?.push(await measure(subject));
    }
    const measured = [];
    for (const [subject, all] of figures) {
      measured.push({ subject, rounds: all, megabytes: await residentMegabytes(subject.child) });
      await end(subject.child);
    }
    report(measured);
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
  const at50 = await atRate(subject.target, 50, seconds);
  const at200 = await atRate(subject.target, 200, seconds);
  const flat = await flatOut(subject.target, 16, seconds);
  return { at50, at200, flat };
}

async function residentMegabytes(child: ChildProcess): Promise<number> {
  const status = await readFile(`/proc/${child.pid}/status`, "utf8").catch(() => "");
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN) / 1024;
}

function report(all: readonly Measured[]): void {
  const heads = ["p50 at 50/s", "p99 at 50/s", "p50 at 200/s", "p99 at 200/s", "flat out /s", "memory MB", "ready s"];
  const lines = [machine(), "", row("", ...heads, "not 200")];
  for (const { subject, rounds, megabytes } of all) {
    const middle = (of: (one: Figures) => number): number => median(rounds.map(of));
    const failed = rounds.reduce((sum, one) => sum + one.at50.failed + one.at200.failed + one.flat.failed, 0);
    lines.push(
      row(
        subject.name,
        ms(middle(({ at50 }) => at50.p50)),
        ms(middle(({ at50 }) => at50.p99)),
        ms(middle(({ at200 }) => at200.p50)),
        ms(middle(({ at200 }) => at200.p99)),
        String(Math.round(middle(({ flat }) => flat.perSecond))),
        String(Math.round(megabytes)),
        subject.readySeconds.toFixed(2),
        String(failed),
      ),
    );
  }
  const [, floor, bot] = all;
  if (floor && bot) {
    const ratios = (of: (one: Figures) => number): number[] =>
      bot.rounds.map((one, round) => of(one) / of(floor.rounds[round] ?? one));
    const slower = ratios(({ at200 }) => at200.p99);
    const through = ratios(({ flat }) => flat.perSecond);
    lines.push(
      "",
      `Tocsin against bare Bolt and one row, the middle of ${rounds} rounds:`,
      verdict("p99 at 200/s", median(slower), "at most", aims.p99At200, "×"),
      verdict("throughput", median(through), "at least", aims.throughput, "×"),
      verdict("memory", bot.megabytes, "at most", aims.memoryMegabytes, " MB"),
      verdict("ready", bot.subject.readySeconds, "at most", aims.readySeconds, " s"),
      `  of each round: p99 ${slower.map((one) => one.toFixed(2)).join(", ")}×, throughput ${through.map((one) => one.toFixed(2)).join(", ")}×`,
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
