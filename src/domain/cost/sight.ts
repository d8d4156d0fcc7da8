import type { ReadingState } from "../health/health.ts";
import type { Finding } from "../health/thresholds.ts";
import type { Budget, DayCosts } from "../platform/costs.ts";
import type { CostAccount, CostTag } from "./settings.ts";

/** What was read of an environment's costs. What could not be read is null or left out, and `unknown` says why. */
export interface CostSight {
  /** The currency of the bill. */
  readonly unit: string;
  /** From the beginning of the month, and at least four days back, up to today; null where it could not be read. */
  readonly days: readonly DayCosts[] | null;
  /** What the rest of the month, today included, will cost; null where that is not known. */
  readonly forecast: number | null;
  readonly budgets: readonly Budget[];
  readonly tags: readonly (CostTag & { readonly monthToDate: number })[];
  /** Metrics about money, judged by their thresholds. */
  readonly metrics: readonly Finding[];
  /** What could not be read, each a sentence without its full stop. */
  readonly unknown: readonly string[];
  /** How many paid requests it took. */
  readonly requests: number;
}

/** One thing that was looked at, with what makes it the same from one look to the next. */
export interface CostFinding {
  /** Of a budget, a limit, a jump: told once a day. */
  readonly reason: string;
  readonly title: string;
  readonly state: ReadingState;
  readonly detail: string;
}

/** The day of the bill (UTC) that a moment is in, yyyy-MM-dd. */
export function billDay(at: Date): string {
  return at.toISOString().slice(0, 10);
}

/** So many days later, or with a negative number earlier. */
export function shiftDay(day: string, days: number): string {
  return billDay(new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000));
}

/** The days a look reads: from the beginning of the month, and far enough back to compare two whole days, up to and with today. */
export function daysToRead(now: Date): { readonly from: string; readonly until: string } {
  const today = billDay(now);
  const month = `${today.slice(0, 7)}-01`;
  const back = shiftDay(today, -4);
  return { from: month < back ? month : back, until: shiftDay(today, 1) };
}

/** From today to the first of the next month. */
export function daysToForecast(now: Date): { readonly from: string; readonly until: string } {
  const next = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1));
  return { from: billDay(now), until: billDay(next) };
}

/** What all parts of a day come to. */
export function totalOf(day: Pick<DayCosts, "parts">): number {
  return day.parts.reduce((sum, { amount }) => sum + amount, 0);
}

/** Costs of this month by part, dearest first; empty where they are not known. */
export function monthByPart(
  days: readonly DayCosts[] | null,
  now: Date,
): readonly { readonly name: string; readonly amount: number }[] {
  const month = billDay(now).slice(0, 7);
  const sums = new Map<string, number>();
  for (const { parts } of (days ?? []).filter(({ day }) => day.startsWith(month)))
    for (const { name, amount } of parts) sums.set(name, (sums.get(name) ?? 0) + amount);
  return [...sums].map(([name, amount]) => ({ name, amount })).toSorted((one, other) => other.amount - one.amount);
}

/** What the month came to so far; null where that is not known. */
export function monthToDate(sight: Pick<CostSight, "days">, now: Date): number | null {
  return sight.days === null ? null : monthByPart(sight.days, now).reduce((sum, { amount }) => sum + amount, 0);
}

/** What the month will come to: the days that are over, and the forecast from today on; null where one of them is not known. */
export function monthForecast({ days, forecast }: Pick<CostSight, "days" | "forecast">, now: Date): number | null {
  if (days === null || forecast === null) return null;
  const today = billDay(now);
  const over = days.filter(({ day }) => day.startsWith(today.slice(0, 7)) && day < today);
  return over.reduce((sum, day) => sum + totalOf(day), 0) + forecast;
}

/** Two days after one another, and what grew between them. */
export interface DayStep {
  readonly day: string;
  readonly amount: number;
  readonly before: number;
  /** 0.5 for half as much again; null where the day before cost nothing. */
  readonly growth: number | null;
  readonly estimated: boolean;
  /** What grew most, in money: at most three, the most first. */
  readonly grew: readonly { readonly name: string; readonly by: number }[];
}

/**
 * Yesterday against the day before, and the day before against its own day before: what is billed of a day goes on
 * coming for up to 24 hours and longer, so a jump may show only when the next day's look comes.
 */
export function daySteps(days: readonly DayCosts[] | null, now: Date): readonly DayStep[] {
  const today = billDay(now);
  return [-1, -2].flatMap((back): readonly DayStep[] => {
    const one = days?.find(({ day }) => day === shiftDay(today, back));
    const before = days?.find(({ day }) => day === shiftDay(today, back - 1));
    if (!one || !before) return [];
    const [amount, was] = [totalOf(one), totalOf(before)];
    const grew = one.parts
      .map(({ name, amount }) => ({
        name,
        by: amount - (before.parts.find((part) => part.name === name)?.amount ?? 0),
      }))
      .filter(({ by }) => by > 0)
      .toSorted((left, right) => right.by - left.by)
      .slice(0, 3);
    return [
      {
        day: one.day,
        amount,
        before: was,
        growth: was > 0 ? amount / was - 1 : null,
        estimated: one.estimated || before.estimated,
        grew,
      },
    ];
  });
}

