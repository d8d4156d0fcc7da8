import { Refusal } from "../../errors.ts";
import { arming } from "../arming.ts";
import type { Configuration } from "../configuration.ts";
import { dayAt } from "../follow-up.ts";
import type { ReadingState } from "../health/health.ts";
import { reviewFigures } from "../incident/review.ts";
import { recordInquiry } from "../inquiry/inquiry.ts";
import { operatorsPlace } from "../operation/place.ts";
import type { App } from "../ports.ts";
import { lastTime, nextTime } from "../time/cadence.ts";
import { type Review, type ReviewItem, usualErrorsAnHour, usualItems } from "./settings.ts";

/** Which review somebody wants, or which came round. */
export interface ReviewQuestion {
  readonly review: string;
  /** The day it came round, yyyy-MM-dd; null where somebody asked. */
  readonly day: string | null;
}

/** One line of a review. */
export interface ReviewRow {
  readonly item: ReviewItem;
  readonly title: string;
  readonly state: ReadingState;
  readonly detail: string;
}

export interface ReviewFound {
  readonly rows: readonly ReviewRow[];
}

/** The reviews of the configuration; where there is none the usual one, which is shown when somebody asks. */
export function reviewsOf(app: Pick<App, "config">): readonly Review[] {
  const written = app.config.reviews ?? [];
  return written.some(({ items }) => items.some((item) => item !== "figures"))
    ? written
    : [usualReview(app), ...written];
}

function usualReview(app: Pick<App, "config">): Review {
  return {
    name: "daily",
    title: "Health check",
    rhythm: null,
    place: operatorsPlace(app),
    items: usualItems,
    targets: null,
    ask: [],
    period: "daily",
    errorsAnHour: usualErrorsAnHour,
  };
}

/** A review by its name; refuses one that is not configured. */
export function requireReview(app: Pick<App, "config">, name: string): Review {
  const all = reviewsOf(app);
  const found = all.find((one) => one.name === name);
  if (found) return found;
  throw new Refusal(
    "not_found",
    `There is no review "${name}".`,
    `There is ${all.map((one) => `\`${one.name}\``).join(", ")}.`,
  );
}

/** The names people may type. */
export function reviewNames(config: Configuration): readonly string[] {
  return reviewsOf({ config }).map(({ name }) => name);
}

/** The list that the items people tick belong to. */
export function reviewList(inquiryId: string): string {
  return `review:${inquiryId}`;
}

/** Sets the clock of each review; asked at each start. */
export async function armReviews(app: App): Promise<void> {
  for (const review of app.config.reviews ?? []) await armReview(app, review, true);
}

async function armReview(app: App, { name, rhythm }: Review, catchUp: boolean): Promise<void> {
  const next = rhythm && nextTime(rhythm, app.now);
  if (!rhythm || !next) return;
  const after = await arming(app, `review:${name}`, next, catchUp);
  const day = dayAt(next, { timeZone: rhythm.timezone });
  await app.jobs.add("post-review", { period: name, day }, { key: name, after });
}

/**
 * Has the review made that came round last, unless it was or is no longer wanted: after a time of being down the newest
 * one, once. One of figures alone is not posted where there is nothing to say.
 */
export async function postReview(app: App, name: string): Promise<void> {
  const review = (app.config.reviews ?? []).find((one) => one.name === name);
  if (review) await armReview(app, review, false);
  const at = review?.rhythm ? lastTime(review.rhythm, app.now) : null;
  if (!review?.rhythm || at === null) return;
  const day = dayAt(at, { timeZone: review.rhythm.timezone });
  if (review.items.every((item) => item === "figures") && review.ask.length === 0) {
    const { figures } = await reviewFigures(app, review.period, at);
    if (figures.count === 0 && figures.actions.open === 0 && figures.actions.done === 0) return;
    await app.outbox.add({
      kind: "message",
      view: "incident.review",
      subject: `${name}:${day}`,
      place: review.place,
      once: `review:${name}:${day}`,
    });
    return;
  }
  const id = `${name}:${day}`;
  if ((await app.inquiries.byId("review", id)) !== null) return;
  await app.inquiries.insert({
    id,
    kind: "review",
    askedBy: app.workspace.botUserId,
    askedAt: app.now,
    place: review.place,
    incidentId: null,
    question: { review: name, day },
    found: null,
  });
  // It is shown once it was made: nobody waits for it.
  await app.jobs.add("inquire", { inquiryId: id, kind: "review" }, { key: id });
}

/** What was seen is shown, without secrets. */
export async function recordReview(app: App, id: string, rows: readonly ReviewRow[]): Promise<void> {
  const inquiry = await app.inquiries.byId("review", id);
  if (inquiry === null) return;
  await recordInquiry(app, inquiry, {
    rows: rows.map((row) => ({ ...row, title: app.redact(row.title), detail: app.redact(row.detail) })),
  });
}
