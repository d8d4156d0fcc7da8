import { execFile } from "node:child_process";
import { chown, lchown, mkdir, mkdtemp, open, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";
import { type Launcher, type PostgresBinaries, postgresEnvironment } from "./postgres-binaries.ts";
import { PrivatePostgresError } from "./private-postgres-error.ts";

export const superuser = "tocsin";

const run = promisify(execFile);

/** A unix socket's path holds 107 bytes on Linux and 103 on macOS. */
const longestSocketPath = 99;
const socketName = ".s.PGSQL.5432";
const temporarySocketPrefix = "tocsin-";

const evictionMilliseconds = 10_000;

/** Where the data lies inside the data directory. */
export function clusterDirectory(dataDirectory: string): string {
  return join(dataDirectory, "postgres");
}

/** The major version that wrote the data, or undefined when there is none yet. */
export async function clusterVersion(dataDirectory: string): Promise<number | undefined> {
  try {
    return Number(await readFile(join(clusterDirectory(dataDirectory), "PG_VERSION"), "utf8"));
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw hasCode(error, "EACCES") ? belongsToAnother(clusterDirectory(dataDirectory)) : error;
  }
}

/** Creates the cluster beside its place and moves it there whole, so that a crash half-way leaves no half of one. */
export async function createCluster(dataDirectory: string, binaries: PostgresBinaries, fsync: boolean): Promise<void> {
  const prefix = "postgres-new-";
  for (const name of await readdir(dataDirectory)) {
    if (name.startsWith(prefix)) await rm(join(dataDirectory, name), { recursive: true, force: true, maxRetries: 5 });
  }
  const temporary = await mkdtemp(join(dataDirectory, prefix));
  await giveTo(binaries.launcher, temporary);
  const [command = "", ...args] = [
    ...binaries.launcher.prefix("KILL"),
    join(binaries.directory, "initdb"),
    ...["-D", temporary, "-U", superuser, "--auth=trust", "-E", "UTF8", "--locale=C", "--data-checksums"],
    ...(binaries.majorVersion >= 17 ? ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] : []),
    ...(fsync ? [] : ["--no-sync"]),
  ];
  try {
    await run(command, args, { env: postgresEnvironment, cwd: "/", ...binaries.launcher.user });
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    const reason = lastLine(error);
    const cause = { cause: error };
    if (binaries.launcher.user && reason.includes("Permission denied")) {
      throw new PrivatePostgresError(
        "unwritable",
        `PostgreSQL cannot run as root, and the user nobody, who runs it instead, cannot reach ${dataDirectory}: ` +
          "set DATA_DIR to a folder that everybody may enter, or start Tocsin as an ordinary user.",
        cause,
      );
    }
    throw new PrivatePostgresError("not-started", `initdb failed: ${reason}`, cause);
  }
  await rename(temporary, clusterDirectory(dataDirectory));
  if (fsync) await syncDirectory(dataDirectory);
}

/** Makes the files belong to who will read them: they may have been written by a run with other rights. */
export async function giveTo(launcher: Launcher, directory: string): Promise<void> {
  const uid = launcher.user?.uid ?? process.getuid?.() ?? 0;
  const gid = launcher.user?.gid ?? process.getgid?.() ?? 0;
  if ((await stat(directory)).uid === uid) return;
  if (process.getuid?.() !== 0) {
    throw belongsToAnother(directory);
  }
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    await lchown(join(entry.parentPath, entry.name), uid, gid);
  }
  // Last, because its owner is what says that the rest is done.
  await chown(directory, uid, gid);
}