/** Everything that was to be looked at, each with its verdict; what could not be read is unknown, never fine. */
export function costFindings(account: CostAccount, sight: CostSight, now: Date): readonly CostFinding[] {
  const money = (amount: number) => moneyInWords(amount, sight.unit);
  const against = (reason: string, title: string, amount: number | null, limit: number, more = ""): CostFinding => {
    if (amount === null) return { reason, title, state: "unknown", detail: "what it costs could not be read" };
    const share = limit > 0 ? amount / limit : Number.POSITIVE_INFINITY;
    const state = share >= 1 ? "critical" : share >= account.warnAt ? "warning" : "ok";
    const said =
      limit > 0 ? `${money(amount)} of ${money(limit)}, ${shareInWords(share)}` : `${money(amount)}, none planned`;
    return { reason, title, state, detail: `${said}${more}` };
  };
  const forecast = monthForecast(sight, now);
  const byService = monthByPart(sight.days, now);
  const budgets = account.budgets.map((name): CostFinding => {
    const title = `Budget ${name}`;
    const budget = sight.budgets.find((one) => one.name === name);
    if (!budget) return { reason: `budget:${name}`, title, state: "unknown", detail: "it could not be read" };
    const own = (amount: number) => moneyInWords(amount, budget.unit);
    const { actual, limit } = budget;
    const share = limit > 0 ? actual / limit : Number.POSITIVE_INFINITY;
    const ahead = budget.forecast === null ? "" : `; forecast ${own(budget.forecast)} for the ${budget.period}`;
    const over = budget.forecast !== null && budget.forecast > limit;
    const state = share >= 1 ? "critical" : share >= account.warnAt || over ? "warning" : "ok";
    const said = limit > 0 ? `${own(actual)} of ${own(limit)}, ${shareInWords(share)}` : `${own(actual)}, none planned`;
    return { reason: `budget:${name}`, title, state, detail: `${said}${ahead}` };
  });
  const limit =
    account.limit === null
      ? []
      : [
          overForecast(
            against(
              "limit",
              "The month",
              monthToDate(sight, now),
              account.limit,
              forecast === null ? "; forecast not known" : `; forecast ${money(forecast)}`,
            ),
            forecast !== null && forecast > account.limit,
          ),
        ];
  const services = account.services.map(({ name, limit }) =>
    against(
      `service:${name}`,
      name,
      sight.days === null ? null : (byService.find((one) => one.name === name)?.amount ?? 0),
      limit,
    ),
  );
  const tags = account.tags.map(({ key, value, limit }) =>
    against(
      `tag:${key}=${value}`,
      `${key} ${value}`,
      sight.tags.find((one) => one.key === key && one.value === value)?.monthToDate ?? null,
      limit,
    ),
  );
  const metrics = sight.metrics.map(
    ({ title, state, detail }): CostFinding => ({ reason: `metric:${title}`, title, state, detail }),
  );
  return [...budgets, ...limit, ...services, ...tags, ...jumps(account, sight, now), ...metrics];
}

function overForecast(finding: CostFinding, over: boolean): CostFinding {
  return over && finding.state === "ok" ? { ...finding, state: "warning" } : finding;
}

function jumps(account: CostAccount, sight: CostSight, now: Date): readonly CostFinding[] {
  const steps = daySteps(sight.days, now);
  if (steps.length === 0)
    return [
      { reason: "jump", title: "From day to day", state: "unknown", detail: "the last days could not be compared" },
    ];
  return steps.map((step, index) => {
    const jumped =
      step.amount >= account.jumpFrom && (step.growth === null ? step.amount > 0 : step.growth > account.jump);
    const names = step.grew.map(({ name, by }) => `${name} +${moneyInWords(by, sight.unit)}`);
    const more = jumped && names.length > 0 ? `; most of it: ${names.join(", ")}` : "";
    return {
      reason: `jump:${step.day}`,
      title: index === 0 ? "Yesterday" : step.day,
      state: jumped ? "warning" : "ok",
      detail: `${stepInWords(step, sight.unit)}${more}`,
    };
  });
}

/** "41.20 USD after 39.90 USD the day before (+3 %), still being billed" */
export function stepInWords(step: DayStep, unit: string): string {
  const grown = step.growth === null ? "" : ` (${step.growth < 0 ? "" : "+"}${Math.round(step.growth * 100)} %)`;
  const soFar = step.estimated ? ", still being billed" : "";
  return `${moneyInWords(step.amount, unit)} after ${moneyInWords(step.before, unit)} the day before${grown}${soFar}`;
}

/** What is worth telling: over, about to be, or not known at all. */
export function tellingFindings(findings: readonly CostFinding[]): readonly CostFinding[] {
  return findings.filter(({ state }) => state !== "ok");
}

/** 1,284.60 USD */
export function moneyInWords(amount: number, unit: string): string {
  return `${amount.toLocaleString("en-GB", { minimumFractionDigits: 2, maximumFractionDigits: 2 })} ${unit}`;
}

function shareInWords(share: number): string {
  return Number.isFinite(share) ? `${Math.floor(share * 100)} %` : "over";
}
