import type { Target } from "../../src/domain/operation/operation.ts";
import { isElsewhere, placeInWords } from "../../src/domain/operation/place.ts";
import {
  repeatStoreLook,
  requestStoreLook,
  type StoreLook,
  sendStoreFile,
  storeLookById,
  targetOfLook,
} from "../../src/domain/operation/store-look.ts";
import { type DatabaseView, databaseViews } from "../../src/domain/platform/databases.ts";
import type { App } from "../../src/domain/ports.ts";
import { Refusal } from "../../src/errors.ts";
import { type Answer, type Answered, arg, type ButtonAsk, command } from "../../src/slack/command.ts";
import { reply } from "../../templates/kit.ts";
import { secondsOf } from "./ask-store.ts";

const views = [...databaseViews, "slowlog"] as const;

/** Shows what goes on inside a database. It is read in the background; the message is edited when it was seen. */
export const db = command({
  name: "/ops db",
  synonyms: ["database", "sql"],
  summary: "Show what goes on inside a database: slow statements, sessions, locks, connections, sizes",
  examples: [
    "/ops db postgres locks",
    "/ops db postgres",
    "/ops db postgres slow",
    "/ops db postgres slowlog --since 6h",
  ],
  args: {
    database: arg.target("database"),
    view: arg.optional(arg.choice(`<${views.join("|")}>`, () => views)),
    since: arg.option("since", "1h"),
  },
  needs: "member",
  run: async ({ app, caller, args, at }) => {
    const { view: asked = "active" } = args;
    if (asked === "slowlog") return askSlowLog({ app, caller, at }, args.database, args.since);
    if (args.since !== undefined) {
      throw new Refusal(
        "bad_argument",
        "Only `slowlog` takes a time.",
        "Such as `/ops db postgres slowlog --since 6h`.",
      );
    }
    const view = asked as DatabaseView;
    const look = await requestStoreLook(app, {
      userId: caller.userId,
      asked: at,
      target: args.database,
      question: { kind: "database", view },
    });
    return whereSeen(app, look, at);
  },
  buttons: {
    "ops.db.locks": async ({ app, caller, about, at }) => {
      const [environment = "", name = ""] = about.id.split("/");
      const question = { kind: "database", view: "locks" } as const;
      const target = targetOfLook(app.config, { target: { name, environment }, question });
      const look = await requestStoreLook(app, { userId: caller.userId, asked: at, target, question });
      return whereSeen(app, look, at);
    },
    "ops.db.explain": async ({ app, caller, about, at }) => {
      const [lookId = "", statement = ""] = about.id.split("/");
      const seen = await storeLookById(app, lookId);
      const question = { kind: "database", view: "explain", statement } as const;
      const target = targetOfLook(app.config, seen);
      const look = await requestStoreLook(app, { userId: caller.userId, asked: at, target, question });
      return whereSeen(app, look, at);
    },
    "ops.store.again": async ({ app, about }) => {
      await repeatStoreLook(app, about.id);
      return undefined;
    },
    "ops.store.file": async ({ app, about }) => {
      await sendStoreFile(app, about.id);
      return undefined;
    },
  },
});

/** How far back a slow log is read: RDS keeps its files for three days where nothing else is set. */
const slowLogSeconds = { usual: 3600, least: 60, most: 3 * 86_400 } as const;

/** Has the slow log of a database's server read; what was seen is posted. */
export async function askSlowLog(
  { app, caller, at }: Pick<ButtonAsk, "app" | "caller" | "at">,
  target: Target,
  since: string | undefined,
): Answered {
  const sinceSeconds = since === undefined ? slowLogSeconds.usual : secondsOf(since);
  if (sinceSeconds < slowLogSeconds.least || sinceSeconds > slowLogSeconds.most) {
    throw new Refusal("bad_argument", "`--since` must be from 1m to 3d back.", "Such as `--since 6h`.");
  }
  const question = { kind: "database", view: "slowlog", sinceSeconds } as const;
  const look = await requestStoreLook(app, { userId: caller.userId, asked: at, target, question });
  return whereSeen(app, look, at);
}

/** Where what is seen comes, said only where that is not where the person is. */
export function whereSeen(
  app: App,
  look: StoreLook,
  at: { readonly channelId: string | null; readonly channelName: string | null },
): Answer | undefined {
  if (!isElsewhere(look.place, at)) return undefined;
  return { text: reply(`Looking. What is seen comes ${placeInWords(app, look.place)}.`) };
}
