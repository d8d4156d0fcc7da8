import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createConnection } from "mysql2/promise";
import { describe, expect, test } from "vitest";
import { noBackups } from "../../src/domain/backup/settings.ts";
import type { Maintenance } from "../../src/domain/platform/databases.ts";
import type { DumpFile } from "../../src/domain/platform/dumps.ts";
import { dumpKeeping } from "../../src/providers/dumps/keeping.ts";
import { mysqlProvider } from "../../src/providers/mysql/mysql.ts";
import { busyMysql, grants, waitingInMysql } from "../support/busy-mysql.ts";
import { mysqlAdministrator, testMysql, versionOf } from "../support/mysql.ts";
import { until } from "../support/person.ts";
import { databasesContract } from "./databases-contract.ts";

const server = await testMysql(["--performance-schema=ON", "--log-bin=log", "--server-id=1"]);
const version = server === null ? "" : await versionOf(server);
const bare = server?.own ? await testMysql(["--performance-schema=OFF", "--server-id=2"]) : null;

describe.skipIf(server === null)("MySQL and MariaDB", () => {
  if (server === null) return;
  const isMysql = !/mariadb/i.test(version);
  let admin: Awaited<ReturnType<typeof mysqlAdministrator>> | undefined;
  const administrator = async () => {
    admin ??= await mysqlAdministrator(server);
    return admin;
  };
  const { at, port, look, explain, database } = databasesContract({
    provider: mysqlProvider,
    open: async () => busyMysql(server, await administrator()),
    engine: /^(MySQL|MariaDB) \d+/,
    slow: {
      // A bare select of sleep() that is cancelled ends well on MySQL.
      sql: "select 'hunter2-secret' as password from (select 1 union select 2) as two where sleep(60) = 0 -- token abc",
      shape: "select ? as password from (select ? union select ?) as two where sleep(?) = ?",
    },
    makeOrders: async (one) => {
      await one.query("create table orders (id int primary key, n int)");
      await one.query("insert into orders values (1, 0), (2, 0)");
    },
    ordersName: /^tocsin_test_\w+\.orders$/,
    systemTable: "mysql.user",
    waiting: waitingInMysql,
    codes: { cancelled: "ER_QUERY_INTERRUPTED", noDatabase: "ER_DBACCESS_DENIED_ERROR" },
  });

  async function filled(): Promise<void> {
    await database().query(
      "create table orders (id int primary key, n int, note varchar(200), key by_note (note), key by_n (n))",
    );
    const rows = Array.from({ length: 2000 }, (_, index) => [index, index, "x".repeat(100)]);
    await database().query("insert into orders values ?", [rows]);
  }

  test("shows which statements took most time, as shapes", async () => {
    await filled();
    const shop = await database().session("shop");
    await shop.run("select count(*) from orders where note = 'hunter2-secret'");
    const { statements } = await look("slow");
    expect(statements).toContainEqual(
      expect.objectContaining({
        statement: expect.stringMatching(/^SELECT COUNT.*`orders` WHERE `note` = \?/),
        calls: 1,
      }),
    );
    expect(JSON.stringify(statements)).not.toContain("hunter2");
  });

  test("explains a statement with the values of a call where the server keeps one, and never carries it out", async () => {
    await filled();
    const shop = await database().session("shop");
    await shop.run("select count(*) from orders where note = 'hunter2-secret' and n > 31337");
    await shop.run("update orders set n = n where id = 1");
    const { statements } = await look("slow");
    expect(JSON.stringify(statements)).not.toMatch(/processlist/);
    const found = (shape: RegExp) => statements?.find(({ statement }) => shape.test(statement));
    expect(found(/^UPDATE/)).toMatchObject({ id: null });
    const id = found(/^SELECT COUNT/)?.id;
    if (!isMysql) {
      expect(id).toBeNull();
      const why = "the server keeps statements without the values that a plan needs";
      expect(await explain("0")).toMatchObject({ view: "explain", plan: null, why });
      return;
    }
    const { plan, statement } = await explain(id ?? "");
    expect(statement).toBe("select count(*) from orders where note = ? and n > ?");
    expect(plan?.join("\n")).toMatch(/orders\.(note|n) [=>] \?[\s\S]*\(cost=[\d.]+ rows=/);
    expect(JSON.stringify(plan)).not.toMatch(/hunter2|31337/);
    expect(await explain("0")).toMatchObject({ plan: null, why: "the server does not keep it any more" });
  });

  test("sizes tables and finds indexes nobody uses and tables read without one", async () => {
    await filled();
    await database().query("analyze table orders");
    const shop = await database().session("shop");
    await shop.run("select count(*) from orders use index (by_n) where n > 3");
    for (let read = 0; read < 60; read += 1) await shop.run("select sum(n) from orders use index ()");
    const { sizes } = await look("sizes");
    expect(sizes.tables[0]).toMatchObject({ name: "orders", deadRows: null });
    expect(sizes.tables[0]?.rows).toBeGreaterThan(1500);
    expect(sizes.databaseBytes).toBeGreaterThan(100_000);
    const { indexes } = await look("indexes");
    expect(indexes.unused).toEqual([{ name: "by_note", table: "orders", bytes: expect.any(Number) }]);
    expect(indexes.scanned).toEqual([expect.objectContaining({ table: "orders", scans: expect.any(Number) })]);
  });

  test("one who waits for a table whose holder is not recorded is shown with the way to know", async () => {
    await filled();
    const recording = (enabled: "YES" | "NO") =>
      database().query(
        "update performance_schema.setup_instruments set enabled = ? where name = 'wait/lock/metadata/sql/mdl'",
        [enabled],
      );
    // MySQL records them by itself, MariaDB when it is told to.
    await recording("NO");
    const [reader, changer] = [await database().session("reader"), await database().session("changer")];
    await reader.run("begin; select count(*) from orders");
    await changer.at("alter table orders add column more int");
    const sight = await until("it to wait", async () => {
      const seen = await look("locks");
      return seen.sessions.some(({ waiting }) => waiting !== null) ? seen : null;
    });
    expect(sight.sessions).toContainEqual(
      expect.objectContaining({ id: String(changer.pid), waiting: "a table metadata lock", blockedBy: [] }),
    );
    expect(sight.unknownHolders).toMatch(/wait\/lock\/metadata\/sql\/mdl/);
    await recording("YES");
    await reader.run("rollback");
    await changer.ended();
    await reader.run("begin; select count(*) from orders");
    await changer.at("alter table orders add column again int");
    const known = await until("its holder to be known", async () => {
      const seen = await look("locks");
      return seen.sessions.some(({ blockedBy }) => blockedBy.length > 0) ? seen : null;
    });
    expect(known.sessions.find(({ id }) => id === String(changer.pid))?.blockedBy).toEqual([String(reader.pid)]);
    expect(known.unknownHolders).toBeNull();
  });

  test("analyzes and optimizes a table, and knows its own run again by its mark", async () => {
    await filled();
    const { read, write } = port(database().url);
    const before = await read.relation(at, "orders");
    const untouched = { file: before?.file ?? "", analyzed: before?.analyzed ?? null, vacuumed: null };
    for (const verb of ["analyze", "optimize"] as const) {
      const work: Maintenance = { verb, relation: before?.name ?? "", token: `operation-${verb}`, before: untouched };
      await write.maintain(at, work);
      const ended = await until("its end", async () => {
        const now = await read.progress(at, work.token);
        return now.state === "running" ? null : now;
      });
      expect(ended.state).toBe("done");
      // A bot that was started since knows nothing of the run, and sees by the table whether it was built anew.
      expect((await port(database().url).read.progress(at, work.token)).state).toBe("gone");
    }
    expect((await read.relation(at, "orders"))?.file).not.toBe(before?.file);
    await expect(
      write.maintain(at, {
        verb: "reindex",
        relation: before?.name ?? "",
        token: "operation-reindex",
        before: untouched,
      }),
    ).rejects.toMatchObject({ code: "NotKnown" });
    await expect(
      write.maintain(at, {
        verb: "analyze",
        relation: "orders; drop table orders",
        token: "operation-odd",
        before: untouched,
      }),
    ).rejects.toMatchObject({ fault: "not_found" });
  });

  test("a run that waits for others is found by a bot that did not start it, and not started again", async () => {
    await filled();
    const holder = await database().session("holder");
    await holder.run("begin; select count(*) from orders");
    const found = await port(database().url).read.relation(at, "orders");
    const before = { file: found?.file ?? "", analyzed: found?.analyzed ?? null, vacuumed: null };
    const work: Maintenance = { verb: "optimize", relation: found?.name ?? "", token: "operation-waiting", before };
    await port(database().url).write.maintain(at, work);
    const other = port(database().url);
    expect(await other.read.progress(at, work.token)).toMatchObject({ state: "running" });
    await other.write.maintain(at, work);
    const running = await database().query(
      "select id from information_schema.processlist where info like 'optimize%operation-waiting%'",
    );
    expect(running).toHaveLength(1);
    await holder.run("rollback");
    await until("its end", async () => (await other.read.progress(at, work.token)).state === "gone");
  });

  test("only tables that can be built anew beside the old one say so", async () => {
    await database().query("create table old_kind (id int primary key) engine = MyISAM");
    await database().query("create table `odd name` (id int primary key)");
    const { read } = port(database().url);
    expect(await read.relation(at, "old_kind")).toMatchObject({ rebuildsOnline: false });
    expect(await read.relation(at, "`odd name`")).toMatchObject({
      name: expect.stringMatching(/\.`odd name`$/),
      rebuildsOnline: true,
    });
  });

  test("where the bot's user may not end sessions, the procedure of a hosted server is asked", async () => {
    const user = decodeURIComponent(new URL(database().url).username);
    const name = new URL(database().url).pathname.slice(1);
    const admins = isMysql ? "connection_admin" : "connection admin";
    await database().query(`revoke ${admins} on *.* from ${user}@'%'`);
    const busy = await database().session("billing");
    await busy.at("select 1 from (select 1 union select 2) as two where sleep(60) = 0");
    const { read, write } = port(database().url);
    const session = await read.session(at, String(busy.pid));
    if (!session) throw new Error("not seen");
    await expect(write.end(at, session, "cancel")).rejects.toMatchObject({ fault: "denied" });
    await database().query(`create procedure mysql.rds_kill_query(in id bigint) sql security definer kill query id`);
    try {
      await database().query(`grant execute on procedure mysql.rds_kill_query to ${user}@'%'`);
      expect(await write.end(at, session, "cancel")).toBe("told");
      expect(await busy.ended()).toBe("ER_QUERY_INTERRUPTED");
    } finally {
      await database().query("drop procedure mysql.rds_kill_query");
    }
    const [check] = await mysqlProvider(new Map([["production/main", database().url]])).check([at]);
    expect(check).toMatchObject({ ok: false, found: expect.stringContaining("lacks CONNECTION_ADMIN") });
    expect(name).not.toBe("");
  });

  test("an address may ask for encryption, and nothing that is not known", async () => {
    await expect(port(`${database().url}?ssl-mode=verify_identity`).read.look(at, "active")).rejects.toMatchObject({
      name: "ProviderError",
    });
    await expect(port(`${database().url}?sslmode=require`).read.look(at, "active")).rejects.toMatchObject({
      code: "BadAddress",
    });
    expect((await port(`${database().url}?ssl-mode=disabled`).read.look(at, "active")).view).toBe("active");
  });

  function dumping(folder: string) {
    const bucket = () => {
      throw new Error("There is no bucket here.");
    };
    const keeping = dumpKeeping({ ...noBackups, store: { kind: "directory", path: folder } }, bucket);
    return mysqlProvider(new Map([["production/main", database().url]]), keeping);
  }

  test("a dump is stopped at once also while the server does not answer", async () => {
    await filled();
    const folder = await mkdtemp(join(tmpdir(), "tocsin-mysql-dumps-"));
    try {
      await database().query("lock tables orders write");
      const { dumps } = dumping(folder);
      const job = { operation: "stopped", name: "production-main-stopped.sql", format: "plain" as const };
      expect(await dumps?.write.dump(at, { ...job, at: new Date().toISOString() })).toMatchObject({ done: false });
      const begun = performance.now();
      await dumps?.write.stop(at, "stopped");
      expect(performance.now() - begun).toBeLessThan(5000);
    } finally {
      await database().query("unlock tables");
      await rm(folder, { recursive: true });
    }
  });

  test("a dump of MariaDB is not tried on MySQL, whose client does not read it", async () => {
    const folder = await mkdtemp(join(tmpdir(), "tocsin-mysql-dumps-"));
    try {
      await writeFile(join(folder, "one.sql"), "/*M!999999\\- enable the sandbox mode */ \n-- MariaDB dump 10.19\n");
      const { dumps } = dumping(folder);
      const file = { name: "one.sql", format: "plain" } as DumpFile;
      expect(await dumps?.read.inspect(at, file)).toEqual(
        isMysql ? expect.stringMatching(/^it is MariaDB's, which MySQL [\d.]+ does not read$/) : null,
      );
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test("what a dump would lack without anybody being told is said before", async () => {
    const folder = await mkdtemp(join(tmpdir(), "tocsin-mysql-dumps-"));
    try {
      const { dumps } = dumping(folder);
      const { username, pathname } = new URL(database().url);
      const risks = async () => (await dumps?.read.ready(at))?.risks;
      expect(await risks()).toEqual([
        expect.stringMatching(/^Triggers would not be in it/),
        expect.stringMatching(/^Procedures and functions would not be in it/),
      ]);
      await database().query(`grant trigger, execute on ${pathname.slice(1)}.* to ${username}@'%'`);
      expect(await risks()).toEqual([]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test("the documentation names the rights that these tests go by", () => {
    const text = readFileSync(new URL("../../docs/providers/mysql.md", import.meta.url), "utf8");
    for (const right of [...grants.mariadb, ...grants.mysql]) expect(text).toContain(`grant ${right} to`);
  });

  test.skipIf(bare === null)(
    "says what a server without performance_schema does not tell, and how it would",
    async () => {
      if (bare === null) return;
      const { read } = port(`${bare.url}/mysql`);
      const why = /performance_schema is off on this server/;
      expect(await read.look(at, "slow")).toMatchObject({ statements: null, why: expect.stringMatching(why) });
      expect(await read.look(at, "indexes")).toMatchObject({ indexes: { unknown: expect.stringMatching(why) } });
      expect(await read.look(at, "connections")).toMatchObject({ connections: { limit: expect.any(Number) } });
      expect(await read.look(at, "active")).toMatchObject({ view: "active" });
      expect(await read.look(at, "locks")).toMatchObject({ unknownHolders: null });
    },
  );

  test.skipIf(bare === null)("a slow log that is kept as a table stands in for figures that are not kept", async () => {
    if (bare === null) return;
    const admin = await createConnection({ uri: bare.url });
    try {
      await admin.query("set global log_output = 'TABLE', global slow_query_log = 1, global long_query_time = 0.01");
      // A session has these settings as they were when it began.
      const shop = await createConnection({ uri: `${bare.url}/mysql` });
      for (const name of ["hunter2-secret", "hunter3-secret"]) {
        await shop.query(`select sleep(0.05), '${name}' as password from (select 1 union select 2) as two limit 1`);
      }
      await shop.end();
      const sight = await port(`${bare.url}/mysql`).read.look(at, "slow");
      expect(sight).toMatchObject({ why: null, source: expect.stringMatching(/slow log of the last day/) });
      const statements = sight.view === "slow" ? sight.statements : null;
      // MariaDB writes down only what reads whole tables, or makes one, where nothing else is set.
      const asked = statements?.find(({ statement }) => /^select sleep\(\?\), \? as password from/.test(statement));
      expect(asked).toMatchObject({ id: null, calls: 2, rows: 2 });
      expect(asked?.totalMilliseconds).toBeGreaterThanOrEqual(100);
      expect(asked?.totalMilliseconds).toBeLessThan(2000);
    } finally {
      await admin.query("set global slow_query_log = 0, global log_output = 'FILE', global long_query_time = 10");
      await admin.end();
    }
  });

  test.skipIf(bare === null)("a replica whose link is down is not zero seconds behind", async () => {
    if (bare === null) return;
    const [primary, replica] = [new URL(server.url), await createConnection({ uri: bare.url })];
    await (await administrator()).query("create user replica@'%'; grant replication slave on *.* to replica@'%'");
    await replica.query(
      !isMysql
        ? `change master to master_host = '127.0.0.1', master_port = ${primary.port}, master_user = 'replica'`
        : `change replication source to source_host = '127.0.0.1', source_port = ${primary.port}, source_user = 'replica', get_source_public_key = 1`,
    );
    const link = !isMysql ? "slave" : "replica";
    const seen = async () => {
      const sight = await port(bare.url).read.look(at, "replication");
      return sight.view === "replication" ? sight.replication : null;
    };
    expect(await seen()).toMatchObject({
      role: "replica",
      receiving: { connected: false, lagSeconds: null, trouble: "receives nothing" },
    });
    await replica.query(`start ${link}`);
    await until("it to follow", async () => (await seen())?.receiving?.lagSeconds === 0);
    expect((await look("replication")).replication).toMatchObject({
      role: "primary",
      replicas: [expect.objectContaining({ name: expect.stringMatching(/^replica@/), lagSeconds: null })],
    });
    await replica.query(`stop ${link} sql_thread`);
    expect(await seen()).toMatchObject({
      receiving: { connected: true, lagSeconds: null, trouble: "does not apply what it receives" },
    });
    await replica.query(`stop ${link}`);
    await replica.end();
  });
});
