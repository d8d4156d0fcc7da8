import type { Configuration } from "../../src/domain/configuration.ts";
import { anyOperation, type Target } from "../../src/domain/operation/operation.ts";
import { isOrdered, type Wanted } from "../../src/domain/release-care/ordered-steps.ts";
import { Refusal } from "../../src/errors.ts";
import { deployInOrder } from "../../src/operations/deploy-in-order.ts";
import { deployService } from "../../src/operations/deploy-service.ts";
import { arg, command } from "../../src/slack/command.ts";
import { askOperation } from "./ask-operation.ts";
import { operationArgs } from "./guarded.ts";

/** Plans to let a service run a version, or several in their order; the plan's card goes on from there. */
export const deploy = command({
  name: "/ops deploy",
  synonyms: ["release", "ship", "promote"],
  summary: "Let a service run a version: one that is registered, or an image by its tag or digest; or several in order",
  examples: [
    "/ops deploy backend 43",
    "/ops deploy backend v43",
    '/ops deploy agent v18 --reason "fixes imports"',
    "/ops deploy backend agent v43",
    "/ops deploy backend v43 agent v18",
  ],
  args: { service: arg.target("service"), ...operationArgs, version: arg.name("<version>") },
  needs: "member",
  run: async (ask) => {
    const { config } = ask.app;
    const { service: target } = ask.args;
    const services = wantedFrom(config, target, ask.args.version);
    const [only] = services;
    const what = `deploy ${services.map(({ name, version }) => `${version} on ${name}`).join(", then ")}`;
    if (isOrdered(config, services)) {
      const operation = anyOperation(deployInOrder);
      return askOperation(ask, { operation, target, input: { services: [...services] }, what, options: ask.args });
    }
    return askOperation(ask, {
      operation: anyOperation(deployService),
      target,
      input: { version: only?.version ?? ask.args.version },
      what,
      options: ask.args,
    });
  },
});

/** Services and versions as they were typed after the first service: a version is that of all services before it. */
function wantedFrom(
  config: Configuration,
  first: Target,
  line: string,
): readonly (Wanted & { [key: string]: string })[] {
  const wanted: { readonly name: string; readonly version: string }[] = [];
  let waiting = [first.name];
  for (const word of line.trim().split(/\s+/)) {
    const service = config.services.find(({ name, aliases }) =>
      [name, ...aliases].some((one) => one.toLowerCase() === word.toLowerCase()),
    );
    if (service) waiting.push(service.name);
    else {
      if (waiting.length === 0) {
        const next = `Such as \`/ops deploy ${first.name} agent ${word}\`.`;
        throw new Refusal("bad_argument", `${word} is a second version in a row, or no service here.`, next);
      }
      wanted.push(...waiting.map((name) => ({ name, version: word })));
      waiting = [];
    }
  }
  if (waiting.length === 0) return wanted;
  const next = `Such as \`/ops deploy ${[first.name, ...waiting.slice(1)].join(" ")} v43\`.`;
  throw new Refusal("missing_argument", `Say which version of ${waiting.join(", ")}.`, next);
}
