import { readFileSync } from "node:fs";
import { createConnection } from "mysql2/promise";
import { afterEach, describe, expect, test } from "vitest";
import { type BusyDatabase, busyDatabase } from "../support/busy-database.ts";
import { busyMysql, waitingInMysql } from "../support/busy-mysql.ts";
import { mysqlAdministrator, testMysql } from "../support/mysql.ts";
import { until } from "../support/person.ts";
import { reading } from "../support/reading.ts";
import { startScenario } from "../support/scenario.ts";

const ops = "#ops";
const secret = "hunter2-planted";
const databases: BusyDatabase[] = [];
afterEach(async () => {
  for (const one of databases.splice(0)) await one.drop();
});
const exampleOf = (platform: string) => readFileSync(`examples/${platform}/tocsin.yaml`, "utf8");

describe("[O2] diagnosing a database whose connections are all taken", { timeout: 90_000 }, () => {
  test("says that once, as critical, and the rest as unknown", async () => {
    const database = await busyDatabase();
    databases.push(database);
    const inside = `rds: { instance: waooaw-postgres-production }\n        postgres: { url: "${database.appUrl}" }`;
    const story = await startScenario({
      configuration: exampleOf("waooaw").replace("rds: { instance: waooaw-postgres-production }", inside),
    });
    await database.query(`alter role ${new URL(database.appUrl).username} connection limit 0`);
    await story.person("U0ANA").types(ops, "/ops diagnose postgres");
    const found = reading(await story.person("U0ANA").sees(ops, /Seen/));
    expect(found).toContain(":red_circle: *Database connections* critical: all are taken, none is left for the bot");
    expect(found.match(/none is left for the bot/g)).toHaveLength(1);
    expect(found).toContain(":grey_question: *Longest statement* unknown: no connection is left to ask for it");
    expect(found).not.toMatch(/nothing here reads them:.*Database connections/);
  });
});

const server = await testMysql();

describe.skipIf(server === null)("[O2] diagnosing a MariaDB or MySQL", { timeout: 90_000 }, () => {
  const open = async () => {
    if (server === null) throw new Error("There is no server");
    const database = await busyMysql(server, await mysqlAdministrator(server));
    databases.push(database);
    const configuration = exampleOf("woohan").replace(/mysql: \{ host: .* \}/, `mysql: { url: "${database.url}" }`);
    const story = await startScenario({ configuration });
    return { database, story, ana: story.person("U0ANA") };
  };

  /** MariaDB refreshes what it tells of locks only where it was not asked for a tenth of a second. */
  const isWaited = async (database: BusyDatabase) => {
    await new Promise((resolve) => setTimeout(resolve, 150));
    const [row] = await database.query<{ trx_state: string }>(
      "select trx_state from information_schema.innodb_trx where trx_state = 'LOCK WAIT'",
    );
    return row !== undefined;
  };

  test("who holds others up is the cause, and is ended by button", async () => {
    const { database, story, ana } = await open();
    await database.query("create table orders (id int primary key, note varchar(200))");
    await database.query("insert into orders values (1, '')");
    const [checkout, report] = await Promise.all([database.session("checkout"), database.session("report")]);
    await checkout.run(`begin; update orders set note = '${secret}' where id = 1`);
    await report.at("update orders set note = 'x' where id = 1");
    await waitingInMysql(database, 1);
    await ana.types(ops, "/ops diagnose mysql --env production");
    const found = reading(await ana.sees(ops, /Seen/));
    expect(found).toMatch(new RegExp(`session ${checkout.pid} of checkout holds up 1, idles in an open transaction`));
    expect(found).toMatch(/:large_orange_circle: \*Sessions waiting for a lock\* warning: 1/);
    expect(found).toMatch(/\*Database connections\* normal: \d+ of \d+/);
    expect(found).toMatch(/\*Longest statement\* normal: \d/);
    await ana.clicks(`Terminate ${checkout.pid}`, { channel: ops });
    await ana.sees(ops, /Terminate session[\s\S]*waiting for confirmation/);
    await ana.clicks("Confirm", { channel: ops });
    await ana.sees(ops, /Done and verified/);
    expect(await report.ended()).toBe("done");
    // The server itself goes on telling of a wait for a moment.
    await until("the lock to be forgotten", async () => !(await isWaited(database)));
    await ana.clicks("Look again", { channel: ops, reading: /MySQL/ });
    await ana.sees(ops, /\*Sessions waiting for a lock\* normal: 0/);
    expect(JSON.stringify(story.slack.calls)).not.toContain(secret);
  });

  test("a server that lets nobody in any more is critical, not unknown", async () => {
    const { database, ana } = await open();
    await database.query(`alter user ${new URL(database.url).username}@'%' with max_user_connections 1`);
    const held = await createConnection(database.url);
    try {
      await ana.types(ops, "/ops diagnose mysql --env production");
      const found = reading(await ana.sees(ops, /Seen/));
      expect(found).toContain(":red_circle: *Database connections* critical: all are taken, none is left for the bot");
    } finally {
      await held.end();
    }
  });
});
