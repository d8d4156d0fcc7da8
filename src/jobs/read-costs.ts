import type { Configuration } from "../domain/configuration.ts";
import { costPlace } from "../domain/cost/costs.ts";
import type { CostAccount } from "../domain/cost/settings.ts";
import { billDay, type CostSight, daysToForecast, daysToRead } from "../domain/cost/sight.ts";
import { type Finding, judgedMetric } from "../domain/health/thresholds.ts";
import { type Answer, askSource } from "./ask-source.ts";
import type { OperationContext } from "./operation-context.ts";

type Needs = OperationContext & { readonly now: () => Date };

/** Cost Explorer is slow at times. */
const patience = 20_000;

/** Reads everything there is on an environment's costs at once; what cannot be read costs its own lines only. */
export async function readCosts(context: Needs, config: Configuration, account: CostAccount): Promise<CostSight> {
  const now = context.now();
  const reads = context.providers.find((one) => one.costs)?.costs;
  const place = costPlace(account);
  const unknown: string[] = [];
  let requests = 0;
  const told = <T>(what: string, answer: Answer<T>): T | null => {
    if ("value" in answer) return answer.value;
    unknown.push(`${what}: ${answer.trouble}`);
    return null;
  };
  const metrics = account.metrics.map((name) => metricFinding(context, config, name, now));
  if (!reads) {
    unknown.push("Nothing here reads costs");
    const nothing = { unit: "USD", days: null, forecast: null, budgets: [], tags: [] };
    return { ...nothing, metrics: await Promise.all(metrics), unknown, requests };
  }
  const ask = <T>(of: string, read: () => Promise<T>) => askSource(context, { source: "costs", of }, read, patience);
  const span = daysToRead(now);
  const keys = [...new Set(account.tags.map(({ key }) => key))];
  const [days, forecast, budgets, byTag, findings] = await Promise.all([
    ask("days", () => reads.days(place, span, { service: true })),
    ask("forecast", () => reads.forecast(place, daysToForecast(now))),
    Promise.all(account.budgets.map((name) => ask(`budget ${name}`, () => reads.budget(place, name)))),
    Promise.all(keys.map((key) => ask(`tag ${key}`, () => reads.days(place, span, { tag: key })))),
    Promise.all(metrics),
  ]);
  const billed = told("Costs", days);
  // A bill that has not come yet says nothing, and above all not that nothing was spent.
  const isBlank = billed?.days.every(({ parts }) => parts.length === 0) === true;
  if (isBlank) unknown.push("Costs: the bill has nothing on any day yet");
  const seen = isBlank ? null : billed;
  const ahead = told("Forecast", forecast);
  if ("value" in forecast && ahead === null) unknown.push("Forecast: there is too little past to tell");
  requests += (billed?.requests ?? 1) + 1;
  const month = billDay(now).slice(0, 7);
  const tags = account.tags.flatMap(({ key, value }) => {
    const answer = byTag[keys.indexOf(key)];
    if (!answer || !("value" in answer) || answer.value.days.every(({ parts }) => parts.length === 0)) return [];
    const amounts = answer.value.days
      .filter(({ day }) => day.startsWith(month))
      .flatMap(({ parts }) => parts.filter(({ name }) => name === value));
    return [{ key, value, monthToDate: amounts.reduce((sum, { amount }) => sum + amount, 0) }];
  });
  for (const [index, answer] of byTag.entries()) {
    requests += told(`Costs by ${keys[index] ?? "tag"}`, answer)?.requests ?? 1;
  }
  return {
    unit: seen?.unit ?? "USD",
    days: seen?.days ?? null,
    forecast: ahead,
    budgets: budgets.flatMap((answer, index) => told(`Budget ${account.budgets[index] ?? ""}`, answer) ?? []),
    tags,
    metrics: findings,
    unknown,
    requests,
  };
}

async function metricFinding(context: Needs, config: Configuration, name: string, now: Date): Promise<Finding> {
  const threshold = config.thresholds.find((one) => one.metric === name && one.source !== null);
  const source = threshold?.source ?? null;
  const read = context.providers.find((one) => one.id === source?.provider)?.metric;
  if (!threshold || source === null || !read) return { title: name, state: "unknown", detail: "nothing here reads it" };
  const answer = await askSource(context, { source: "metrics of costs", of: name }, () => read(source, now));
  if ("value" in answer) return judgedMetric(threshold, answer.value, now);
  return { title: name, state: "unknown", detail: answer.trouble };
}
