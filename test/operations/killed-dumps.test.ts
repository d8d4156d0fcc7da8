import { readdir, rm } from "node:fs/promises";
import pg from "pg";
import { afterAll, describe, expect, test } from "vitest";
import { postgresProvider } from "../../src/providers/postgres/postgres.ts";
import { dumpBench, dumping, restoring } from "../support/dump-bench.ts";
import { dumpablePostgres } from "../support/dumpable-postgres.ts";
import { killable } from "../support/killable.ts";
import { killedEverywhere, unless, verified, type World } from "../support/killed-everywhere.ts";

const server = await dumpablePostgres();
const folders: string[] = [];
const cleanUp: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

async function ask<T extends pg.QueryResultRow>(database: string, sql: string): Promise<T[]> {
  const client = new pg.Client({ connectionString: `${server?.url}/${database}` });
  await client.connect();
  try {
    const found = await client.query<T>(sql);
    return Array.isArray(found) ? [] : found.rows;
  } finally {
    await client.end();
  }
}

const notes = async (database: string): Promise<string> =>
  (await ask<{ notes: string }>(database, "select string_agg(distinct note, ' ') as notes from orders"))[0]?.notes ??
  "";
/** Databases that an operation made of its own; none of them may be left. */
const scratch = async (): Promise<number> =>
  (await ask("postgres", "select 1 from pg_database where datname like 'tocsin_scratch%'")).length;

let count = 0;
/** A database with orders, the folder its dumps go to, and what carries operations on it out. */
async function shop() {
  count += 1;
  const database = `killed_${count}`;
  await ask("postgres", `create database ${database}`);
  await ask(database, "create table orders (id serial primary key, note text)");
  await ask(database, "insert into orders (note) select 'before' from generate_series(1, 20000)");
  const made = await dumpBench("postgres", `${server?.url}/${database}`, postgresProvider);
  folders.push(made.folder);
  return { database, ...made };
}

/** Files of a folder whose name is no dump's and no description of one. */
const halves = (names: readonly string[]): readonly string[] =>
  names.filter((name) => !/\.dump(\.[a-z]+)?$/.test(name) || /part|tmp/.test(name));

async function dumpingIt(): Promise<World> {
  const { bench, folder } = await shop();
  return {
    bench: bench("dump-database", dumping),
    flaws: async (record) => {
      const names = await readdir(folder);
      return [
        ...verified(record),
        ...unless(names.filter((name) => name.endsWith(".dump")).length === 1, `there is ${names.join(", ")}`),
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
  await ask(made.database, "update orders set note = 'after'");
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
      const all = await ask<{ datname: string }>("postgres", "select datname from pg_database");
      const aside = all.map(({ datname }) => datname).filter((name) => name !== database && name.startsWith(database));
      return [
        ...verified(record),
        ...unless((await notes(database)) === "before", `the live one has ${await notes(database)}`),
        ...unless(aside.length === 1, `aside lie ${aside.join(", ")}`),
        ...unless((await notes(aside[0] ?? database)) === "after", "what was live is not what was kept"),
        ...unless((await scratch()) === 0, "a scratch database is left"),
      ];
    },
  };
}

describe.skipIf(server === null)(
  "killed in the middle, before and after each of its calls is recorded, it is done once:",
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
