import { describe, expect, test } from "vitest";
import { postgresProvider } from "../../src/providers/postgres/postgres.ts";
import { busyDatabase, waiting } from "../support/busy-database.ts";
import { until } from "../support/person.ts";
import { databasesContract } from "./databases-contract.ts";

const { look, database } = databasesContract({
  provider: postgresProvider,
  open: busyDatabase,
  engine: /^PostgreSQL \d+/,
  slow: {
    sql: "select pg_sleep(60), 'hunter2-secret' as password -- token abc",
    shape: "select pg_sleep(?), ? as password",
  },
  makeOrders: async (one) => {
    await one.query("create table orders (id int primary key, n int)");
    await one.query("grant all on orders to public");
    await one.query("insert into orders values (1, 0), (2, 0)");
  },
  ordersName: /^public\.orders$/,
  systemTable: "pg_catalog.pg_class",
  waiting,
  codes: { cancelled: "57014", noDatabase: "3D000" },
});

describe("[O13] looking into PostgreSQL alone", () => {
  test("sizes tables, finds indexes nobody uses, and tells what it does not know", async () => {
    await database().query("create table orders (id int primary key, n int, note text)");
    await database().query("create index orders_by_note on orders (note)");
    await database().query("insert into orders select i, i, repeat('x', 100) from generate_series(1, 5000) i");
    await database().query("analyze orders");
    await until("the figures to come", async () =>
      (await look("sizes")).sizes.tables.some(({ name, rows }) => name === "public.orders" && rows >= 5000),
    );
    const { sizes } = await look("sizes");
    expect(sizes.databaseBytes).toBeGreaterThan(1_000_000);
    expect(sizes.tables[0]).toMatchObject({ name: "public.orders" });
    const { indexes } = await look("indexes");
    expect(indexes.unused).toContainEqual(
      expect.objectContaining({ name: "public.orders_by_note", table: "public.orders" }),
    );
    expect(indexes.unused.map(({ name }) => name)).not.toContain("public.orders_pkey");
    const slow = await look("slow");
    expect(slow).toMatchObject({ statements: null, why: expect.stringContaining("pg_stat_statements") });
  });
});
