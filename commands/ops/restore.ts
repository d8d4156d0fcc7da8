import { backupsOf } from "../../src/domain/backup/settings.ts";
import { anyOperation, type Json, type Target } from "../../src/domain/operation/operation.ts";
import { isDumpName } from "../../src/domain/platform/dumps.ts";
import { readMoment } from "../../src/domain/time/typed-moment.ts";
import { failOverDatabase } from "../../src/operations/fail-over-database.ts";
import { drillDump, restoreDump } from "../../src/operations/restore-dump.ts";
import { drillInstance, restoreInstance } from "../../src/operations/restore-instance.ts";
import { restoreOverLive } from "../../src/operations/restore-over-live.ts";
import { arg, type ButtonAsk, command } from "../../src/slack/command.ts";
import { askOperation } from "./ask-operation.ts";
import { hasSnapshots, seenDatabase } from "./backup.ts";
import { type OperationOptions, operationArgs } from "./guarded.ts";

/** Plans a restore beside the live database; the plan's card goes on from there. */
export const restore = command({
  name: "/ops restore",
  synonyms: ["recover"],
  summary: "Restore a database beside the live one, or a dump over it: the newest backup, a named one, or a moment",
  examples: [
    "/ops restore postgres",
    "/ops restore postgres --over-live --before 2h",
    "/ops restore postgres waooaw-postgres-before-upgrade-16-4 --to waooaw-check",
    '/ops restore postgres --at "2h"',
    '/ops restore postgres --before "yesterday 23:10"',
  ],
  args: {
    database: arg.target("database"),
    at: arg.option("at", "time"),
    before: arg.option("before", "time"),
    to: arg.option("to", "name"),
    over: arg.flag("over-live"),
    ...operationArgs,
    backup: arg.optional(arg.name("<backup>")),
  },
  needs: "member",
  run: (ask) => {
    const { database: target, at, before, to, backup, over } = ask.args;
    const moment = (typed: string | undefined) =>
      typed === undefined ? null : readMoment(typed, { now: ask.app.now, timezone: ask.caller.timezone }).toISOString();
    const input = {
      ...settingsOf(ask, target),
      at: moment(at),
      before: moment(before),
      to: to ?? null,
      backup: backup ?? null,
      overLive: over === true,
    };
    const isDump = isOfDump(target, backup) || (over === true && target.placement.inside !== undefined);
    const operation = !isDump ? anyOperation(restoreInstance) : anyOperation(over ? restoreOverLive : restoreDump);
    const what = isDump && over ? "restore over the live one" : "restore";
    return askOperation(ask, { operation, target, input, what, options: ask.args });
  },
});

/** Plans to try a restore out in a scratch copy, and to measure it. */
export const drillRestore = command({
  name: "/ops drill",
  synonyms: ["restore-drill", "test-restore"],
  summary: "Try a restore out in a scratch copy, measure it, and delete the copy",
  examples: ["/ops drill restore postgres", '/ops drill restore postgres --reason "monthly restore test"'],
  args: {
    what: arg.choice("<restore>", () => ["restore"]),
    database: arg.target("database"),
    ...operationArgs,
    backup: arg.optional(arg.name("<backup>")),
  },
  needs: "member",
  run: (ask) => askDrill(ask, ask.args.database, ask.args),
  buttons: {
    "ops.drill.now": async (ask) => askDrill(ask, await seenDatabase(ask), {}),
  },
});

/** Plans to change a database over to its standby. */
export const failover = command({
  name: "/ops failover",
  synonyms: ["fail-over", "switchover"],
  summary: "Change a database over to its standby",
  examples: ["/ops failover postgres", '/ops failover postgres --reason "its zone is failing"'],
  args: {
    database: arg.target("database"),
    ...operationArgs,
  },
  needs: "member",
  run: (ask) => {
    const { database: target } = ask.args;
    const input = { asked: ask.app.now.toISOString() };
    return askOperation(ask, {
      operation: anyOperation(failOverDatabase),
      target,
      input,
      what: "failover",
      options: ask.args,
    });
  },
});

type Ask = Pick<ButtonAsk, "app" | "caller" | "at">;

function askDrill(ask: Ask, target: Target, given: OperationOptions & { readonly backup?: string | undefined }) {
  const input = { ...settingsOf(ask, target), backup: given.backup ?? null };
  const operation = isOfDump(target, given.backup) ? anyOperation(drillDump) : anyOperation(drillInstance);
  return askOperation(ask, { operation, target, input, what: "drill", options: given });
}

/** A dump is named, or the database has nothing else. */
function isOfDump(target: Target, backup: string | undefined): boolean {
  return backup === undefined ? !hasSnapshots(target) : isDumpName(backup) || !hasSnapshots(target);
}

/** What the configuration says of the database's restores, as it is when somebody asks. */
function settingsOf({ app }: Ask, target: Target): Readonly<Record<string, Json>> {
  const { validate, rtoSeconds, rpoSeconds } = backupsOf(app.config, target.name);
  return {
    stamp: app.now.toISOString().slice(0, 16).replaceAll(/\D/g, ""),
    asked: app.now.toISOString(),
    validate: validate.map((query) => ({ ...query })),
    rtoSeconds,
    rpoSeconds,
  };
}
