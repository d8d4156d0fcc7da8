import { readFile, realpath } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, onTestFinished, test } from "vitest";
import type { JsonObject } from "../../src/sandbox/page/protocol.ts";
import { verifyAudit } from "../../src/store/audit-verify.ts";
import { openDatabase, openPool } from "../../src/store/database.ts";
import { attachPrivatePostgres } from "../../src/store/private-postgres.ts";
import { type Bed, type Supervised, startBed } from "../support/bot-process.ts";
import { until } from "../support/person.ts";
import { declares, flawsOfScaling, type Scaling, scales } from "../support/steadfast.ts";
import { flawsOf, openRecorded } from "../support/whole-incident.ts";

const minutes = 60_000;

async function openBed(): Promise<Bed> {
  const bed = await startBed();
  onTestFinished(() => bed.stop());
  return bed;
}

/** Waits until the bot has nothing left to do, then holds everything that was asked to having been done once. */
async function expectAllDone(bed: Bed, words: readonly string[], scalings: readonly Scaling[] = []): Promise<void> {
  let left: readonly string[] = [];
  await until(
    "everything to be sent",
    async () => {
      left = await bed.recorded.waiting();
      return left.length === 0;
    },
    180,
    () => left.join("; "),
  );
  await bed.slack.idle();
  expect(words.flatMap((word) => flawsOf(bed.slack, { word, ...whole }))).toEqual([]);
  for (const word of words) expect(await bed.recorded.flaws(word)).toEqual([]);
  const flaws: string[] = [];
  for (const scaling of scalings) flaws.push(...(await flawsOfScaling(bed, scaling)));
  expect(flaws).toEqual([]);
  expect(await bed.recorded.query("select target from locks")).toEqual([]);
  await expectSealed(bed);
  // What was going on when a process was killed may have been logged by another as trouble, never as a fault of ours.
  expect(bed.complaints()).toEqual([]);
}

async function expectSealed(bed: Bed): Promise<void> {
  const db = openDatabase(openPool(bed.databaseUrl, { max: 1 }));
  try {
    await until("the audit log to be sealed", async () => (await verifyAudit(db)).unsealed.count === 0, 15);
    expect(await verifyAudit(db)).toMatchObject({ bad: null });
  } finally {
    await db.destroy();
  }
}

interface SlackStep {
  readonly method: string;
  /** Which of its calls, where a declaration makes several. */
  readonly which?: "announcement" | "card" | "direct";
  readonly when: "before it is done" | "after it is done";
}

const declaring: readonly Pick<SlackStep, "method" | "which">[] = [
  { method: "conversations.create" },
  { method: "conversations.list" },
  { method: "chat.postMessage", which: "announcement" },
  { method: "chat.postMessage", which: "direct" },
  { method: "chat.postMessage", which: "card" },
  { method: "conversations.open" },
  { method: "conversations.setTopic" },
  { method: "conversations.invite" },
  { method: "bookmarks.add" },
  { method: "pins.add" },
];
const moments = ["before it is done", "after it is done"] as const;
const slackSteps: readonly SlackStep[] = declaring.flatMap((step) => moments.map((when) => ({ ...step, when })));

/** Killed again while looking up what the kill before has left in doubt. */
const lookUps: Readonly<Record<string, string>> = {
  "conversations.create": "users.conversations",
  "chat.postMessage card": "conversations.history",
  "bookmarks.add": "bookmarks.list",
};

const whole = { reporterId: "U0ANA", people: ["U0ANA", "U0BEN"], bookmarks: ["Overview", "Backend API"] };

