import { showPicture } from "../domain/health/picture.ts";
import { subjectOf } from "../domain/health/subjects.ts";
import { askSource } from "./ask-source.ts";
import { type JobHandler, jobHandler } from "./handler.ts";
import type { OperationContext } from "./operation-context.ts";

/** Draws the picture that goes with a diagnosis. Where the platform does not give it, the diagnosis goes without. */
export function drawDiagnosis(context: OperationContext & { readonly now: () => Date }): JobHandler {
  return jobHandler({
    name: "draw-diagnosis",
    handle: async ({ inquiryId, ask }) => {
      const subject = await context.transact(async (app) => subjectOf(app.config, ask.target));
      if (subject === null) return;
      const { placement } = subject;
      const pictures = context.providers.find((one) => one.measures?.groups[placement.provider])?.measures?.pictures;
      if (!pictures) return;
      const answer = await askSource(context, { source: "pictures", of: ask.target, perSecond: 10 }, () =>
        pictures.draw(placement, ask.what, ask.title),
      );
      if (!("value" in answer) || answer.value === null) return;
      const png = answer.value;
      await context.transact((app) => showPicture(app, inquiryId, ask, png));
    },
  });
}