/** A private folder for the socket: inside the data directory, or a temporary one where that path is too long. */
export async function makeSocketDirectory(dataDirectory: string, launcher: Launcher): Promise<string> {
  const place = join(dataDirectory, "socket");
  let directory = place;
  // PostgreSQL takes a list of directories, so a comma would split the path.
  if (Buffer.byteLength(join(place, socketName)) > longestSocketPath || /[,"]/.test(place)) {
    await removeSocketDirectory((await readPostmaster(dataDirectory))?.socketDirectory);
    const temporary = join(tmpdir(), temporarySocketPrefix);
    const fits = Buffer.byteLength(join(`${temporary}XXXXXX`, socketName)) <= longestSocketPath;
    directory = await mkdtemp(fits ? temporary : `/tmp/${temporarySocketPrefix}`);
  } else {
    await mkdir(place, { recursive: true, mode: 0o700 });
  }
  await giveTo(launcher, directory);
  return directory;
}

/** Removes the temporary folder of a socket; one inside a data directory stays. */
export async function removeSocketDirectory(directory: string | undefined): Promise<void> {
  if (directory === undefined || !basename(directory).startsWith(temporarySocketPrefix)) return;
  await rm(directory, { recursive: true, force: true });
}

/** Where the running server, if there is one, listens. */
export async function runningSocketDirectory(dataDirectory: string): Promise<string | undefined> {
  const postmaster = await readPostmaster(dataDirectory);
  return postmaster && (await isPostmaster(postmaster.pid, dataDirectory)) ? postmaster.socketDirectory : undefined;
}

/**
 * Clears the way for a new server: ends one that outlived a killed bot, and takes the meaning out of a stale pid file.
 * Only for who holds the data directory's lock.
 */
export async function clearTheWay(
  dataDirectory: string,
  socketDirectory: string,
  log: (line: string) => void,
): Promise<void> {
  const postmaster = await readPostmaster(dataDirectory);
  if (postmaster && (await isPostmaster(postmaster.pid, dataDirectory))) {
    log("A PostgreSQL that an earlier run left behind is stopped");
    await endPostmaster(postmaster.pid, dataDirectory);
  }
  const left = await readPostmaster(dataDirectory);
  if (left) {
    // Another program, or a dead one that nobody reaped, may have that number by now, and PostgreSQL would refuse to
    // start. It never minds its own parent's number (CreateLockFile in its miscinit.c); the file's other lines stay,
    // because by them it still checks that no process of the dead server touches the data.
    const file = pidFile(dataDirectory);
    await writeFile(file, (await readFile(file, "utf8")).replace(/^\d+/, String(process.pid)));
  }
  for (const name of [socketName, `${socketName}.lock`]) await rm(join(socketDirectory, name), { force: true });
}

async function endPostmaster(pid: number, dataDirectory: string): Promise<void> {
  // SIGINT is a fast shutdown, SIGQUIT an immediate one that the next start recovers from:
  // https://www.postgresql.org/docs/current/server-shutdown.html
  for (const signal of ["SIGINT", "SIGQUIT"] as const) {
    const deadline = performance.now() + evictionMilliseconds;
    sendSignal(pid, signal);
    while (performance.now() < deadline) {
      if (!(await isPostmaster(pid, dataDirectory))) return;
      await wait(20);
    }
  }
  throw new PrivatePostgresError(
    "not-started",
    `A PostgreSQL that an earlier run left behind (process ${pid}) does not stop: end it and start again.`,
  );
}

function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    // It ended by itself in this moment; whether it did is looked at next.
    if (!hasCode(error, "ESRCH")) throw error;
  }
}

interface Postmaster {
  readonly pid: number;
  readonly socketDirectory: string | undefined;
}

/** Lines of postmaster.pid: pid, data directory, start time, port, socket directory, … (miscadmin.h of PostgreSQL). */
async function readPostmaster(dataDirectory: string): Promise<Postmaster | undefined> {
  let lines: string[];
  try {
    lines = (await readFile(pidFile(dataDirectory), "utf8")).split("\n");
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
  return { pid: Number(lines[0]), socketDirectory: lines[4] || undefined };
}

/** Whether that process is alive and serves this very data: the number alone may belong to anybody by now. */
async function isPostmaster(pid: number, dataDirectory: string): Promise<boolean> {
  const command = await commandLine(pid);
  return command.includes("postgres") && command.includes(clusterDirectory(dataDirectory));
}

async function commandLine(pid: number): Promise<string> {
  if (!(pid > 0) || pid === process.pid) return "";
  try {
    if (process.platform === "linux") return await readFile(`/proc/${pid}/cmdline`, "utf8");
    return (await run("ps", ["-ww", "-o", "command=", "-p", String(pid)])).stdout;
  } catch {
    return "";
  }
}

function pidFile(dataDirectory: string): string {
  return join(clusterDirectory(dataDirectory), "postmaster.pid");
}

async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory);
  await handle.sync();
  await handle.close();
}

function lastLine(error: unknown): string {
  const text = error instanceof Error && "stderr" in error ? String(error.stderr) : String(error);
  return text.trim().split("\n").at(-1) ?? "";
}

function belongsToAnother(directory: string): PrivatePostgresError {
  return new PrivatePostgresError(
    "unwritable",
    `${directory} belongs to another user: start Tocsin as that user, or set DATA_DIR to another folder.`,
  );
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
