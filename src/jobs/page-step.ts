import { pageReferences, takePageStep } from "../domain/oncall/paging.ts";
import type { LookUpPeople } from "../domain/people/records.ts";
import type { Transact } from "../domain/ports.ts";
import type { JobHandler, JobLog } from "./handler.ts";

/** Pages the next people of a path, until somebody acknowledges. */
export function pageStep(needs: {
  readonly transact: Transact;
  readonly lookUp: LookUpPeople;
  readonly log: JobLog;
}): JobHandler<"page-step"> {
  return {
    name: "page-step",
    handle: async ({ pageId, step }) => {
      const references = await needs.transact((app) => pageReferences(app, pageId, step));
      if (!references) return;
      // Who left a minute ago must not be paged; where Slack is away, what is known has to do.
      await needs.lookUp(references).catch((error: unknown) => {
        needs.log.warn({ err: error }, "Could not look up who is on call; paging by what is known");
      });
      await needs.transact((app) => takePageStep(app, pageId, step));
    },
  };
}
