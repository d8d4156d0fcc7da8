import { z } from "zod";
import type { Environment } from "../domain/configuration.ts";
import { type CostSettings, noCosts } from "../domain/cost/settings.ts";
import { isTimezone } from "../domain/time/zone.ts";
import { environmentName, knownEnvironments, unknown } from "./catalog-words.ts";
import { channel, list, object, right, text } from "./pieces.ts";
import type { Misfit } from "./references.ts";
import type { Written } from "./schema.ts";

const share = (most: number, example: string) => {
  const message = right(`write a share such as ${example}`);
  return z
    .string(message)
    .regex(/^[1-9]\d{0,3} ?%$/, message)
    .refine((written) => Number.parseInt(written, 10) <= most, message);
};
const money = z.number(right("write an amount, such as 1400")).min(0, right("write an amount, such as 1400"));
const time = right('write a time of the day in quotes, such as "09:00"');
const zone = right("write a time zone such as Europe/London");
const tag = { key: text.describe("The cost allocation tag."), value: text };

const account = object({
  account: z
    .string(right('write the account\'s number in quotes, such as "123456789012"'))
    .regex(/^\d{12}$/, right('write the account\'s number in quotes, such as "123456789012"'))
    .describe("The account; left out: the one the bot's credentials belong to.")
    .optional(),
  only: object(tag).describe("Only what carries this tag; left out: the whole account.").optional(),
  budgets: list(text).describe("Budgets of AWS Budgets, by name.").optional(),
  limit: money.describe("What a month may cost, in the currency of the bill.").optional(),
  warn_at: share(100, '"80%"')
    .describe("From this share of a budget or limit on it is told; 80% by default.")
    .optional(),
  jump: share(1000, '"50%"')
    .describe("A growth from one day to the next beyond this is told; 50% by default.")
    .optional(),
  jump_from: money.describe("Days that cost less make no jump; 1 by default.").optional(),
  services: z
    .record(text, money, right("write a map: a service's name on the bill, a colon, and an amount"))
    .describe("What a service may cost in a month, by its name on the bill.")
    .optional(),
  tags: list(object({ ...tag, limit: money }))
    .describe("What features or teams may cost in a month, by tag.")
    .optional(),
  metrics: list(text)
    .describe("Metrics of thresholds, with a source of their own, that are about money: what language models cost.")
    .optional(),
}).nullable();

/** What is watched of costs, as people write it. */
export const costsSchema = object({
  at: z
    .string(time)
    .regex(/^([01]\d|2[0-3]):[0-5]\d$/, time)
    .describe("When the daily check is; 09:00 by default.")
    .optional(),
  time_zone: z.string(zone).refine(isTimezone, zone).describe("Whose wall clock is meant; UTC by default.").optional(),
  channel: channel.describe("Where it is told; channels.operations by default.").optional(),
  environments: z
    .record(text, account, right("write a map: an environment, a colon, and what it may cost"))
    .describe("For each environment whose costs are watched: budgets and limits."),
}).describe("What the cloud may cost: looked at once a day, and with /ops cost.");

/** Fills the defaults in. */
export function completeCosts(
  written: z.infer<typeof costsSchema> | undefined,
  environments: readonly Environment[],
): CostSettings {
  if (!written) return noCosts;
  const [hour = 9, minute = 0] = (written.at ?? "09:00").split(":").map(Number);
  return {
    at: { hour, minute },
    timeZone: written.time_zone ?? "UTC",
    channel: written.channel?.replace(/^#/, "") ?? null,
    accounts: Object.entries(written.environments).map(([word, one]) => ({
      environment: environmentName(environments, word) ?? word,
      account: one?.account ?? null,
      only: one?.only ?? null,
      budgets: one?.budgets ?? [],
      limit: one?.limit ?? null,
      warnAt: Number.parseInt(one?.warn_at ?? "80", 10) / 100,
      jump: Number.parseInt(one?.jump ?? "50", 10) / 100,
      jumpFrom: one?.jump_from ?? 1,
      services: Object.entries(one?.services ?? {}).map(([name, limit]) => ({ name, limit })),
      tags: one?.tags ?? [],
      metrics: one?.metrics ?? [],
    })),
  };
}

/** Environments that are none, twice the same, and metrics that nothing reads. */
export function costMisfits(written: Written): readonly Misfit[] {
  const known = knownEnvironments(written);
  const sourced = (written.thresholds ?? []).filter(({ cloudwatch, prometheus }) => cloudwatch ?? prometheus);
  const seen = new Set<string>();
  return Object.entries(written.costs?.environments ?? {}).flatMap(([word, one]): readonly Misfit[] => {
    const path = ["costs", "environments", word];
    const name = environmentName(known, word);
    const twice = name !== null && seen.has(name);
    if (name !== null) seen.add(name);
    const names = known.map(({ name }) => name);
    return [
      ...(name === null ? [{ path, key: true, text: unknown("environment", names, word) }] : []),
      ...(twice ? [{ path, key: true, text: "is there twice under two of its words; keep one." }] : []),
      ...(one?.metrics ?? []).flatMap((metric, index) =>
        sourced.some((threshold) => threshold.metric === metric)
          ? []
          : [
              {
                path: [...path, "metrics", index],
                text: unknown(
                  "threshold with a source of its own",
                  sourced.map((threshold) => threshold.metric),
                  metric,
                ),
              },
            ],
      ),
    ];
  });
}
