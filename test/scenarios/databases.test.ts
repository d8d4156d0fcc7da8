import { readFileSync } from "node:fs";
import { afterEach, describe, expect, test } from "vitest";
import { type BusyDatabase, busyDatabase, waiting } from "../support/busy-database.ts";
import { busyMysql, waitingInMysql } from "../support/busy-mysql.ts";
import { mysqlAdministrator, testMysql, versionOf } from "../support/mysql.ts";
import { until } from "../support/person.ts";
import { reading } from "../support/reading.ts";
import { type Scenario, startScenario } from "../support/scenario.ts";

const ops = "#ops";
const secret = "hunter2-planted-secret";
const databases: BusyDatabase[] = [];
afterEach(async () => {
  for (const one of databases.splice(0)) await one.drop();
});

/** The reference platform, with a real database behind its `postgres`. */
async function storyWithDatabase(more: (text: string) => string = (text) => text) {
  const database = await busyDatabase();
  databases.push(database);
  const example = readFileSync(new URL("../../examples/waooaw/tocsin.yaml", import.meta.url), "utf8");
  const configuration = more(
    example.replace(
      "rds: { instance: waooaw-postgres-production }",
      `rds: { instance: waooaw-postgres-production }\n        postgres: { url: "${database.url}" }`,
    ),
  );
  const story = await startScenario({ configuration });
  return { story, database };
}

/** Nothing that Slack was ever sent holds a secret. */
function neverTold(story: Scenario, ...secrets: readonly string[]): void {
  const told = JSON.stringify(story.slack.calls);
  for (const one of secrets) expect(told).not.toContain(one);
}

async function chain(database: BusyDatabase) {
  await database.query("create table orders (id int primary key, note text); grant all on orders to public");
  await database.query("insert into orders values (1, ''), (2, '')");
  const [checkout, report] = await Promise.all([database.session("checkout"), database.session("report")]);
  await checkout.run(`begin; update orders set note = '${secret}' where id = 1`);
  await report.at(`update orders set note = '${secret}' where id = 1`);
  await waiting(database, 1);
  return { checkout, report };
}

