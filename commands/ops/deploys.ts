import { inquire, inquireAgain } from "../../src/domain/inquiry/inquiry.ts";
import { isElsewhere, placeInWords } from "../../src/domain/operation/place.ts";
import { arg, command } from "../../src/slack/command.ts";
import { reply } from "../../templates/kit.ts";

/** Shows what was deployed and how it ended: of all services the newest, of one service more, with its events. */
export const deploys = command({
  name: "/ops deploys",
  synonyms: ["deployments", "releases", "rollouts"],
  summary: "Show what was deployed: version, image, when, and whether it was rolled back",
  examples: ["/ops deploys", "/ops deploys backend"],
  args: { service: arg.optional(arg.target("service")) },
  needs: "member",
  run: async ({ app, caller, args, at }) => {
    const target = args.service ? { name: args.service.name, environment: args.service.environment } : null;
    const inquiry = await inquire(app, "deployments", { userId: caller.userId, asked: at, question: { target } });
    if (!isElsewhere(inquiry.place, at)) return undefined;
    return { text: reply(`Looking. What is seen comes ${placeInWords(app, inquiry.place)}.`) };
  },
  buttons: {
    "ops.deployments.again": async ({ app, about }) => {
      await inquireAgain(app, "deployments", about.id);
      return undefined;
    },
  },
});
