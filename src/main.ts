/** What the process does: reads what it was started with, starts it, and says how it ended. */
import { setTimeout as wait } from "node:timers/promises";
import { readSettings, type Settings } from "./config/settings.ts";
import { loadConfiguration } from "./config.ts";
import type { Log } from "./domain/ports.ts";
import { ConfigurationError } from "./errors.ts";
import { createLog, standardOutput } from "./log.ts";
import type { DatabaseAtHand } from "./modes.ts";
import { operations } from "./operations/index.ts";
import { databaseAway } from "./store/database-away.ts";
import { startPrivatePostgres } from "./store/private-postgres.ts";
import { PrivatePostgresError } from "./store/private-postgres-error.ts";

/** Runs one subcommand; resolves to the exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  try {
    if (argv[0] === "start") return await start();
    const { runTool } = await import("./tools.ts");
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
  const database = openDatabaseOf(settings, log);
  // Whoever starts hears of it; until then nobody listens.
  database.catch(() => {});
  // A private server's own programs work for a second or two: in that time the other thousand modules are read.
  if (!settings.databaseUrl) await wait(whileSpawnedMilliseconds);
  const { startReal, startSandbox } = await import("./modes.ts");
  const about = { config: loaded.configuration, database, log, redactions };
  const running = settings.mode === "sandbox" ? await startSandbox(settings, about) : await startReal(settings, about);
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

/**
 * The database that is operated on in the sandbox is in the same server, keeps figures of its statements, and can be
 * full without the bot's own running out of connections.
 */
const sandboxServer = {
  shared_preload_libraries: "pg_stat_statements",
  max_connections: "120",
  superuser_reserved_connections: "20",
};

/** By then the first of them is started; reading modules leaves no time for it. */
const whileSpawnedMilliseconds = 50;

async function openDatabaseOf(settings: Settings, log: Log): Promise<DatabaseAtHand> {
  if (settings.databaseUrl) {
    const url = new URL(settings.databaseUrl);
    return { url: settings.databaseUrl, shown: `${url.hostname || "local"}${url.pathname}`, stop: async () => {} };
  }
  const server = await startPrivatePostgres({
    dataDir: settings.dataDirectory,
    log: (line) => log.debug({ line }, "PostgreSQL says"),
    extraSettings: settings.mode === "sandbox" ? sandboxServer : {},
  });
  return { url: server.connectionString, shown: `private PostgreSQL in ${settings.dataDirectory}`, stop: server.stop };
}
