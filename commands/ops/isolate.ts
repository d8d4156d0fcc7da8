import { endLease, refuseSecondLease } from "../../src/domain/operation/end-lease.ts";
import { isIsolation } from "../../src/domain/operation/lease.ts";
import { anyOperation, targetName } from "../../src/domain/operation/operation.ts";
import { Refusal } from "../../src/errors.ts";
import { operations } from "../../src/operations/index.ts";
import { isolateService } from "../../src/operations/isolate-service.ts";
import { arg, command } from "../../src/slack/command.ts";
import { askOperation } from "./ask-operation.ts";
import { operationArgs } from "./guarded.ts";
import { orRefused } from "./refused.ts";
import { where } from "./scale.ts";

// The name is always typed, so that nothing could skip a click.
const { yes: _yes, ...withoutYes } = operationArgs;

/** Plans to take a service out of its load balancer; what led requests to it is remembered until it is reconnected. */
export const isolate = command({
  name: "/ops isolate",
  synonyms: ["detach", "quarantine"],
  summary: "Take a service out of its load balancer while its tasks go on",
  examples: ["/ops isolate backend", '/ops isolate backend --reason "it serves other people\'s data"'],
  args: { service: arg.target("service"), ...withoutYes },
  needs: "member",
  run: async (ask) => {
    const { service: target } = ask.args;
    return askOperation(ask, {
      operation: anyOperation(isolateService),
      target,
      input: {},
      what: "isolate",
      options: { ...ask.args, yes: false },
      before: () => refuseSecondLease(ask.app, target, "isolation"),
    });
  },
});

/** Plans to bring a service back that was isolated here. */
export const reconnect = command({
  name: "/ops reconnect",
  synonyms: ["attach", "unisolate"],
  summary: "Bring an isolated service back behind its load balancer, in steps with its health watched",
  examples: ["/ops reconnect backend"],
  args: { service: arg.target("service") },
  needs: "member",
  run: async ({ args, app, caller, at }) =>
    orRefused(app, { by: caller.userId, what: "reconnect", subject: targetName(args.service) }, async () => {
      const lease = (await app.leases.open(args.service)).find(isIsolation);
      if (lease === undefined) {
        throw new Refusal(
          "not_possible",
          `${args.service.name} in ${args.service.environment} was not isolated from here, so nothing is remembered to reconnect.`,
          `See how it is with \`/ops status ${args.service.name}\`.`,
        );
      }
      return where(app, await endLease(app, operations, lease.id, caller, at), at);
    }),
});
