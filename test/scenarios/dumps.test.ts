import { readFileSync } from "node:fs";
import { chmod, mkdtemp, readdir, readFile, rm, truncate, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import pg from "pg";
import { afterAll, describe, expect, test } from "vitest";
import { dumpablePostgres } from "../support/dumpable-postgres.ts";
import { reading } from "../support/reading.ts";
import { type Scenario, startScenario } from "../support/scenario.ts";

const ops = "#ops";
const server = await dumpablePostgres();
const folders: string[] = [];
let count = 0;

afterAll(async () => {
  for (const one of folders) await rm(one, { recursive: true, force: true });
});

async function ask<T extends pg.QueryResultRow = pg.QueryResultRow>(database: string, sql: string): Promise<T[]> {
  const client = new pg.Client({ connectionString: `${server?.url}/${database}` });
  await client.connect();
  try {
    const found = await client.query<T>(sql);
    return Array.isArray(found) ? [] : found.rows;
  } finally {
    await client.end();
  }
}

/** A shop with orders, its dumps in a folder of their own, and the rules of the reference platform. */
async function shop(more: (text: string) => string = (text) => text, place = "") {
  count += 1;
  const database = `shop_${count}`;
  await ask("postgres", `create database ${database}`);
  await ask(database, "create table customers (id int primary key, name text)");
  await ask(database, "create table orders (id serial primary key, customer int references customers, note text)");
  await ask(database, "insert into customers select i, 'c' || i from generate_series(1, 50) i");
  await ask(
    database,
    "insert into orders (customer, note) select 1 + i % 50, 'pl4nted-note' from generate_series(1, 3000) i",
  );
  const folder = await mkdtemp(join(tmpdir(), "tocsin-dumps-"));
  folders.push(folder);
  const example = readFileSync(new URL("../../examples/waooaw/tocsin.yaml", import.meta.url), "utf8");
  const text = example
    .replace(
      "caches:\n",
      `  shop:\n    environments: { production: { postgres: { url: "${server?.url}/${database}" } } }\n    backups: { rpo: 24h, rto: 1h, validate: { orders: "select count(*) from orders" } }\n\ncaches:\n`,
    )
    // The rule alone asks for nobody: what is asked for all the same comes from the plan.
    .replace(
      /(actions: \[restore-over-live\]\n\s+allow: \[members\]\n)(\s+(approvals|approvers|confirm): .*\n){3}/,
      "$1",
    );
  const configuration = more(`${text}\nbackups: ${place || `{ directory: "${folder}" }`}\n`);
  const story = await startScenario({ configuration });
  return { story, database, folder };
}

async function until(story: Scenario, ana: ReturnType<Scenario["person"]>, what: RegExp, step = "10s") {
  for (let tries = 0; tries < 60 && !what.test(ana.screen(ops)); tries += 1) await story.advance(step);
  return reading(await ana.sees(ops, what));
}

/** Nothing that Slack was ever sent holds a password or a row. */
function neverTold(story: Scenario): void {
  const told = JSON.stringify(story.slack.calls);
  for (const one of ["pl4nted-admin-pw", "pl4nted-note"]) expect(told).not.toContain(one);
}

describe.skipIf(server === null)("[O8] dumping a PostgreSQL database", { timeout: 240_000 }, () => {
  test("is planned, written to a folder, listed, restored for a test, compared and told of, in each format", async () => {
    const { story, folder } = await shop();
    const ana = story.person("U0ANA");
    await ana.types(ops, "/ops backup shop --format tar");
    expect(ana.told(ops).at(-1)).toMatch(/There is no format “tar”.\s+Say one of custom, plain, gzip, schema/);
    await ana.types(ops, "/ops backup shop");
    const plan = reading(await ana.sees(ops, /waiting for confirmation/));
    expect(plan).toMatch(/Dump shop in production \(shop_\d+\) as custom to/);
    expect(plan).toMatch(/by pg_dump \d+[\s\S]*restored into a scratch database, compared table by table/);
    expect(await readdir(folder)).toEqual([]);
    await ana.clicks("Confirm", { channel: ops });
    const done = await until(story, ana, /\.dump lies in/);
    expect(done).toMatch(/production-shop-\d{8}T\d{6}Z-[0-9a-f]{12}\.dump lies in .*, 2 tables/);
    const files = (await readdir(folder)).toSorted();
    expect(files).toHaveLength(2);
    const described = JSON.parse(await readFile(join(folder, files[1] ?? ""), "utf8"));
    expect(described).toMatchObject({
      of: "production/shop",
      format: "custom",
      rows: { "public.customers": 50, "public.orders": 3000 },
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    await ana.types(ops, "/ops backups shop");
    const listed = reading(await ana.sees(ops, /newest good backup is/));
    expect(listed).toMatch(/within the RPO of 24 h[\s\S]*dump, custom[\s\S]*by <@U0ANA> · restored/);
    for (const [format, ending] of [
      ["plain", ".sql"],
      ["gzip", ".sql.gz"],
      ["schema", ".schema.sql.gz"],
    ] as const) {
      await ana.types(ops, `/ops backup shop --yes --format ${format}`);
      await until(story, ana, new RegExp(`[0-9a-f]{12}${ending.replaceAll(".", "\\.")} lies in`));
      const [name = ""] = (await readdir(folder)).filter((one) => new RegExp(`-[0-9a-f]{12}${ending}$`).test(one));
      const raw = await readFile(join(folder, name));
      const text = (format === "plain" ? raw : gunzipSync(raw)).toString();
      expect(text).toMatch(/PostgreSQL database dump complete/);
      expect(text.includes("pl4nted-note")).toBe(format !== "schema");
    }
    expect(await ask("postgres", "select datname from pg_database where datname like 'tocsin%'")).toEqual([]);
    neverTold(story);
  });

  test("with no program, a broken one, or no folder it ends in plain words, with nothing left", async () => {
    const programs = await mkdtemp(join(tmpdir(), "tocsin-programs-"));
    folders.push(programs);
    const { story, folder } = await shop((text) =>
      text.replace("backups: { directory:", `backups: { programs: "${programs}", directory:`),
    );
    const ana = story.person("U0ANA");
    await ana.types(ops, "/ops backup shop");
    expect(reading(await ana.sees(ops, /No plan could be made/))).toMatch(
      /There is no pg_dump of PostgreSQL \d+ on the bot's machine: none was found at all. Install postgresql-client-\d+/,
    );
    const broken = join(programs, "pg_dump");
    await writeFile(
      broken,
      `#!/bin/sh\nif [ "$1" = --version ]; then echo "pg_dump (PostgreSQL) ${server?.major}.1"; exit 0; fi\nhead -c 300000 /dev/zero\necho 'pg_dump: error: Dumping the contents of table "pl4nted-note" failed' >&2\nexit 3\n`,
    );
    await chmod(broken, 0o755);
    await ana.types(ops, "/ops backup shop --yes");
    await until(story, ana, /pg_dump ended with exit code 3/);
    expect(await readdir(folder)).toEqual([]);
    await rm(folder, { recursive: true });
    await ana.types(ops, "/ops backup shop");
    await ana.sees(ops, /no folder .*: make it/);
    neverTold(story);
  });

  test("a bot that is gone half-way begins anew and removes what it left; old dumps go, the newest good one never", async () => {
    const { story, folder } = await shop((text) => text.replace("{ rpo: 24h", "{ test_restore: false, rpo: 24h"));
    const ana = story.person("U0ANA");
    const half = ".production-shop-20260101T000000Z-0123456789ab.dump.0123456789ab.partial";
    const others = [".production-other-20260101T000000Z-0123456789ab.dump.0123456789ab.partial", "notes.txt"];
    for (const name of [half, ...others]) {
      await writeFile(join(folder, name), "half");
      await utimes(join(folder, name), new Date(0), new Date(0));
    }
    await ana.types(ops, "/ops backup shop --yes");
    await until(story, ana, /\.dump lies in/);
    expect(await readdir(folder)).toEqual(expect.arrayContaining(others));
    expect(await readdir(folder)).not.toContain(half);
    await rm(join(folder, others[0] ?? ""));
    await story.advance("31d");
    const [first = ""] = (await readdir(folder)).filter((one) => one.endsWith(".dump"));
    await ana.types(ops, "/ops backup shop");
    const plan = reading(await ana.sees(ops, /waiting for confirmation/));
    expect(plan).not.toMatch(/Own dumps older than/);
    await ana.clicks("Confirm", { channel: ops });
    await story.restart();
    await until(story, ana, new RegExp(`${/op-\w+/.exec(plan)?.[0]}: Dump shop .* Done and verified`));
    expect(await readdir(folder)).toContain(first);
    await ana.types(ops, "/ops backup shop --yes");
    await until(story, ana, /deleted production-shop/);
    const names = await readdir(folder);
    expect(names).not.toContain(first);
    expect(names.filter((one) => one.endsWith(".dump"))).toHaveLength(2);
    expect(names.filter((one) => one.endsWith(".partial"))).toEqual([]);
  });
});

describe.skipIf(server === null)("[O8] dumping to a bucket", { timeout: 240_000 }, () => {
  const bucket = "waooaw-backups-production";

  test("is uploaded in parts, restored from there for a test, and listed; trouble ends in plain words with nothing left", async () => {
    const { story, database } = await shop(
      (text) => text.replace("backups: { rpo: 24h", "backups: { format: plain, rpo: 24h"),
      `{ s3: { bucket: ${bucket}, prefix: dumps } }`,
    );
    const ana = story.person("U0ANA");
    story.cloud.faults.set("full-disk", bucket, true);
    await ana.types(ops, "/ops backup shop --yes");
    await until(story, ana, /the bucket waooaw-backups-production is full/);
    story.cloud.faults.clear();
    story.cloud.faults.set("deny", "s3:PutObject", true);
    await ana.types(ops, "/ops backup shop --yes");
    await until(story, ana, /AccessDenied/);
    story.cloud.faults.clear();
    await ana.types(ops, "/ops backups shop");
    await ana.sees(ops, /There is no good backup/);
    // More than one part.
    await ask(
      database,
      "create table noise as select i, string_agg(md5(random()::text), '') as text from generate_series(1, 1000) i, generate_series(1, 600) group by i",
    );
    await ana.types(ops, "/ops backup shop --yes");
    await until(story, ana, /\.sql lies in s3:\/\/waooaw-backups-production\/dumps/);
    const parts = story.cloud.calls().filter((call) => call.operation === "UploadPart");
    expect(parts.length).toBeGreaterThan(1);
    await ana.clicks("Look again", { channel: ops });
    expect(reading(await ana.sees(ops, /newest good backup is/))).toMatch(/dump, plain[\s\S]*restored/);
    neverTold(story);
  });
});

describe.skipIf(server === null)("[O9] restoring a PostgreSQL dump", { timeout: 240_000 }, () => {
  test("into a new database beside the live one, compared and validated; as a drill, measured; damaged ones refused", async () => {
    const { story, database, folder } = await shop((text) =>
      text.replace("backups: { rpo: 24h", "backups: { test_restore: false, rpo: 24h"),
    );
    const ana = story.person("U0ANA");
    const check = `${database}_check`;
    await ana.types(ops, "/ops restore shop");
    await ana.sees(ops, /There is no dump to restore from/);
    await ana.types(ops, "/ops backup shop --yes --format gzip");
    await until(story, ana, /\.sql\.gz lies in/);
    await ask(database, "delete from orders where id > 10");
    await ana.types(ops, `/ops restore shop --to ${check}`);
    const plan = reading(await ana.sees(ops, /waiting for confirmation/));
    expect(plan).toMatch(
      /Restore shop in production of .* into the new database shop_\d+_check[\s\S]*Its checksum is checked first/,
    );
    await ana.clicks("Confirm", { channel: ops });
    const done = await until(story, ana, /_check is there/);
    expect(done).toMatch(/orders: 3000/);
    expect(await ask(check, "select count(*)::int as n from orders")).toEqual([{ n: 3000 }]);
    expect(await ask(database, "select count(*)::int as n from orders")).toEqual([{ n: 10 }]);
    await ana.types(ops, `/ops restore shop --to ${check}`);
    await ana.sees(ops, /There is a database shop_\d+_check already/);

    await story.advance("2h");
    await ana.types(ops, "/ops drill restore shop");
    await ana.sees(ops, /Drill: restore shop in production/);
    await ana.clicks("Confirm", { channel: ops });
    await until(story, ana, /scratch database is gone again/);
    await ana.types(ops, "/ops backups shop");
    const listed = reading(await ana.sees(ops, /Last restores/));
    expect(listed).toMatch(
      /Drill .*restored in \d+ \w+ \(RTO 60 min: kept\), data 2 h.* \(RPO 24 h: kept\) old; 2 tables, 3,050 rows as dumped; orders: 3000/,
    );
    expect(listed).toMatch(/Restore .*orders: 3000; 2 tables, 3,050 rows as dumped; orders: 3000; took \d+ \w+ \(RTO/);
    expect(await ask("postgres", "select 1 from pg_database where datname like 'tocsin%'")).toEqual([]);

    await writeFile(join(folder, "foreign.dump"), "PGDMP whatever");
    await ana.types(ops, "/ops restore shop foreign.dump");
    await ana.sees(ops, /It has no dump foreign.dump: only what was dumped from here/);
    const [name = ""] = (await readdir(folder)).filter((one) => one.endsWith(".sql.gz"));
    const changed = await readFile(join(folder, name));
    changed.writeUInt8(changed.readUInt8(changed.length - 40) ^ 1, changed.length - 40);
    await writeFile(join(folder, name), changed);
    await ana.types(ops, "/ops restore shop --to shop_damaged --yes");
    await ana.sees(ops, /into the new database shop_damaged[\s\S]*Confirm/);
    await ana.clicks("Confirm", { channel: ops });
    await until(story, ana, /its checksum differs/);
    expect(await ask("postgres", "select 1 from pg_database where datname = 'shop_damaged'")).toEqual([]);
    await truncate(join(folder, name), 100);
    await ana.types(ops, `/ops restore shop ${name}`);
    await ana.sees(ops, /is damaged: the file has 100 bytes/);
    neverTold(story);
  });

  test("over the live one takes a typed name and a second person, backs it up first, keeps it aside, and can be undone", async () => {
    const { story, database, folder } = await shop();
    const [ana, ben] = [story.person("U0ANA"), story.person("U0BEN")];
    await ana.types(ops, "/ops backup shop --yes");
    await until(story, ana, /\.dump lies in/);
    await ask(database, "delete from orders where id > 10");
    await ask(
      "postgres",
      `alter database ${database} set work_mem = '8MB'; revoke connect on database ${database} from public`,
    );
    const holder = new pg.Client({ connectionString: `${server?.url}/${database}` });
    holder.on("error", () => {});
    await holder.connect();
    await ana.types(ops, "/ops restore shop --over-live --yes");
    const plan = reading(await ana.sees(ops, /waiting for confirmation/));
    expect(plan).toMatch(
      /over the live database shop_\d+[\s\S]*Everything written since[\s\S]*First a fresh dump of the live one/,
    );
    await ana.clicks("Confirm", { channel: ops });
    await ana.submits({ "Type shop to confirm": "shop" });
    await ana.sees(ops, /waiting for approval/);
    expect(await ask(database, "select count(*)::int as n from orders")).toEqual([{ n: 10 }]);
    await ben.clicks("Approve", { channel: ops });
    const done = await until(story, ana, /what was live is kept as/);
    expect(done).toMatch(/orders: 3000/);
    expect(await ask(database, "select count(*)::int as n, current_setting('work_mem') as mem from orders")).toEqual([
      { n: 3000, mem: "8MB" },
    ]);
    expect(
      await ask("postgres", `select has_database_privilege('pg_monitor', '${database}', 'connect') as may`),
    ).toEqual([{ may: false }]);
    const [aside] = await ask<{ name: string }>(
      "postgres",
      `select datname as name from pg_database where datname like '${database}_before_%'`,
    );
    expect(await ask(aside?.name ?? "", "select count(*)::int as n from orders")).toEqual([{ n: 10 }]);
    expect((await readdir(folder)).filter((one) => one.endsWith(".dump"))).toHaveLength(2);
    await expect(holder.query("select 1")).rejects.toThrow();

    await ana.clicks(`Back to ${aside?.name}`, { channel: ops });
    await ana.sees(ops, /Put shop_\d+_before_\d+ back[\s\S]*waiting for confirmation/);
    await ana.clicks("Confirm", { channel: ops });
    await ana.submits({ "Type shop to confirm": "shop" });
    await ben.clicks("Approve", { channel: ops });
    await until(story, ana, /as it was set aside/);
    expect(await ask(database, "select count(*)::int as n from orders")).toEqual([{ n: 10 }]);
    neverTold(story);
  });

  test("over the live one is given up where a superuser's session stays on it: nothing is left, and it is said who it is", async () => {
    await ask("postgres", "create role keeper login createdb password 'pl4nted-admin-pw'");
    await ask("postgres", "grant pg_signal_backend, pg_read_all_data to keeper");
    const asKeeper = (text: string) => text.replace("//admin:", "//keeper:");
    const { story, database } = await shop(asKeeper);
    await ask("postgres", `alter database ${database} owner to keeper`);
    for (const table of ["customers", "orders"]) await ask(database, `alter table ${table} owner to keeper`);
    const [ana, ben] = [story.person("U0ANA"), story.person("U0BEN")];
    await ana.types(ops, "/ops backup shop --yes");
    await until(story, ana, /\.dump lies in/);
    const holder = new pg.Client({ connectionString: `${server?.url}/${database}` });
    await holder.connect();
    await ana.types(ops, "/ops restore shop --over-live");
    await ana.sees(ops, /waiting for confirmation/);
    await ana.clicks("Confirm", { channel: ops });
    await ana.submits({ "Type shop to confirm": "shop" });
    await ana.sees(ops, /waiting for approval/);
    await ben.clicks("Approve", { channel: ops });
    const failed = await until(story, ana, /Failed after it began/);
    expect(failed).toMatch(/Sessions of \w+ are on it, which the bot's user may not end since they are a superuser's/);
    expect(failed).not.toContain("Back to");
    expect((await holder.query("select count(*)::int as n from orders")).rows).toEqual([{ n: 3000 }]);
    await holder.end();
    expect(await ask(database, "select count(*)::int as n from orders")).toEqual([{ n: 3000 }]);
    expect(
      await ask("postgres", `select datname from pg_database where datname ~ '^tocsin|^${database}_before_'`),
    ).toEqual([]);
    neverTold(story);
  });
});
