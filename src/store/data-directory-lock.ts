import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as wait } from "node:timers/promises";
import { PrivatePostgresError } from "./private-postgres-error.ts";

/** Who holds the directory: the bot, which stays, or a short command such as doctor. */
export type Purpose = "bot" | "visit";

export interface DataDirectoryLock {
  readonly release: () => void;
}

interface Holder {
  readonly pid: number;
  readonly purpose: Purpose;
}

/** SQLITE_BUSY, https://sqlite.org/rescode.html#busy */
const busy = 5;
const pollMilliseconds = 50;

/** A killed bot's lock is gone at once, but whoever restarts it may be quicker than the kernel. */
const patienceMilliseconds: Record<Purpose, number> = { bot: 1_000, visit: 15_000 };

/** Keeps the connections reachable: a collected one would let go of its lock. */
const held = new Set<DatabaseSync>();

/**
 * Takes the directory for this process, or returns undefined when somebody has it; the lock ends with the process,
 * however that ends. Node has no flock, but SQLite takes a kernel lock on its file: atomic, never stale, and it holds
 * between containers that share a volume.
 */
export function tryLock(dataDirectory: string, purpose: Purpose): DataDirectoryLock | undefined {
  const database = openLockFile(dataDirectory);
  try {
    database.exec("BEGIN EXCLUSIVE");
    writeFileSync(holderFile(dataDirectory), JSON.stringify({ pid: process.pid, purpose } satisfies Holder));
  } catch (error) {
    database.close();
    if (isBusy(error)) return undefined;
    throw unwritable(dataDirectory, error);
  }
  held.add(database);
  return {
    release: () => {
      if (!held.delete(database)) return;
      database.close();
    },
  };
}

/** Takes the directory for the bot, waiting for a short command to end; rejects in one line when another bot has it. */
export async function lockForBot(dataDirectory: string): Promise<DataDirectoryLock> {
  const started = performance.now();
  for (;;) {
    const lock = tryLock(dataDirectory, "bot");
    if (lock) return lock;
    const holder = readHolder(dataDirectory);
    if (performance.now() - started > patienceMilliseconds[holder?.purpose ?? "bot"]) {
      const who = holder ? ` (process ${holder.pid})` : "";
      throw new PrivatePostgresError(
        "taken",
        `Another Tocsin${who} is using ${dataDirectory}: stop it first, or set DATA_DIR to another folder.`,
      );
    }
    await wait(pollMilliseconds);
  }
}

function openLockFile(dataDirectory: string): DatabaseSync {
  try {
    mkdirSync(dataDirectory, { recursive: true });
    return new DatabaseSync(join(dataDirectory, "in-use.lock"), { timeout: 0 });
  } catch (error) {
    throw unwritable(dataDirectory, error);
  }
}

function holderFile(dataDirectory: string): string {
  return join(dataDirectory, "in-use.json");
}

/** Only for the message and the patience: what the file says may be old, the lock never is. */
function readHolder(dataDirectory: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(holderFile(dataDirectory), "utf8")) as Holder;
  } catch {
    return undefined;
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && "errcode" in error && error.errcode === busy;
}

function unwritable(dataDirectory: string, cause: unknown): PrivatePostgresError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new PrivatePostgresError(
    "unwritable",
    `${dataDirectory} cannot be used (${reason}): set DATA_DIR to a folder that this user may write.`,
    { cause },
  );
}
