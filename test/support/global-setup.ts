import { randomBytes } from "node:crypto";
import { mkdtemp, readdir, realpath, rm, stat, statfs } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import type { TestProject } from "vitest/node";
import { startPrivatePostgres } from "../../src/store/private-postgres.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The server of this run; its user may create databases. */
    readonly postgresUrl: string;
    /** What the names of this run's databases begin with. */
    readonly databasePrefix: string;
  }
}

/** Brings up what the whole run shares, once. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const prefix = `tocsin_test_${randomBytes(4).toString("hex")}_`;
  const server = await findServer(prefix);
  project.provide("postgresUrl", server.url);
  project.provide("databasePrefix", prefix);
  return server.stop;
}

interface Server {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

/** Never the server of DATABASE_URL, and never one that merely runs here: suites kill and drop. */
async function findServer(prefix: string): Promise<Server> {
  const url = process.env.TOCSIN_TEST_POSTGRES_URL;
  if (url) return { url, stop: () => dropDatabases(url, prefix) };
  const inMemory = await startServer(memory).catch(() => null);
  if (inMemory) return inMemory;
  try {
    return await startServer(tmpdir());
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(
      `The tests need PostgreSQL; name a server that loads pg_stat_statements with TOCSIN_TEST_POSTGRES_URL, or: ${reason}`,
    );
  }
}

/**
 * Where Linux keeps files in memory. Databases come and go by the hundred, a thousand files each: on a disk that
 * took a third of PostgreSQL's time.
 */
const memory = "/dev/shm";
/** Several times what a run has at once. */
const roomNeeded = 2 * 2 ** 30;

const folderName = "tocsin-test-";
const day = 24 * 60 * 60 * 1000;

/** A run that was killed leaves its folder behind, and here it would take up memory until the machine is started anew. */
async function removeLeftOver(): Promise<void> {
  for (const name of await readdir(memory)) {
    if (!name.startsWith(folderName)) continue;
    const folder = join(memory, name);
    const { mtimeMs = Date.now() } = await stat(folder).catch(() => ({ mtimeMs: undefined }));
    // Another person's is theirs to remove.
    if (mtimeMs < Date.now() - day) await rm(folder, { recursive: true, force: true }).catch(() => {});
  }
}

async function startServer(folder: string): Promise<Server> {
  if (folder === memory) {
    await removeLeftOver();
    const { bavail, bsize } = await statfs(folder);
    if (bavail * bsize < roomNeeded) throw new Error(`There is too little room in ${folder}`);
  }
  const dataDir = await realpath(await mkdtemp(join(folder, folderName)));
  try {
    const server = await startPrivatePostgres({
      dataDir,
      log: () => {},
      fsync: false,
      extraSettings: {
        max_connections: "200",
        shared_buffers: "64MB",
        autovacuum: "off",
        max_wal_size: "256MB",
        // What slow statements are read from, in sessions that say so: the server keeps no more than 5000 of all tests'.
        shared_preload_libraries: "pg_stat_statements",
        "pg_stat_statements.track": "none",
      },
    });
    const stop = async () => {
      await server.stop();
      await rm(dataDir, { recursive: true, force: true });
    };
    return { url: server.connectionString, stop };
  } catch (error) {
    await rm(dataDir, { recursive: true, force: true });
    throw error;
  }
}

async function dropDatabases(url: string, prefix: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ name: string }>(
    "select datname as name from pg_database where starts_with(datname, $1)",
    [prefix],
  );
  for (const { name } of rows) await client.query(`drop database if exists ${name} with (force)`);
  await client.end();
}
