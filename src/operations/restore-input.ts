import type { ValidationQuery } from "../domain/backup/settings.ts";
import type { Json } from "../domain/operation/operation.ts";
import type { CheckedQuery } from "../domain/platform/snapshots.ts";
import { Refusal } from "../errors.ts";

/** What was asked of a restore, with what the configuration said of the database then. */
export interface RestoreInput {
  /** A backup by name; null for the newest good one. */
  readonly backup: string | null;
  /** The moment to restore to, ISO 8601. */
  readonly at: string | null;
  /** Takes the newest from before this moment, ISO 8601. */
  readonly before: string | null;
  readonly to: string | null;
  readonly overLive: boolean;
  /** Digits of the moment it was asked, for names: 202611221000. */
  readonly stamp: string;
  /** That moment, ISO 8601. */
  readonly asked: string;
  readonly validate: readonly ValidationQuery[];
  readonly rtoSeconds: number | null;
  readonly rpoSeconds: number | null;
}

/** Reads what was asked or stored; refuses what contradicts itself. */
export function parseRestore(input: Json): RestoreInput {
  const given = (input ?? {}) as { readonly [key: string]: Json };
  const text = (key: string) => {
    const value = given[key];
    return typeof value === "string" && value.trim() !== "" ? value.trim() : null;
  };
  const number = (key: string) => (typeof given[key] === "number" ? (given[key] as number) : null);
  const asked = {
    backup: text("backup"),
    at: moment(text("at")),
    before: moment(text("before")),
    to: text("to"),
    overLive: given.overLive === true,
    stamp: text("stamp") ?? "",
    asked: moment(text("asked")) ?? "",
    validate: (Array.isArray(given.validate) ? given.validate : []) as unknown as readonly ValidationQuery[],
    rtoSeconds: number("rtoSeconds"),
    rpoSeconds: number("rpoSeconds"),
  };
  if ([asked.backup, asked.at, asked.before].filter((one) => one !== null).length > 1) {
    throw new Refusal(
      "bad_argument",
      "A backup by name, `--at` and `--before` each say where from.",
      "Keep one of them.",
    );
  }
  if (asked.overLive && asked.to !== null) {
    throw new Refusal("bad_argument", "`--to` names a new place and `--over-live` the live one.", "Keep one of them.");
  }
  return asked;
}

function moment(text: string | null): string | null {
  if (text === null || !Number.isNaN(Date.parse(text))) return text;
  throw new Refusal("bad_argument", `“${text.slice(0, 40)}” is no moment.`, "Write it like 2026-11-22 14:05 UTC.");
}

/** What of the validation speaks against what was restored: a query that ran into a fault of the data itself. */
export function refuseChecks(checks: readonly CheckedQuery[]): string | null {
  const failed = checks.filter((one) => one.result === null && one.why !== null && one.why.startsWith("the query"));
  return failed.length === 0
    ? null
    : `Validation failed: ${failed.map((one) => `${one.name} (${one.why})`).join(", ")}.`;
}
