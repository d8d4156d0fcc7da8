import { describe, expect, test } from "vitest";
import { errorGroups, patternOf } from "../../../src/domain/logs/patterns.ts";

const at = new Date("2026-11-22T10:00:00Z");
const line = (text: string) => ({ at, source: "task", text });

describe("what lines of a log have in common", () => {
  test.each([
    ["what varies is taken out", 'ERROR request 12 of "ana" took 3.5s', "ERROR request <n> of <text> took <n>s"],
    ["JSON goes by its message", '{"level":"error","id":7,"msg":"pool of 20 is full"}', "pool of <n> is full"],
    [
      "and by its error's",
      '{"level":"error","message":"charge failed","err":{"type":"E","message":"card 12 declined"}}',
      "charge failed: card <n> declined",
    ],
    ["JSON without either stays", '{"level":"error","n":1}', "{<text>:<text>,<text>:<n>}"],
    ["what only looks like JSON stays", "{level: error", "{level: error"],
  ])("%s", (_, text, pattern) => {
    expect(patternOf(text)).toBe(pattern);
  });

  test("two errors of JSON are two, and alike ones one", () => {
    const groups = errorGroups([
      line('{"level":"error","msg":"pool full","n":1}'),
      line('{"level":"error","msg":"pool full","n":2}'),
      line('{"level":"error","msg":"no route"}'),
      line('{"level":"info","msg":"ready"}'),
    ]);
    expect(groups.map(({ pattern, count }) => [pattern, count])).toEqual([
      ["pool full", 2],
      ["no route", 1],
    ]);
  });
});