describe.concurrent("[Q1] killed with SIGKILL, nothing is lost and nothing doubled", () => {
  test(
    "at each call to Slack while declaring, before and after it is done",
    async () => {
      const bed = await openBed();
      const bots = bed.supervise();
      await bots.ready();
      const words: string[] = [];
      for (const [index, step] of slackSteps.entries()) {
        const word = `Qstep${letters(index)}`;
        words.push(word);
        const done = step.when === "after it is done";
        const struck = killAt(bed, bots, step.method, done, (args) => isCall(bed, step, word, args));
        const lookUp = done ? lookUps[[step.method, step.which].filter(Boolean).join(" ")] : undefined;
        const again = lookUp ? killAt(bed, bots, lookUp, false, () => true) : () => true;
        await declares(bed, word);
        await until(`the kill at ${step.method} ${step.when}`, struck, 30);
        await until(`the kill at ${lookUp}`, again, 30);
      }
      await expectAllDone(bed, words);
    },
    20 * minutes,
  );

  test(
    "at each call to ECS while scaling, right after an acknowledgement, and right after Confirm",
    async () => {
      const bed = await openBed();
      const services = ["backend", "agent", "prometheus", "grafana"];
      const busy = new Map<string, Promise<unknown>>();
      const scalings: Scaling[] = [];
      const words: string[] = [];
      const bots = bed.supervise();
      await bots.ready();
      const steps = [
        ["DescribeServices", 1, false],
        ["DescribeServices", 3, false],
        ["DescribeServices", 6, false],
        ["DescribeScalableTargets", 1, false],
        ["DescribeTaskDefinition", 1, false],
        ["UpdateService", 1, false],
        ["UpdateService", 1, true],
        ["ListTasks", 1, false],
        ["Confirm", 0, true],
        ["acknowledgement", 0, true],
      ] as const;
      for (const [index, [operation, nth, done]] of steps.entries()) {
        const service = services[index % services.length] ?? "";
        await busy.get(service);
        const killed = Promise.withResolvers<void>();
        const kill = () => void bots.current().kill().then(killed.resolve);
        const confirmed = operation === "Confirm" ? { onConfirmed: kill } : {};
        const scaling = {
          word: `s${letters(index)}`,
          service,
          count: 3 + Math.floor(index / services.length),
          ...confirmed,
        };
        scalings.push(scaling);
        if (nth > 0) {
          if (nth > 1) bed.cloud.faults.fail(operation, { delayMs: 0, times: nth - 1 });
          // Held up for a moment in which the bot is killed, and then done or not.
          bed.cloud.faults.fail(operation, { delayMs: 400, times: 1, drop: true, afterwards: done });
        }
        busy.set(service, scales(bed, scaling));
        if (nth > 0) {
          await until(`the kill at ${operation}`, () => bed.cloud.waiting() > 0, 60);
          kill();
        } else if (operation === "acknowledgement") {
          const word = `Qack${letters(index)}`;
          words.push(word);
          await declares(bed, word);
          kill();
        }
        await killed.promise;
        await until("the call that was held up to end", () => bed.cloud.waiting() === 0);
        await bots.ready();
      }
      await Promise.all(busy.values());
      await expectAllDone(bed, words, scalings);
      expectEachCountOnce(bed, scalings);
    },
    20 * minutes,
  );

  test(
    "at 50 random moments of declaring and scaling",
    async () => {
      const bed = await openBed();
      const seed = Number(process.env.CRASH_SEED ?? Date.now() % 1_000_000);
      const random = seeded(seed);
      try {
        const words: string[] = [];
        const scalings: Scaling[] = [];
        const asked: Promise<unknown>[] = [];
        const ask = (work: Promise<unknown>) => {
          // Looked at in the end; until then a failure is nobody's.
          work.catch(() => {});
          asked.push(work);
        };
        let over = false;
        const bots = bed.supervise();
        await bots.ready();
        for (const service of ["backend", "agent", "prometheus", "grafana"]) {
          ask(
            (async () => {
              for (let turn = 0; !over; turn += 1) {
                const scaling = { word: `r${service}${turn}`, service, count: 3 + (turn % 4) };
                scalings.push(scaling);
                await scales(bed, scaling);
              }
            })(),
          );
        }
        for (let kill = 0; kill < 50; kill += 1) {
          // Every fifth while it starts; otherwise while it works.
          if (kill % 5 === 4) await wait(random() * 1500);
          else {
            await bots.ready();
            const word = `Qrandom${letters(kill)}`;
            words.push(word);
            ask(declares(bed, word));
            await wait(random() * 2000);
          }
          await bots.current().kill();
        }
        over = true;
        await Promise.all(asked);
        await expectAllDone(bed, words, scalings);
        expectEachCountOnce(bed, scalings);
      } catch (error) {
        throw new Error(`With CRASH_SEED=${seed}: ${error instanceof Error ? error.message : error}`, { cause: error });
      }
    },
    25 * minutes,
  );
});

