import type { Configuration } from "../../src/domain/configuration.ts";
import { costAccount, costsOf } from "../../src/domain/cost/costs.ts";
import { type Inquiry, inquire, inquireAgain, inquiryById } from "../../src/domain/inquiry/inquiry.ts";
import { isElsewhere, placeInWords } from "../../src/domain/operation/place.ts";
import { Refusal } from "../../src/errors.ts";
import { arg, command } from "../../src/slack/command.ts";
import { reply } from "../../templates/kit.ts";

/** Says what the month costs so far and will cost, by service, against budgets and limits, and how the last days compare. */
export const cost = command({
  name: "/ops cost",
  synonyms: ["costs", "budget", "budgets", "spend", "bill"],
  summary: "Show what the cloud costs: month to date, forecast, by service, against budgets and limits",
  examples: ["/ops cost", "/ops cost production", "/ops cost --env production"],
  args: {
    environment: arg.optional(arg.choice("<environment>", watched)),
    env: arg.option("env", "name"),
  },
  needs: "member",
  run: async ({ app, caller, args, at }) => {
    const asked = environmentsAsked(app.config, args.environment ?? args.env);
    let inquiry: Inquiry<"costs"> | null = null;
    for (const environment of asked) {
      inquiry = await inquire(app, "costs", {
        userId: caller.userId,
        asked: at,
        question: { environment, anew: false },
      });
    }
    if (!inquiry || !isElsewhere(inquiry.place, at)) return undefined;
    return { text: reply(`Looking. What is found comes ${placeInWords(app, inquiry.place)}.`) };
  },
  buttons: {
    "ops.cost.again": async ({ app, about }) => {
      const { question } = await inquiryById(app, "costs", about.id);
      await app.inquiries.ask<"costs">(about.id, { ...question, anew: true });
      await inquireAgain(app, "costs", about.id);
      return undefined;
    },
    "ops.cost.open": async ({ app, caller, about, at }) => {
      const question = { environment: about.id, anew: false };
      const inquiry = await inquire(app, "costs", { userId: caller.userId, asked: at, question });
      if (!isElsewhere(inquiry.place, at)) return undefined;
      return { text: reply(`Looking. What is found comes ${placeInWords(app, inquiry.place)}.`) };
    },
  },
});

function watched(config: Configuration): readonly string[] {
  return config.environments
    .filter(({ name }) => costAccount(config, name) !== null)
    .flatMap(({ name, aliases }) => [name, ...aliases]);
}

/** The one that was said, or all that are watched. */
function environmentsAsked(config: Configuration, word: string | undefined): readonly string[] {
  const all = costsOf(config).accounts.map(({ environment }) => environment);
  if (all.length === 0)
    throw new Refusal(
      "not_possible",
      "No costs are watched here.",
      "Add `costs` with a budget or a limit to the configuration; see docs/configuration.md.",
    );
  if (word === undefined) return all;
  const said = word.toLowerCase();
  const meant = config.environments.find(({ name, aliases }) =>
    [name, ...aliases].some((one) => one.toLowerCase() === said),
  );
  if (meant && all.includes(meant.name)) return [meant.name];
  const why = meant ? `The costs of ${meant.name} are not watched.` : `There is no environment "${word.slice(0, 60)}".`;
  throw new Refusal("unknown_environment", why, `There is ${all.map((name) => `\`${name}\``).join(", ")}.`);
}
