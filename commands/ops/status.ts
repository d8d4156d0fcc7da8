import { repeatLook, requestLook } from "../../src/domain/operation/look.ts";
import { isElsewhere, placeInWords } from "../../src/domain/operation/place.ts";
import { Refusal } from "../../src/errors.ts";
import { arg, command } from "../../src/slack/command.ts";
import { reply } from "../../templates/kit.ts";

/** Shows how services are. Clouds are slow, so a message says at once that it is looking, and is edited when it has seen. */
export const status = command({
  name: "/ops status",
  synonyms: ["health", "stat", "ps"],
  summary: "Show how services are: all at a glance, or one in depth",
  examples: ["/ops status", "/ops status backend"],
  args: { service: arg.optional(arg.target("service")) },
  needs: "member",
  run: async ({ app, caller, args, at }) => {
    const service = args.service ? { name: args.service.name, environment: args.service.environment } : null;
    const look = await requestLook(app, { userId: caller.userId, asked: at, service });
    if (!isElsewhere(look.place, at)) return undefined;
    return { text: reply(`Looking. What is seen comes ${placeInWords(app, look.place)}.`) };
  },
  buttons: {
    "ops.status.again": async ({ app, about }) => {
      if ((await repeatLook(app, about.id)) !== null) return undefined;
      throw new Refusal("not_found", "This look is not known here any more.", "Ask again with `/ops status`.");
    },
    "ops.status.open": async ({ app, caller, at }) => {
      const look = await requestLook(app, { userId: caller.userId, asked: at, service: null });
      if (!isElsewhere(look.place, at)) return undefined;
      return { text: reply(`Looking. What is seen comes ${placeInWords(app, look.place)}.`) };
    },
  },
});
