import { z } from "zod";
import type { FollowUpSettings } from "../domain/follow-up.ts";
import type { Place } from "../domain/intent.ts";
import {
  type Review,
  type ReviewPeriod,
  reviewItems,
  usualErrorsAnHour,
  usualItems,
} from "../domain/review/settings.ts";
import { type Cadence, cadenceForms, readCadence } from "../domain/time/cadence.ts";
import { isTimezone } from "../domain/time/zone.ts";
import { catalogEntries, catalogName, unknown } from "./catalog-words.ts";
import { channel, choice, count, list, named, object, right, text } from "./pieces.ts";
import type { Misfit } from "./references.ts";
import type { Written } from "./schema.ts";

const time = right('write a time of the day in quotes, such as "09:00"');
const zone = right("write a time zone such as Europe/London");

/** Daily checks and reviews as people write them. */
export const reviewsSchema = named(
  object({
    title: text.optional(),
    every: text.describe(`When it comes round: ${cadenceForms}; left out: only with /ops check.`).optional(),
    at: z
      .string(time)
      .regex(/^([01]\d|2[0-3]):[0-5]\d$/, time)
      .describe("At what time of that day; 09:00 by default.")
      .optional(),
    time_zone: z
      .string(zone)
      .refine(isTimezone, zone)
      .describe("Whose wall clock is meant; UTC by default.")
      .optional(),
    channel: channel.describe("Where it is posted; channels.operations by default.").optional(),
    items: list(choice(reviewItems)).describe("What it looks at by itself.").optional(),
    targets: list(text).describe("Only these of the catalog; left out: all.").optional(),
    ask: list(text).describe("Items that people tick.").optional(),
    errors_an_hour: count(100_000)
      .describe("Error lines of a service in the last hour that are no cause for a warning; 10 by default.")
      .optional(),
  }),
  "a review's name",
).describe("Looks at how everything stands, posted when they come round, or with /ops check.");

/** The reviews of the configuration, and those of incidents that follow_up asks for. */
export function completeReviews(written: Written, followUp: FollowUpSettings): readonly Review[] {
  const operators: Place = { configured: written.channels?.operations === undefined ? "incidents" : "operations" };
  const own = Object.entries(written.reviews ?? {}).map(([name, one]): Review => {
    const cadence = one.every === undefined ? null : readCadence(one.every);
    const [hour = 9, minute = 0] = (one.at ?? "09:00").split(":").map(Number);
    return {
      name,
      title: one.title ?? `${name.charAt(0).toUpperCase()}${name.slice(1).replaceAll("-", " ")} review`,
      rhythm: cadence && { cadence, minute: hour * 60 + minute, timezone: one.time_zone ?? "UTC" },
      place: one.channel === undefined ? operators : { named: one.channel.replace(/^#/, "") },
      items: [...new Set(one.items ?? usualItems)],
      targets: one.targets?.map((word) => catalogName(written, word) ?? word) ?? null,
      ask: [...new Set(one.ask ?? [])],
      period: periodOf(cadence),
      errorsAnHour: one.errors_an_hour ?? usualErrorsAnHour,
    };
  });
  return [...own, ...afterIncidents(followUp)];
}

function afterIncidents({
  at,
  timeZone,
  weeklyReview,
  monthlyReview,
  reviewChannel,
}: FollowUpSettings): readonly Review[] {
  const usual = {
    place: reviewChannel === null ? ({ configured: "incidents" } as const) : { named: reviewChannel },
    items: ["figures"] as const,
    targets: null,
    ask: [],
    errorsAnHour: usualErrorsAnHour,
  };
  const rhythm = (cadence: Cadence) => ({ cadence, minute: at.hour * 60 + at.minute, timezone: timeZone });
  const weekly = weeklyReview && rhythm({ kind: "days", rule: { weekdays: [weeklyReview], nth: null } });
  const monthly = monthlyReview && rhythm({ kind: "months", every: 1, day: monthlyReview });
  return [
    ...(weekly
      ? [{ ...usual, name: "weekly", title: "Weekly review", rhythm: weekly, period: "weekly" as const }]
      : []),
    ...(monthly
      ? [{ ...usual, name: "monthly", title: "Monthly review", rhythm: monthly, period: "monthly" as const }]
      : []),
  ];
}

function periodOf(cadence: Cadence | null): ReviewPeriod {
  if (cadence?.kind === "months") return "monthly";
  if (cadence?.kind === "interval") return cadence.days >= 28 ? "monthly" : cadence.days >= 5 ? "weekly" : "daily";
  return cadence?.rule.weekdays.length === 1 ? (cadence.rule.nth === null ? "weekly" : "monthly") : "daily";
}

/** Reviews that come round on no day, look at what is not there, or are said twice. */
export function reviewMisfits(written: Written): readonly Misfit[] {
  const names = catalogEntries(written).map(({ name }) => name);
  return Object.entries(written.reviews ?? {}).flatMap(([name, one]): readonly Misfit[] => {
    const path = ["reviews", name];
    const said = name === "weekly" || name === "monthly" ? written.follow_up?.[`${name}_review`] : undefined;
    return [
      ...(one.every !== undefined && readCadence(one.every) === null
        ? [{ path: [...path, "every"], text: `names no day; write one of ${cadenceForms}.` }]
        : []),
      ...(said !== undefined && said !== "none"
        ? [{ path, key: true, text: `is follow_up.${name}_review as well; keep one of the two.` }]
        : []),
      ...(one.targets ?? []).flatMap((word, index) =>
        catalogName(written, word)
          ? []
          : [{ path: [...path, "targets", index], text: unknown("part of the catalog", names, word) }],
      ),
    ];
  });
}
