/** The real program in a process of its own, with Slack and the cloud of the sandbox in the test's. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { commands } from "../../commands/index.ts";
import { startClock } from "../../src/sandbox/clock.ts";
import { type SandboxCloud, startCloud } from "../../src/sandbox/cloud/cloud.ts";
import { type SandboxSlack, startSlack } from "../../src/sandbox/slack/slack.ts";
import { completions, declaredShortcuts } from "../../src/slack/completions.ts";
import { botEvents } from "../../src/slack/manifest.ts";
import { scopes } from "../../src/slack/scopes.ts";
import { createPerson, type Person } from "./person.ts";
import { createTestDatabase } from "./postgres.ts";
import { openRecorded, type Recorded } from "./whole-incident.ts";

const program = fileURLToPath(new URL("../../bin/tocsin.mjs", import.meta.url));
const example = new URL("../../examples/waooaw/tocsin.yaml", import.meta.url);

export interface BotProcess {
  readonly pid: number;
  /** Resolves to the address once it is ready; rejects when it ended before. */
  readonly ready: Promise<string>;
  /** Everything it logged so far, parsed; what is no JSON is `{ msg }`. */
  readonly lines: readonly LogLine[];
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null }>;
  /** SIGKILL. */
  readonly kill: () => Promise<void>;
  readonly terminate: () => void;
}

export interface LogLine {
  readonly level?: string;
  readonly msg: string;
  readonly address?: string;
}

export interface Bed {
  readonly slack: SandboxSlack;
  readonly cloud: SandboxCloud;
  readonly databaseUrl: string;
  /** What DATA_DIR names: a private PostgreSQL lives there where DATABASE_URL is taken away. */
  readonly dataDirectory: string;
  readonly recorded: Recorded;
  readonly person: (id: string) => Person;
  /** Starts the program; Slack's deliveries go to it from when it is ready. */
  readonly start: (environment?: Readonly<Record<string, string | undefined>>) => BotProcess;
  /** Keeps one process running: whenever it has ended, another is started. */
  readonly supervise: () => Supervised;
  /** Everything any of the processes logged as an error or wrote beside the log. */
  readonly complaints: () => readonly string[];
  readonly stop: () => Promise<void>;
}

export interface Supervised {
  readonly current: () => BotProcess;
  /** Resolves when one is ready, however many ended before they were. */
  readonly ready: () => Promise<void>;
}

/** Brings up what a bot in a process of its own needs. */
export async function startBed(options: { readonly cloudSpeed?: number } = {}): Promise<Bed> {
  const clock = startClock();
  const folder = await realpath(await mkdtemp(join(tmpdir(), "tocsin-bed-")));
  const configuration = join(folder, "tocsin.yaml");
  const text = await readFile(example, "utf8");
  // Two seconds of steadiness, so that an operation takes few; two dashboards, so that Slack's limits take little.
  const quick = text.replace("steady: 60s", "steady: 2s").replace(/^ {2}(?:Database|Agent): https.*\n/gm, "");
  await writeFile(configuration, quick);
  const [database, slack, cloud] = await Promise.all([
    createTestDatabase(),
    startSlack({
      clock,
      commands: completions(commands),
      shortcuts: declaredShortcuts(commands),
      scopes: scopes.map(({ name }) => name),
      events: botEvents(),
      escapeCommands: true,
    }),
    startCloud({ clock, speed: options.cloudSpeed ?? 60 }),
  ]);
  const recorded = await openRecorded(database.url);
  const processes: BotProcess[] = [];
  const running = new Set<ChildProcess>();
  let stopped = false;

  const start: Bed["start"] = (environment = {}) => {
    const child = spawn(process.execPath, [program, "start"], {
      cwd: folder,
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        PATH: process.env.PATH,
        HOME: folder,
        SLACK_BOT_TOKEN: slack.botToken,
        SLACK_SIGNING_SECRET: slack.signingSecret,
        SLACK_API_URL: slack.apiUrl,
        AWS_ENDPOINT_URL: cloud.endpoint,
        AWS_ACCESS_KEY_ID: cloud.credentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: cloud.credentials.secretAccessKey,
        AWS_REGION: cloud.region,
        DATABASE_URL: database.url,
        DATA_DIR: join(folder, "data"),
        TOCSIN_CONFIG: configuration,
        HOST: "127.0.0.1",
        PORT: "0",
        ...environment,
      },
    });
    running.add(child);
    const one = watch(child);
    void one.ended.then(() => running.delete(child));
    one.ready.then((address) => slack.deliverTo(`${address}/slack/events`)).catch(() => {});
    processes.push(one);
    return one;
  };

  return {
    slack,
    cloud,
    databaseUrl: database.url,
    dataDirectory: join(folder, "data"),
    recorded,
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
    start,
    supervise: () => {
      let current = start();
      const next = (): void => {
        if (stopped) return;
        current = start();
        void current.ended.then(next);
      };
      void current.ended.then(next);
      return {
        current: () => current,
        ready: async () => {
          for (let failed = 0; !stopped; ) {
            const one = current;
            const trouble = await one.ready.then(
              () => null,
              (error: unknown) => error,
            );
            if (trouble === null) return;
            // Killed ones are started again for as long as the test kills; one that ends by itself will do so again.
            if ((await one.ended).signal === null) failed += 1;
            if (failed === 3) throw trouble;
          }
        },
      };
    },
    complaints: () =>
      processes.flatMap((one) =>
        one.lines
          .filter((line) => line.level === undefined || line.level === "error")
          .map((line) => JSON.stringify(line)),
      ),
    stop: async () => {
      stopped = true;
      for (const child of running) child.kill("SIGKILL");
      await Promise.all(processes.map((one) => one.ended));
      await recorded.stop();
      await Promise.all([slack.stop(), cloud.stop()]);
      await database.drop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function watch(child: ChildProcess): BotProcess {
  const lines: LogLine[] = [];
  const ready = Promise.withResolvers<string>();
  ready.promise.catch(() => {});
  let rest = "";
  child.stdout?.setEncoding("utf8").on("data", (chunk: string) => {
    const parts = (rest + chunk).split("\n");
    rest = parts.pop() ?? "";
    for (const part of parts) {
      const line = parsed(part);
      lines.push(line);
      if (line.address && /is ready/.test(line.msg)) ready.resolve(line.address);
    }
  });
  child.stderr?.setEncoding("utf8").on("data", (chunk: string) => lines.push({ msg: chunk }));
  const ended = new Promise<{ readonly code: number | null; readonly signal: string | null }>((resolve) => {
    child.once("close", (code, signal) => {
      ready.reject(new Error(`It ended before it was ready (${code ?? signal}): ${JSON.stringify(lines.slice(-5))}`));
      resolve({ code, signal });
    });
  });
  return {
    pid: child.pid ?? 0,
    ready: ready.promise,
    lines,
    ended,
    kill: async () => {
      child.kill("SIGKILL");
      await ended;
    },
    terminate: () => void child.kill("SIGTERM"),
  };
}

function parsed(line: string): LogLine {
  try {
    return JSON.parse(line) as LogLine;
  } catch {
    return { msg: line };
  }
}
