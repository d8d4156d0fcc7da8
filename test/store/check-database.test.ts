import pg from "pg";
import { expect, inject, test } from "vitest";
import { checkDatabase } from "../../src/store/check-database.ts";
import { openDatabase, openPool } from "../../src/store/database.ts";
import { migrate } from "../../src/store/migrate.ts";
import { createTestDatabase, testDatabase } from "../support/postgres.ts";

const url = await testDatabase();

async function query(text: string, connectionString = url): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}

test("an empty database is in order, and says that its tables come by themselves", async () => {
  const results = await checkDatabase(url);
  expect(results.map(({ what, ok }) => [what, ok])).toEqual([
    ["PostgreSQL", true],
    ["Version", true],
    ["Rights", true],
    ["Migrations", true],
  ]);
  expect(results[3]?.found).toMatch(/^\d+ to come, made by themselves at the next start$/);
});

test("a migrated database has all its migrations, and one from a newer program is a fault", async () => {
  const db = openDatabase(openPool(url));
  await migrate(db);
  await db.destroy();
  expect((await checkDatabase(url)).at(-1)).toMatchObject({ ok: true, found: "all there" });
  await query("insert into kysely_migration (name, timestamp) values ('9999-later', '')");
  expect((await checkDatabase(url)).at(-1)).toEqual({
    what: "Migrations",
    ok: false,
    found: "the database is newer than this program (9999-later)",
    fix: "Start the newest version of Tocsin that was used with it.",
  });
});

test("a user without rights is told the statements that give them", async () => {
  const own = await createTestDatabase();
  const database = new URL(own.url).pathname.slice(1);
  const name = `doctor_${database.slice(-6)}`;
  await query(`create role ${name} login password 'x'; revoke create on schema public from public`, own.url);
  try {
    const other = new URL(own.url);
    other.username = name;
    other.password = "x";
    const results = await checkDatabase(other.href);
    expect(results.find(({ what }) => what === "Rights")).toEqual({
      what: "Rights",
      ok: false,
      found: `${name} may not make tables or schemas here`,
      fix: `grant create on database "${database}" to "${name}";\ngrant create on schema public to "${name}";`,
    });
  } finally {
    await own.drop();
    await query(`drop role ${name}`);
  }
});

test("a database that is not there is told with the command that makes it", async () => {
  const missing = new URL(inject("postgresUrl"));
  missing.pathname = "/no_such_database";
  const [result] = await checkDatabase(missing.href);
  expect(result).toMatchObject({ ok: false, fix: "Make the database: createdb no_such_database" });
});

test("a server that is away is told without the password", async () => {
  const [result, ...rest] = await checkDatabase("postgres://somebody:secret@127.0.0.1:1/tocsin");
  expect(rest).toEqual([]);
  expect(result).toEqual({
    what: "PostgreSQL",
    ok: false,
    found: "tocsin on 127.0.0.1:1: connect ECONNREFUSED 127.0.0.1:1",
    fix: "Start the server, or put host and port in DATABASE_URL right; check that nothing between blocks them.",
  });
});
