import type { Figure, Point } from "../health/thresholds.ts";

/** The lines of an hour that tell of an error. */
export interface CountedErrors {
  /** When each was written, oldest first; at most 10,000. */
  readonly at: readonly Date[];
  /** False where more was written than could be looked through. */
  readonly whole: boolean;
}

/** More are not counted: so many are too many, however many they are. */
export const mostErrorsCounted = 10_000;
const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** The hours that are read of a log: the last one, the one before it, and the one a day ago. */
export function hoursRead(now: Date) {
  const upTo = (until: number) => ({ from: new Date(until - hour), until: new Date(until) });
  return { last: upTo(now.getTime()), before: upTo(now.getTime() - hour), dayAgo: upTo(now.getTime() - day) };
}

/**
 * Error lines an hour as a figure: at each minute of the last hour those of the hour before it, as far as both hours
 * were read. Without a value where the last hour could not be looked through.
 */
export function errorLinesFigure(
  { last, before, dayAgo }: Readonly<Record<keyof ReturnType<typeof hoursRead>, CountedErrors | null>>,
  now: Date,
): Figure {
  const counted = (one: CountedErrors | null) =>
    one !== null && (one.whole || one.at.length >= mostErrorsCounted) ? one.at : null;
  const [newest, older] = [counted(last), counted(before)];
  const figure = { measure: "error-lines", of: null, limit: null, history: "every-minute" } as const;
  if (last === null || newest === null) {
    const missing = `more is logged in an hour than can be looked through; at least ${last?.at.length ?? 0}`;
    return { ...figure, points: [], dayAgo: null, missing };
  }
  const known = older !== null && last.whole && before?.whole;
  return {
    ...figure,
    points: known ? overTime([...older, ...newest], now) : [{ at: now, value: newest.length }],
    dayAgo: counted(dayAgo)?.length ?? null,
  };
}

/** How many of these moments lie in the hour before each minute of the last hour. */
function overTime(moments: readonly Date[], now: Date): readonly Point[] {
  const times = moments.map((at) => at.getTime()).toSorted((one, other) => one - other);
  let [out, within] = [0, 0];
  return Array.from({ length: 61 }, (_, index) => {
    const at = now.getTime() - (60 - index) * minute;
    while ((times[within] ?? Number.POSITIVE_INFINITY) <= at) within += 1;
    while ((times[out] ?? Number.POSITIVE_INFINITY) <= at - hour) out += 1;
    return { at: new Date(at), value: within - out };
  });
}
