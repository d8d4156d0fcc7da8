import type { CostExplorerClient, Expression, GroupDefinition } from "@aws-sdk/client-cost-explorer";
import type { Placement } from "../../domain/configuration.ts";
import type { Budget, CostPlace, CostsRead, DayCosts } from "../../domain/platform/costs.ts";
import type { CheckResult, Provider } from "../../domain/platform.ts";
import { ProviderError } from "../../errors.ts";
import { type AwsOptions, calling, clientSettings } from "../aws.ts";
import { awsCheck } from "../aws-check.ts";

/**
 * Cost Explorer and Budgets have one address for the whole partition, in this region
 * (docs.aws.amazon.com/general/latest/gr/billing.html).
 */
const region = "us-east-1";
const metric = "UnblendedCost";
/** A page holds up to 5,000 groups; more of them than this is no month of one account. */
const mostPages = 10;

/** What the account costs, from AWS Cost Explorer and AWS Budgets. Nothing is called before the first use. */
export function costProvider(options: AwsOptions): Provider {
  const costs = costsRead(options);
  return { id: "cost", check: (placements) => Promise.all(placements.map((one) => check(costs, one))), costs };
}

function costsRead(options: AwsOptions): CostsRead {
  const explorer = once(async () => {
    const sdk = await import("@aws-sdk/client-cost-explorer");
    return { sdk, client: new sdk.CostExplorerClient(clientSettings(options, region)) };
  });
  const budgets = once(async () => {
    const sdk = await import("@aws-sdk/client-budgets");
    return { sdk, client: new sdk.BudgetsClient(clientSettings(options, region)) };
  });
  const account = once(async () => {
    const sdk = await import("@aws-sdk/client-sts");
    const client = new sdk.STSClient(clientSettings(options, options.region ?? region));
    const { Account } = await calling("GetCallerIdentity", (call) =>
      client.send(new sdk.GetCallerIdentityCommand({}), call),
    );
    return Account ?? "";
  });

  return {
    days: async (at, { from, until }, by) => {
      const { sdk, client } = await explorer();
      const group: GroupDefinition = "tag" in by ? { Type: "TAG", Key: by.tag } : { Type: "DIMENSION", Key: "SERVICE" };
      const pages: Awaited<ReturnType<typeof onePage>>[] = [];
      const onePage = (client: CostExplorerClient, token: string | undefined) =>
        calling("GetCostAndUsage", (call) =>
          client.send(
            new sdk.GetCostAndUsageCommand({
              TimePeriod: { Start: from, End: until },
              Granularity: "DAILY",
              Metrics: [metric],
              GroupBy: [group],
              ...filterOf(at),
              ...(token === undefined ? {} : { NextPageToken: token }),
            }),
            call,
          ),
        );
      let token: string | undefined;
      do {
        const page = await onePage(client, token);
        pages.push(page);
        token = page.NextPageToken;
      } while (token !== undefined && pages.length < mostPages);
      if (token !== undefined) throw unreadable("GetCostAndUsage", "There are too many groups to read them all.");
      const days = new Map<string, DayCosts>();
      const units = new Set<string>();
      for (const result of pages.flatMap((page) => page.ResultsByTime ?? [])) {
        const day = result.TimePeriod?.Start ?? "";
        const parts = (result.Groups ?? []).map(({ Keys, Metrics }) => {
          const { Unit } = Metrics?.[metric] ?? {};
          if (Unit) units.add(Unit);
          return { name: nameOf(Keys?.[0] ?? "", by), amount: numberOf(Metrics?.[metric]?.Amount) };
        });
        const known = days.get(day);
        days.set(day, {
          day,
          estimated: (known?.estimated ?? false) || result.Estimated === true,
          parts: [...(known?.parts ?? []), ...parts],
        });
      }
      if (units.size > 1)
        throw unreadable("GetCostAndUsage", `Amounts in ${[...units].join(" and ")} cannot be added up.`);
      return {
        unit: [...units][0] ?? "USD",
        days: [...days.values()].toSorted((one, other) => (one.day < other.day ? -1 : 1)),
        requests: pages.length,
      };
    },

    forecast: async (at, { from, until }) => {
      const { sdk, client } = await explorer();
      try {
        const { Total } = await calling("GetCostForecast", (call) =>
          client.send(
            new sdk.GetCostForecastCommand({
              TimePeriod: { Start: from, End: until },
              Granularity: "MONTHLY",
              Metric: "UNBLENDED_COST",
              ...filterOf(at),
            }),
            call,
          ),
        );
        return Total?.Amount === undefined ? null : numberOf(Total.Amount);
      } catch (error) {
        if (error instanceof ProviderError && error.code === "DataUnavailableException") return null;
        throw error;
      }
    },

    budget: async (at, name) => {
      const { sdk, client } = await budgets();
      const AccountId = at.account ?? (await account());
      const { Budget: found } = await calling("DescribeBudget", (call) =>
        client.send(new sdk.DescribeBudgetCommand({ AccountId, BudgetName: name }), call),
      );
      const limit = found?.BudgetLimit?.Amount;
      const actual = found?.CalculatedSpend?.ActualSpend?.Amount;
      // A budget of use counts hours or gigabytes, and one that was planned by the month has no limit of its own.
      if (limit === undefined || actual === undefined)
        throw unreadable("DescribeBudget", `${name} is no budget of costs with one limit.`);
      const forecast = found?.CalculatedSpend?.ForecastedSpend?.Amount;
      return {
        name,
        limit: numberOf(limit),
        actual: numberOf(actual),
        forecast: forecast === undefined ? null : numberOf(forecast),
        unit: found?.BudgetLimit?.Unit ?? "USD",
        period: periods[found?.TimeUnit ?? ""] ?? "period",
      } satisfies Budget;
    },
  };
}

