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
import { type Answer, arg, command } from "../../src/slack/command.ts";
import { reply } from "../../templates/kit.ts";

/** Shows what goes on inside a database. It is read in the background; the message is edited when it was seen. */
export const db = command({
  name: "/ops db",
  synonyms: ["database", "sql"],
  summary: "Show what goes on inside a database: slow statements, sessions, locks, connections, sizes",
  examples: ["/ops db postgres locks", "/ops db postgres", "/ops db postgres slow"],
  args: {
    database: arg.target("database"),
    view: arg.optional(arg.choice(`<${databaseViews.join("|")}>`, () => databaseViews)),
  },
  needs: "member",
  run: async ({ app, caller, args, at }) => {
    const view = (args.view ?? "active") as DatabaseView;
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

/** Where what is seen comes, said only where that is not where the person is. */
export function whereSeen(
  app: App,
  look: StoreLook,
  at: { readonly channelId: string | null; readonly channelName: string | null },
): Answer | undefined {
  if (!isElsewhere(look.place, at)) return undefined;
  return { text: reply(`Looking. What is seen comes ${placeInWords(app, look.place)}.`) };
}
