import { z } from "zod";
import type { FollowUpSettings } from "../domain/follow-up.ts";
import { isTimezone } from "../domain/time/zone.ts";
import { channel, choice, object, right } from "./pieces.ts";

const weekdays = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] as const;

const days = (orNone: boolean) => {
  const message = right(orNone ? "write days such as 3d, or none" : "write days such as 3d");
  return z.string(message).regex(orNone ? /^([1-9]\d{0,2}d|none)$/ : /^[1-9]\d{0,2}d$/, message);
};
const time = right('write a time of the day in quotes, such as "09:00"');
const dayOfMonth = right("write a day from 1 to 28, or none");
const zone = right("write a time zone such as Europe/London");

export const followUp = object({
  at: z
    .string(time)
    .regex(/^([01]\d|2[0-3]):[0-5]\d$/, time)
    .describe("When reminders and reviews are posted.")
    .optional(),
  time_zone: z
    .string(zone)
    .refine(isTimezone, zone)
    .describe("Whose wall clock is meant; UTC when left out.")
    .optional(),
  remind_before: days(true).describe("The owner of an action item is reminded so long before it is due.").optional(),
  remind_every: days(false).describe("And so often once it is overdue.").optional(),
  widen_after: days(true).describe("So long overdue, the incidents channel is told too.").optional(),
  weekly_review: choice([...weekdays, "none"])
    .describe("Weekday of the weekly review.")
    .optional(),
  monthly_review: z
    .union([z.int(dayOfMonth).min(1, dayOfMonth).max(28, dayOfMonth), z.literal("none", dayOfMonth)], dayOfMonth)
    .describe("Day of the month of the monthly review.")
    .optional(),
  review_channel: channel.describe("Where reviews are posted; the incidents channel when left out.").optional(),
  tracker: choice(["github", "jira", "none"])
    .describe("Where open action items are handed to when a post-mortem is published.")
    .optional(),
  archive_after: days(true).describe("So long after its end an incident's channel is archived.").optional(),
}).describe("What happens by the calendar after an incident.");

type Written = z.infer<typeof followUp>;

export function completeFollowUp(written: Written): FollowUpSettings {
  const [hour = 9, minute = 0] = (written.at ?? "09:00").split(":").map(Number);
  const { weekly_review: weekly = "none", monthly_review: monthly = "none" } = written;
  return {
    at: { hour, minute },
    timeZone: written.time_zone ?? "UTC",
    remindBeforeDays: daysOf(written.remind_before ?? "1d"),
    remindEveryDays: daysOf(written.remind_every ?? "2d") ?? 2,
    widenAfterDays: daysOf(written.widen_after ?? "4d"),
    weeklyReview: weekly === "none" ? null : weekdays.indexOf(weekly) + 1,
    monthlyReview: monthly === "none" ? null : monthly,
    reviewChannel: written.review_channel?.replace(/^#/, "") ?? null,
    archiveAfterDays: daysOf(written.archive_after ?? "14d"),
    tracker: !written.tracker || written.tracker === "none" ? null : written.tracker,
  };
}

function daysOf(span: string): number | null {
  return span === "none" ? null : Number.parseInt(span, 10);
}

/** Action items can be handed only to what is set up. */
export function followUpMisfits(written: {
  readonly follow_up?: Written | undefined;
  readonly integrations?: Readonly<Record<string, unknown>> | undefined;
}): readonly { readonly path: readonly string[]; readonly text: string }[] {
  const tracker = written.follow_up?.tracker;
  if (!tracker || tracker === "none" || written.integrations?.[tracker]) return [];
  return [{ path: ["follow_up", "tracker"], text: `is not set up; add integrations.${tracker}, or write none.` }];
}
