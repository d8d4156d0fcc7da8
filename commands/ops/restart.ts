import { anyOperation, targetName } from "../../src/domain/operation/operation.ts";
import { requestOperation } from "../../src/domain/operation/request.ts";
import { restartService } from "../../src/operations/restart-service.ts";
import { arg, command } from "../../src/slack/command.ts";
import { orRefused } from "./refused.ts";
import { where } from "./scale.ts";

/** Plans to replace all copies of a service by new ones; the plan's card goes on from there. */
export const restart = command({
  name: "/ops restart",
  synonyms: ["reboot", "bounce", "redeploy"],
  summary: "Replace all copies of a service by new ones of the same version",
  examples: ["/ops restart backend", '/ops restart agent --reason "memory leak" --yes'],
  args: {
    service: arg.target("service"),
    reason: arg.option("reason", "text"),
    yes: arg.flag("yes"),
  },
  needs: "member",
  run: async ({ args, app, caller, at }) =>
    orRefused(app, { by: caller.userId, what: "restart", subject: targetName(args.service) }, async () =>
      where(
        app,
        await requestOperation(app, {
          operation: anyOperation(restartService),
          target: args.service,
          input: {},
          reason: args.reason ?? null,
          caller,
          asked: at,
          skipConfirm: args.yes === true,
        }),
        at,
      ),
    ),
});
