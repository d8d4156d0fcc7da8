import { z } from "zod";
import type { BusinessHours } from "../domain/time/business-hours.ts";
import { isTimezone } from "../domain/time/zone.ts";

const weekdays = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] as const;
const right = (text: string) => ({ error: text });
const time = z
  .string(right('write a time in quotes, such as "09:00"'))
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, right('write a time in quotes, such as "09:00"'));
const zone = z
  .string(right("write a time zone such as Europe/Berlin"))
  .refine(isTimezone, right("write a time zone such as Europe/Berlin or UTC"));

/** When people are at work, as people write it. */
export const businessHoursSchema = z
  .strictObject(
    {
      days: z
        .array(z.enum(weekdays, right("write a day such as monday")), right("write a list such as [monday, tuesday]"))
        .min(1, right("write at least one day"))
        .describe("Working days; monday to friday by default.")
        .optional(),
      from: time.describe("When work begins; 09:00 by default.").optional(),
      to: time.describe("When work ends; 17:00 by default.").optional(),
      time_zone: zone.describe("Where the clock hangs; UTC by default.").optional(),
    },
    right("write a map with days, from, to, time_zone"),
  )
  .refine(({ from = "09:00", to = "17:00" }) => from < to, right("from must be before to"))
  .describe("When people are at work: for severities with respond_in: business_hours.");

export function completeBusinessHours(written: z.infer<typeof businessHoursSchema> | undefined): BusinessHours {
  return {
    days: (written?.days ?? weekdays.slice(0, 5)).map((day) => weekdays.indexOf(day) + 1),
    fromMinute: minuteOf(written?.from ?? "09:00"),
    toMinute: minuteOf(written?.to ?? "17:00"),
    timezone: written?.time_zone ?? "UTC",
  };
}

function minuteOf(text: string): number {
  return Number(text.slice(0, 2)) * 60 + Number(text.slice(3));
}
