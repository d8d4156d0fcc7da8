/** What is watched of what the cloud costs: once a day, and whenever somebody asks. */
export interface CostSettings {
  /** Time of the day of the check, and whose wall clock is meant. */
  readonly at: { readonly hour: number; readonly minute: number };
  readonly timeZone: string;
  /** A channel's name or id; null for where those who look after operations are told. */
  readonly channel: string | null;
  /** One for each environment that is watched; empty where nothing is. */
  readonly accounts: readonly CostAccount[];
}

/** What one environment may cost. Amounts are in the currency of the bill. */
export interface CostAccount {
  readonly environment: string;
  /** The account's number; null: the one the bot's credentials belong to. */
  readonly account: string | null;
  /** Only what carries this cost allocation tag; null for the whole account. */
  readonly only: CostTag | null;
  /** Budgets of AWS Budgets, by name. */
  readonly budgets: readonly string[];
  /** For a month; null for no limit of one's own. */
  readonly limit: number | null;
  /** The share of a budget or limit from which on it is told, such as 0.8. */
  readonly warnAt: number;
  /** The growth from one day to the next from which on it is told, such as 0.5. */
  readonly jump: number;
  /** Days that cost less than this make no jump. */
  readonly jumpFrom: number;
  /** For a month, by the name the bill has for a service. */
  readonly services: readonly { readonly name: string; readonly limit: number }[];
  /** For a month, by cost allocation tag: features, teams. */
  readonly tags: readonly (CostTag & { readonly limit: number })[];
  /** Metrics of the thresholds that have a source of their own and are about money, such as what models cost. */
  readonly metrics: readonly string[];
}

export interface CostTag {
  readonly key: string;
  readonly value: string;
}

/** Where nothing is written. */
export const noCosts: CostSettings = { at: { hour: 9, minute: 0 }, timeZone: "UTC", channel: null, accounts: [] };
