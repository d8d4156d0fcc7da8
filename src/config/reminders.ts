import { z } from "zod";
import type { LeadReminders } from "../domain/configuration.ts";
import { count, object, right } from "./pieces.ts";

const wait = z
  .string(right("write minutes or hours, such as 10m"))
  .regex(/^[1-9]\d{0,2}[mh]$/, right("write minutes or hours, such as 10m"));

export const reminders = object({
  lead: object({
    after: wait.describe("After the declaration, by default 10m.").optional(),
    every: wait.describe("Between two of them, by default 15m.").optional(),
    at_most: count(20).describe("How many times, by default 3; 0 for never.").optional(),
  })
    .describe("How the channel is asked who leads while nobody does.")
    .optional(),
});

export function completeLeadReminders(written: z.infer<typeof reminders>["lead"]): LeadReminders {
  return {
    afterMinutes: minutes(written?.after ?? "10m"),
    everyMinutes: minutes(written?.every ?? "15m"),
    atMost: written?.at_most ?? 3,
  };
}

function minutes(text: string): number {
  return Number(text.slice(0, -1)) * (text.endsWith("h") ? 60 : 1);
}
