import type { Figure, Point } from "./thresholds.ts";

/** A value that was read once, by the name of its figure. */
export interface Sample {
  readonly figure: string;
  readonly at: Date;
  readonly value: number;
}

export interface SampleRecords {
  /** Oldest first. */
  readonly since: (
    target: { readonly environment: string; readonly name: string },
    from: Date,
  ) => Promise<readonly Sample[]>;
  /** Keeps values of a target, and forgets those of it from before a moment. */
  readonly add: (
    target: { readonly environment: string; readonly name: string },
    samples: readonly Sample[],
    forgetBefore: Date,
  ) => Promise<void>;
}

export const keptHours = 26;
const minute = 60_000;
const dayMinutes = 24 * 60;
/** How far off the same time yesterday a sample may be. */
const aroundMinutes = 90;

/** How samples name a figure. */
export function sampleName({ measure, of }: Pick<Figure, "measure" | "of">): string {
  return of === null ? measure : `${measure}/${of}`;
}

/** A figure whose source keeps no history, with what earlier looks saw of it. */
export function withHistory(figure: Figure, samples: readonly Sample[], now: Date): Figure {
  if (figure.history === "every-minute") return figure;
  const mine = samples.filter((sample) => sample.figure === sampleName(figure) && sample.at < now);
  const back = (at: Date) => (now.getTime() - at.getTime()) / minute;
  const yesterday = mine
    .filter(({ at }) => Math.abs(back(at) - dayMinutes) <= aroundMinutes)
    .toSorted((one, other) => Math.abs(back(one.at) - dayMinutes) - Math.abs(back(other.at) - dayMinutes))[0];
  const recent: readonly Point[] = mine.filter(({ at }) => back(at) <= 75).map(({ at, value }) => ({ at, value }));
  return { ...figure, points: [...recent, ...figure.points], dayAgo: yesterday?.value ?? null };
}

/** What to keep of figures whose source keeps no history. */
export function samplesOf(figures: readonly Figure[]): readonly Sample[] {
  return figures.flatMap((figure) => {
    const newest = figure.points.at(-1);
    return figure.history === "every-minute" || !newest
      ? []
      : [{ figure: sampleName(figure), at: newest.at, value: newest.value }];
  });
}
