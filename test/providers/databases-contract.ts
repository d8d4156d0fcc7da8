import { createServer } from "node:net";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Placement } from "../../src/domain/configuration.ts";
import { rootBlockers } from "../../src/domain/operation/store-look.ts";
import type { DatabaseSight, DatabaseView } from "../../src/domain/platform/databases.ts";
import type { Provider } from "../../src/domain/platform.ts";
import type { BusyDatabase } from "../support/busy-database.ts";
import { until } from "../support/person.ts";

/** What differs between servers, so that one contract holds for all. */
export interface DatabaseServer {
  readonly provider: (connections: ReadonlyMap<string, string>) => Provider;
  readonly open: () => Promise<BusyDatabase>;
  readonly engine: RegExp;
  /** A statement that takes a minute, with a secret and a comment in it, and what is left of it. */
  readonly slow: { readonly sql: string; readonly shape: string };
  /** Makes `orders` with the rows 1 and 2, which applications may change. */
  readonly makeOrders: (database: BusyDatabase) => Promise<void>;
  readonly ordersName: RegExp;
  readonly systemTable: string;
  readonly waiting: (database: BusyDatabase, count: number) => Promise<void>;
  /** What a client hears when its statement is cancelled, and what an address of no database answers. */
  readonly codes: { readonly cancelled: string; readonly noDatabase: string };
}

