import { z } from "zod";
import { type NewcomerSettings, usualNewcomers } from "../domain/newcomer/newcomer.ts";
import { list, object, right, text } from "./pieces.ts";

const days = z.string(right("write days such as 7d")).regex(/^[1-9]\d{0,2}d$/, right("write days such as 7d"));

/** What somebody new goes through, as people write it. */
export const newcomersSchema = object({
  items: list(text)
    .min(1, right("write at least one item"))
    .describe("What is ticked, in this order; a usual list when left out.")
    .optional(),
  shadow_for: days.describe("So long they are told of pages without being paged; 7d by default.").optional(),
  remind_every: days.describe("How often they are reminded of what is left; 2d by default.").optional(),
}).describe("The list for people who are new on call: /oncall welcome.");

/** Fills the defaults in. */
export function completeNewcomers(written: z.infer<typeof newcomersSchema> | undefined): NewcomerSettings {
  return {
    items: [...new Set(written?.items ?? usualNewcomers.items)],
    shadowDays: Number.parseInt(written?.shadow_for ?? `${usualNewcomers.shadowDays}`, 10),
    remindEveryDays: Number.parseInt(written?.remind_every ?? `${usualNewcomers.remindEveryDays}`, 10),
  };
}
