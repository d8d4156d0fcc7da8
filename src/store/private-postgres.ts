import { type ChildProcess, spawn } from "node:child_process";
import { chmod, realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as wait } from "node:timers/promises";
import { Client } from "pg";
import { type DataDirectoryLock, lockForBot, tryLock } from "./data-directory-lock.ts";
import { findPostgres, type PostgresBinaries, postgresEnvironment } from "./postgres-binaries.ts";
import {
  clearTheWay,
  clusterDirectory,
  clusterVersion,
  createCluster,
  giveTo,
  makeSocketDirectory,
  removeSocketDirectory,
  runningSocketDirectory,
  superuser,
} from "./postgres-cluster.ts";
import { PrivatePostgresError } from "./private-postgres-error.ts";

export interface PrivatePostgresOptions {
  readonly dataDir: string;
  /** Gets one line for whatever PostgreSQL or its supervisor has to say. */
  readonly log: (line: string) => void;
  /** Off only where the data may be lost, in tests. */
  readonly fsync?: boolean;
  readonly extraSettings?: Readonly<Record<string, string>>;
}

export interface PrivatePostgres {
  readonly connectionString: string;
  /** Shuts the server down (a fast shutdown) and lets go of the data directory. */
  readonly stop: () => Promise<void>;
}

const databaseName = "tocsin";
const attachMilliseconds = 15_000;
const firstStartMilliseconds = 10_000;
const longestRestartWaitMilliseconds = 5_000;

/**
 * Starts the PostgreSQL of a data directory and keeps it running until stop; rejects with a PrivatePostgresError, one
 * line, when another bot has the directory or no PostgreSQL can be had.
 */
export async function startPrivatePostgres(options: PrivatePostgresOptions): Promise<PrivatePostgres> {
  const lock = await lockForBot(options.dataDir);
  return startLocked(options, lock);
}

/** Connects to the PostgreSQL of a data directory that a bot is running; starts it only where nobody does. */
export async function attachPrivatePostgres(options: PrivatePostgresOptions): Promise<PrivatePostgres> {
  const deadline = performance.now() + attachMilliseconds;
  for (;;) {
    const lock = tryLock(options.dataDir, "visit");
    if (lock) return startLocked(options, lock);
    const socketDirectory = await runningSocketDirectory(await realpath(options.dataDir));
    if (socketDirectory && (await answers(socketDirectory))) {
      return { connectionString: connectionString(socketDirectory, databaseName), stop: async () => {} };
    }
    if (performance.now() > deadline) {
      throw new PrivatePostgresError("not-started", `The PostgreSQL in ${options.dataDir} does not answer.`);
    }
    await wait(50);
  }
}

async function startLocked(options: PrivatePostgresOptions, lock: DataDirectoryLock): Promise<PrivatePostgres> {
  try {
    const dataDirectory = await realpath(options.dataDir);
    const binaries = await findPostgres(dataDirectory, await clusterVersion(dataDirectory));
    // The user nobody has to pass through.
    if (binaries.launcher.user) await chmod(dataDirectory, (await stat(dataDirectory)).mode | 0o011);
    if ((await clusterVersion(dataDirectory)) === undefined) {
      await createCluster(dataDirectory, binaries, options.fsync !== false);
    }
    const socketDirectory = await makeSocketDirectory(dataDirectory, binaries.launcher);
    const supervisor = superviseServer({ ...options, dataDirectory, binaries, socketDirectory });
    const stop = async () => {
      await supervisor.stop();
      await removeSocketDirectory(socketDirectory);
      lock.release();
    };
    try {
      await supervisor.ready;
      await createDatabase(socketDirectory);
    } catch (error) {
      await stop();
      throw error;
    }
    return { connectionString: connectionString(socketDirectory, databaseName), stop };
  } catch (error) {
    lock.release();
    throw error;
  }
}

interface ServerOptions extends PrivatePostgresOptions {
  readonly dataDirectory: string;
  readonly binaries: PostgresBinaries;
  readonly socketDirectory: string;
}

interface Server {
  readonly child: ChildProcess;
  /** Resolves when connections are accepted; rejects when the server ended before. */
  readonly ready: Promise<void>;
  readonly ended: Promise<string>;
}

