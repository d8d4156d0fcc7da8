import type { Placement } from "../domain/configuration.ts";
import type { Figure } from "../domain/health/thresholds.ts";
import { type CountedErrors, errorLinesFigure, hoursRead } from "../domain/logs/error-lines.ts";
import { type Answer, askSource } from "./ask-source.ts";
import type { OperationContext } from "./operation-context.ts";

/** Counts the error lines of a service's log: the last hour, and those it is compared with, which may be missing. */
export async function readErrorLines(
  context: Pick<OperationContext, "log" | "newId" | "providers">,
  placement: Placement,
  now: Date,
): Promise<Answer<Figure>> {
  const logs = context.providers.find(({ id }) => id === placement.provider)?.logs;
  if (!logs) return { trouble: `nothing here reads logs of ${placement.provider}`, error: null };
  const hours = hoursRead(now);
  const count = (hour: keyof typeof hours) =>
    askSource(context, { source: `logs of ${placement.provider}`, of: placement.at, perSecond: logs.perSecond }, () =>
      logs.errors(placement, hours[hour]),
    );
  const [last, before, dayAgo] = await Promise.all([count("last"), count("before"), count("dayAgo")]);
  if (!("value" in last)) return last;
  const known = (one: Answer<CountedErrors>) => ("value" in one ? one.value : null);
  return { value: errorLinesFigure({ last: last.value, before: known(before), dayAgo: known(dayAgo) }, now) };
}
