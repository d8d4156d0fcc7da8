import { anyOperation } from "../../src/domain/operation/operation.ts";
import { deployService } from "../../src/operations/deploy-service.ts";
import { arg, command } from "../../src/slack/command.ts";
import { askOperation } from "./ask-operation.ts";
import { operationArgs } from "./guarded.ts";

/** Plans to let a service run a version; the plan's card goes on from there. */
export const deploy = command({
  name: "/ops deploy",
  synonyms: ["release", "ship", "promote"],
  summary: "Let a service run a version: one that is registered, or an image by its tag or digest",
  examples: ["/ops deploy backend 43", "/ops deploy backend v43", '/ops deploy agent v18 --reason "fixes imports"'],
  args: { service: arg.target("service"), ...operationArgs, version: arg.name("<version>") },
  needs: "member",
  run: async (ask) =>
    askOperation(ask, {
      operation: anyOperation(deployService),
      target: ask.args.service,
      input: { version: ask.args.version },
      what: `deploy ${ask.args.version}`,
      options: ask.args,
    }),
});
