import { endLease, extendLease } from "../../src/domain/operation/end-lease.ts";
import { targetName } from "../../src/domain/operation/operation.ts";
import type { App } from "../../src/domain/ports.ts";
import { operations } from "../../src/operations/index.ts";
import { type ButtonAsk, command } from "../../src/slack/command.ts";
import { leaseList } from "../../templates/ops/leases.ts";
import { leaseFacts } from "../../templates/ops/views.ts";
import { orRefused } from "./refused.ts";
import { where } from "./scale.ts";
import { visibleOperations } from "./visible.ts";

/** Lists what holds for a while and what is stopped or isolated, and holds the buttons of leases. */
export const leases = command({
  name: "/ops leases",
  synonyms: ["lease", "overrides"],
  summary: "List counts that hold for a while, and services that are stopped or isolated",
  examples: ["/ops leases"],
  args: {},
  needs: "member",
  run: async ({ app, caller }) => {
    const all = await Promise.all((await app.leases.open()).map((lease) => leaseFacts(app, lease)));
    const seen = await visibleOperations(
      app,
      all.flatMap(({ setUp }) => setUp ?? []),
      caller.userId,
    );
    return { text: leaseList(all.filter(({ setUp }) => setUp === null || seen.some(({ id }) => id === setUp.id))) };
  },
  fresh: ["ops.lease.extend", "ops.lease.end"],
  buttons: {
    "ops.lease.extend": async (ask) =>
      orRefused(ask.app, { by: ask.caller.userId, what: "extend a lease", subject: await subjectOf(ask) }, async () => {
        await extendLease(ask.app, operations, ask.about.id, ask.caller);
        return undefined;
      }),
    "ops.lease.end": async (ask) =>
      orRefused(ask.app, { by: ask.caller.userId, what: "end a lease", subject: await subjectOf(ask) }, async () =>
        where(ask.app, await endLease(ask.app, operations, ask.about.id, ask.caller, ask.at), ask.at),
      ),
  },
});

async function subjectOf({ app, about }: { readonly app: App; readonly about: ButtonAsk["about"] }): Promise<string> {
  const lease = await app.leases.byId(about.id);
  return lease === null ? about.id : targetName(lease.target);
}