describe("a bot that is not alone", () => {
  test(
    "finishes within seconds what another began that was killed",
    async () => {
      const bed = await openBed();
      const first = bed.start();
      await first.ready;
      // The first has the outbox; the second waits for it, and for Slack's requests.
      const second = bed.start();
      await second.ready;
      await declares(bed, "Qbefore");
      const struck = Promise.withResolvers<number>();
      bed.slack.faults.fail("bookmarks.add", {
        drop: true,
        performed: true,
        when: () => {
          void first.kill().then(() => struck.resolve(Date.now()));
          return true;
        },
      });
      await declares(bed, "Qafter");
      const killedAt = await struck.promise;
      await expectAllDone(bed, ["Qbefore", "Qafter"]);
      expect(Date.now() - killedAt).toBeLessThan(30_000);
      expect(second.lines.some((line) => line.msg.includes("Taking over"))).toBe(true);
    },
    minutes,
  );
});

describe("SIGTERM", () => {
  test(
    "ends it with 0 within ten seconds while Slack hangs, and the next one finishes",
    async () => {
      const bed = await openBed();
      const bot = bed.start();
      await bot.ready;
      await declares(bed, "Qwarm");
      const heal = bed.slack.faults.fail("*", {
        delayMilliseconds: 60_000,
        times: 1000,
        when: (args) => !("user" in args),
      });
      await declares(bed, "Qhang");
      await until("Slack to hang", () => bed.slack.calls.some((call) => JSON.stringify(call.args).includes("qhang")));
      const before = Date.now();
      bot.terminate();
      expect(await bot.ended).toEqual({ code: 0, signal: null });
      expect(Date.now() - before).toBeLessThan(10_000);
      heal();
      await bed.start().ready;
      await expectAllDone(bed, ["Qwarm", "Qhang"]);
    },
    2 * minutes,
  );

  test(
    "ends it with 0 within ten seconds while the cloud hangs and somebody holds a connection, and the next one goes on",
    async () => {
      const bed = await openBed();
      const bot = bed.start();
      const address = new URL(await bot.ready);
      bed.cloud.faults.fail("*", { delayMs: 30_000, times: 3 });
      const scaling = { word: "hangs", service: "agent", count: 3 };
      const scaled = scales(bed, scaling);
      await until("the cloud to hang", () => bed.cloud.waiting() > 0);
      const half = connect({ host: address.hostname, port: Number(address.port) });
      half.on("error", () => {});
      half.write("POST /slack/events HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf");
      const before = Date.now();
      bot.terminate();
      expect(await bot.ended).toEqual({ code: 0, signal: null });
      expect(Date.now() - before).toBeLessThan(10_000);
      half.destroy();
      bed.cloud.faults.clear();
      await bed.start().ready;
      await scaled;
      await expectAllDone(bed, [], [scaling]);
    },
    2 * minutes,
  );

  test("ends it with 0 at once when there is nothing to do", async () => {
    const bed = await openBed();
    const bot = bed.start();
    await bot.ready;
    const before = Date.now();
    bot.terminate();
    expect(await bot.ended).toEqual({ code: 0, signal: null });
    expect(Date.now() - before).toBeLessThan(5000);
  });
});

describe("a bot started while Slack", () => {
  test.each([
    ["is away", { drop: true }],
    ["hangs", { delayMilliseconds: 120_000 }],
    ["is not well", { status: 503 }],
  ] as const)(
    "%s is up, says so, and becomes ready by itself",
    async (_how, fault) => {
      const bed = await openBed();
      const heal = bed.slack.faults.fail("*", { ...fault, times: 1000 });
      const address = await bed.start().ready;
      const ready = async () => {
        const response = await fetch(`${address}/readyz`);
        return { status: response.status, body: await response.json() };
      };
      expect(await ready()).toEqual({ status: 503, body: { ready: false, reasons: ["slack"] } });
      expect((await fetch(`${address}/healthz`)).status).toBe(200);
      await expect(bed.person("U0ANA").types("#general", "/incident declare sev2 Qearly is down")).resolves.toBe(null);
      expect(bed.person("U0ANA").told("#general").join()).toMatch(/try again/i);
      heal();
      await until("it to be ready", async () => (await ready()).status === 200, 30);
      await declares(bed, "Qlater");
      await expectAllDone(bed, ["Qlater"]);
    },
    minutes,
  );
});

