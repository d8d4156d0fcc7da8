/** What the process does: reads what it was started with, starts it, and says how it ended. */
import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { commands } from "../commands/index.ts";
import { type Bot, startBot } from "./bot.ts";
import { withSandboxSource } from "./config/alerts.ts";
import { reachedAt, withStore } from "./config/connections.ts";
import { readSettings, type Settings } from "./config/settings.ts";
import { loadConfiguration } from "./config.ts";
import type { Configuration } from "./domain/configuration.ts";
import type { Log } from "./domain/ports.ts";
import { ConfigurationError } from "./errors.ts";
import { createLog, standardOutput } from "./log.ts";
import { operations } from "./operations/index.ts";
import type { SandboxCloud } from "./sandbox/cloud/cloud.ts";
import { completions, declaredShortcuts } from "./slack/completions.ts";
import { botEvents } from "./slack/manifest.ts";
import type { ReceiveMode } from "./slack/receive.ts";
import { scopes } from "./slack/scopes.ts";
import { databaseAway } from "./store/database-away.ts";
import { startPrivatePostgres } from "./store/private-postgres.ts";
import { PrivatePostgresError } from "./store/private-postgres-error.ts";
import { runTool } from "./tools.ts";

/** Runs one subcommand; resolves to the exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  try {
    if (argv[0] === "start") return await start();
    return await runTool(argv[0] ?? "", argv.slice(1));
  } catch (error) {
    if (error instanceof ConfigurationError) {
      process.stderr.write(`${error.faults.join("\n")}\n`);
      return 2;
    }
    if (error instanceof PrivatePostgresError) {
      process.stderr.write(`${error.message}\n`);
      return 1;
    }
    if (databaseAway(error)) {
      const reason = error instanceof Error && "code" in error ? String(error.code) : "no answer";
      process.stderr.write(`The database cannot be reached (${reason}): check DATABASE_URL, and npm run doctor.\n`);
      return 1;
    }
    throw error;
  }
}

async function start(): Promise<number> {
  const stopping = untilStopped();
  const settings = readSettings(process.env);
  const loaded = await loadConfiguration(settings.configuration, { environment: process.env, operations });
  const redactions = [...settings.redactions, ...loaded.redactions];
  const log = createLog({ level: settings.logLevel, redactions, to: await standardOutput() });
  if (loaded.files.length === 0)
    log.info({ path: settings.configuration.path }, "No configuration file: the built-in defaults hold");
  const running =
    settings.mode === "sandbox"
      ? await startSandbox(settings, loaded.configuration, log, redactions)
      : await startReal(settings, loaded.configuration, log, redactions);
  const failed = await Promise.race([stopping, running.failed]);
  await running.stop();
  if (failed) throw failed;
  return 0;
}

/** Resolves at the first SIGTERM or SIGINT. */
function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => resolve());
  });
}

interface Running {
  readonly failed: Promise<ConfigurationError>;
  readonly stop: () => Promise<void>;
}

async function startReal(
  settings: Exclude<Settings, { mode: "sandbox" }>,
  config: Configuration,
  log: Log,
  redactions: readonly string[],
): Promise<Running> {
  const database = await openDatabaseOf(settings, log);
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

interface DatabaseAtHand {
  readonly url: string;
  /** Host and name, never the URL: it may hold a password. */
  readonly shown: string;
  readonly stop: () => Promise<void>;
}

async function openDatabaseOf(
  settings: Settings,
  log: Log,
  extraSettings: Readonly<Record<string, string>> = {},
): Promise<DatabaseAtHand> {
  if (settings.databaseUrl) {
    const url = new URL(settings.databaseUrl);
    return { url: settings.databaseUrl, shown: `${url.hostname || "local"}${url.pathname}`, stop: async () => {} };
  }
  const server = await startPrivatePostgres({
    dataDir: settings.dataDirectory,
    log: (line) => log.debug({ line }, "PostgreSQL says"),
    extraSettings,
  });
  return { url: server.connectionString, shown: `private PostgreSQL in ${settings.dataDirectory}`, stop: server.stop };
}

/** How much faster than the wall clock the sandbox's cloud moves, so that nobody waits a minute for a task to start. */
const cloudSpeed = 8;

async function startSandbox(
  settings: Settings,
  written: Configuration,
  log: Log,
  redactions: readonly string[],
): Promise<Running> {
  const { startWorld } = await import("./sandbox/world.ts");
  const [database, world] = await Promise.all([
    // The database that is operated on here is in the same server, keeps figures of its statements, and can be full
    // without the bot's own running out of connections.
    openDatabaseOf(settings, log, {
      shared_preload_libraries: "pg_stat_statements",
      max_connections: "120",
      superuser_reserved_connections: "20",
    }),
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
