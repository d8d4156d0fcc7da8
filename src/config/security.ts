import { z } from "zod";
import { type SecuritySettings, usualSecurity } from "../domain/security/settings.ts";
import { hours, list, object, right, someMinutes } from "./pieces.ts";
import { hours as hoursOf, minutes } from "./spans.ts";

const wordForm = right("write what the lines hold, such as Unauthorized");

export const securitySchema = object({
  lookback: hours.describe("How long before an incident's start evidence is gathered from; 24h by default.").optional(),
  log_words: list(z.string(wordForm).min(3, wordForm).max(80, wordForm))
    .min(1, wordForm)
    .max(12, right("write twelve at most"))
    .describe("What log lines that tell of a failed authentication hold, each in exactly these letters.")
    .optional(),
  watch: someMinutes.describe("How long health is at least watched after resolving; 2h by default.").optional(),
}).describe("Security incidents: what is gathered, and how closely services are watched afterwards.");

export function completeSecurity(written: z.infer<typeof securitySchema> | undefined): SecuritySettings {
  return {
    lookbackSeconds: written?.lookback ? (hoursOf(written.lookback) ?? 0) * 3600 : usualSecurity.lookbackSeconds,
    logWords: [...new Set(written?.log_words ?? usualSecurity.logWords)],
    watchMinutes: minutes(written?.watch) ?? usualSecurity.watchMinutes,
  };
}