describe("a private PostgreSQL that is killed with SIGKILL", () => {
  test(
    "comes back while an incident is declared, and nothing is lost",
    async () => {
      const bed = await openBed();
      const bot = bed.start({ DATABASE_URL: undefined });
      await bot.ready;
      const log = () => {};
      const { connectionString } = await attachPrivatePostgres({ dataDir: bed.dataDirectory, log });
      const recorded = await openRecorded(connectionString);
      const own = { ...bed, recorded };
      try {
        const killed = Promise.withResolvers<void>();
        bed.slack.faults.fail("conversations.create", {
          when: () => {
            void postmaster(bed.dataDirectory).then((pid) => {
              process.kill(pid, "SIGKILL");
              killed.resolve();
            });
            return true;
          },
        });
        await declares(own, "Qdatabase");
        await killed.promise;
        await until("everything to be sent", async () => (await recorded.waiting()).length === 0, 60);
        await bed.slack.idle();
        expect(flawsOf(bed.slack, { word: "Qdatabase", ...whole })).toEqual([]);
        expect(await recorded.flaws("Qdatabase")).toEqual([]);
        bot.terminate();
        expect(await bot.ended).toEqual({ code: 0, signal: null });
      } finally {
        await recorded.stop();
      }
    },
    2 * minutes,
  );
});

async function postmaster(dataDirectory: string): Promise<number> {
  const file = join(await realpath(dataDirectory), "postgres", "postmaster.pid");
  return Number((await readFile(file, "utf8")).split("\n")[0]);
}

/** Kills the bot at a call; the answer tells whether it was, and is gone. */
function killAt(
  bed: Bed,
  bots: Supervised,
  method: string,
  performed: boolean,
  matches: (args: JsonObject) => boolean,
): () => boolean {
  let gone = false;
  bed.slack.faults.fail(method, {
    drop: true,
    performed,
    when: (args) => {
      if (!matches(args)) return false;
      void bots
        .current()
        .kill()
        .then(() => {
          gone = true;
        });
      return true;
    },
  });
  return () => gone;
}

function isCall(bed: Bed, step: SlackStep, word: string, args: JsonObject): boolean {
  if (step.method === "conversations.list" || step.method === "conversations.open") return true;
  if (step.method === "conversations.create") return String(args.name).includes(word.toLowerCase());
  const channel = String(args.channel ?? args.channel_id);
  const own = bed.slack.state("U0EVA")?.channels.find((one) => one.name.includes(word.toLowerCase()))?.id;
  if (step.which === "announcement") return channel === "C0INCIDENTS" && JSON.stringify(args).includes(word);
  if (step.which === "direct") return channel.startsWith("D") && JSON.stringify(args).includes(word);
  return channel === own;
}

/** The desired counts the cloud was told, repeats left out, must be those asked for, in their order. */
function expectEachCountOnce(bed: Bed, scalings: readonly Scaling[]): void {
  for (const service of new Set(scalings.map((one) => one.service))) {
    const wanted = scalings.filter((one) => one.service === service).map((one) => one.count);
    const told = bed.cloud
      .calls()
      .filter((call) => call.operation === "UpdateService" && call.input.service === `waooaw-${service}`)
      .filter((call) => call.error === null || call.error === "carried out, answer lost")
      .map((call) => Number(call.input.desiredCount));
    expect(told.filter((count, index) => count !== told[index - 1])).toEqual(wanted);
    const now = bed.cloud.state().services.find((one) => one.name === `waooaw-${service}`);
    expect(now).toMatchObject({ desired: wanted.at(-1), running: wanted.at(-1) });
  }
}

/** Names without digits, so that none is part of another. */
function letters(number: number): string {
  return `${String.fromCharCode(97 + Math.floor(number / 26))}${String.fromCharCode(97 + (number % 26))}z`;
}

/** The same numbers between 0 and 1 for the same seed (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
