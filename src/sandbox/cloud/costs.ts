import type { Cloud, CloudApi } from "./api.ts";
import { CloudError } from "./cloud-error.ts";
import { type Input, list, record, text } from "./input.ts";

const day = 24 * 60 * 60 * 1000;
/** Dollars a day of each service of the account; a little more on working days. */
const daily: Readonly<Record<string, number>> = {
  "Amazon Elastic Container Service": 11.4,
  "Amazon Relational Database Service": 17.9,
  "Amazon ElastiCache": 7.1,
  "Amazon Elastic Load Balancing": 1.2,
  AmazonCloudWatch: 2.6,
  "AWS Secrets Manager": 0.05,
};
/** The one cost allocation tag, and what share of everything carries which value; the rest carries none. */
const tagKey = "feature";
const tagShares: Readonly<Record<string, number>> = { api: 0.45, agents: 0.4 };
const untagged = 1 - Object.values(tagShares).reduce((sum, share) => sum + share, 0);
/** What `cost-surge` multiplies yesterday and today by. */
const surge = 2.1;
export const monthlyBudget = 1400;

/** Dollars spent on a service on the day that begins at `start`, of which only `share` may have passed. */
function spent(cloud: Pick<Cloud, "world">, service: string, start: number): number {
  const { world } = cloud;
  const now = world.time.now();
  const share = Math.min(1, Math.max(0, (now - start) / day));
  const weekday = new Date(start).getUTCDay();
  const busy = weekday === 0 || weekday === 6 ? 0.92 : 1;
  const surging = world.faultOn("cost-surge", "budget") && start > now - 2 * day ? surge : 1;
  return (daily[service] ?? 0) * busy * share * surging;
}

const amount = (value: number) => ({ Amount: value.toFixed(10), Unit: "USD" });

/** What part of everything a filter leaves; it may name the one tag, accounts, or both, and nothing else. */
function shareOf(filter: Input | undefined, own: string, invalid: (message: string) => CloudError): number {
  if (filter === undefined) return 1;
  const parts = filter.And as readonly Input[] | undefined;
  if (parts && Object.keys(filter).length === 1) {
    if (parts.length < 2) throw invalid("Expression And needs at least 2 operands.");
    return parts.reduce((share, part) => share * shareOf(part, own, invalid), 1);
  }
  const dimension = record(filter, "Dimensions");
  if (dimension && Object.keys(filter).length === 1 && text(dimension, "Key") === "LINKED_ACCOUNT")
    return list(dimension, "Values")?.includes(own) ? 1 : 0;
  const tags = record(filter, "Tags");
  if (!tags || Object.keys(filter).length !== 1 || text(tags, "Key") !== tagKey)
    throw invalid(`Filter is available for the tag ${tagKey} only.`);
  return (list(tags, "Values") ?? []).reduce((sum, value) => sum + (tagShares[value] ?? 0), 0);
}

