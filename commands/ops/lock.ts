import { type Hold, type Scope, scopeName } from "../../src/domain/guard/hold.ts";
import { extendHold, holdScope, lockForIncident, release, standingFor } from "../../src/domain/guard/holding.ts";
import { openForReading } from "../../src/domain/incident/access.ts";
import { isElsewhere, placeInWords } from "../../src/domain/operation/place.ts";
import type { App } from "../../src/domain/ports.ts";
import { type Answer, type Answered, type At, arg, command } from "../../src/slack/command.ts";
import { reply } from "../../templates/kit.ts";
import { holdList } from "../../templates/ops/hold.ts";
import { secondsOf } from "./ask-store.ts";
import { orRefused } from "./refused.ts";

/** Keeps everybody else from changing a target or an environment for a time. */
export const lock = command({
  name: "/ops lock",
  synonyms: ["hold", "claim"],
  summary: "Keep others from changing a target or an environment for a time",
  examples: ['/ops lock backend --reason "looking at the leak"', '/ops lock production --reason "migration" --for 2h'],
  args: { scope: arg.scope(), reason: arg.option("reason", "text"), for: arg.option("for", "2h") },
  needs: "member",
  run: async ({ app, caller, args, at }) =>
    orRefused(app, { by: caller.userId, what: "lock", subject: scopeName(args.scope) }, async () => {
      const minutes = minutesOf(args.for);
      const reason = args.reason ?? null;
      return placed(
        app,
        await holdScope(app, { kind: "lock", scope: args.scope, reason, minutes, caller, asked: at }),
        at,
      );
    }),
  buttons: {
    "ops.lock.incident": async ({ app, caller, about }) =>
      orRefused(app, { by: caller.userId, what: "lock", subject: about.id }, async () => {
        await lockForIncident(app, caller, await openForReading(app, caller, about.id));
        return undefined;
      }),
    "ops.hold.extend": ({ app, caller, about }) =>
      orRefused(app, { by: caller.userId, what: "extend a lock", subject: about.id }, async () => {
        await extendHold(app, caller, about.id, 60);
        return undefined;
      }),
    "ops.hold.release": ({ app, caller, about, at }) => released(app, caller, { id: about.id }, null, at),
  },
});

/** Releases a lock: one's own, or as an admin somebody else's with a reason. */
export const unlock = command({
  name: "/ops unlock",
  synonyms: ["release", "unclaim"],
  summary: "Release a lock; another person's takes an admin and a reason",
  examples: ["/ops unlock backend", '/ops unlock backend --reason "Ana is on a plane"'],
  args: { scope: arg.scope(), reason: arg.option("reason", "text") },
  needs: "member",
  run: ({ app, caller, args, at }) =>
    released(app, caller, { kind: "lock", scope: args.scope }, args.reason ?? null, at),
});

/** Lists what is locked or frozen now. */
export const locks = command({
  name: "/ops locks",
  synonyms: ["leases", "holds"],
  summary: "List what is locked or frozen: by whom, why, until when",
  examples: ["/ops locks"],
  args: {},
  needs: "member",
  run: async ({ app, caller }) => ({ text: holdList(await standingFor(app, caller)) }),
});

/** Ends a lock or a freeze, and says so to the person where its card does not. */
export async function released(
  app: App,
  caller: Parameters<typeof release>[1],
  found: { readonly id: string } | { readonly kind: Hold["kind"]; readonly scope: Scope },
  reason: string | null,
  at: At,
): Answered {
  const subject = "id" in found ? found.id : scopeName(found.scope);
  return orRefused(app, { by: caller.userId, what: "release", subject }, async () => {
    const hold = await release(app, caller, found, reason);
    if (!isElsewhere(hold.place, at)) return undefined;
    return { text: reply(`The ${hold.kind} on ${scopeName(hold.scope)} is released.`) };
  });
}

/** Where its card is going to be, said only where that is not where the person is. */
export function placed(app: App, hold: Hold, at: At): Answer | undefined {
  if (!isElsewhere(hold.place, at)) return undefined;
  const what = hold.kind === "lock" ? "locked" : "frozen";
  return { text: reply(`${scopeName(hold.scope)} is ${what}. Its card is ${placeInWords(app, hold.place)}.`) };
}

/** Minutes of `--for`; null where it was not given. */
export function minutesOf(text: string | undefined): number | null {
  return text === undefined ? null : Math.ceil(secondsOf(text) / 60);
}