/** The databases port, for one kind of server; answers what its own tests begin with. */
export function databasesContract(server: DatabaseServer) {
  const { id } = server.provider(new Map());
  const at: Placement = { environment: "production", provider: id, at: { connection: "production/main" } };
  const databases: BusyDatabase[] = [];
  let database: BusyDatabase;

  function port(url: string) {
    const { databases: found } = server.provider(new Map([["production/main", url]]));
    if (!found) throw new Error("no port");
    return found;
  }

  async function look<V extends DatabaseView>(view: V): Promise<Extract<DatabaseSight, { view: V }>> {
    return (await port(database.url).read.look(at, view)) as Extract<DatabaseSight, { view: V }>;
  }

  beforeEach(async () => {
    database = await server.open();
    databases.push(database);
  });
  afterEach(async () => {
    for (const one of databases.splice(0)) await one.drop();
  });
  const silent = createServer(() => {});
  afterAll(() => silent.close());

  describe(`[O13] looking into ${id}`, () => {
    test("shows who is at work, with their statements' literals replaced", async () => {
      const busy = await database.session("billing");
      await busy.at(server.slow.sql);
      const idle = await database.session("shop");
      await idle.run("begin; select 1");
      await idle.run("select * from (select 1 as one) as nothing");
      await server.makeOrders(database);
      await idle.run("select * from orders");
      const sight = await look("active");
      expect(sight.engine).toMatch(server.engine);
      expect(sight.sessions).toEqual(
        expect.arrayContaining([
          expect.objectContaining({
            id: String(busy.pid),
            application: "billing",
            state: "active",
            statement: server.slow.shape,
            spared: null,
          }),
          expect.objectContaining({ id: String(idle.pid), state: "idle-in-transaction" }),
        ]),
      );
      expect(sight.sessions.find((session) => session.id === String(idle.pid))?.transactionSeconds).toBeLessThan(30);
      expect(JSON.stringify(sight)).not.toMatch(/hunter2|token abc/);
    });

    test("draws chains of locks from their root", async () => {
      await server.makeOrders(database);
      const [root, middle, leaf] = await Promise.all(["root", "middle", "leaf"].map((name) => database.session(name)));
      await root?.run("begin; update orders set n = 1 where id = 1");
      await middle?.run("begin; update orders set n = 1 where id = 2");
      await middle?.at("update orders set n = 2 where id = 1");
      await leaf?.at("update orders set n = 2 where id = 2");
      await server.waiting(database, 2);
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

    test("counts connections and knows its part in replication", async () => {
      await database.session("shop");
      const { connections } = await look("connections");
      expect(connections.limit).toBeGreaterThan(10);
      expect(connections.used).toBeGreaterThanOrEqual(2);
      expect(connections.groups).toContainEqual({ by: "application", name: "shop", count: 1 });
      expect((await look("replication")).replication).toMatchObject({ role: "primary", replicas: [], receiving: null });
    });

    test("a name with a statement in it is a name that does not exist", async () => {
      await server.makeOrders(database);
      const { read } = port(database.url);
      expect(await read.relation(at, "orders; drop table orders")).toBeNull();
      expect(await read.relation(at, "orders' or '1'='1")).toBeNull();
      expect(await read.session(at, "1 or 1=1")).toBeNull();
      const relation = await read.relation(at, "orders");
      expect(relation).toMatchObject({ name: expect.stringMatching(server.ordersName), kind: "table" });
      expect(await read.relation(at, relation?.name ?? "")).toEqual(relation);
      expect(await read.relation(at, server.systemTable)).toBeNull();
    });

    test("says by code and in words of its own what the server refuses", async () => {
      const wrong = new URL(database.url);
      wrong.pathname = "/no_such_database";
      await expect(port(wrong.href).read.look(at, "active")).rejects.toMatchObject({
        name: "ProviderError",
        code: server.codes.noDatabase,
      });
      const nowhere = new URL(database.url);
      nowhere.host = "127.0.0.1:1";
      await expect(port(nowhere.href).read.look(at, "active")).rejects.toMatchObject({ fault: "unreachable" });
      const elsewhere = { ...at, at: { connection: "production/other" } };
      await expect(port(database.url).read.look(elsewhere, "active")).rejects.toMatchObject({ code: "NoConnection" });
    });

    test("a server that takes the connection and never answers costs a few seconds and no more", async () => {
      await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
      const address = silent.address();
      const started = Date.now();
      const url = new URL(database.url);
      url.password = "s3cret";
      url.host = `127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
      await expect(port(url.href).read.look(at, "active")).rejects.toMatchObject({
        name: "ProviderError",
        message: expect.not.stringContaining("s3cret"),
      });
      expect(Date.now() - started).toBeLessThan(9000);
    }, 15_000);

    test("tells doctor whether it is reached", async () => {
      const provider = server.provider(new Map([["production/main", database.url]]));
      expect(await provider.check([at])).toEqual([expect.objectContaining({ ok: true, fix: null })]);
      const [gone] = await provider.check([{ ...at, at: { connection: "production/other" } }]);
      expect(gone).toMatchObject({ ok: false, fix: expect.stringContaining(`docs/providers/${id}.md`) });
    });
  });

  describe(`[O13] ending sessions of ${id}`, () => {
    test("ends the one that was meant, and no later one with its number", async () => {
      const busy = await database.session("billing");
      await busy.at(server.slow.sql);
      const { read, write } = port(database.url);
      const session = await read.session(at, String(busy.pid));
      if (!session) throw new Error("not seen");
      expect(await read.session(at, String(busy.pid))).toMatchObject({
        since: session.since,
        statementSince: session.statementSince,
      });
      expect(await write.end(at, { ...session, since: `${session.since}0` }, "terminate")).toBe("gone");
      expect(await write.end(at, { ...session, statementSince: `${session.statementSince}0` }, "cancel")).toBe("gone");
      expect(await read.session(at, String(busy.pid))).toMatchObject({ state: "active" });
      expect(await write.end(at, session, "cancel")).toBe("told");
      expect(await busy.ended()).toBe(server.codes.cancelled);
      const idle = await until("it to rest", async () => {
        const now = await read.session(at, String(busy.pid));
        return now?.state === "idle" ? now : null;
      });
      expect(await write.end(at, session, "cancel")).toBe("gone");
      expect(await write.end(at, idle, "terminate")).toBe("told");
      await until("it to be gone", async () => (await read.session(at, String(busy.pid))) === null);
      expect(await write.end(at, idle, "terminate")).toBe("gone");
    });

    test("leaves superusers and itself alone, also when told otherwise", async () => {
      const { read, write } = port(database.url);
      const session = await database.session("shop");
      const superuser = await superuserOf(database, (pid) => read.session(at, pid));
      expect(superuser.spared).toBe("it is a superuser's");
      expect(await write.end(at, superuser, "terminate")).toBe("gone");
      expect(await read.session(at, superuser.id)).not.toBeNull();
      await session.close();
    });
  });

  const explain = (statement: string) => port(database.url).read.explain(at, statement);
  return { at, port, look, explain, database: () => database };
}

async function superuserOf<T>(database: BusyDatabase, see: (pid: string) => Promise<T | null>): Promise<T> {
  const sql = /^mysql/.test(database.url) ? "select connection_id() as pid" : "select pg_backend_pid() as pid";
  const [own] = await database.query<{ pid: number }>(sql);
  const seen = await see(String(own?.pid));
  if (seen === null) throw new Error("not seen");
  return seen;
}