export function costExplorer(cloud: Cloud): CloudApi {
  const invalid = (message: string) => new CloudError("ValidationException", message);
  const dateOf = (period: Input, field: string) => {
    const value = text(period, field) ?? "";
    const at = Date.parse(`${value}T00:00:00Z`);
    if (!/^\d{4}-\d\d-\d\d$/.test(value) || Number.isNaN(at))
      throw invalid(`${field} time ${value} is not valid: use yyyy-MM-dd.`);
    return at;
  };

  return {
    service: "ce",
    region: "us-east-1",
    protocol: "json-1.1",
    marker: "AWSInsightsIndexService",
    buckets: [],
    operations: {
      GetCostAndUsage: (input) => {
        const period = record(input, "TimePeriod") ?? {};
        const start = dateOf(period, "Start");
        const end = dateOf(period, "End");
        if (start >= end) throw invalid("Start date (and hour) should be before end date (and hour)");
        if (start < cloud.world.time.now() - 430 * day) {
          throw invalid("You haven't enabled historical data beyond 14 months");
        }
        const granularity = text(input, "Granularity") ?? "";
        if (granularity !== "DAILY" && granularity !== "MONTHLY")
          throw invalid(`Granularity ${granularity} is not available here.`);
        const metrics = list(input, "Metrics") ?? [];
        const known = ["UnblendedCost", "BlendedCost", "AmortizedCost", "NetUnblendedCost"];
        if (metrics.length === 0 || metrics.some((one) => !known.includes(one))) {
          throw invalid(`Metrics must be of: ${known.join(", ")}`);
        }
        const groups = (input.GroupBy ?? []) as readonly Input[];
        const isGroup = (type: string, key: string) =>
          groups.length === 1 && groups.some((group) => text(group, "Type") === type && text(group, "Key") === key);
        const byService = isGroup("DIMENSION", "SERVICE");
        const byTag = isGroup("TAG", tagKey);
        if (groups.length > 0 && !byService && !byTag)
          throw invalid(`GroupBy is available for the dimension SERVICE or the tag ${tagKey} only.`);
        const part = shareOf(record(input, "Filter"), cloud.world.account, invalid);
        const figures = (value: number) => Object.fromEntries(metrics.map((one) => [one, amount(value)]));

        const results: object[] = [];
        for (let from = start; from < end; ) {
          const date = new Date(from);
          const month = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1);
          const to = Math.min(end, granularity === "DAILY" ? from + day : month);
          const sums = Object.keys(daily).map((service) => {
            let sum = 0;
            for (let at = from; at < to; at += day) sum += spent(cloud, service, at) * part;
            return [service, sum] as const;
          });
          const total = sums.reduce((all, [, sum]) => all + sum, 0);
          const tagged = [...Object.entries(tagShares), ["", untagged] as const].map(
            ([value, share]) => [`${tagKey}$${value}`, total * share] as const,
          );
          const grouped = byService ? sums : byTag ? tagged : [];
          results.push({
            TimePeriod: { Start: date.toISOString().slice(0, 10), End: new Date(to).toISOString().slice(0, 10) },
            Total: groups.length > 0 ? {} : figures(total),
            Groups: grouped.map(([key, sum]) => ({ Keys: [key], Metrics: figures(sum) })),
            Estimated: to > cloud.world.time.now() - day,
          });
          from = to;
        }
        return {
          ResultsByTime: results,
          DimensionValueAttributes: [],
          GroupDefinitions: groups.length > 0 ? groups : undefined,
        };
      },
      GetCostForecast: (input) => {
        const period = record(input, "TimePeriod") ?? {};
        const start = dateOf(period, "Start");
        const end = dateOf(period, "End");
        const now = cloud.world.time.now();
        if (start < now - (now % day)) throw invalid("Start date should be the current date or after it");
        if (start >= end) throw invalid("Start date (and hour) should be before end date (and hour)");
        if (text(input, "Metric") !== "UNBLENDED_COST") throw invalid("Metric must be UNBLENDED_COST here.");
        if (text(input, "Granularity") !== "MONTHLY") throw invalid("Granularity must be MONTHLY here.");
        const part = shareOf(record(input, "Filter"), cloud.world.account, invalid);
        const usual = Object.values(daily).reduce((sum, one) => sum + one, 0) * 0.98;
        const surging = cloud.world.faultOn("cost-surge", "budget") ? surge : 1;
        const mean = ((end - start) / day) * usual * surging * part;
        const date = (at: number) => new Date(at).toISOString().slice(0, 10);
        return {
          Total: amount(mean),
          ForecastResultsByTime: [{ TimePeriod: { Start: date(start), End: date(end) }, MeanValue: mean.toFixed(10) }],
        };
      },
    },
  };
}

export function budgets(cloud: Cloud): CloudApi {
  const name = "waooaw-production-monthly";

  function budget() {
    const now = cloud.world.time.now();
    const date = new Date(now);
    const start = Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1);
    const end = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1);
    let actual = 0;
    for (let at = start; at <= now; at += day) {
      for (const service of Object.keys(daily)) actual += spent(cloud, service, at);
    }
    const forecast = (actual / Math.max(1, now - start)) * (end - start);
    const dollars = (value: number) => ({ Amount: value.toFixed(2), Unit: "USD" });
    return {
      BudgetName: name,
      BudgetLimit: dollars(monthlyBudget),
      CostFilters: {},
      TimeUnit: "MONTHLY",
      TimePeriod: { Start: start / 1000, End: 3_706_473_600 },
      CalculatedSpend: { ActualSpend: dollars(actual), ForecastedSpend: dollars(forecast) },
      BudgetType: "COST",
      LastUpdatedTime: (now - (now % 28_800_000)) / 1000,
    };
  }

  const checkAccount = (input: Input) => {
    if (text(input, "AccountId") !== cloud.world.account) {
      throw new CloudError("AccessDeniedException", `Account ${text(input, "AccountId")} is not the caller's.`);
    }
  };

  return {
    service: "budgets",
    region: "us-east-1",
    protocol: "json-1.1",
    marker: "AWSBudgetServiceGateway",
    buckets: [],
    operations: {
      DescribeBudgets: (input) => {
        checkAccount(input);
        return { Budgets: [budget()] };
      },
      DescribeBudget: (input) => {
        checkAccount(input);
        const asked = text(input, "BudgetName");
        if (asked !== name)
          throw new CloudError("NotFoundException", `Unable to get budget: ${asked} - the budget doesn't exist.`);
        return { Budget: budget() };
      },
    },
  };
}
