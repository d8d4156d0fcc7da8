import type { Caller } from "../../src/domain/access/caller.ts";
import { subjectOf } from "../../src/domain/health/subjects.ts";
import { inquire, inquireAgain, inquiryById } from "../../src/domain/inquiry/inquiry.ts";
import { type Target, targetName } from "../../src/domain/operation/operation.ts";
import { isElsewhere, placeInWords } from "../../src/domain/operation/place.ts";
import { requestOperation } from "../../src/domain/operation/request.ts";
import type { App } from "../../src/domain/ports.ts";
import { Refusal } from "../../src/errors.ts";
import { operations } from "../../src/operations/index.ts";
import { type Answered, type At, arg, type ButtonAsk, command } from "../../src/slack/command.ts";
import { reply } from "../../templates/kit.ts";
import { orRefused } from "./refused.ts";
import { where } from "./scale.ts";

/** Says what is wrong with a service or a data store. The message is there at once, and is edited when everything was read. */
export const diagnose = command({
  name: "/ops diagnose",
  synonyms: ["diagnosis", "diag"],
  summary: "Find what is wrong with a service, database, cache or queue: likely causes first",
  examples: ["/ops diagnose backend", "/ops diagnose postgres", "/ops diagnose agent in production"],
  args: { target: arg.target("any") },
  needs: "member",
  run: async ({ app, caller, args, at }) => ask({ app, caller, at }, args.target),
  buttons: {
    "ops.diagnose.again": async ({ app, about }) => {
      await inquireAgain(app, "diagnosis", about.id);
      return undefined;
    },
    "ops.diagnose.open": async ({ app, caller, about, at }) => {
      const [environment = "", name = ""] = about.id.split("/");
      return ask({ app, caller, at }, { name, environment });
    },
    "ops.diagnose.first": remedy,
    "ops.diagnose.second": remedy,
    "ops.diagnose.third": remedy,
  },
});

async function ask(
  { app, caller, at }: { readonly app: App; readonly caller: Caller; readonly at: At },
  { name, environment }: Pick<Target, "name" | "environment">,
): Answered {
  if (subjectOf(app.config, { name, environment }) === null)
    throw secret(app, name)
      ? new Refusal(
          "not_possible",
          "A secret cannot be examined: it is never read.",
          "See its age with `/ops secrets`.",
        )
      : new Refusal("unknown_target", "This is no longer configured.", "Look with `/ops status`.");
  const question = { target: { name, environment }, declared: null };
  const inquiry = await inquire(app, "diagnosis", { userId: caller.userId, asked: at, question });
  if (!isElsewhere(inquiry.place, at)) return undefined;
  return { text: reply(`Looking. What is found comes ${placeInWords(app, inquiry.place)}.`) };
}

function secret(app: App, name: string): boolean {
  return app.config.resources.some((one) => one.name === name && one.kind === "secret");
}

/** What would help is asked for as if it had been typed: planned, held against the policy, confirmed. */
async function remedy({ app, caller, about, at }: ButtonAsk): Answered {
  const [id = "", index = "", seen = ""] = about.id.split("/");
  const { found } = await inquiryById(app, "diagnosis", id);
  const meant = found?.at.getTime() === Number(seen) ? found.remedies[Number(index)] : undefined;
  const operation = operations.find((one) => one.name === meant?.operation);
  const subject = meant && subjectOf(app.config, meant.target);
  if (!meant || !operation || !subject)
    throw new Refusal("stale", "It was looked at again since, and this is no longer offered.", "Look again.");
  const { kind, name, environment, placement } = subject;
  const production = app.config.environments.find((one) => one.name === environment)?.production ?? true;
  const target: Target = { kind, name, environment, production, placement };
  const what = `${operation.verb}, from a diagnosis`;
  return orRefused(app, { by: caller.userId, what, subject: targetName(target) }, async () =>
    where(
      app,
      await requestOperation(app, {
        operation,
        target,
        input: meant.input,
        reason: null,
        caller,
        asked: at,
        skipConfirm: false,
      }),
      at,
    ),
  );
}
