import { describe, expect, test } from "vitest";
import { mysqlSlow, postgresSlow, slowLogOf, slowShapes } from "../../../src/domain/logs/slow-log.ts";

const prefix = "10.0.1.5(43210):app@shop:[1234]:";
const postgres = `\tthe end of something older
2026-11-22 10:00:00 UTC::@:[412]:LOG:  checkpoint starting: time
2026-11-22 10:00:05 UTC:${prefix}LOG:  duration: 1500.250 ms  statement: SELECT *
\tFROM orders WHERE email = 'jane.roe@example.com' -- why
\tAND id IN (1, 2, 3)
2026-11-22 10:00:06.123 UTC:${prefix}LOG:  duration: 500.5 ms  execute <unnamed>: SELECT * FROM orders WHERE email = 'x' AND id IN (7)
2026-11-22 10:00:06 UTC:${prefix}DETAIL:  parameters: $1 = 'secret-value'
2026-11-22 10:00:07 UTC:${prefix}LOG:  duration: 20.000 ms
2026-11-22 10:00:08 UTC:${prefix}ERROR:  syntax error at "duration: 5 ms  statement: nothing"
2026-11-22 10:00:09 UTC:${prefix}LOG:  duration: 900.000 ms  execute S_1: INSERT INTO t VALUES ($1, $2), ($3, $4)
`;

describe("slow statements in the log of PostgreSQL", () => {
  test("are read over several lines, with their moment; lines of other kinds are none", () => {
    const entries = postgresSlow(postgres);
    expect(entries.map(({ at, milliseconds }) => [at.toISOString(), milliseconds])).toEqual([
      ["2026-11-22T10:00:05.000Z", 1500.25],
      ["2026-11-22T10:00:06.123Z", 500.5],
      ["2026-11-22T10:00:09.000Z", 900],
    ]);
  });

  test("are grouped by their shape, which holds no value, worst first", () => {
    const shapes = slowShapes(postgresSlow(postgres), "postgres");
    expect(shapes.map(({ statement, calls, totalMilliseconds }) => [statement, calls, totalMilliseconds])).toEqual([
      ["SELECT * FROM orders WHERE email = ? AND id IN (?, …)", 2, 2001],
      ["INSERT INTO t VALUES (?, …), …", 1, 900],
    ]);
    expect(JSON.stringify(shapes)).not.toMatch(/jane|secret/);
  });
});

const mysql = `/rdsdbbin/mysql/bin/mysqld, Version: 8.0.36 (Source distribution). started with:
Tcp port: 3306  Unix socket: /tmp/mysql.sock
Time                 Id Command    Argument
# Time: 2026-11-22T10:00:05.123456Z
# User@Host: app[app] @  [10.0.1.5]  Id:  1234
# Query_time: 2.000123  Lock_time: 0.000012 Rows_sent: 1  Rows_examined: 100000
use shop;
SET timestamp=1795341605;
SELECT * FROM orders
WHERE email = "jane.roe@example.com";
# User@Host: app[app] @  [10.0.1.5]  Id:  1235
# Query_time: 1.000000  Lock_time: 0.000012 Rows_sent: 1  Rows_examined: 50000
SET timestamp=1795341606;
SELECT * FROM orders WHERE email = 'somebody';
# Time: 261122 10:00:07
# User@Host: app[app] @  [10.0.1.5]
# Thread_id: 7  Schema: shop  QC_hit: No
# Query_time: 0.500000  Lock_time: 0.000012  Rows_sent: 1  Rows_examined: 10
SET timestamp=1795341607;
DELETE FROM sessions WHERE id = 7;
`;

describe("the slow log of MySQL and MariaDB", () => {
  test("is read with what was looked at, and grouped without values", () => {
    const entries = mysqlSlow(mysql);
    expect(entries.map(({ at }) => at.toISOString())).toEqual([
      "2026-11-22T10:00:05.000Z",
      "2026-11-22T10:00:06.000Z",
      "2026-11-22T10:00:07.000Z",
    ]);
    const log = slowLogOf(entries, "mysql", { engine: "mysql 8.0.36", from: "2026-11-22T09:00:00.000Z", whole: true });
    expect(log).toMatchObject({ statements: 3, differing: 2 });
    expect(log.shapes).toEqual([
      {
        statement: "SELECT * FROM orders WHERE email = ?",
        calls: 2,
        totalMilliseconds: 3000,
        longestMilliseconds: 2000,
        rowsExamined: 150_000,
        last: "2026-11-22T10:00:06.000Z",
      },
      expect.objectContaining({ statement: "DELETE FROM sessions WHERE id = ?", calls: 1, rowsExamined: 10 }),
    ]);
  });
});
