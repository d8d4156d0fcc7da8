import type { ChildProcess } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startClock } from "../src/sandbox/clock.ts";
import { type SandboxSlack, type SlackOptions, startSlack } from "../src/sandbox/slack/slack.ts";
import { botEvents } from "../src/slack/manifest.ts";
import { scopes } from "../src/slack/scopes.ts";
import { startPrivatePostgres } from "../src/store/private-postgres.ts";
import { closeConnections } from "./load.ts";
import { newDatabase } from "./processes.ts";

/** What a benchmark of the bot stands on. */
export interface Stage {
  readonly folder: string;
  /** The processes it started: what still runs at the end is killed. */
  readonly running: ChildProcess[];
  /** An empty database on a PostgreSQL of its own. */
  readonly newDatabase: (name: string) => Promise<string>;
  /** A Slack that knows the bot, and no commands unless told. */
  readonly newSlack: (options?: Partial<SlackOptions>) => Promise<SandboxSlack>;
  /** Has something else stopped at the end. */
  readonly finally: (stop: () => Promise<void>) => void;
}

/** Does the work on a stage of its own, of which nothing is left afterwards. */
export async function onStage(
  work: (stage: Stage) => Promise<void>,
  extraSettings: Readonly<Record<string, string>> = {},
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "tocsin-bench-"));
  const database = await startPrivatePostgres({ dataDir: folder, log: () => {}, extraSettings });
  const running: ChildProcess[] = [];
  const stops: (() => Promise<void>)[] = [];
  const clock = startClock();
  try {
    await work({
      folder,
      running,
      newDatabase: (name) => newDatabase(database.connectionString, name),
      newSlack: async (options) => {
        const known = { commands: [], scopes: scopes.map(({ name }) => name), events: botEvents() };
        const slack = await startSlack({ clock, ...known, ...options });
        stops.push(slack.stop);
        return slack;
      },
      finally: (stop) => void stops.push(stop),
    });
  } finally {
    closeConnections();
    for (const child of running) child.kill("SIGKILL");
    await Promise.all(stops.map((stop) => stop()));
    await database.stop();
    await rm(folder, { recursive: true, force: true });
  }
}
