import { itemTurned } from "../../src/domain/checklist/lists.ts";
import { inquire, inquireAgain } from "../../src/domain/inquiry/inquiry.ts";
import { isElsewhere, placeInWords } from "../../src/domain/operation/place.ts";
import { lookAgain } from "../../src/domain/release-care/ticking.ts";
import { requireReview, reviewNames, reviewsOf } from "../../src/domain/review/reviews.ts";
import { arg, command } from "../../src/slack/command.ts";
import { reply } from "../../templates/kit.ts";

/** Looks at how everything stands, now: one of the reviews of the configuration. Holds the ticks of all checklists. */
export const check = command({
  name: "/ops check",
  synonyms: ["health-check", "healthcheck", "daily", "review"],
  summary: "Look at how everything stands now: the daily check, or another review of the configuration",
  examples: ["/ops check", "/ops check daily"],
  args: { review: arg.optional(arg.choice("<review>", reviewNames)) },
  needs: "member",
  run: async ({ app, caller, args, at }) => {
    const review = requireReview(app, args.review ?? reviewsOf(app)[0]?.name ?? "daily");
    const question = { review: review.name, day: null };
    const inquiry = await inquire(app, "review", { userId: caller.userId, asked: at, question });
    if (!isElsewhere(inquiry.place, at)) return undefined;
    return { text: reply(`Looking. What is found comes ${placeInWords(app, inquiry.place)}.`) };
  },
  buttons: {
    "ops.check.again": async ({ app, about }) => {
      await inquireAgain(app, "review", about.id);
      return undefined;
    },
    "ops.checklist.look": async ({ app, about }) => {
      await lookAgain(app, about.id);
      return undefined;
    },
    "ops.checklist.turn": async ({ app, caller, about }) => {
      const [list = "", index = "", way = ""] = about.id.split("#");
      await itemTurned(app, list, { index: Number(index), on: way === "on", byId: caller.userId });
      return undefined;
    },
  },
});
