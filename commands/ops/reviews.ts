import { reviewBreakGlass } from "../../src/domain/guard/break-glass.ts";
import { operationById } from "../../src/domain/operation/decision.ts";
import { planAgain } from "../../src/domain/operation/undo.ts";
import { operations } from "../../src/operations/index.ts";
import { command } from "../../src/slack/command.ts";
import { breakGlassForm, reviewForm, reviewList } from "../../templates/ops/break-glass.ts";
import { where } from "./scale.ts";
import { visibleOperations } from "./visible.ts";

/** Lists what was done with the glass broken and waits for a review; holds the buttons of breaking and reviewing. */
export const reviews = command({
  name: "/ops reviews",
  synonyms: ["break-glass", "emergencies"],
  summary: "List what was done with the glass broken and waits for a review",
  examples: ["/ops reviews"],
  args: {},
  needs: "member",
  run: async ({ app, caller }) => ({
    text: reviewList(await visibleOperations(app, await app.operations.unreviewed(), caller.userId)),
  }),
  fresh: ["ops.break-glass.form", "ops.break-glass.review.form"],
  buttons: {
    "ops.break-glass": async ({ app, about, at }) => ({
      modal: breakGlassForm(await operationById(app, about.id), at.channelId),
      push: at.inForm,
    }),
    "ops.break-glass.review": async ({ app, about, at }) => ({
      modal: reviewForm(await operationById(app, about.id)),
      push: at.inForm,
    }),
  },
  forms: {
    "ops.break-glass.form": async ({ app, about, caller, values }) => {
      const record = await operationById(app, about.id);
      const asked = { channelId: about.channel ?? null, channelName: null };
      const reason = values.text("reason") ?? "";
      return where(app, await planAgain(app, operations, record.id, caller, asked, reason), asked);
    },
    "ops.break-glass.review.form": async ({ app, about, caller, values }) => {
      await reviewBreakGlass(app, about.id, caller, values.text("note"));
      return undefined;
    },
  },
});
