import { describe, expect, test } from "vitest";
import { postgresProvider } from "../../src/providers/postgres/postgres.ts";
import { busyDatabase, waiting } from "../support/busy-database.ts";
import { until } from "../support/person.ts";
import { databasesContract } from "./databases-contract.ts";

const { look, explain, database } = databasesContract({
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

  test("explains a statement that it keeps, without values, and says why where it cannot", async () => {
    await database().query("create extension pg_stat_statements; set pg_stat_statements.track = 'top'");
    await database().query("create table parcels (id int primary key, note text, state text)");
    await database().query("insert into parcels select i, 'n' || i, 'open' from generate_series(1, 3000) i");
    await database().query("create view open_parcels as select * from parcels where state = 'hunter2-secret'");
    await database().query("analyze parcels");
    await database().query("select count(*) from parcels where note = 'hunter2-secret'");
    await database().query("select id from parcels where id = $1", [5]);
    await database().query("select count(*) from open_parcels");
    const { statements } = await look("slow");
    const idOf = (shape: RegExp) => statements?.find(({ statement }) => shape.test(statement))?.id ?? "none";

    const scanned = await explain(idOf(/from parcels where note/));
    expect(scanned).toMatchObject({ why: null, statement: "select count(*) from parcels where note = $1" });
    expect(scanned.plan?.join("\n")).toMatch(/Seq Scan on parcels[\s\S]*Filter: \(note = \$1\)/);
    expect((await explain(idOf(/select id from parcels/))).plan?.join()).toContain("parcels_pkey");
    const view = await explain(idOf(/from open_parcels/));
    expect(view.plan?.join("\n")).toContain("Filter: (state = ?::text)");
    expect(statements?.find(({ statement }) => /^create view/.test(statement))?.id).toBeNull();
    const [made] = await database().query<{ id: string }>(
      "select queryid::text as id from pg_stat_statements where query like 'create view open_parcels%'",
    );
    expect(await explain(made?.id ?? "")).toMatchObject({ plan: null, why: expect.stringContaining("only what") });
    expect(await explain("12345")).toMatchObject({ plan: null, why: "the server does not keep it any more" });
    await database().query("drop table parcels cascade");
    expect(await explain(idOf(/select id from parcels/))).toMatchObject({
      plan: null,
      why: expect.stringContaining("or gone"),
    });
  });
});
