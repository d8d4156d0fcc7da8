import { createServer } from "node:net";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Placement } from "../../src/domain/configuration.ts";
import { rootBlockers } from "../../src/domain/operation/store-look.ts";
import type { DatabaseSight, DatabaseView } from "../../src/domain/platform/databases.ts";
import { postgresProvider } from "../../src/providers/postgres/postgres.ts";
import { type BusyDatabase, busyDatabase, waiting } from "../support/busy-database.ts";
import { until } from "../support/person.ts";

const at: Placement = { environment: "production", provider: "postgres", at: { connection: "production/postgres" } };
const databases: BusyDatabase[] = [];
let database: BusyDatabase;

function port(url: string) {
  const { databases: found } = postgresProvider(new Map([["production/postgres", url]]));
  if (!found) throw new Error("no port");
  return found;
}

async function look<V extends DatabaseView>(view: V): Promise<Extract<DatabaseSight, { view: V }>> {
  return (await port(database.url).read.look(at, view)) as Extract<DatabaseSight, { view: V }>;
}

beforeEach(async () => {
  database = await busyDatabase();
  databases.push(database);
});
afterEach(async () => {
  for (const one of databases.splice(0)) await one.drop();
});
const servers: { close: () => void }[] = [];
afterAll(() => {
  for (const server of servers) server.close();
});

describe("[O13] looking into PostgreSQL", () => {
  test("shows who is at work, with their statements' literals replaced", async () => {
    const busy = await database.session("billing");
    await busy.at("select pg_sleep(60), 'hunter2-secret' as password -- token abc");
    const idle = await database.session("shop");
    await idle.run("begin; select 1");
    const sight = await look("active");
    expect(sight.engine).toMatch(/^PostgreSQL \d+/);
    expect(sight.sessions).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          id: String(busy.pid),
          application: "billing",
          state: "active",
          statement: "select pg_sleep(?), ? as password",
          spared: null,
        }),
        expect.objectContaining({ id: String(idle.pid), state: "idle-in-transaction", transactionSeconds: 0 }),
      ]),
    );
    expect(JSON.stringify(sight)).not.toMatch(/hunter2|token abc/);
  });

  test("draws chains of locks from their root", async () => {
    await database.query("create table orders (id int primary key, n int)");
    await database.query("grant all on orders to public");
    await database.query("insert into orders values (1, 0), (2, 0)");
    const [root, middle, leaf] = await Promise.all(["root", "middle", "leaf"].map((name) => database.session(name)));
    await root?.run("begin; update orders set n = 1 where id = 1");
    await middle?.run("begin; update orders set n = 1 where id = 2");
    await middle?.at("update orders set n = 2 where id = 1");
    await leaf?.at("update orders set n = 2 where id = 2");
    await waiting(database, 2);
    const { sessions } = await look("locks");
    const mine = sessions.filter((session) => session.application === "root" || session.blockedBy.length > 0);
    expect(mine).toHaveLength(3);
    expect(rootBlockers(sessions)).toEqual([
      expect.objectContaining({
        id: String(root?.pid),
        holdsUp: 2,
        session: expect.objectContaining({ id: String(root?.pid) }),
      }),
    ]);
  });

  test("counts connections, sizes tables, finds indexes nobody uses, and tells what it does not know", async () => {
    await database.query("create table orders (id int primary key, n int, note text)");
    await database.query("create index orders_by_note on orders (note)");
    await database.query("insert into orders select i, i, repeat('x', 100) from generate_series(1, 5000) i");
    await database.query("analyze orders");
    await database.session("shop");
    const { connections } = await look("connections");
    expect(connections.limit).toBeGreaterThan(10);
    expect(connections.used).toBeGreaterThanOrEqual(2);
    expect(connections.groups).toContainEqual({ by: "application", name: "shop", count: 1 });
    await until("the figures to come", async () =>
      (await look("sizes")).sizes.tables.some(({ name, rows }) => name === "public.orders" && rows >= 5000),
    );
    const { sizes } = await look("sizes");
    expect(sizes.databaseBytes).toBeGreaterThan(1_000_000);
    expect(sizes.tables[0]).toMatchObject({ name: "public.orders" });
    const { indexes } = await look("indexes");
    expect(indexes.unused).toContainEqual(
      expect.objectContaining({ name: "public.orders_by_note", table: "public.orders" }),
    );
    expect(indexes.unused.map(({ name }) => name)).not.toContain("public.orders_pkey");
    const slow = await look("slow");
    expect(slow).toMatchObject({ statements: null, why: expect.stringContaining("pg_stat_statements") });
    expect((await look("replication")).replication).toMatchObject({ role: "primary", replicas: [], receiving: null });
  });

  test("cannot change anything while it looks", async () => {
    await database.query("create table t (id int)");
    // The session is read-only whatever is asked in it: a name with a statement in it is a name that does not exist.
    expect(await port(database.url).read.relation(at, "t; drop table t")).toBeNull();
    expect(await port(database.url).read.relation(at, "t")).toMatchObject({ name: "public.t", kind: "table" });
    expect(await port(database.url).read.relation(at, "pg_catalog.pg_class")).toBeNull();
  });

  test("says by code and in words of its own what the server refuses", async () => {
    const wrong = new URL(database.url);
    wrong.pathname = "/no_such_database";
    await expect(port(wrong.href).read.look(at, "active")).rejects.toMatchObject({
      code: "3D000",
      fault: "not_found",
      message: "There is no such database.",
    });
    await expect(port("postgres://127.0.0.1:1/x").read.look(at, "active")).rejects.toMatchObject({
      fault: "unreachable",
    });
    const elsewhere = { ...at, at: { connection: "production/other" } };
    await expect(port(database.url).read.look(elsewhere, "active")).rejects.toMatchObject({ code: "NoConnection" });
  });

  test("a server that takes the connection and never answers costs a few seconds and no more", async () => {
    const silent = createServer(() => {});
    servers.push(silent);
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const address = silent.address();
    const started = Date.now();
    const url = `postgres://app:s3cret@127.0.0.1:${typeof address === "object" ? address?.port : 0}/x`;
    await expect(port(url).read.look(at, "active")).rejects.toMatchObject({
      name: "ProviderError",
      message: expect.not.stringContaining("s3cret"),
    });
    expect(Date.now() - started).toBeLessThan(9000);
  }, 15_000);
});

