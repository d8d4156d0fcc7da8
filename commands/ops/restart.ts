import { anyOperation } from "../../src/domain/operation/operation.ts";
import { restartService } from "../../src/operations/restart-service.ts";
import { arg, command } from "../../src/slack/command.ts";
import { askOperation } from "./ask-operation.ts";
import { operationArgs } from "./guarded.ts";

/** Plans to replace all copies of a service by new ones; the plan's card goes on from there. */
export const restart = command({
  name: "/ops restart",
  synonyms: ["reboot", "bounce", "redeploy"],
  summary: "Replace all copies of a service by new ones of the same version",
  examples: ["/ops restart backend", '/ops restart agent --reason "memory leak" --yes'],
  args: {
    service: arg.target("service"),
    ...operationArgs,
  },
  needs: "member",
  run: async (ask) =>
    askOperation(ask, {
      operation: anyOperation(restartService),
      target: ask.args.service,
      input: {},
      what: "restart",
      options: ask.args,
    }),
});