/** For doctor: one paid request for each environment, and each budget by its name. */
function check(costs: CostsRead, { environment, at }: Placement): Promise<CheckResult> {
  const place = { account: at.account ?? null, only: null };
  const look = async () => {
    if (at.budget !== undefined) {
      const { limit, unit, period } = await costs.budget(place, at.budget);
      return `${limit} ${unit} a ${period}`;
    }
    const now = Date.now();
    const day = (back: number) => new Date(now - back * 86_400_000).toISOString().slice(0, 10);
    const { days } = await costs.days(place, { from: day(2), until: day(1) }, { service: true });
    return `${days[0]?.parts.length ?? 0} services on the bill of ${day(2)}`;
  };
  return awsCheck(`${environment}: ${at.budget === undefined ? "Cost Explorer" : `budget ${at.budget}`}`, look, {
    denied: "Give the bot the rights of docs/iam/read.json, and switch Cost Explorer on in the account.",
    not_found: "Correct the budget's name in the configuration.",
  });
}

const periods: Readonly<Record<string, string>> = {
  DAILY: "day",
  MONTHLY: "month",
  QUARTERLY: "quarter",
  ANNUALLY: "year",
};

/** Whoever pays for several accounts sees them all, where none is named. */
function filterOf({ account, only }: CostPlace): { readonly Filter?: Expression } {
  const all: readonly Expression[] = [
    ...(account === null ? [] : [{ Dimensions: { Key: "LINKED_ACCOUNT" as const, Values: [account] } }]),
    ...(only === null ? [] : [{ Tags: { Key: only.key, Values: [only.value], MatchOptions: ["EQUALS" as const] } }]),
  ];
  const [first, ...others] = all;
  if (first === undefined) return {};
  return { Filter: others.length === 0 ? first : { And: [...all] } };
}

/** A group of a tag is called key$value. */
function nameOf(key: string, by: object): string {
  return "tag" in by ? key.slice(key.indexOf("$") + 1) : key;
}

function numberOf(amount: string | undefined): number {
  const value = Number(amount);
  if (amount === undefined || !Number.isFinite(value)) throw unreadable("Cost Explorer", "An amount is no number.");
  return value;
}

function unreadable(operation: string, message: string): ProviderError {
  return new ProviderError({ provider: "AWS", operation, fault: "refused", code: "Unreadable", message });
}

/** Makes it on the first call; one that failed is made anew. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make().catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    return made;
  };
}