describe("[O13] looking into a database", { timeout: 90_000 }, () => {
  test("shows who holds whom up, and ends the one at the root by button", async () => {
    const { story, database } = await storyWithDatabase();
    const ana = story.person("U0ANA");
    const { checkout, report } = await chain(database);
    await ana.types(ops, "/ops db postgres locks");
    const card = reading(await ana.sees(ops, /holds up 1/));
    expect(card).toContain(`*${checkout.pid}* holds up 1`);
    expect(card).toMatch(/idle in an open transaction for \d+ s · checkout/);
    expect(card).toContain("update orders set note = ? where id = ?");
    expect(card).toMatch(new RegExp(`└ \\*${report.pid}\\* waits \\d+ s · report`));
    await ana.clicks(`Terminate ${checkout.pid}`, { channel: ops });
    const plan = reading(await ana.sees(ops, /waiting for confirmation/));
    expect(plan).toContain(`Terminate session ${checkout.pid} on postgres in production`);
    expect(plan).toContain("what it had open is rolled back");
    await ana.clicks("Confirm", { channel: ops });
    const done = reading(await ana.sees(ops, /Done and verified/));
    expect(done).toContain(`session ${checkout.pid} has ended.`);
    expect(await report.ended()).toBe("done");
    await ana.clicks("Look again", { channel: ops });
    await ana.sees(ops, /Nobody waits for a lock\./);
    neverTold(story, secret);
  });

  test("a session that is another one by now is left alone", async () => {
    const { story, database } = await storyWithDatabase();
    const ana = story.person("U0ANA");
    const { checkout } = await chain(database);
    await ana.types(ops, `/ops terminate postgres ${checkout.pid}`);
    await ana.sees(ops, /waiting for confirmation/);
    await checkout.close();
    await ana.clicks("Confirm", { channel: ops });
    const stale = reading(await ana.sees(ops, /Out of date/));
    expect(stale).toContain(`the session ${checkout.pid} is gone, was the one that began`);
  });

  test("shows each side of it, on one card each", async () => {
    const { story, database } = await storyWithDatabase();
    const ana = story.person("U0ANA");
    const busy = await database.session("billing");
    await busy.at(`select pg_sleep(60), '${secret}'`);
    await ana.types(ops, "/ops db postgres");
    expect(reading(await ana.sees(ops, /postgres in production\* · active/))).toMatch(
      /billing\n`select pg_sleep\(\?\), \?`/,
    );
    await ana.types(ops, "/ops db postgres connections");
    await ana.sees(ops, /\d+ of \d+ connections are taken \(\d+ %\)/);
    await ana.types(ops, "/ops db postgres sizes");
    await ana.sees(ops, /· sizes\n[\d.]+ MB in all/);
    await ana.types(ops, "/ops db postgres indexes");
    await ana.sees(ops, /0 invalid, 0 unused/);
    await ana.types(ops, "/ops db postgres replication");
    await ana.sees(ops, /Primary with 0 replicas\./);
    await ana.types(ops, "/ops db postgres slow");
    await ana.sees(ops, /No figures of past statements: the extension pg_stat_statements is not installed/);
    await ana.types(ops, "/ops db postgres lokcs");
    expect(ana.told(ops).at(-1)).toMatch(/locks/);
    await ana.types(ops, `/ops cancel-query postgres ${busy.pid} --yes`);
    await ana.clicks("Confirm", { channel: ops });
    await ana.sees(ops, /Done and verified[\s\S]*has cancelled/);
    expect(await busy.ended()).toBe("57014");
    neverTold(story, secret);
  });

  test("explains a slow statement that is picked, without carrying it out", async () => {
    const { story, database } = await storyWithDatabase();
    await database.query("create extension pg_stat_statements; set pg_stat_statements.track = 'top'");
    await database.query("create table orders (id int primary key, note text); insert into orders values (1, 'x')");
    await database.query(`select count(*) from orders where note = '${secret}'`);
    const ana = story.person("U0ANA");
    await ana.types(ops, "/ops db postgres slow");
    await ana.sees(ops, /statements that took most time/);
    await ana.chooses(/^select count\(\*\) from orders/, { channel: ops });
    const plan = reading(await ana.sees(ops, /· explain/));
    expect(plan).toContain("Read from end to end: *orders*.");
    expect(plan).toContain("select count(*) from orders where note = $1");
    expect(plan).toMatch(/Seq Scan on orders/);
    neverTold(story, secret);
  });

  test("a database that is away, or that nobody said how to reach, says so", async () => {
    const { story } = await storyWithDatabase((text) =>
      text.replace(/postgres: \{ url: ".*" \}/, 'postgres: { url: "postgres://app:pl4nted-pw@127.0.0.1:1/x" }'),
    );
    const ana = story.person("U0ANA");
    await ana.types(ops, "/ops db postgres active");
    await ana.sees(
      ops,
      /could not be seen \(active\)\nthe platform could not be reached \(look at active: ECONNREFUSED\)/,
    );
    await ana.types(ops, "/ops terminate postgres 1234");
    await ana.sees(ops, /No plan could be made: the platform could not be reached/);
    neverTold(story, "pl4nted-pw");
    const plain = await startScenario();
    const ben = plain.person("U0BEN");
    await ben.types(ops, "/ops db postgres");
    await until("an answer", () =>
      ben.told(ops).at(-1)?.includes("does not say how to connect to production/postgres"),
    );
  });

  test("a table is analyzed, vacuumed and indexed anew, and what a broken run left is dropped first", async () => {
    const { story, database } = await storyWithDatabase();
    const ana = story.person("U0ANA");
    await database.query("create table orders (id int primary key, n int)");
    await database.query("insert into orders select i, i from generate_series(1, 2000) i");
    await database.query("create index orders_by_n_ccnew on orders (n)");
    await database.query("update pg_index set indisvalid = false where indexrelid = 'orders_by_n_ccnew'::regclass");
    for (const verb of ["analyze", "vacuum"]) {
      await ana.types(ops, `/ops ${verb} postgres orders`);
      await ana.sees(ops, new RegExp(`${verb} public\\.orders on postgres[\\s\\S]*Confirm`, "i"));
      await ana.clicks("Confirm", { channel: ops });
      await story.advance("20s");
      await ana.sees(ops, new RegExp(`Done and verified[\\s\\S]*${verb} of public\\.orders has ended\\.`));
    }
    const [stats] = await database.query<{ analyzed: boolean; vacuumed: boolean }>(
      "select last_analyze is not null as analyzed, last_vacuum is not null as vacuumed from pg_stat_user_tables",
    );
    expect(stats).toEqual({ analyzed: true, vacuumed: true });
    await ana.types(ops, "/ops db postgres indexes");
    await ana.sees(ops, /1 invalid/);
    await ana.types(ops, "/ops reindex postgres public.orders");
    await ana.sees(ops, /public\.orders_by_n_ccnew: \*invalid leftover\* → \*dropped\*/);
    await ana.clicks("Confirm", { channel: ops });
    await story.advance("20s");
    await ana.sees(ops, /Done and verified[\s\S]*reindex of public\.orders has ended\./);
    const left = await database.query("select 1 from pg_class where relname like '%ccnew%'");
    expect(left).toEqual([]);
    for (const name of ["nothing", "orders; drop table orders", "pg_catalog.pg_class"]) {
      await ana.types(ops, `/ops analyze postgres ${name}`);
      await ana.sees(ops, /There is no table/);
    }
    expect(await database.query("select 1 from orders limit 1")).toHaveLength(1);
  });

  test("scaling a service up says what its tasks would take of the connections that are left", async () => {
    const { story } = await storyWithDatabase((text) => text.replace("{ postgres: 10 }", "{ postgres: 5000 }"));
    const ana = story.person("U0ANA");
    await ana.types(ops, "/ops scale backend 6");
    const plan = reading(await ana.sees(ops, /waiting for confirmation/));
    expect(plan).toMatch(
      /2 more tasks may open 10000 more connections to postgres \(5000 each\), and only \d+ of its \d+ /,
    );
  });
});

