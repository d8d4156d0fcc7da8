import { diagnosed, repeatDiagnosis, requestDiagnosis } from "../../src/domain/health/diagnosis.ts";
import { type Asked, isElsewhere, placeInWords } from "../../src/domain/operation/place.ts";
import type { App } from "../../src/domain/ports.ts";
import { Refusal } from "../../src/errors.ts";
import { type Answer, arg, command } from "../../src/slack/command.ts";
import { reply } from "../../templates/kit.ts";

/** Says what is wrong with a service. The message is there at once, and is edited when everything was read. */
export const diagnose = command({
  name: "/ops diagnose",
  synonyms: ["diagnosis", "diag"],
  summary: "Find what is wrong with a service, worst first",
  examples: ["/ops diagnose backend", "/ops diagnose agent in production"],
  args: { service: arg.target("service") },
  needs: "member",
  run: async ({ app, caller, args, at }) => ask(app, caller.userId, args.service, at),
  buttons: {
    "ops.diagnose.again": async ({ app, about }) => {
      if ((await repeatDiagnosis(app, about.id)) !== null) return undefined;
      throw new Refusal("not_found", "This look is not known here any more.", "Ask again with `/ops diagnose`.");
    },
    "ops.diagnose.open": async ({ app, caller, about, at }) => {
      const [environment = "", name = ""] = about.id.split("/");
      if (diagnosed(app.config, { name, environment }) === null)
        throw new Refusal("unknown_target", "This service is no longer configured.", "Look with `/ops status`.");
      return ask(app, caller.userId, { name, environment }, at);
    },
  },
});

async function ask(
  app: App,
  userId: string,
  service: { readonly name: string; readonly environment: string },
  at: Asked,
): Promise<Answer | undefined> {
  const diagnosis = await requestDiagnosis(app, { userId, asked: at, service });
  if (!isElsewhere(diagnosis.place, at)) return undefined;
  return { text: reply(`Looking. What is found comes ${placeInWords(app, diagnosis.place)}.`) };
}
