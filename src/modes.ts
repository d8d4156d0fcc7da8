/** The two ways to run: against the real Slack and the real clouds, and in the sandbox. */
import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { commands } from "../commands/index.ts";
import { type Bot, startBot } from "./bot.ts";
import { withSandboxSource } from "./config/alerts.ts";
import { reachedAt, withStore } from "./config/connections.ts";
import type { Settings } from "./config/settings.ts";
import type { Configuration } from "./domain/configuration.ts";
import type { Log } from "./domain/ports.ts";
import type { ConfigurationError } from "./errors.ts";
import type { SandboxCloud } from "./sandbox/cloud/cloud.ts";
import { completions, declaredShortcuts } from "./slack/completions.ts";
import { botEvents } from "./slack/manifest.ts";
import type { ReceiveMode } from "./slack/receive.ts";
import { scopes } from "./slack/scopes.ts";

export interface DatabaseAtHand {
  readonly url: string;
  /** Host and name, never the URL: it may hold a password. */
  readonly shown: string;
  readonly stop: () => Promise<void>;
}

/** What either way is started with. */
export interface About {
  readonly config: Configuration;
  /** It may still be on its way. */
  readonly database: Promise<DatabaseAtHand>;
  readonly log: Log;
  readonly redactions: readonly string[];
}

export interface Running {
  readonly failed: Promise<ConfigurationError>;
  readonly stop: () => Promise<void>;
}

export async function startReal(settings: Exclude<Settings, { mode: "sandbox" }>, about: About): Promise<Running> {
  const { config, log, redactions } = about;
  const database = await about.database;
  const { apiUrl, botToken } = settings.slack;
  const mode: ReceiveMode =
    settings.mode === "socket"
      ? { kind: "socket", appToken: settings.slack.appToken, apiUrl }
      : { kind: "http", signingSecret: settings.slack.signingSecret };
  const bot = await startBot({
    config,
    databaseUrl: database.url,
    slack: { botToken, apiUrl, mode },
    aws: {},
    http: settings,
    secondFactor: settings.secondFactor,
    log,
    redactions,
    now: () => new Date(),
  });
  log.info({ mode: settings.mode, address: bot.address, database: database.shown }, "Tocsin is ready");
  return { failed: bot.failed, stop: () => stopBoth(bot, database.stop) };
}

async function stopBoth(bot: Bot, stopDatabase: () => Promise<void>): Promise<void> {
  await bot.stop();
  await stopDatabase();
}

/** How much faster than the wall clock the sandbox's cloud moves, so that nobody waits a minute for a task to start. */
const cloudSpeed = 8;

export async function startSandbox(settings: Settings, about: About): Promise<Running> {
  const { config: written, log, redactions } = about;
  const { startWorld } = await import("./sandbox/world.ts");
  const [database, world] = await Promise.all([
    about.database,
    startWorld({
      commands: completions(commands),
      shortcuts: declaredShortcuts(commands),
      scopes: scopes.map(({ name }) => name),
      events: botEvents(),
      cloudSpeed,
      saved: await readSaved(join(settings.dataDirectory, "world.json")),
    }),
  ]);
  // The cloud's minute is shorter here, and so is the time for which a result is watched.
  const { steadySeconds } = written.operations;
  const stores = await openStores(settings, database.url, world.cloud, log);
  const config = stores.reach({
    ...written,
    ...(written.alerts ? { alerts: withSandboxSource(written.alerts) } : {}),
    operations: { ...written.operations, steadySeconds: Math.ceil(steadySeconds / cloudSpeed) },
    integrations: world.partners.integrations(written.integrations),
    services: world.partners.services(written.services),
  });
  const { slack, cloud } = world;
  const bot = await startBot({
    config,
    databaseUrl: database.url,
    slack: {
      botToken: slack.botToken,
      apiUrl: slack.apiUrl,
      mode: { kind: "http", signingSecret: slack.signingSecret },
    },
    aws: { endpoint: cloud.endpoint, credentials: cloud.credentials, region: cloud.region },
    http: settings,
    secondFactor: settings.secondFactor,
    log,
    redactions,
    now: () => new Date(),
    fetchText: cloud.topics.fetchText,
    fallback: world.page,
  });
  slack.deliverTo(`http://127.0.0.1:${bot.port}/slack/events`);
  for (const { name, proof } of config.alerts?.sources ?? [])
    if (proof.by === "sns") await cloud.topics.subscribe(proof.topic, `http://127.0.0.1:${bot.port}/alerts/${name}`);
  const save = () => writeSaved(join(settings.dataDirectory, "world.json"), world.dump());
  const saving = setInterval(
    () => void save().catch((error: unknown) => log.warn({ err: error }, "The sandbox could not be saved")),
    2000,
  );
  log.info({ mode: "sandbox", address: bot.address, database: database.shown }, `Tocsin is ready: open ${bot.address}`);
  void stores.begin();
  return {
    failed: bot.failed,
    stop: async () => {
      clearInterval(saving);
      // What the bot still says while it ends belongs to the workspace too.
      await bot.stop();
      await save();
      await world.stop();
      await stores.stop();
      await database.stop();
    },
  };
}

/** What the catalog calls a database or a cache is a real one here, with nothing of the bot's own in it. */
async function openStores(settings: Settings, postgresUrl: string, cloud: SandboxCloud, log: Log) {
  const { startStores } = await import("./sandbox/stores/stores.ts");
  try {
    const stores = await startStores({
      postgresUrl,
      dataDirectory: settings.dataDirectory,
      faults: {
        isOn: cloud.faults.isOn,
        off: (fault, target) => cloud.faults.set(fault, target, false),
        onChange: cloud.onChange,
      },
      say: (line) => log.warn({ line }, "The sandbox's data stores say"),
    });
    const reach = (config: Configuration): Configuration => {
      const withDatabase = reachedAt(config, "database", "postgres", stores.database);
      const inside = stores.cache === null ? withDatabase : reachedAt(withDatabase, "cache", "redis", stores.cache);
      return stores.beside.reduce(withStore, inside);
    };
    return { reach, begin: stores.begin, stop: stores.stop };
  } catch (error) {
    log.warn({ err: error }, "The sandbox's data stores could not be started; it goes on without them");
    return { reach: (config: Configuration) => config, begin: async () => {}, stop: async () => {} };
  }
}

async function readSaved(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, "utf8"));
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

async function writeSaved(path: string, world: unknown): Promise<void> {
  await writeFile(`${path}.new`, JSON.stringify(world));
  await rename(`${path}.new`, path);
}
