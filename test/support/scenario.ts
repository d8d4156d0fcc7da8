/**
 * The whole bot in the sandbox, for one story: real PostgreSQL, the sandbox's Slack over signed HTTP or Socket Mode,
 * the sandbox's cloud through the AWS SDK, and one clock for all of them.
 */
import { readFileSync } from "node:fs";
import { TestClock } from "pg-boss";
import { expect, inject, onTestFinished } from "vitest";
import { commands } from "../../commands/index.ts";
import { type Bot, startBot } from "../../src/bot.ts";
import { parseConfiguration } from "../../src/config.ts";
import type { Configuration } from "../../src/domain/configuration.ts";
import { createQueue } from "../../src/jobs/queue.ts";
import { createLog } from "../../src/log.ts";
import { operations } from "../../src/operations/index.ts";
import { type SandboxClock, startClock } from "../../src/sandbox/clock.ts";
import { type SandboxCloud, startCloud } from "../../src/sandbox/cloud/cloud.ts";
import { createPage } from "../../src/sandbox/page/server.ts";
import { type Partners, startPartners } from "../../src/sandbox/partners/index.ts";
import { type SandboxSlack, startSlack } from "../../src/sandbox/slack/slack.ts";
import { completions, declaredShortcuts } from "../../src/slack/completions.ts";
import { botEvents } from "../../src/slack/manifest.ts";
import { scopes } from "../../src/slack/scopes.ts";
import { openDatabase, openPool } from "../../src/store/database.ts";
import { migrate } from "../../src/store/migrate.ts";
import { type DatabaseLink, startDatabaseLink } from "./database-link.ts";
import { createPerson, type Person, until } from "./person.ts";
import { createTestDatabase } from "./postgres.ts";
import { watchQuiet } from "./quiet.ts";

export interface ScenarioOptions {
  /** YAML text; the reference platform's example when left out. */
  readonly configuration?: string;
  readonly socketMode?: boolean;
  /** Puts a link between the bot and its database that the story can break: `scenario.link`. */
  readonly breakableDatabase?: boolean;
  /** What the AWS SDK talks to instead of the sandbox's cloud itself, made from its address. */
  readonly awsEndpoint?: (cloud: string) => Promise<string>;
  /** The installation has no key for second factors. */
  readonly withoutFactors?: boolean;
}

export interface Scenario {
  readonly person: (id: string) => Person;
  readonly slack: SandboxSlack;
  readonly cloud: SandboxCloud;
  /** The stand-ins of PagerDuty and the other web services: their state, their faults, what they were asked. */
  readonly partners: Partners;
  readonly databaseUrl: string;
  /** What lies between the bot and its database; only where the story asked for it. */
  readonly link: DatabaseLink | null;
  readonly config: Configuration;
  readonly address: () => string;
  /** The bot's, Slack's and the cloud's time. */
  readonly now: () => number;
  /** Moves the bot's, the job queue's, Slack's and the cloud's time on; "90s", "15m", "2h". */
  readonly advance: (time: string) => Promise<void>;
  /** Waits until the bot has nothing left to do that is due: what has not come by then does not come. */
  readonly settled: () => Promise<void>;
  /** Stops the bot and starts it again on the same database; Slack and the cloud go on. */
  readonly restart: () => Promise<void>;
  /** Everything that was logged, one line of JSON each. */
  readonly logged: () => readonly string[];
  /** Lets a log line or a refused call of Slack's pass that would otherwise fail the story. */
  readonly excuse: (what: RegExp) => void;
  readonly stop: () => Promise<void>;
}

const exampleFile = new URL("../../examples/waooaw/tocsin.yaml", import.meta.url);
/** Refusals of Slack's that are always our fault. */
const ourFault = /invalid_blocks|invalid_arguments|missing_scope|unknown_method|no_text|msg_too_long|invalid_arg_name/;

