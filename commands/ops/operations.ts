import { arg, command } from "../../src/slack/command.ts";
import { operationList } from "../../templates/ops/operation-list.ts";
import { visibleOperations } from "./visible.ts";

const recentShown = 10;

/** Lists what runs, waits and was done. */
export const operations = command({
  name: "/ops operations",
  synonyms: ["list", "ls", "history"],
  summary: "List operations: running, waiting, recent",
  examples: ["/ops operations", "/ops operations backend"],
  args: { service: arg.optional(arg.target("service")) },
  needs: "member",
  run: async ({ app, caller, args }) => {
    // The steps of a deployment stand on its own card; who asks for one service is told what was done to it in any.
    const which = args.service
      ? { target: { environment: args.service.environment, name: args.service.name } }
      : ({ steps: false } as const);
    const open = await app.operations.list({ ...which, open: true, limit: recentShown });
    const over = await app.operations.list({ ...which, open: false, limit: recentShown });
    return { text: operationList(await visibleOperations(app, [...open, ...over], caller.userId)) };
  },
});
