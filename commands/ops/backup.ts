import { backupsOf } from "../../src/domain/backup/settings.ts";
import { anyOperation, type Target, targetName } from "../../src/domain/operation/operation.ts";
import {
  requestStoreLook,
  type StoreLook,
  storeLookById,
  targetOfLook,
} from "../../src/domain/operation/store-look.ts";
import type { App } from "../../src/domain/ports.ts";
import { Refusal } from "../../src/errors.ts";
import { dumpDatabase } from "../../src/operations/dump-database.ts";
import { snapshotDatabase } from "../../src/operations/snapshot-database.ts";
import { type Answered, arg, type ButtonAsk, command } from "../../src/slack/command.ts";
import { askOperation } from "./ask-operation.ts";
import { whereSeen } from "./db.ts";
import { type OperationOptions, operationArgs } from "./guarded.ts";

type Ask = Pick<ButtonAsk, "app" | "caller" | "at">;

/** Plans a backup of a database; the plan's card goes on from there. */
export const backup = command({
  name: "/ops backup",
  synonyms: ["snapshot", "dump"],
  summary: "Back a database up",
  examples: [
    "/ops backup postgres",
    '/ops backup postgres --reason "before the migration" --yes',
    "/ops backup postgres --format custom",
  ],
  args: {
    database: arg.target("database"),
    format: arg.option("format", "text"),
    ...operationArgs,
  },
  needs: "member",
  run: (ask) => askBackup(ask, ask.args.database, ask.args),
  buttons: {
    "ops.backup.now": async (ask) => askBackup(ask, await seenDatabase(ask), {}),
  },
});

/** Shows what backups there are. They are read in the background; the message is edited when they were seen. */
export const backups = command({
  name: "/ops backups",
  synonyms: ["snapshots", "dumps"],
  summary: "Show what backups there are, how old, and whether they were tried",
  examples: ["/ops backups postgres", "/ops backups"],
  args: { database: arg.optional(arg.target("database")) },
  needs: "member",
  run: async ({ app, caller, args, at }) => {
    let look: StoreLook | null = null;
    for (const target of args.database ? [args.database] : everyDatabase(app)) {
      look = await requestStoreLook(app, {
        userId: caller.userId,
        asked: at,
        target,
        question: { kind: "database", view: "backups" },
      });
    }
    return look === null ? undefined : whereSeen(app, look, at);
  },
});

const cardsAtOnce = 5;

/** Every database of the catalog in every environment, where that is a handful. */
function everyDatabase(app: App): readonly Target[] {
  const all = app.config.resources
    .filter((resource) => resource.kind === "database")
    .flatMap((resource) =>
      resource.runs.map((placement) => ({
        kind: "database" as const,
        name: resource.name,
        environment: placement.environment,
        production: app.config.environments.find((one) => one.name === placement.environment)?.production ?? true,
        placement,
      })),
    );
  if (all.length === 0) {
    throw new Refusal("not_possible", "No database is configured.", "Add one under `databases` in the configuration.");
  }
  if (all.length > cardsAtOnce) {
    throw new Refusal(
      "missing_argument",
      "There are several databases.",
      `Say which: ${all.map(targetName).join(", ")}.`,
    );
  }
  return all;
}

/** The database whose backups a card shows. */
export async function seenDatabase({ app, about }: Pick<ButtonAsk, "app" | "about">): Promise<Target> {
  return targetOfLook(app.config, await storeLookById(app, about.id));
}

/** A snapshot where its platform takes them and no format is asked for, else a dump. */
function askBackup(
  ask: Ask,
  target: Target,
  options: OperationOptions & { readonly format?: string | undefined },
): Answered {
  const settings = backupsOf(ask.app.config, target.name);
  const expireBefore = new Date(ask.app.now.getTime() - settings.keepDays * 86_400_000).toISOString();
  const { format } = options;
  const isDump = format !== undefined || !hasSnapshots(target);
  return askOperation(ask, {
    operation: isDump ? anyOperation(dumpDatabase) : anyOperation(snapshotDatabase),
    target,
    input: isDump
      ? {
          expireBefore,
          asked: ask.app.now.toISOString(),
          format: format?.toLowerCase() ?? settings.format,
          testRestore: settings.testRestore,
        }
      : { expireBefore },
    what: "backup",
    options,
  });
}

/** Whether the platform that its server runs on takes snapshots of it. */
export function hasSnapshots(target: Target): boolean {
  return target.placement.provider === "rds";
}
