import { z } from "zod";
import type { HealthAddress } from "../domain/health/health.ts";

const right = (text: string) => ({ error: text });
const web = "write an address such as https://example.com/health";
const address = z
  .string(right(web))
  .regex(/^https?:\/\/[^\s<>|@]{1,2000}$/, right(`${web}, without a name or password in it`));
const status = z
  .int(right("write a status such as 200"))
  .min(100, right("write a status such as 200"))
  .max(599, right("write a status such as 200"));
const span = z
  .string(right("write a time such as 500ms or 2s"))
  .regex(/^[1-9]\d{0,4}(ms|s)$/, right("write a time such as 500ms or 2s"));
const limit = z
  .string(right("write a time from 100ms to 15s"))
  .regex(/^([1-9]\d{2,3}ms|1\d{4}ms|[1-9]s|1[0-5]s)$/, right("write a time from 100ms to 15s"));
const days = z
  .int(right("write days from 0 to 365"))
  .min(0, right("write days from 0 to 365"))
  .max(365, right("write days from 0 to 365"));

/** How a service's health is read, as people write it. */
export const healthSchema = z
  .strictObject(
    {
      url: address.describe("The address that says how it is. http or https."),
      also: z
        .array(address, right("write a list of addresses"))
        .describe("Further addresses that must answer 2xx.")
        .optional(),
      status: status.describe("The status that is healthy; left out: any from 200 to 299.").optional(),
      slow: span.describe("Slower than this is a warning; 2s by default.").optional(),
      timeout: limit.describe("No answer within this is critical; 5s by default, 15s at most.").optional(),
      expect: z
        .record(z.string(), z.union([z.string(), z.number(), z.boolean()]), right("write a map such as status: ok"))
        .describe("What its JSON must say: a path such as checks.db.status, and the value there.")
        .optional(),
      certificate_days: days
        .describe("A certificate that ends within this many days is a warning; 14 by default.")
        .optional(),
    },
    right("write a map such as url: https://example.com/health"),
  )
  .describe("How its health is read; looked at after an incident that affects it was resolved.");

/** The addresses one entry stands for, every default filled in. */
export function completeHealth(written: z.infer<typeof healthSchema>): readonly HealthAddress[] {
  const common = {
    slowMilliseconds: milliseconds(written.slow ?? "2s"),
    timeoutMilliseconds: milliseconds(written.timeout ?? "5s"),
    certificateDays: written.certificate_days ?? 14,
  };
  const expect = Object.entries(written.expect ?? {}).map(([path, value]) => ({ path, value: String(value) }));
  return [
    { ...common, url: written.url, status: written.status ?? null, expect },
    ...(written.also ?? []).map((url) => ({ ...common, url, status: null, expect: [] })),
  ];
}

function milliseconds(text: string): number {
  return text.endsWith("ms") ? Number(text.slice(0, -2)) : Number(text.slice(0, -1)) * 1000;
}
