/** Whose costs: an account, or what carries one tag in it. */
export interface CostPlace {
  /** The account's number; null: the one the credentials belong to. */
  readonly account: string | null;
  readonly only: { readonly key: string; readonly value: string } | null;
}

/** One day of the bill, as the calendar of the bill (UTC) has it. */
export interface DayCosts {
  /** yyyy-MM-dd */
  readonly day: string;
  /** True while more may still be added to it. */
  readonly estimated: boolean;
  /** By the bill's name for a service, or by the value of a tag; what has no tag stands under "". */
  readonly parts: readonly { readonly name: string; readonly amount: number }[];
}

/** A budget as the platform keeps it; amounts in `unit`. */
export interface Budget {
  readonly name: string;
  readonly limit: number;
  readonly actual: number;
  /** What it will have come to at the end of its time; null where the platform does not say. */
  readonly forecast: number | null;
  readonly unit: string;
  /** month, quarter, year, day */
  readonly period: string;
}

/** Reads what was spent. Each function throws ProviderError where it cannot; the first two cost money with each page they read. */
export interface CostsRead {
  /** Each day from one to another, without the last, by service or by a tag's values; and how many paid requests that took. */
  readonly days: (
    at: CostPlace,
    span: { readonly from: string; readonly until: string },
    by: { readonly service: true } | { readonly tag: string },
  ) => Promise<{ readonly unit: string; readonly days: readonly DayCosts[]; readonly requests: number }>;
  /** What the time from today to a day will cost; null where there is too little past to say. One paid request. */
  readonly forecast: (at: CostPlace, span: { readonly from: string; readonly until: string }) => Promise<number | null>;
  /** The budgets of these names. Free of charge; throws not_found for one that does not exist. */
  readonly budget: (at: CostPlace, name: string) => Promise<Budget>;
}
