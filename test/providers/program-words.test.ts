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
    "mysqldump: Got error: 1044: Access denied for user 'bot'@'%' to database 'shop' when selecting the database",
    "denied",
    "The bot's user may not do this in that database; see docs/providers/dumps.md.",
  ],
  [
    "mysqldump: Got error: 1045: Access denied for user 'bot'@'%' (using password: YES) when trying to connect",
    "denied",
    "The user or the password was not accepted.",
  ],
  [
    "ERROR 1045 (28000) at line 333: Access denied for user 'bot'@'%' (using password: YES)",
    "denied",
    "A view's definer is not on this server, or may not read what the view shows.",
  ],
  [
    "mysqldump: bot has insufficent privileges to SHOW CREATE PROCEDURE `tidy`!",
    "denied",
    "The bot's user may not read its routines; see docs/providers/dumps.md.",
  ],
  [
    "ERROR 1227 (42000) at line 50: Access denied; you need (at least one of) the SUPER or SET_ANY_DEFINER privilege(s) for this operation",
    "denied",
    "The bot's user lacks the right SUPER or SET_ANY_DEFINER; see docs/providers/dumps.md.",
  ],
  [
    "ERROR 1227 (42000) at line 50: Access denied; you need (at least one of) the SUPER, SET USER privilege(s) for this operation",
    "denied",
    "The bot's user lacks the right SUPER, SET USER; see docs/providers/dumps.md.",
  ],
  [
    "ERROR 1419 (HY000) at line 50: You do not have the SUPER privilege and binary logging is enabled (you *might* want to use the less safe log_bin_trust_function_creators variable)",
    "denied",
    "It has triggers or functions, and the server writes a binary log: that takes log_bin_trust_function_creators = 1 on the server.",
  ],
  [
    "ERROR 3750 (HY000) at line 9: Unable to create or change a table without a primary key, when the system variable 'sql_require_primary_key' is set.",
    "refused",
    "A table has no primary key, and the server demands one (sql_require_primary_key).",
  ],
  [
    "ERROR 1273 (HY000) at line 25: Unknown collation: 'utf8mb4_0900_ai_ci'",
    "refused",
    "It uses what this server does not know: it is from a newer server, or MariaDB's for MySQL or the other way.",
  ],
  [
    'pg_restore: error: COPY orders: "pl4nted" is wrong',
    "refused",
    'It says: pg_restore: error: COPY orders: "…" is wrong',
  ],
])("what a program says is told in our words: %s", (words, fault, message) => {
  expect(meaningOf(words, [])).toEqual({ fault, message });
});