function superviseServer(options: ServerOptions): {
  readonly ready: Promise<void>;
  readonly stop: () => Promise<void>;
} {
  const stopping = new AbortController();
  let server: Server | undefined;
  let isReady = false;

  // Where nothing else tells PostgreSQL that this process is gone, at least an ordinary exit does.
  const onExit = () => server?.child.kill("SIGINT");
  process.on("exit", onExit);

  const started = Promise.withResolvers<void>();
  const startedAt = performance.now();

  async function keepRunning(): Promise<void> {
    let pause = 100;
    while (!stopping.signal.aborted) {
      let reason: string;
      try {
        await clearTheWay(options.dataDirectory, options.socketDirectory, options.log);
        await giveTo(options.binaries.launcher, clusterDirectory(options.dataDirectory));
        if (stopping.signal.aborted) return;
        server = spawnServer(options, stopping.signal);
        await server.ready;
        isReady = true;
        started.resolve();
        pause = 100;
        reason = await server.ended;
      } catch (error) {
        // A server killed a moment ago may still hold its files: that passes. Anything else at the first start does not.
        const passing = error instanceof Error && /postmaster\.pid|still in use/.test(error.message);
        const late = performance.now() - startedAt > firstStartMilliseconds;
        if (!isReady && (!passing || late)) throw error;
        reason = error instanceof Error ? error.message : String(error);
      }
      if (stopping.signal.aborted) return;
      options.log(`PostgreSQL ended (${reason}) and is started again`);
      await wait(pause, undefined, { signal: stopping.signal }).catch(() => {});
      pause = Math.min(pause * 2, longestRestartWaitMilliseconds);
    }
  }

  const finished = keepRunning()
    .catch((error: unknown) => started.reject(error))
    .finally(() => process.off("exit", onExit));

  async function stop(): Promise<void> {
    stopping.abort();
    const patience = [
      ["SIGINT", 10_000],
      ["SIGQUIT", 5_000],
    ] as const;
    for (const [signal, milliseconds] of patience) {
      server?.child.kill(signal);
      const timeout = new AbortController();
      const ended = await Promise.race([
        finished.then(() => true),
        wait(milliseconds, false, { signal: timeout.signal }).catch(() => false),
      ]);
      timeout.abort();
      if (ended) return;
    }
    server?.child.kill("SIGKILL");
    await finished;
  }

  return { ready: started.promise, stop };
}

function spawnServer(options: ServerOptions, stopping: AbortSignal): Server {
  const settings = {
    listen_addresses: "",
    shared_buffers: "16MB",
    max_connections: "30",
    wal_level: "minimal",
    max_wal_senders: "0",
    unix_socket_permissions: "0700",
    log_checkpoints: "off",
    log_line_prefix: "",
    // The statements of failed queries hold people's data; the one who asked gets the error anyway.
    log_min_messages: "log",
    log_min_error_statement: "panic",
    ...(options.fsync === false ? { fsync: "off", full_page_writes: "off" } : {}),
    ...options.extraSettings,
  };
  const { launcher, directory } = options.binaries;
  const [command = "", ...args] = [
    ...launcher.prefix("INT"),
    join(directory, "postgres"),
    ...["-D", clusterDirectory(options.dataDirectory), "-k", options.socketDirectory, "-p", "5432"],
    ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]),
  ];
  const child = spawn(command, args, {
    env: postgresEnvironment,
    cwd: "/",
    // Away from the terminal: a Ctrl-C is for the bot, which still needs its database to drain.
    detached: true,
    stdio: ["ignore", "ignore", "pipe"],
    ...launcher.user,
  });

  const { promise: ready, resolve, reject } = Promise.withResolvers<void>();
  const lastLines: string[] = [];
  let accepting = false;
  createInterface({ input: child.stderr }).on("line", (line) => {
    lastLines.push(line);
    if (lastLines.length > 20) lastLines.shift();
    if (line.includes("database system is ready to accept connections")) {
      accepting = true;
      resolve();
    } else if (!stopping.aborted && (accepting || /WARNING|FATAL|PANIC/.test(line))) {
      options.log(`PostgreSQL: ${line}`);
    }
    if (line.includes("received smart shutdown request")) hastenShutdown(child, stopping);
  });
  const ended = new Promise<string>((end) => {
    child.once("error", (error) => end(error.message));
    child.once("close", (code, signal) => end(signal ?? `exit code ${code}`));
  }).then((reason) => {
    const cause = lastLines.filter((line) => /FATAL|PANIC/.test(line)).join(" ");
    reject(new PrivatePostgresError("not-started", `PostgreSQL did not start: ${cause || reason}`));
    return reason;
  });
  return { child, ready, ended };
}

/**
 * A plain SIGTERM lets PostgreSQL refuse everybody new and wait for ever for those who are connected, which a pool
 * never ends. Whoever stops the whole bot that way gets a moment to finish; otherwise a fast restart heals it.
 */
function hastenShutdown(child: ChildProcess, stopping: AbortSignal): void {
  const timer = setTimeout(() => {
    if (!stopping.aborted) child.kill("SIGINT");
  }, 1_000);
  child.once("exit", () => clearTimeout(timer));
}

async function createDatabase(socketDirectory: string): Promise<void> {
  const client = new Client({ connectionString: connectionString(socketDirectory, "postgres") });
  await client.connect();
  try {
    const found = await client.query("select 1 from pg_database where datname = $1", [databaseName]);
    if (found.rowCount === 0) await client.query(`create database ${databaseName}`);
  } finally {
    await client.end();
  }
}

async function answers(socketDirectory: string): Promise<boolean> {
  const client = new Client({ connectionString: connectionString(socketDirectory, databaseName) });
  try {
    await client.connect();
    await client.end();
    return true;
  } catch {
    return false;
  }
}

function connectionString(socketDirectory: string, database: string): string {
  return `postgresql://${superuser}@localhost:5432/${database}?host=${encodeURIComponent(socketDirectory)}&sslmode=disable`;
}
