import { scopeName } from "../../src/domain/guard/hold.ts";
import { holdScope, standingFor } from "../../src/domain/guard/holding.ts";
import { arg, command } from "../../src/slack/command.ts";
import { windowList } from "../../templates/ops/hold.ts";
import { minutesOf, placed, released } from "./lock.ts";
import { orRefused } from "./refused.ts";

const everything = { environment: null, target: null };

/** Has every change wait, in one place or everywhere; for admins. */
export const freeze = command({
  name: "/ops freeze",
  summary: "Have changes wait: of a target, an environment, or everything (admins)",
  examples: ['/ops freeze production --reason "launch day" --for 8h', '/ops freeze --reason "audit" --for 1d'],
  args: { scope: arg.optional(arg.scope()), reason: arg.option("reason", "text"), for: arg.option("for", "2h") },
  needs: "member",
  run: async ({ app, caller, args, at }) => {
    const scope = args.scope ?? everything;
    return orRefused(app, { by: caller.userId, what: "freeze", subject: scopeName(scope) }, async () => {
      const ask = { kind: "freeze" as const, scope, reason: args.reason ?? null, minutes: minutesOf(args.for) };
      return placed(app, await holdScope(app, { ...ask, caller, asked: at }), at);
    });
  },
});

/** Ends a freeze that was laid by hand; those of the configuration end by their own time. */
export const unfreeze = command({
  name: "/ops unfreeze",
  synonyms: ["thaw"],
  summary: "End a freeze that was laid by hand (admins)",
  examples: ["/ops unfreeze production", "/ops unfreeze"],
  args: { scope: arg.optional(arg.scope()), reason: arg.option("reason", "text") },
  needs: "member",
  run: ({ app, caller, args, at }) =>
    released(app, caller, { kind: "freeze", scope: args.scope ?? everything }, args.reason ?? null, at),
});

/** Lists freezes and maintenance windows, and when each comes next. */
export const windows = command({
  name: "/ops windows",
  synonyms: ["freezes", "calendar", "maintenance"],
  summary: "List freezes and maintenance windows, and when each comes next",
  examples: ["/ops windows"],
  args: {},
  needs: "member",
  run: async ({ app, caller }) => ({
    text: windowList({ config: app.config, holds: await standingFor(app, caller), now: app.now }),
  }),
});