const server = await testMysql();

describe.skipIf(server === null)("[O13] looking into a MariaDB or MySQL", { timeout: 90_000 }, () => {
  test("its sides are shown, the one who holds others up is ended, and its tables are tended", async () => {
    if (server === null) return;
    const database = await busyMysql(server, await mysqlAdministrator(server));
    databases.push(database);
    await database.query("create table orders (id int primary key, note varchar(200))");
    await database.query("insert into orders values (1, ''), (2, '')");
    const example = readFileSync(new URL("../../examples/woohan/tocsin.yaml", import.meta.url), "utf8");
    const story = await startScenario({
      configuration: example
        .replace(/mysql: \{ host: .* \}/, `mysql: { url: "${database.url}" }`)
        .replace("actions: [analyze, optimize]", "actions: [analyze, optimize, vacuum]"),
    });
    const ana = story.person("U0ANA");
    const [checkout, report] = await Promise.all([database.session("checkout"), database.session("report")]);
    await checkout.run(`begin; update orders set note = '${secret}' where id = 1`);
    await report.at(`update orders set note = '${secret}' where id = 1`);
    await waitingInMysql(database, 1);
    await ana.types(ops, "/ops db mysql locks --env production");
    const card = reading(await ana.sees(ops, /holds up 1/));
    expect(card).toContain(`*${checkout.pid}* holds up 1`);
    expect(card).toMatch(new RegExp(`└ \\*${report.pid}\\* waits \\d+ s · report`));
    await ana.clicks(`Terminate ${checkout.pid}`, { channel: ops });
    await ana.sees(ops, /waiting for confirmation/);
    await ana.clicks("Confirm", { channel: ops });
    await ana.sees(ops, new RegExp(`Done and verified[\\s\\S]*session ${checkout.pid} has ended`));
    expect(await report.ended()).toBe("done");
    const shop = await database.session("shop");
    await shop.run(`select count(*) from orders where note = '${secret}'`);
    for (const [view, told] of [
      ["slow", /statements that took most time/],
      ["connections", /\d+ of \d+ connections are taken/],
      ["sizes", /· sizes\n[\d.]+ kB in all/],
      ["indexes", /0 invalid, 0 unused, 0 tables read without one/],
      ["replication", /Primary with 0 replicas\./],
    ] as const) {
      await ana.types(ops, `/ops db mysql ${view} --env production`);
      await ana.sees(ops, told);
    }
    // MariaDB keeps no call's values, so nothing is offered there to be explained.
    if (!/mariadb/i.test(await versionOf(server))) {
      await ana.chooses(/^SELECT COUNT \(/, { channel: ops });
      const plan = reading(await ana.sees(ops, /A plan for the values of one of its calls, not carried out/));
      expect(plan).toContain("Read from end to end: *orders*.");
      expect(plan).toContain("select count(*) from orders where note = ?");
    }
    for (const verb of ["analyze", "optimize"]) {
      await ana.types(ops, `/ops ${verb} mysql orders --env production`);
      await ana.sees(ops, new RegExp(`${verb} \\w+\\.orders on mysql[\\s\\S]*Confirm`, "i"));
      await ana.clicks("Confirm", { channel: ops });
      await story.advance("20s");
      await ana.sees(ops, new RegExp(`Done and verified[\\s\\S]*${verb} of \\w+\\.orders has ended\\.`));
    }
    await ana.types(ops, "/ops vacuum mysql orders --env production");
    await ana.sees(ops, /knows no vacuum\. It knows `\/ops analyze`, `\/ops optimize`/);
    neverTold(story, secret, "bot@127.0.0.1");
  });
});
