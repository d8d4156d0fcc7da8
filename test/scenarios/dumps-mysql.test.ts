import { readFileSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { createConnection } from "mysql2/promise";
import { afterAll, describe, expect, test } from "vitest";
import { flavourOf } from "../support/busy-mysql.ts";
import { mysqlAdministrator, testMysql } from "../support/mysql.ts";
import { reading } from "../support/reading.ts";
import { type Scenario, startScenario } from "../support/scenario.ts";

const ops = "#ops";
const server = await testMysql();
const admin = server === null ? null : await mysqlAdministrator(server);
const folders: string[] = [];
let count = 0;

afterAll(async () => {
  for (const one of folders) await rm(one, { recursive: true, force: true });
});

async function ask(sql: string): Promise<readonly Record<string, unknown>[]> {
  if (admin === null) throw new Error("no server");
  return (await admin.query(sql))[0] as unknown as Record<string, unknown>[];
}

async function shop() {
  count += 1;
  const database = `shop_${process.pid}_${count}`;
  await ask(`create database ${database}`);
  await ask(`create user bot_${database}@'%' identified by 'pl4nted-pw'`);
  // What docs/providers/mysql.md names for dumps and restores.
  await ask(`grant all on \`shop\\_%\`.* to bot_${database}@'%'`);
  await ask(`grant all on \`tocsin\\_scratch\\_%\`.* to bot_${database}@'%'`);
  const admins = admin !== null && (await flavourOf(admin)) === "mariadb" ? "connection admin" : "connection_admin";
  // Whoever has functions or triggers restored there says so to the server once.
  await ask("set global log_bin_trust_function_creators = 1");
  await ask(`grant process, ${admins} on *.* to bot_${database}@'%'`);
  await ask(`create table ${database}.customers (id int primary key, name varchar(20))`);
  await ask(
    `create table ${database}.orders (id int auto_increment primary key, customer int, note varchar(40), foreign key (customer) references ${database}.customers (id))`,
  );
  await ask(`insert into ${database}.customers values (1, 'a'), (2, 'b')`);
  const rows = Array.from({ length: 500 }, (_, i) => `(${1 + (i % 2)}, 'pl4nted-note')`).join(", ");
  await ask(`insert into ${database}.orders (customer, note) values ${rows}`);
  const folder = await mkdtemp(join(tmpdir(), "tocsin-dumps-"));
  folders.push(folder);
  const url = new URL(`/${database}`, server?.url);
  url.username = `bot_${database}`;
  url.password = "pl4nted-pw";
  const example = readFileSync(new URL("../../examples/waooaw/tocsin.yaml", import.meta.url), "utf8");
  const configuration = example
    .replace(
      "caches:\n",
      `  shop:\n    environments: { production: { mysql: { url: "${url.href}" } } }\n    backups: { to: "${folder}", validate: { orders: "select count(*) from orders" } }\n\ncaches:\n`,
    )
    // The rule alone asks for nobody: what is asked for all the same comes from the plan.
    .replace(
      /(actions: \[restore-over-live\]\n\s+allow: \[members\]\n)(\s+(approvals|approvers|confirm): .*\n){3}/,
      "$1",
    );
  return { story: await startScenario({ configuration }), database, folder };
}

async function until(story: Scenario, ana: ReturnType<Scenario["person"]>, what: RegExp) {
  for (let tries = 0; tries < 60 && !what.test(ana.screen(ops)); tries += 1) await story.advance("10s");
  return reading(await ana.sees(ops, what));
}

function neverTold(story: Scenario): void {
  const told = JSON.stringify(story.slack.calls);
  for (const one of ["pl4nted-pw", "pl4nted-note"]) expect(told).not.toContain(one);
}

describe.skipIf(server === null)("[O8] dumping a MySQL or MariaDB database", { timeout: 120_000 }, () => {
  test("is written compressed, restored for a test, compared, and listed", async () => {
    const { story, folder, database } = await shop();
    const ana = story.person("U0ANA");
    await ana.types(ops, "/ops backup shop --format custom");
    await ana.sees(ops, /has no dumps of format custom/);
    await ana.types(ops, "/ops backup shop --yes");
    await until(story, ana, /Done and verified[\s\S]*2 tables/);
    const [name = ""] = (await readdir(folder)).filter((one) => one.endsWith(".sql.gz"));
    expect(gunzipSync(await readFile(join(folder, name))).toString()).toMatch(/Dump completed/);
    const described = JSON.parse(await readFile(join(folder, `${name}.json`), "utf8"));
    expect(described).toMatchObject({ database, format: "gzip", rows: { customers: 2, orders: 500 } });
    await ana.types(ops, "/ops backups shop");
    expect(reading(await ana.sees(ops, /newest good backup is/))).toMatch(/dump, gzip[\s\S]*restored/);
    expect(await ask("show databases like 'tocsin%'")).toEqual([]);
    neverTold(story);
  });
});

describe.skipIf(server === null)("[O9] restoring a MySQL or MariaDB dump", { timeout: 120_000 }, () => {
  test("beside the live one, and over it with the old tables kept aside and put back by undo", async () => {
    const { story, database } = await shop();
    const [ana, ben] = [story.person("U0ANA"), story.person("U0BEN")];
    // What a database that was restored beside once brings along when it is the live one now.
    await ask(`create table ${database}.tocsin_made_by (operation varchar(64) primary key)`);
    await ask(`insert into ${database}.tocsin_made_by values ('an-operation-of-then')`);
    await ana.types(ops, "/ops backup shop --yes --format plain");
    await until(story, ana, /Done and verified/);
    await ask(`delete from ${database}.orders where id > 10`);
    await ana.types(ops, `/ops restore shop --to ${database}_check`);
    await ana.sees(ops, /into the new database/);
    await ana.clicks("Confirm", { channel: ops });
    await until(story, ana, /_check is there[\s\S]*orders: 500/);

    await ana.types(ops, "/ops restore shop --over-live");
    await ana.sees(ops, /over the live database/);
    await ana.clicks("Confirm", { channel: ops });
    await ana.submits({ "Type shop to confirm": "shop" });
    await ben.clicks("Approve", { channel: ops });
    await until(story, ana, /what was live is kept as/);
    expect(await ask(`select count(*) as n from ${database}.orders`)).toEqual([{ n: 500 }]);
    const [aside] = await ask(`show databases like '${database}\\_before%'`);
    const kept = String(Object.values(aside ?? {})[0]);
    expect(await ask(`select count(*) as n from ${kept}.orders`)).toEqual([{ n: 10 }]);
    expect(await ask("show databases like 'tocsin%'")).toEqual([]);
    await ana.clicks(`Back to ${kept}`, { channel: ops });
    await ana.sees(ops, /Put .* back in the place of shop/);
    await ana.clicks("Confirm", { channel: ops });
    await ana.submits({ "Type shop to confirm": "shop" });
    await ben.clicks("Approve", { channel: ops });
    await until(story, ana, /as it was set aside/);
    expect(await ask(`select count(*) as n from ${database}.orders`)).toEqual([{ n: 10 }]);
    neverTold(story);
  });

  test("over the live one leaves its views, routines and events, and is refused where the dump has others, or triggers", async () => {
    const { story, database, folder } = await shop();
    const [ana, ben] = [story.person("U0ANA"), story.person("U0BEN")];
    const definer = `definer = bot_${database}@'%'`;
    const view = (of: string) =>
      ask(
        `create or replace ${definer} sql security invoker view ${database}.names as select ${of} from ${database}.customers`,
      );
    await view("name");
    await ask(`create ${definer} procedure ${database}.tidy(in days int) delete from log where age > days`);
    await ask(
      `create ${definer} event ${database}.nightly on schedule every 1 day do delete from ${database}.orders where id < 0`,
    );
    await ana.types(ops, "/ops backup shop --yes");
    await until(story, ana, /Done and verified/);
    const [first = ""] = (await readdir(folder)).filter((one) => one.endsWith(".sql.gz"));
    await ask(`delete from ${database}.orders where id > 10`);

    const restore = async () => {
      await ana.types(ops, `/ops restore shop ${first} --over-live`);
      await ana.sees(ops, /views, routines and events stay as they are now/);
      await ana.clicks("Confirm", { channel: ops });
      await ana.submits({ "Type shop to confirm": "shop" });
      await ben.clicks("Approve", { channel: ops });
    };
    await view("upper(name) as name");
    await restore();
    await until(story, ana, /not what the live one has: view names/);
    expect(await ask(`show databases like '${database}\\_before%'`)).toEqual([]);
    expect(await ask("show databases like 'tocsin%'")).toEqual([]);

    await view("name");
    await story.advance("2m");
    await restore();
    await until(story, ana, /what was live is kept as/);
    expect(await ask(`select count(*) as n from ${database}.orders`)).toEqual([{ n: 500 }]);
    expect(await ask(`select count(*) as n from ${database}.names`)).toEqual([{ n: 2 }]);

    await ana.types(ops, `/ops restore shop ${first} --to ${database}_check`);
    await ana.sees(ops, /into the new database/);
    await ana.clicks("Confirm", { channel: ops });
    await until(story, ana, /_check is there[\s\S]*orders: 500/);
    const events = await ask(
      `select event_schema as owner, status as status, definer as definer from information_schema.events where event_schema like '${database}%' order by 1`,
    );
    expect(events).toEqual([
      { owner: database, status: "ENABLED", definer: `bot_${database}@%` },
      { owner: `${database}_check`, status: "DISABLED", definer: `bot_${database}@%` },
    ]);

    await ask(
      `create ${definer} trigger ${database}.upper before insert on ${database}.customers for each row set new.name = upper(new.name)`,
    );
    await ana.types(ops, "/ops restore shop --over-live");
    await ana.sees(ops, /It has 1 triggers, which cannot be moved/);
  });

  test("over the live one is given up where others' foreign keys refer to it or a session holds it: nothing is left", async () => {
    const { story, database } = await shop();
    const [ana, ben] = [story.person("U0ANA"), story.person("U0BEN")];
    await ana.types(ops, "/ops backup shop --yes");
    await until(story, ana, /Done and verified/);
    const restore = async () => {
      await ana.types(ops, "/ops restore shop --over-live");
      await ana.sees(ops, /over the live database/);
      await ana.clicks("Confirm", { channel: ops });
      await ana.submits({ "Type shop to confirm": "shop" });
      await ben.clicks("Approve", { channel: ops });
    };
    const untouched = async () => {
      expect(await ask(`select count(*) as n from ${database}.orders`)).toEqual([{ n: 500 }]);
      expect(await ask(`show databases like '${database}\\_before%'`)).toEqual([]);
      expect(await ask("show databases like 'tocsin%'")).toEqual([]);
    };
    const other = `other_${database}`;
    await ask(`create database ${other}`);
    await ask(
      `create table ${other}.gifts (id int primary key, foreign key (id) references ${database}.customers (id))`,
    );
    await restore();
    await until(story, ana, /Foreign keys of other_\w+\.gifts refer to it/);
    await untouched();
    await ask(`drop database ${other}`);

    // In another database, so that it is not one of those that are ended.
    const holder = await createConnection({ uri: server?.url ?? "" });
    await holder.query("begin");
    await holder.query(`select * from ${database}.customers`);
    await story.advance("2m");
    await restore();
    await until(story, ana, /Something holds its tables/);
    await untouched();
    await holder.end();
  });
});
