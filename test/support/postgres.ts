import { randomBytes } from "node:crypto";
import pg from "pg";
import { afterAll, inject } from "vitest";

export interface TestDatabase {
  readonly url: string;
  readonly drop: () => Promise<void>;
}

/** Brings the schema of an empty database up to date; it has to close its connections. */
export type Migrate = (url: string) => Promise<void>;

/**
 * A database of this test file's own, to be asked for at the top of the file, and dropped after its tests. With a
 * migration it is a copy of the run's template, which the first file to ask has migrated; without, it is empty.
 */
export async function testDatabase(migrate?: Migrate): Promise<string> {
  const { url, drop } = await createTestDatabase(migrate);
  afterAll(drop);
  return url;
}

/** The same for whoever needs several, or drops it earlier; databases of one prefix share one template. */
export async function createTestDatabase(migrate?: Migrate, prefix = inject("databasePrefix")): Promise<TestDatabase> {
  const name = `${prefix}${randomBytes(6).toString("hex")}`;
  await withServer(async (client) => {
    const template = migrate ? await migratedTemplate(client, migrate, prefix) : "template0";
    await client.query(`create database ${name} template ${template} strategy file_copy`);
  });
  return {
    url: databaseUrl(name),
    drop: () => withServer(async (client) => void (await client.query(`drop database if exists ${name} with (force)`))),
  };
}

/** The workers of a run share one template: an advisory lock lets one of them make it while the others wait. */
async function migratedTemplate(client: pg.Client, migrate: Migrate, prefix: string): Promise<string> {
  const template = `${prefix}template`;
  const exists = async () =>
    (await client.query("select 1 from pg_database where datname = $1", [template])).rowCount !== 0;
  if (await exists()) return template;
  await client.query("select pg_advisory_lock(hashtext($1))", [template]);
  try {
    if (await exists()) return template;
    const unfinished = `${template}_unfinished`;
    await client.query(`drop database if exists ${unfinished} with (force)`);
    await client.query(`create database ${unfinished} template template0 strategy file_copy`);
    await migrate(databaseUrl(unfinished));
    await client.query(`alter database ${unfinished} rename to ${template}`);
    return template;
  } finally {
    await client.query("select pg_advisory_unlock(hashtext($1))", [template]);
  }
}

async function withServer(work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: inject("postgresUrl") });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

function databaseUrl(name: string): string {
  const url = new URL(inject("postgresUrl"));
  url.pathname = `/${name}`;
  return url.href;
}
