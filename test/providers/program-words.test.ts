import { expect, test } from "vitest";
import { meaningOf } from "../../src/providers/dumps/program-words.ts";

test.each([
  [
    'pg_restore: error: could not execute query: ERROR:  permission denied to create extension "pg_stat_statements"',
    "denied",
    "The bot's user may not create the extension pg_stat_statements, which the dump holds.",
  ],
  [
    "pg_restore: error: ERROR:  permission denied for schema public",
    "denied",
    "The bot's user lacks a right that this needs; see docs/providers.",
  ],
  [
    'pg_restore: error: COPY orders: "pl4nted" is wrong',
    "refused",
    'It says: pg_restore: error: COPY orders: "…" is wrong',
  ],
])("what a program says is told in our words: %s", (words, fault, message) => {
  expect(meaningOf(words, [])).toEqual({ fault, message });
});
