import type { Place } from "../intent.ts";
import type { Rhythm } from "../time/cadence.ts";

/** What a review can look at by itself. */
export const reviewItems = [
  "health",
  "queues",
  "errors",
  "backups",
  "certificates",
  "costs",
  "incidents",
  "action_items",
  "maintenance",
  "figures",
] as const;
export type ReviewItem = (typeof reviewItems)[number];

/** The time before a review that its figures are of. */
export type ReviewPeriod = "daily" | "weekly" | "monthly";

/** A look at how everything stands, posted when it comes round or shown when somebody asks. */
export interface Review {
  /** The word typed. */
  readonly name: string;
  readonly title: string;
  /** Null: only when somebody asks. */
  readonly rhythm: Rhythm | null;
  readonly place: Place;
  readonly items: readonly ReviewItem[];
  /** Names of the catalog; null for all of it. */
  readonly targets: readonly string[] | null;
  /** Items that people tick. */
  readonly ask: readonly string[];
  readonly period: ReviewPeriod;
  /** So many error lines an hour of a service are no cause for a warning. */
  readonly errorsAnHour: number;
}

/** What is looked at where nobody said otherwise. */
export const usualItems: readonly ReviewItem[] = [
  "health",
  "queues",
  "backups",
  "certificates",
  "costs",
  "incidents",
  "action_items",
  "maintenance",
];
export const usualErrorsAnHour = 10;