describe("[O13] ending sessions", () => {
  test("ends the one that was meant, and no later one with its number", async () => {
    const busy = await database.session("billing");
    await busy.at("select pg_sleep(60)");
    const { read, write } = port(database.url);
    const session = await read.session(at, String(busy.pid));
    if (!session) throw new Error("not seen");
    expect(await write.end(at, { ...session, since: "2020-01-01T00:00:00.000000Z" }, "terminate")).toBe("gone");
    expect(await write.end(at, { ...session, statementSince: "2020-01-01T00:00:00.000000Z" }, "cancel")).toBe("gone");
    expect(await read.session(at, String(busy.pid))).toMatchObject({ state: "active" });
    expect(await write.end(at, session, "cancel")).toBe("told");
    expect(await busy.ended()).toBe("57014");
    const idle = await read.session(at, String(busy.pid));
    if (!idle) throw new Error("not seen");
    expect(await write.end(at, idle, "terminate")).toBe("told");
    await until("it to be gone", async () => (await read.session(at, String(busy.pid))) === null);
    expect(await write.end(at, idle, "terminate")).toBe("gone");
  });

  test("leaves superusers and itself alone, also when told otherwise", async () => {
    const { read, write } = port(database.url);
    const [own] = await database.query<{ pid: number }>("select pg_backend_pid() as pid");
    const superuser = await read.session(at, String(own?.pid));
    if (!superuser) throw new Error("not seen");
    expect(superuser.spared).toBe("it is a superuser's");
    expect(await write.end(at, superuser, "terminate")).toBe("gone");
    expect(await read.session(at, String(own?.pid))).not.toBeNull();
  });
});
