import { readdir, rm } from "node:fs/promises";
import type { Connection } from "mysql2/promise";
import { afterAll, describe, expect, test } from "vitest";
import { mysqlProvider } from "../../src/providers/mysql/mysql.ts";
import { dumpBench, dumping, restoring } from "../support/dump-bench.ts";
import { killable } from "../support/killable.ts";
import { killedEverywhere, unless, verified, type World } from "../support/killed-everywhere.ts";
import { mysqlAdministrator, testMysql } from "../support/mysql.ts";

const server = await testMysql();
const admin: Connection | null = server === null ? null : await mysqlAdministrator(server);
const folders: string[] = [];
const cleanUp: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

async function ask(sql: string): Promise<readonly Record<string, unknown>[]> {
  if (admin === null) throw new Error("no server");
  return (await admin.query(sql))[0] as unknown as Record<string, unknown>[];
}

const notes = async (database: string): Promise<string> =>
  String((await ask(`select group_concat(distinct note) as notes from ${database}.orders`))[0]?.notes ?? "");
const databases = async (like: string): Promise<readonly string[]> =>
  (await ask(`show databases like '${like}'`)).map((row) => String(Object.values(row)[0]));
/** Databases that an operation made of its own; none of them may be left. */
const scratch = async (): Promise<number> => (await databases("tocsin\\_scratch%")).length;

let count = 0;
/** A database with orders, the folder its dumps go to, and what carries operations on it out. */
async function shop() {
  count += 1;
  const database = `killed_${process.pid}_${count}`;
  await ask(`create database ${database}`);
  await ask(`create table ${database}.customers (id int primary key)`);
  await ask(
    `create table ${database}.orders (id int auto_increment primary key, note varchar(20), customer int, foreign key (customer) references ${database}.customers (id))`,
  );
  await ask(`create sql security invoker view ${database}.seen as select note from ${database}.orders`);
  await ask(`insert into ${database}.customers values (1)`);
  const rows = Array.from({ length: 2000 }, () => "('before', 1)").join(", ");
  await ask(`insert into ${database}.orders (note, customer) values ${rows}`);
  const made = await dumpBench("mysql", `${server?.url}/${database}`, mysqlProvider);
  folders.push(made.folder);
  return { database, ...made };
}

/** Files of a folder whose name is no dump's and no description of one. */
const halves = (names: readonly string[]): readonly string[] =>
  names.filter((name) => !/\.sql\.gz(\.[a-z]+)?$/.test(name) || /part|tmp/.test(name));

async function dumpingIt(): Promise<World> {
  const { bench, folder } = await shop();
  return {
    bench: bench("dump-database", dumping),
    flaws: async (record) => {
      const names = await readdir(folder);
      return [
        ...verified(record),
        ...unless(names.filter((name) => name.endsWith(".sql.gz")).length === 1, `there is ${names.join(", ")}`),
        ...unless(halves(names).length === 0, `half files are left: ${halves(names).join(", ")}`),
        ...unless((await scratch()) === 0, "a scratch database is left"),
      ];
    },
  };
}

/** A shop whose dump was taken before its orders were changed. */
async function changedSince() {
  const made = await shop();
  const bot = killable(made.bench("dump-database", { ...dumping, testRestore: false }));
  const { id } = await bot.plan();
  await bot.confirm(id);
  await bot.run(id);
  expect(bot.record(id).outcome, bot.record(id).detail ?? "").toBe("verified");
  await ask(`update ${made.database}.orders set note = 'after'`);
  return made;
}

async function restoringBeside(): Promise<World> {
  const { bench, database } = await changedSince();
  const to = `${database}_beside`;
  return {
    bench: bench("restore-dump", { ...restoring, to }),
    flaws: async (record) => [
      ...verified(record),
      ...unless((await notes(to)) === "before", `beside lies ${await notes(to)}`),
      ...unless((await notes(database)) === "after", `the live one has ${await notes(database)}`),
      ...unless((await scratch()) === 0, "a scratch database is left"),
    ],
  };
}

async function restoringOver(): Promise<World> {
  const { bench, database } = await changedSince();
  return {
    bench: bench("restore-over-live", { ...restoring, overLive: true }),
    flaws: async (record) => {
      const aside = await databases(`${database}\\_before%`);
      return [
        ...verified(record),
        ...unless((await notes(database)) === "before", `the live one has ${await notes(database)}`),
        ...unless(aside.length === 1, `aside lie ${aside.join(", ")}`),
        ...unless((await notes(aside[0] ?? database)) === "after", "what was live is not what was kept"),
        ...unless((await scratch()) === 0, "a scratch database is left"),
        ...unless(
          (await notes(`${database}`)) ===
            String((await ask(`select group_concat(distinct note) as n from ${database}.seen`))[0]?.n),
          "its view is of another",
        ),
      ];
    },
  };
}

describe.skipIf(server === null)(
  "on MySQL or MariaDB, killed in the middle, before and after each of its calls is recorded, it is done once:",
  () => {
    test.each([
      ["a dump", dumpingIt],
      ["a restore beside", restoringBeside],
      ["a restore over the live one", restoringOver],
    ])("%s", { timeout: 400_000 }, async (_, begin) => {
      expect(await killedEverywhere(begin, cleanUp)).toEqual([]);
    });
  },
);
