import type { Caller } from "../../src/domain/access/caller.ts";
import type { StatusQuestion } from "../../src/domain/health/status.ts";
import { subjectOf } from "../../src/domain/health/subjects.ts";
import { inquire, inquireAgain } from "../../src/domain/inquiry/inquiry.ts";
import { isElsewhere, placeInWords } from "../../src/domain/operation/place.ts";
import type { App } from "../../src/domain/ports.ts";
import { Refusal } from "../../src/errors.ts";
import { type Answered, type At, arg, command } from "../../src/slack/command.ts";
import { reply } from "../../templates/kit.ts";

/** Shows how everything of the catalog is. Clouds are slow, so a message says at once that it is looking, and is edited when it has seen. */
export const status = command({
  name: "/ops status",
  synonyms: ["health", "stat", "ps"],
  summary: "Show how everything is, worst first, or one service, database, cache or queue in depth",
  examples: ["/ops status", "/ops status backend"],
  args: { target: arg.optional(arg.target("any")) },
  needs: "member",
  run: async ({ app, caller, args, at }) => ask({ app, caller, at }, args.target ?? null),
  buttons: {
    "ops.status.again": async ({ app, about }) => {
      await inquireAgain(app, "status", about.id);
      return undefined;
    },
    "ops.status.open": async ({ app, caller, at }) => ask({ app, caller, at }, null),
  },
});

async function ask(
  { app, caller, at }: { readonly app: App; readonly caller: Caller; readonly at: At },
  named: StatusQuestion["target"],
): Answered {
  const target = named && { name: named.name, environment: named.environment };
  if (target !== null && subjectOf(app.config, target) === null)
    throw new Refusal("not_possible", "A secret is never looked at.", "See its age with `/ops secrets`.");
  const inquiry = await inquire(app, "status", { userId: caller.userId, asked: at, question: { target } });
  if (!isElsewhere(inquiry.place, at)) return undefined;
  return { text: reply(`Looking. What is seen comes ${placeInWords(app, inquiry.place)}.`) };
}
