import { addDays } from "date-fns/addDays";
import { subMonths } from "date-fns/subMonths";
import { dayAt } from "../follow-up.ts";
import type { App } from "../ports.ts";
import type { ReviewPeriod } from "../review/settings.ts";
import type { FigureScope, Figures } from "./figures.ts";
import type { Viewer } from "./records.ts";

/** The figures of a review and of the time before it: what a whole channel may see, so nothing private. */
export async function reviewFigures(
  app: App,
  period: ReviewPeriod,
  until: Date,
): Promise<{ readonly figures: Figures; readonly before: Figures }> {
  const back = (at: Date): Date =>
    period === "monthly" ? subMonths(at, 1) : addDays(at, period === "weekly" ? -7 : -1);
  const scope = { since: back(until), until, service: null, severity: null };
  const earlier = { ...scope, since: back(scope.since), until: scope.since };
  return {
    figures: await figuresOf(app, scope, "anyone", period === "monthly" ? 10 : 7),
    before: await figuresOf(app, earlier, "anyone", 1),
  };
}

/** Figures by what the configuration says of intervals and days. */
export function figuresOf(app: App, scope: FigureScope, viewer: Viewer, parts = 10): Promise<Figures> {
  return app.figures.of(scope, {
    viewer,
    intervals: app.config.severities.flatMap(({ name, updateMinutes }) =>
      updateMinutes === null ? [] : [{ severity: name, minutes: updateMinutes }],
    ),
    today: dayAt(app.now, app.config.followUp),
    parts,
  });
}
