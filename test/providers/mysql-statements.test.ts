import { describe, expect, test } from "vitest";
import { notExplained, planWithoutLiterals } from "../../src/providers/mysql/statements.ts";

describe("[O13] statements that are explained on MySQL", () => {
  test.each([
    "select * from orders where note = 'into the blue'",
    " (select 1) union (select 2)",
    "/* shop:checkout */ select 1",
    "with c as (select 1 as one) select * from c",
    "table orders",
  ])("asks about %s", (sample) => {
    expect(notExplained(sample)).toBeNull();
  });

  test.each([
    ["update orders set n = 1", "only what reads rows"],
    ["call tidy()", "only what reads rows"],
    ["analyze select 1", "only what reads rows"],
    ["select 1; drop table orders", "only what reads rows"],
    ["/*!80000 analyze */ select 1", "a comment that the server carries out"],
    ["select /*!80000 sleep(9), */ 1", "a comment that the server carries out"],
    ["select * from orders into outfile '/tmp/x'", "more than read"],
    ["select * from orders where id = 1 for update", "more than read"],
    ["select * from orders where id = 1 lock in share mode", "more than read"],
    ["select * from orders where id in (1, 2, 3...", "only its beginning"],
  ])("does not ask about %s", (sample, why) => {
    expect(notExplained(sample)).toContain(why);
  });

  test("a plan keeps its names, costs and rows, and no value", () => {
    const tree = [
      "-> Limit: 4 row(s)  (cost=0.71 rows=1)",
      "    -> Filter: ((t.n = 'hunter2 (cost=1 rows=1) it''s \\' a') and (t.a > 4111111111))  (cost=0.71..2e+6 rows=1.5)",
      "        -> Index range scan on t using by_2 over (3 < a < 4), with index condition: (t.`odd'name` <> _utf8mb4'x')  (cost=0.71 rows=1)",
      "    -> Select #2 (subquery in projection; run only once)",
      "        -> Rows fetched before execution  (cost=0..0 rows=1)",
      "",
    ].join("\n");
    expect(planWithoutLiterals(tree)).toEqual([
      "-> Limit: ? row(s)  (cost=0.71 rows=1)",
      "    -> Filter: ((t.n = ?) and (t.a > ?))  (cost=0.71..2e+6 rows=1.5)",
      "        -> Index range scan on t using by_2 over (? < a < ?), with index condition: (t.`odd'name` <> _utf8mb4?)  (cost=0.71 rows=1)",
      "    -> Select #2 (subquery in projection; run only once)",
      "        -> Rows fetched before execution  (cost=0..0 rows=1)",
    ]);
  });
});
