import { addDays } from "date-fns/addDays";
import { subMonths } from "date-fns/subMonths";
import { dayAt, type FollowUpSettings, laterDay, tellingMoment } from "../follow-up.ts";
import type { App } from "../ports.ts";
import type { FigureScope, Figures } from "./figures.ts";
import type { Viewer } from "./records.ts";

export type ReviewPeriod = "weekly" | "monthly";

/** The next day a review is posted, counted from a moment; null where none is wanted. */
export function nextReview(period: ReviewPeriod, settings: FollowUpSettings, after: Date): string | null {
  const { weeklyReview, monthlyReview } = settings;
  if ((period === "weekly" ? weeklyReview : monthlyReview) === null) return null;
  for (let day = dayAt(after, settings); ; day = laterDay(day, 1)) {
    const weekday = new Date(`${day}T00:00:00Z`).getUTCDay() || 7;
    const meant = period === "weekly" ? weekday === weeklyReview : Number(day.slice(8)) === monthlyReview;
    if (meant && tellingMoment(day, settings) > after) return day;
  }
}

/** Sets the clocks of both reviews; asked at each start, and again by each review. */
export async function armReviews(app: App): Promise<void> {
  const settings = app.config.followUp;
  for (const period of ["weekly", "monthly"] as const) {
    const day = nextReview(period, settings, app.now);
    if (day) await app.jobs.add("post-review", { period, day }, { key: period, after: tellingMoment(day, settings) });
  }
}

/** Posts the review of that day, unless it is no longer wanted or there is nothing to say. */
export async function postReview(app: App, period: ReviewPeriod, day: string): Promise<void> {
  const settings = app.config.followUp;
  const at = tellingMoment(day, settings);
  await armReviews(app);
  if (nextReview(period, settings, addDays(at, -1)) !== day || app.now < at) return;
  const { figures } = await reviewFigures(app, period, day);
  if (figures.count === 0 && figures.actions.open === 0 && figures.actions.done === 0) return;
  await app.outbox.add({
    kind: "message",
    view: "incident.review",
    subject: `${period}:${day}`,
    place: settings.reviewChannel === null ? { configured: "incidents" } : { named: settings.reviewChannel },
    once: `review:${period}:${day}`,
  });
}

/** The figures of a review and of the time before it: what a whole channel may see, so nothing private. */
export async function reviewFigures(
  app: App,
  period: ReviewPeriod,
  day: string,
): Promise<{ readonly figures: Figures; readonly before: Figures }> {
  const until = tellingMoment(day, app.config.followUp);
  const back = (at: Date): Date => (period === "weekly" ? addDays(at, -7) : subMonths(at, 1));
  const scope = { since: back(until), until, service: null, severity: null };
  const earlier = { ...scope, since: back(scope.since), until: scope.since };
  return {
    figures: await figuresOf(app, scope, "anyone", period === "weekly" ? 7 : 10),
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
