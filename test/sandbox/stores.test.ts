import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { expect, inject, test } from "vitest";
import { startStores } from "../../src/sandbox/stores.ts";

test("[S1] the sandbox has a real database with an application's sessions, made once", async () => {
  const folder = await mkdtemp(join(tmpdir(), "tocsin-stores-"));
  const options = { postgresUrl: inject("postgresUrl"), dataDirectory: folder };
  const first = await startStores(options);
  await first.stop();
  const stores = await startStores(options);
  const client = new pg.Client({ connectionString: stores.database });
  await client.connect();
  const { rows } = await client.query("select count(*)::int as orders from orders");
  expect(rows).toEqual([{ orders: 20_000 }]);
  const { rows: sessions } = await client.query(
    "select application_name as name from pg_stat_activity where usename = 'waooaw_app' order by 1",
  );
  expect(sessions.map(({ name }) => name)).toEqual(["agent", "backend", "backend"]);
  await client.end();
  await stores.stop();
  const server = new pg.Client({ connectionString: inject("postgresUrl") });
  await server.connect();
  await server.query("drop database waooaw with (force)");
  await server.query("drop role waooaw_app");
  await server.end();
  await rm(folder, { recursive: true, force: true });
});
