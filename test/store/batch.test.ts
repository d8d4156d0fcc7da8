import pg from "pg";
import { expect, onTestFinished, test } from "vitest";
import { sendOn } from "../../src/store/batch.ts";
import { testDatabase } from "../support/postgres.ts";

const url = await testDatabase();

/** One connection, and what the server was sent and sent back through it, counted in answers. */
async function open() {
  const pool = new pg.Pool({ connectionString: url, max: 1 });
  // A connection that ends while it is idle raises here.
  pool.on("error", () => {});
  const client = await pool.connect();
  let answers = 0;
  client.connection.on("readyForQuery", () => {
    answers += 1;
  });
  onTestFinished(async () => {
    client.release(true);
    await pool.end();
  });
  const send = (sql: string, ...parameters: unknown[]) => sendOn(client, { sql, parameters });
  return { client, send, answers: () => answers };
}

const reasons = (settled: readonly PromiseSettledResult<unknown>[]) =>
  settled.map((one) => (one.status === "rejected" ? String(one.reason.message) : "carried out"));

test("statements of one moment are carried out in order and answered together", async () => {
  const { send, answers } = await open();
  await send("create temporary table kept (id integer, word text)");
  const before = answers();
  const [, first, second, all] = await Promise.all([
    send("begin"),
    send("insert into kept values ($1, $2)", 1, "one"),
    send("insert into kept values ($1, $2)", 2, "two"),
    send("select word, id from kept order by id"),
    send("commit"),
  ]);
  expect(answers() - before).toBe(1);
  expect([first?.command, first?.rowCount, second?.rowCount]).toEqual(["INSERT", 1, 1]);
  expect(all?.rows).toEqual([
    { word: "one", id: 1 },
    { word: "two", id: 2 },
  ]);
});

test("what is sent while others are under way follows them, in one batch of its own", async () => {
  const { send, answers } = await open();
  const before = answers();
  const slow = send("select pg_sleep(0.05)::text as slept");
  await new Promise((resolve) => setTimeout(resolve, 10));
  const later = await Promise.all([send("select $1::integer as one", 1), send("select $1::integer as one", 2)]);
  expect((await slow).rows).toEqual([{ slept: "" }]);
  expect(later.map(({ rows }) => rows)).toEqual([[{ one: 1 }], [{ one: 2 }]]);
  expect(answers() - before).toBe(2);
});

test("a statement that fails takes those behind it along, and the connection goes on", async () => {
  const { send } = await open();
  const settled = await Promise.allSettled([
    send("select 1 as one"),
    send("select $1::integer / 0 as nothing", 1),
    send("select $1::text as word", "behind"),
  ]);
  expect(reasons(settled)).toEqual(["carried out", "division by zero", "division by zero"]);
  // Neither the one that failed nor the one that was never looked at counts as prepared.
  expect((await send("select $1::text as word", "again")).rows).toEqual([{ word: "again" }]);
  await expect(send("select $1::integer / 0 as nothing", 1)).rejects.toThrow("division by zero");
});

test("a statement the server cannot read is refused each time, and can be read once its table is there", async () => {
  const { send } = await open();
  await expect(send("select id from come_later where id = $1", 1)).rejects.toThrow(/does not exist/);
  await send("create temporary table come_later (id integer)");
  expect((await send("select id from come_later where id = $1", 1)).rows).toEqual([]);
});

test("a value that cannot be sent fails its own statement only", async () => {
  const { send } = await open();
  const circle: Record<string, unknown> = {};
  circle.self = circle;
  const settled = await Promise.allSettled([
    send("select $1::jsonb as one", circle),
    send("select $1::text as one", "x"),
  ]);
  expect(reasons(settled)).toEqual([expect.stringContaining("circular"), "carried out"]);
});

test("values come back as they were sent, also where the statement is known already", async () => {
  const { send } = await open();
  const at = new Date("2026-11-22T02:00:00.123Z");
  const ask = () =>
    send(
      `select $1::timestamptz as at, $2::text[] as words, $3::jsonb as json, $4::bytea as bytes, $5::boolean as yes,
        $6::text as nothing, $7::integer as many, $8::text as "long"`,
      at,
      ['one "quoted"', "two, with a comma", ""],
      { deep: [1, null, "ü"] },
      Buffer.from([0, 1, 255]),
      true,
      null,
      -7,
      "é".repeat(100_000),
    );
  const expected = {
    at,
    words: ['one "quoted"', "two, with a comma", ""],
    json: { deep: [1, null, "ü"] },
    bytes: Buffer.from([0, 1, 255]),
    yes: true,
    nothing: null,
    many: -7,
    long: "é".repeat(100_000),
  };
  expect((await ask()).rows).toEqual([expected]);
  expect((await ask()).rows).toEqual([expected]);
});

test("an empty statement and one without rows count none", async () => {
  const { send } = await open();
  const [empty, set, none] = await Promise.all([
    send(""),
    send("set local work_mem = '1MB'"),
    send("select 1 where false"),
  ]);
  expect(empty).toMatchObject({ rowCount: null, rows: [] });
  expect(set).toMatchObject({ command: "SET", rowCount: null, rows: [] });
  expect(none).toMatchObject({ command: "SELECT", rowCount: 0, rows: [] });
});

test("more texts than are prepared are carried out all the same", async () => {
  const { send } = await open();
  const texts = Array.from({ length: 600 }, (_, index) => `select $1::integer + ${index} as sum`);
  for (let round = 0; round < 2; round += 1) {
    const sums = await Promise.all(texts.map((text) => send(text, 1)));
    expect(sums.map(({ rows }) => rows[0]?.sum)).toEqual(texts.map((_, index) => index + 1));
  }
});

test("a connection that ends fails what was sent and what waits behind it", async () => {
  const { client, send } = await open();
  client.on("error", () => {});
  const sent = send("select pg_terminate_backend(pg_backend_pid())");
  // Its batch has left by then; these wait behind it.
  const behind = new Promise((resolve) => setImmediate(resolve)).then(() => [send("select 1"), send("select 2")]);
  const settled = await Promise.allSettled([sent, behind.then(([one]) => one), behind.then(([, two]) => two)]);
  expect(settled.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
  await expect(send("select 3")).rejects.toThrow();
});
