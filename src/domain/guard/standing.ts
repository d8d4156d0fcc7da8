import { Refusal } from "../../errors.ts";
import type { Lift } from "../configuration.ts";
import type { Target } from "../operation/operation.ts";
import type { App } from "../ports.ts";
import { freezesAt } from "./calendar.ts";
import { type Hold, isIn, letsThrough, scopeName, stands } from "./hold.ts";
import { momentInWords } from "./words.ts";

/** Who wants to change what, and what of the protections is lifted for them. */
export interface Passing {
  /** The operation's name. */
  readonly action: string;
  readonly target: Pick<Target, "environment" | "name">;
  readonly callerId: string;
  readonly incidentId: string | null;
  readonly lifted?: readonly Lift[];
}

/** Refuses while a freeze, or somebody else's lock, lies on the target: who or what, why, until when, and the way out. */
export async function mustPass(app: App, asked: Passing): Promise<void> {
  const why = await whyNotNow(app, asked);
  if (why !== null) throw why;
}

/** The same as an answer: the freeze or lock in the way, else null. */
export async function whyNotNow(app: App, asked: Passing): Promise<Refusal | null> {
  const { lifted = [], target, action } = asked;
  const standing = (await app.holds.standing()).filter((hold) => stands(hold, app.now) && isIn(hold.scope, target));
  if (!lifted.includes("freeze")) {
    const [first, ...others] = freezesAt(app.config.freezes, { action, target }, app.now);
    if (first) {
      const beside = others.length > 0 ? ` (so do ${others.map(({ freeze }) => `“${freeze.name}”`).join(", ")})` : "";
      return new Refusal(
        "frozen",
        `Denied: the freeze “${first.freeze.name}” holds in ${target.environment} until ${momentInWords(first.span.to)}${beside}.`,
        wayOut(app, "Ask again after it"),
      );
    }
    const byHand = standing.find((hold) => hold.kind === "freeze");
    if (byHand) {
      return new Refusal(
        "frozen",
        `Denied: <@${byHand.byId}> froze ${scopeName(byHand.scope)} at ${momentInWords(byHand.since)} until ${momentInWords(byHand.until)}: ${byHand.reason}`,
        wayOut(app, `Ask again after it, or an admin to end it with \`/ops unfreeze ${scopeWord(byHand)}\``),
      );
    }
  }
  if (lifted.includes("lock")) return null;
  const lock = standing.find((hold) => hold.kind === "lock" && !letsThrough(hold, asked));
  return lock ? await lockedBy(app, lock) : null;
}

/** Who locked it, why, since when, until when, and how it is released. */
async function lockedBy(app: App, lock: Hold): Promise<Refusal> {
  const incident = lock.incidentId === null ? null : await app.incidents.byId(lock.incidentId);
  const times = `since ${momentInWords(lock.since)}, until ${momentInWords(lock.until)}`;
  const open = incident === null || incident.isPrivate ? null : incident;
  const whose =
    lock.incidentId === null ? `<@${lock.byId}>` : `${open ? `INC-${open.number}` : "an incident"} (<@${lock.byId}>)`;
  const release = `<@${lock.byId}> or an admin releases it with \`/ops unlock ${scopeName(lock.scope)}\``;
  return new Refusal(
    "locked",
    `Denied: ${scopeName(lock.scope)} is locked by ${whose} ${times}: ${lock.reason}`,
    wayOut(app, open?.channelId ? `Ask in <#${open.channelId}>; ${release}` : release),
  );
}

function scopeWord(hold: Hold): string {
  return hold.scope.environment === null ? "" : scopeName(hold.scope);
}

function wayOut(app: App, first: string): string {
  const glass = app.config.policy.some((rule) => rule.breakGlass !== null);
  return glass
    ? `${first.trim()}; in an emergency add \`--break-glass "reason"\`, if the policy lets you.`
    : `${first.trim()}.`;
}
