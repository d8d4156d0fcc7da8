import { leaseLimits } from "../domain/operation/lease.ts";
import type { Held, Json, Plan, Target } from "../domain/operation/operation.ts";
import type { Autoscaling, ServiceState } from "../domain/platform.ts";
import { Refusal } from "../errors.ts";

export const leaseRule = "A lease lasts from 5 minutes to 24 hours, such as 45m or 2h.";

/** The seconds of a time such as 45m, 2h or 1h30m; Refusal outside of what a lease may last. */
export function leaseSeconds(text: string): number {
  const [, hours, minutes] =
    /^(?:(\d{1,4})\s*h(?:ours?)?)?\s*(?:(\d{1,4})\s*m(?:in|inutes?)?)?$/i.exec(text.trim()) ?? [];
  if (hours === undefined && minutes === undefined) {
    throw new Refusal("bad_argument", `\`${text}\` is no time a lease can last.`, leaseRule, "for");
  }
  return withinLimits(Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60);
}

function withinLimits(seconds: number): number {
  if (seconds >= leaseLimits.shortest && seconds <= leaseLimits.longest) return seconds;
  const words = seconds < leaseLimits.shortest ? "too short" : "too long";
  throw new Refusal("bad_argument", `${lasting(seconds)} is ${words} for a lease.`, leaseRule, "for");
}

/** What of an input belongs to a lease: how long it lasts, or what one left behind. */
export function parseLease(input: Json): { readonly forSeconds?: number; readonly held?: Held } {
  const given = input as { readonly forSeconds?: Json; readonly held?: Held } | null;
  return {
    ...(typeof given?.forSeconds === "number" ? { forSeconds: withinLimits(given.forSeconds) } : {}),
    ...(given?.held ? { held: { count: given.held.count, bounds: given.held.bounds } } : {}),
  };
}

/** Why what a lease left is not touched any more; null where it stands as it was left. */
export function changedSince(
  held: Held | undefined,
  state: ServiceState,
  autoscaling: Autoscaling | null,
  target: Target,
): string | null {
  if (held === undefined) return null;
  const name = `${target.name} in ${target.environment}`;
  const left = `somebody changed it since, so it is left alone`;
  const bounds = autoscaling === null ? null : { min: autoscaling.min, max: autoscaling.max };
  if (bounds?.min !== held.bounds?.min || bounds?.max !== held.bounds?.max) {
    return `The autoscaler of ${name} is set to ${inWords(bounds)}, and the lease had left ${inWords(held.bounds)}: ${left}.`;
  }
  // An autoscaler may have moved the count within the bounds it was left.
  const isWithin = bounds !== null && state.desired >= bounds.min && state.desired <= bounds.max;
  if (state.desired === held.count || isWithin) return null;
  return `${name} is set to ${state.desired}, and the lease had left ${held.count}: ${left}.`;
}

function inWords(bounds: Held["bounds"]): string {
  return bounds === null ? "none" : `${bounds.min} to ${bounds.max}`;
}

/** What of a plan makes it a lease. */
export function leasePlan(
  seconds: number | null,
  held: Held,
  before: Held,
): Pick<Plan, "lease"> & { readonly words: string } {
  const bounds = before.bounds === null ? "" : `, autoscaling ${inWords(before.bounds)}`;
  const when = seconds === null ? "When it is started again" : `After ${lasting(seconds)}`;
  return { lease: { seconds, held }, words: `${when} it is set back to ${before.count}${bounds}.` };
}

/** A time as a lease's is said: 2 h, 1 h 30 min, 45 min. */
export function lasting(seconds: number): string {
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)];
  const words = [hours > 0 ? `${hours} h` : "", minutes > 0 || hours === 0 ? `${minutes} min` : ""];
  return words.filter((word) => word !== "").join(" ");
}
