import { describe, test } from "vitest";
import type { StoreLook } from "../../../src/domain/operation/store-look.ts";
import type { DatabaseSight, Session } from "../../../src/domain/platform/databases.ts";
import { storeCard } from "../../../templates/ops/store.ts";
import { expectGolden } from "../../support/golden.ts";

const at = new Date("2026-11-22T10:15:00Z");

function session(id: string, more: Partial<Session> = {}): Session {
  return {
    id,
    since: "2026-11-22T09:00:00.000001Z",
    statementSince: "2026-11-22T10:10:00.000001Z",
    user: "app",
    application: "checkout <!channel>",
    database: "waooaw",
    state: "active",
    seconds: 300,
    transactionSeconds: 320,
    waiting: null,
    blockedBy: [],
    statement: "update orders set state = ? where id = ?",
    spared: null,
    ...more,
  };
}

const server = { engine: "PostgreSQL 16.4", database: "waooaw" };
const chain = [
  session("101", { state: "idle-in-transaction", seconds: 200 }),
  session("102", { blockedBy: ["101"], waiting: "Lock/transactionid", seconds: 180 }),
  session("103", { blockedBy: ["102"], waiting: "Lock/tuple", seconds: 90, statement: null }),
];

const sights: Readonly<Record<string, DatabaseSight>> = {
  active: { ...server, view: "active", sessions: chain, hidden: 1 },
  "active-many": {
    ...server,
    view: "active",
    sessions: Array.from({ length: 60 }, (_, index) => session(String(200 + index), { statement: "x".repeat(900) })),
    hidden: 0,
  },
  "active-none": { ...server, view: "active", sessions: [], hidden: 0 },
  locks: { ...server, view: "locks", sessions: chain },
  "locks-held-by-somebody-unknown": {
    engine: "MariaDB 10.11.19",
    database: "shop",
    view: "locks",
    sessions: [
      {
        ...session("104"),
        statement: "alter table orders add more int",
        waiting: "a table metadata lock",
        blockedBy: [],
      },
    ],
    unknownHolders: "performance_schema is off on this server; set performance_schema = ON in its configuration",
  },
  "indexes-unknown": {
    engine: "MariaDB 10.11.19",
    database: "shop",
    view: "indexes",
    indexes: {
      invalid: [],
      unused: [],
      scanned: [],
      resetSecondsAgo: null,
      unknown: "performance_schema is off on this server; set performance_schema = ON in its configuration",
    },
  },
  "replica-that-does-not-apply": {
    engine: "MariaDB 10.11.19",
    database: "shop",
    view: "replication",
    replication: {
      role: "replica",
      replicas: [],
      receiving: { connected: true, lagSeconds: null, trouble: "does not apply what it receives (error 1062)" },
      slots: [],
    },
  },
  "locks-none": { ...server, view: "locks", sessions: [] },
  slow: {
    ...server,
    view: "slow",
    why: null,
    longest: [],
    statements: [
      {
        id: "-4711",
        statement: "select * from `orders` where id = $1",
        calls: 120_000,
        totalMilliseconds: 9_400_000,
        meanMilliseconds: 78.3,
        rows: 1,
      },
    ],
  },
  explain: {
    ...server,
    view: "explain",
    statement: "select * from `orders` where note like $1",
    plan: ["Seq Scan on orders  (cost=0.00..1791.00 rows=4 width=22)", "  Filter: (note ~~ $1)"],
    why: null,
  },
  "explain-sample": {
    ...server,
    view: "explain",
    statement: "select * from orders where note = ?",
    plan: [
      "-> Filter: (orders.note = ?)  (cost=20.3 rows=20)",
      "    -> Table scan on orders  (cost=20.3 rows=201)",
      "    -> Table scan on <temporary>  (cost=2.5 rows=1)",
    ],
    why: null,
    values: "sample",
  },
  "explain-nothing": {
    ...server,
    view: "explain",
    statement: null,
    plan: null,
    why: "the server does not keep it any more",
  },
  "slow-without-figures": {
    ...server,
    view: "slow",
    why: "the extension pg_stat_statements is not installed in this database",
    statements: null,
    longest: [session("104")],
  },
  "slow-from-log": {
    ...server,
    view: "slow",
    why: null,
    source: "The server's slow log of the last day: only what took longer than 10 s.",
    statements: [
      { id: null, statement: "select ?", calls: 2, totalMilliseconds: 24_000, meanMilliseconds: 12_000, rows: 2 },
    ],
    longest: [],
  },
  connections: {
    ...server,
    view: "connections",
    connections: {
      used: 92,
      limit: 97,
      groups: [
        { by: "state", name: "idle", count: 80 },
        { by: "state", name: "active", count: 12 },
        { by: "application", name: "backend", count: 90 },
        { by: "user", name: "app", count: 92 },
      ],
    },
  },
  sizes: {
    ...server,
    view: "sizes",
    sizes: {
      databaseBytes: 48_200_000_000,
      cacheHit: 0.9931,
      wraparound: { age: 1_400_000_000, limit: 2_146_483_648 },
      tables: Array.from({ length: 12 }, (_, index) => ({
        name: `public.table_${index}`,
        bytes: 9_000_000_000 / (index + 1),
        indexBytes: 1_000_000_000 / (index + 1),
        rows: 12_000_000,
        deadRows: 3_000_000,
        vacuumedSecondsAgo: 86_400,
        analyzedSecondsAgo: null,
      })),
    },
  },
  indexes: {
    ...server,
    view: "indexes",
    indexes: {
      invalid: [{ name: "public.orders_pkey_ccnew", table: "public.orders", bytes: 1_200_000 }],
      unused: [{ name: "public.orders_by_note", table: "public.orders", bytes: 800_000_000 }],
      scanned: [{ table: "public.events", scans: 12_000, rows: 2_000_000 }],
      resetSecondsAgo: 400_000,
    },
  },
  replication: {
    ...server,
    view: "replication",
    replication: {
      role: "replica",
      replicas: [{ name: "standby-2", state: "streaming", lagBytes: null, lagSeconds: null }],
      receiving: { connected: false, lagSeconds: null },
      slots: [{ name: "gone", active: false, retainedBytes: 40_000_000_000 }],
    },
  },
};

