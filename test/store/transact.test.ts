import { type AddressInfo, createServer, connect as dial, type Socket } from "node:net";
import { CompiledQuery } from "kysely";
import pg from "pg";
import { expect, onTestFinished, test } from "vitest";
import type { App } from "../../src/domain/ports.ts";
import { insertion, openPool, type RecordContext, write } from "../../src/store/database.ts";
import { createTransact } from "../../src/store/transact.ts";
import { refusal } from "../support/desk.ts";
import { testDatabase } from "../support/postgres.ts";

const url = await testDatabase();
let tables = 0;

type Context = App & RecordContext;

/** A table of its own and a way to record in it, through one connection; `through` a line that can be cut. */
async function open(through = url) {
  const table = `kept_${++tables}`;
  await query(`create table ${table} (id integer primary key, word text)`);
  const pool = openPool(through, { max: 1 });
  onTestFinished(() => pool.end());
  const transact = createTransact<Context>({
    pool,
    now: () => new Date(),
    newId: () => "id",
    app: (context) => context as Context,
  });
  const insert = (app: Context, id: number) => write(app, insertion(table, { id, word: "one" }));
  const read = (app: Context, id: number) =>
    app.db.executeQuery(CompiledQuery.raw(`select * from ${table} where id = $1`, [id])).then(({ rows }) => rows);
  const kept = async () => (await query(`select id from ${table} order by id`)).map(({ id }) => id);
  return { table, transact, insert, read, kept };
}

async function query(text: string): Promise<pg.QueryResultRow[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

/** A line to the database that carries what is sent, but from some moment on brings no answers and is then cut. */
async function mutedLine() {
  const sockets = new Set<Socket>();
  let muted = false;
  const socketFolder = new URL(url).searchParams.get("host");
  const server = createServer((client) => {
    const upstream = socketFolder
      ? dial(`${socketFolder}/.s.PGSQL.${new URL(url).port || 5432}`)
      : dial(Number(new URL(url).port || 5432), new URL(url).hostname);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("error", () => {});
    }
    client.on("data", (chunk) => void upstream.write(chunk));
    upstream.on("data", (chunk) => void (muted || client.write(chunk)));
    client.on("close", () => upstream.end());
    upstream.on("close", () => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const cut = () => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  onTestFinished(cut);
  const mute = () => {
    muted = true;
  };
  const address = new URL(url);
  address.searchParams.delete("host");
  address.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url: address.href, cut, mute };
}

test("what is written without waiting is there once it is committed", async () => {
  const { transact, insert, kept } = await open();
  await transact(async (app) => {
    await insert(app, 1);
    await insert(app, 2);
  });
  expect(await kept()).toEqual([1, 2]);
});

test("a write that fails undoes all of it and is what is reported, though the commit was sent behind it", async () => {
  const { transact, insert, kept } = await open();
  await transact((app) => insert(app, 1));
  const writing = transact(async (app) => {
    await insert(app, 2);
    await insert(app, 1);
    await insert(app, 3);
  });
  await expect(writing).rejects.toThrow(/duplicate key/);
  expect(await kept()).toEqual([1]);
  await transact((app) => insert(app, 4));
  expect(await kept()).toEqual([1, 4]);
});

test("work that nobody waits for ends before the commit", async () => {
  const { transact, insert, kept } = await open();
  await transact(async (app) => {
    app.watch?.(new Promise((resolve) => setTimeout(resolve, 30)).then(() => insert(app, 1)));
  });
  expect(await kept()).toEqual([1]);
});

test("a line that breaks behind the commit leaves it unsaid whether it was recorded", async () => {
  const line = await mutedLine();
  const { transact, insert, kept } = await open(line.url);
  await transact((app) => insert(app, 1));
  const writing = refusal(
    transact(async (app) => {
      await insert(app, 2);
      line.mute();
    }),
  );
  await expect.poll(kept).toEqual([1, 2]);
  line.cut();
  expect(await writing).toMatchObject({ code: "try_again", message: expect.stringContaining("cannot say") });
});

test("a table that was changed by another version costs one ask, which is told that nothing was recorded", async () => {
  const { table, transact, insert, read, kept } = await open();
  await transact((app) => insert(app, 1));
  expect(await transact((app) => read(app, 1))).toEqual([{ id: 1, word: "one" }]);
  await query(`alter table ${table} add column more text`);
  const asked = transact(async (app) => {
    await insert(app, 2);
    return read(app, 1);
  });
  expect(await refusal(asked)).toMatchObject({ code: "try_again", message: expect.stringContaining("nothing was") });
  expect(await kept()).toEqual([1]);
  expect(await transact((app) => read(app, 1))).toEqual([{ id: 1, word: "one", more: null }]);
});
