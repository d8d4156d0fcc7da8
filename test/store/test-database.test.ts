import pg from "pg";
import { expect, inject, test } from "vitest";
import { createTestDatabase, testDatabase } from "../support/postgres.ts";

let migrations = 0;

async function migrate(url: string): Promise<void> {
  migrations += 1;
  await query(url, "create table migrated as select 1 as one");
}

async function query(url: string, sql: string): Promise<pg.QueryResultRow[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

const empty = await testDatabase();

test("without a migration a test file gets an empty database", async () => {
  const tables = await query(empty, "select tablename from pg_tables where schemaname = 'public'");
  expect(tables).toEqual([]);
});

test("a dropped database is gone, whoever is still connected", async () => {
  const database = await createTestDatabase();
  const client = new pg.Client({ connectionString: database.url });
  client.on("error", () => {});
  await client.connect();
  await database.drop();
  await expect(query(database.url, "select 1")).rejects.toThrow("does not exist");
});

test("copies made at the same time share nothing but one migrated template", async () => {
  // With a prefix of its own: the template of the whole run has our real schema.
  const databases = await Promise.all(
    [1, 2, 3, 4].map(() => createTestDatabase(migrate, `${inject("databasePrefix")}t_`)),
  );
  for (const { url } of databases) await query(url, "insert into migrated values (2)");
  for (const { url } of databases) expect(await query(url, "select one from migrated")).toHaveLength(2);
  expect(migrations).toBe(1);
  await Promise.all(databases.map(({ drop }) => drop()));
});
