import { armCostCheck, costAccount, recordCostCheck } from "../domain/cost/costs.ts";
import type { JobHandler } from "./handler.ts";
import type { OperationContext } from "./operation-context.ts";
import { readCosts } from "./read-costs.ts";

/** Looks at what an environment costs, once a day, and tells what is over. */
export function checkCosts(context: OperationContext & { readonly now: () => Date }): JobHandler<"check-costs"> {
  return {
    name: "check-costs",
    handle: async ({ environment }) => {
      const config = await context.transact(async (app) => {
        if (costAccount(app.config, environment) !== null) await armCostCheck(app, environment, false);
        return app.config;
      });
      const account = costAccount(config, environment);
      if (account === null) return;
      const sight = await readCosts(context, config, account);
      await context.transact((app) => recordCostCheck(app, environment, sight));
    },
  };
}
