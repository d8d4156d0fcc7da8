import { endLease, refuseSecondLease } from "../../src/domain/operation/end-lease.ts";
import { isIsolation } from "../../src/domain/operation/lease.ts";
import { anyOperation, targetName } from "../../src/domain/operation/operation.ts";
import { requestOperation } from "../../src/domain/operation/request.ts";
import { Refusal } from "../../src/errors.ts";
import { operations } from "../../src/operations/index.ts";
import { stopService } from "../../src/operations/stop-service.ts";
import { arg, command } from "../../src/slack/command.ts";
import { operationArgs } from "./guarded.ts";
import { orRefused } from "./refused.ts";
import { where } from "./scale.ts";

// The name is always typed, so that nothing could skip a click.
const { yes: _yes, ...withoutYes } = operationArgs;

/** Plans to stop a service; what it had is remembered until it is started. */
export const stop = command({
  name: "/ops stop",
  synonyms: ["halt", "shutdown"],
  summary: "Stop a service: to 0, with its count and its autoscaler's bounds remembered",
  examples: ["/ops stop agent", '/ops stop agent --reason "it sends wrong mails"'],
  args: { service: arg.target("service"), ...withoutYes },
  needs: "member",
  run: async ({ args, app, caller, at }) =>
    orRefused(app, { by: caller.userId, what: "stop", subject: targetName(args.service) }, async () => {
      await refuseSecondLease(app, args.service);
      const operation = await requestOperation(app, {
        operation: anyOperation(stopService),
        target: args.service,
        input: {},
        reason: args.reason ?? null,
        change: args.change,
        breakGlass: args.breakGlass,
        caller,
        asked: at,
        skipConfirm: false,
      });
      return where(app, operation, at);
    }),
});

/** Plans to start a service that was stopped here. */
export const start = command({
  name: "/ops start",
  synonyms: ["unstop"],
  summary: "Start a service that was stopped, with the count and the bounds it had",
  examples: ["/ops start agent"],
  args: { service: arg.target("service") },
  needs: "member",
  run: async ({ args, app, caller, at }) =>
    orRefused(app, { by: caller.userId, what: "start", subject: targetName(args.service) }, async () => {
      const lease = (await app.leases.open(args.service)).find((one) => !isIsolation(one));
      if (lease === undefined || lease.seconds !== null) {
        throw new Refusal(
          "not_possible",
          `${args.service.name} in ${args.service.environment} was not stopped from here, so no count is remembered.`,
          `Say how many: \`/ops scale ${args.service.name} <count>\`.`,
        );
      }
      return where(app, await endLease(app, operations, lease.id, caller, at), at);
    }),
});