function look(sight: DatabaseSight | null, trouble: string | null = null): StoreLook {
  return {
    id: "0199-look",
    askedBy: "U0ANA",
    askedAt: at,
    place: { channel: "C0OPS" },
    target: { environment: "production", name: "postgres" },
    question:
      sight?.view === "explain"
        ? { kind: "database", view: "explain", statement: "-4711" }
        : { kind: "database", view: sight?.view ?? "active" },
    found: { at, trouble, seen: sight === null ? null : { kind: "database", sight } },
  };
}

describe("a database seen from inside", () => {
  test.each(Object.entries(sights))("%s", (name, sight) => {
    expectGolden(`ops/database-${name}`, storeCard(look(sight)));
  });

  const slowLog = {
    engine: "mysql 8.0.36",
    shapes: [
      {
        statement: "SELECT id FROM orders WHERE email = ? AND total > ?",
        calls: 1440,
        totalMilliseconds: 8_640_000,
        longestMilliseconds: 8999,
        rowsExamined: 144_000_000,
        last: "2026-11-22T10:14:55.000Z",
      },
      ...Array.from({ length: 11 }, (_, index) => ({
        statement: `UPDATE \`table${index}\` SET note = ? ${"AND x = ? ".repeat(40)}`,
        calls: 1,
        totalMilliseconds: 900 - index,
        longestMilliseconds: 900 - index,
        rowsExamined: null,
        last: "2026-11-22T09:30:00.000Z",
      })),
    ],
    statements: 1451,
    differing: 12,
    from: "2026-11-22T09:15:00.000Z",
    whole: false,
    how: "It writes down what takes longer than long_query_time.",
  };

  test.each([
    ["slowlog", slowLog],
    ["slowlog-none", { ...slowLog, shapes: [], statements: 0, differing: 0, whole: true }],
  ])("its %s", (name, sight) => {
    const question = { kind: "database", view: "slowlog", sinceSeconds: 3600 } as const;
    const found = { at, trouble: null, seen: { kind: "slowlog", sight } as const };
    expectGolden(`ops/database-${name}`, storeCard({ ...look(null), question, found }));
  });

  test("that could not be seen, and that is being looked at", () => {
    expectGolden("ops/database-away", storeCard(look(null, "the platform did not answer in time (look: NoAnswer).")));
    expectGolden("ops/database-looking", storeCard({ ...look(null), found: null }));
  });
});