/** Starts a story; it is stopped after its test, and fails it when anything was logged as an error or refused by Slack. */
export async function startScenario(options: ScenarioOptions = {}): Promise<Scenario> {
  const text = options.configuration ?? readFileSync(exampleFile, "utf8");
  const { configuration: written, redactions } = parseConfiguration([{ name: "tocsin.yaml", text }], {
    environment: {},
    operations,
  });
  const clock = startClock();
  const jobClock = new TestClock(clock.now());
  const lines: string[] = [];
  const excused: RegExp[] = [];
  const log = createLog({ level: "warn", redactions, to: { write: (line) => lines.push(line) } });
  const [database, slack, cloud, partners] = await Promise.all([
    createTestDatabase(asABotLeftIt, `${inject("databasePrefix")}bot_`),
    startSlack({
      clock,
      commands: completions(commands),
      shortcuts: declaredShortcuts(commands),
      scopes: scopes.map(({ name }) => name),
      events: botEvents(),
      // As src/slack/manifest.ts declares its commands.
      escapeCommands: true,
    }),
    startCloud({ clock }),
    startPartners({ clock }),
  ]);
  // As in the sandbox: every integration is there, and answered by its stand-in.
  const config = {
    ...written,
    integrations: partners.integrations(written.integrations),
    services: partners.services(written.services),
  };

  const endpoint = (await options.awsEndpoint?.(cloud.endpoint)) ?? cloud.endpoint;
  const link = options.breakableDatabase ? await startDatabaseLink(database.url) : null;
  const start = async (): Promise<Bot> => {
    const bot = await startBot({
      config,
      databaseUrl: link?.url ?? database.url,
      slack: {
        botToken: slack.botToken,
        apiUrl: slack.apiUrl,
        mode: options.socketMode
          ? { kind: "socket", appToken: slack.appToken, apiUrl: slack.apiUrl }
          : { kind: "http", signingSecret: slack.signingSecret },
      },
      aws: { endpoint, credentials: cloud.credentials, region: cloud.region },
      http: { host: "127.0.0.1", port: 0, metricsToken: null },
      secondFactor: options.withoutFactors ? null : { key: "a key of thirty-two characters or more", site: null },
      log,
      redactions,
      now: () => new Date(clock.now()),
      jobClock,
      fetchText: cloud.topics.fetchText,
      fallback: createPage({ slack, cloud }),
    });
    slack.deliverTo(options.socketMode ? null : `http://127.0.0.1:${bot.port}/slack/events`);
    return bot;
  };
  let bot = await start();
  const flow = keepJobTime(jobClock, clock);
  const quiet = await watchQuiet(database.url, clock.now);
  let stopped = false;

  const scenario: Scenario = {
    person: (id) =>
      createPerson(
        {
          act: slack.act,
          state: (as) => {
            const seen = slack.state(as);
            if (!seen) throw new Error(`There is nobody called ${as}`);
            return seen;
          },
          channel: slack.channel,
        },
        id,
      ),
    slack,
    cloud,
    partners,
    databaseUrl: database.url,
    link,
    config,
    address: () => `http://127.0.0.1:${bot.port}`,
    now: clock.now,
    advance: async (time) => {
      // From one thing that falls due to the next, each done before time goes on; in small steps while something is
      // under way, since the job queue takes a job without a sign of life for dead after ten seconds.
      const end = clock.now() + milliseconds(time);
      while (clock.now() < end) {
        const next = async (): Promise<number> => {
          if (await quiet.atMost(50)) return (await quiet.next()) ?? end;
          // What is due and not taken yet waits for the queue to look again, which it does by this clock.
          if (!(await quiet.isBusy())) return clock.now() + 500;
          return (await quiet.atMost(1000)) ? clock.now() : clock.now() + 5000;
        };
        await clock.advance(Math.max(1, Math.min(await next(), end) - clock.now()));
        await flow.settle();
      }
      await quiet.atMost(1000);
    },
    settled: async () => {
      await slack.idle();
      await flow.settle();
      await until("everything due to be done", async () => {
        // What waits for Slack's budget of a message a second need not be waited for by the wall clock.
        if (await quiet.atMost(200, 5000)) return true;
        if (await quiet.atMost(1000)) await clock.advance(500);
        return false;
      });
      await slack.idle();
    },
    restart: async () => {
      await bot.stop();
      bot = await start();
    },
    logged: () => [...lines],
    excuse: (what) => void excused.push(what),
    stop: async () => {
      if (stopped) return;
      stopped = true;
      flow.stop();
      await quiet.stop();
      link?.mend();
      await bot.stop();
      await link?.stop();
      await Promise.all([slack.stop(), cloud.stop(), partners.stop()]);
      await database.drop();
    },
  };
  onTestFinished(async () => {
    await scenario.stop();
    const passes = (line: string): boolean => excused.some((what) => what.test(line));
    const refused = slack.calls
      .map((call) => `${call.method}: ${JSON.stringify(call.answer)}`)
      .filter((line) => ourFault.test(line) && !passes(line));
    expect(refused, "Slack refused what the bot sent").toEqual([]);
    const errors = lines.filter((line) => line.includes('"level":"error"') && !passes(line));
    expect(errors, "errors were logged").toEqual([]);
  });
  return scenario;
}

/** The tables of the bot and of its job queue, which every story's database is a copy of. */
async function asABotLeftIt(url: string): Promise<void> {
  const pool = openPool(url);
  await migrate(openDatabase(pool));
  await pool.end();
  const silent = () => {};
  const queue = createQueue({ connectionString: url, log: { warn: silent, error: silent } });
  await queue.open();
  await queue.stop();
}

/** Keeps the job queue's time at the sandbox's. */
function keepJobTime(jobClock: TestClock, clock: SandboxClock) {
  let stopped = false;
  let last: Promise<void> = Promise.resolve();
  const round = (): Promise<void> => {
    last = last.then(async () => {
      try {
        await jobClock.setTime(clock.now());
        await jobClock.tick(1);
      } catch {
        // The story has taken the database away; the next round sets the time.
      }
    });
    return last;
  };
  const keep = async (): Promise<void> => {
    while (!stopped) {
      await round();
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  void keep();
  return {
    /** What has come due is handed out. */
    settle: round,
    stop: () => {
      stopped = true;
    },
  };
}

function milliseconds(time: string): number {
  const [, amount = "", unit = ""] = /^(\d+)(s|m|h|d)$/.exec(time) ?? [];
  const size = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }[unit];
  if (!size) throw new Error(`"${time}" is no time such as 90s, 15m or 2h`);
  return Number(amount) * size;
}
