import { arming } from "../arming.ts";
import type { Configuration } from "../configuration.ts";
import { dayAt, laterDay, tellingMoment } from "../follow-up.ts";
import { recordInquiry } from "../inquiry/inquiry.ts";
import type { Place } from "../intent.ts";
import { operatorsPlace } from "../operation/place.ts";
import type { CostPlace } from "../platform/costs.ts";
import type { App } from "../ports.ts";
import { type CostAccount, type CostSettings, noCosts } from "./settings.ts";
import { billDay, type CostFinding, type CostSight, costFindings, tellingFindings } from "./sight.ts";

/** What an environment costs. */
export interface CostsQuestion {
  readonly environment: string;
  /** True for one that must be read anew, however lately it was. */
  readonly anew: boolean;
}

export interface CostsFound {
  readonly sight: CostSight;
  /** When it was read: what was read lately is shown again, because each reading costs money. */
  readonly readAt: Date;
  /** Of a daily check: what is told by it, each reason once a day. */
  readonly told: readonly CostFinding[] | null;
}

export interface CostRecords {
  /** What was read last of an environment; null before that. */
  readonly last: (environment: string) => Promise<{ readonly at: Date; readonly sight: CostSight } | null>;
  readonly keep: (environment: string, at: Date, sight: CostSight) => Promise<void>;
  /** Marks reasons as told on a day of the bill; answers those that were not. */
  readonly tell: (environment: string, day: string, reasons: readonly string[]) => Promise<readonly string[]>;
}

/** For so long what was read is shown again. The bill itself is brought up to date at most three times a day. */
export const freshHours = 3;

/** What is watched of costs. */
export function costsOf(config: Pick<Configuration, "costs">): CostSettings {
  return config.costs ?? noCosts;
}

/** What is watched of one environment; null where nothing is. */
export function costAccount(config: Pick<Configuration, "costs">, environment: string): CostAccount | null {
  return costsOf(config).accounts.find((one) => one.environment === environment) ?? null;
}

/** Where its costs are read. */
export function costPlace({ account, only }: CostAccount): CostPlace {
  return { account, only };
}

/** Sets the clock of the daily checks; asked at each start. */
export async function armCosts(app: App): Promise<void> {
  for (const { environment } of costsOf(app.config).accounts) await armCostCheck(app, environment, true);
}

/** Sets the clock of the next check of an environment; at a start (`catchUp`) one that was missed goes off at once. */
export async function armCostCheck(app: App, environment: string, catchUp: boolean): Promise<void> {
  const settings = costsOf(app.config);
  const today = dayAt(app.now, settings);
  const day = tellingMoment(today, settings) > app.now ? today : laterDay(today, 1);
  const after = await arming(app, `costs:${environment}`, tellingMoment(day, settings), catchUp);
  await app.jobs.add("check-costs", { environment }, { key: environment, after });
}

/** What was read, if that is late enough to be shown again. */
export async function recentCosts(
  app: App,
  environment: string,
): Promise<{ readonly at: Date; readonly sight: CostSight } | null> {
  const last = await app.costs.last(environment);
  return last && app.now.getTime() - last.at.getTime() < freshHours * 3_600_000 ? last : null;
}

/** What was read is shown to whoever asked, and kept for whoever asks next. */
export async function recordCosts(app: App, id: string, read: { readonly at: Date; readonly sight: CostSight }) {
  const inquiry = await app.inquiries.byId("costs", id);
  if (inquiry === null) return;
  await app.costs.keep(inquiry.question.environment, read.at, read.sight);
  await recordInquiry(app, inquiry, { sight: read.sight, readAt: read.at, told: null });
}

/**
 * The daily check of one environment: what is over, or could not be read, is told where the configuration says, each
 * reason once a day; where nothing is, nobody is told.
 */
export async function recordCostCheck(app: App, environment: string, sight: CostSight): Promise<void> {
  const account = costAccount(app.config, environment);
  if (account === null) return;
  await app.costs.keep(environment, app.now, sight);
  const telling = tellingFindings(costFindings(account, sight, app.now));
  const fresh = await app.costs.tell(
    environment,
    billDay(app.now),
    telling.map(({ reason }) => reason),
  );
  const told = telling.filter(({ reason }) => fresh.includes(reason));
  if (told.length === 0) return;
  const id = app.newId();
  const place: Place = channelOf(app);
  await app.inquiries.insert({
    id,
    kind: "costs",
    askedBy: app.workspace.botUserId,
    askedAt: app.now,
    place,
    incidentId: null,
    question: { environment, anew: false },
    found: null,
  });
  await app.inquiries.found<"costs">(id, { sight, readAt: app.now, told, at: app.now });
  await app.outbox.add({ kind: "message", view: "ops.costs.told", subject: id, place, once: `costs:${id}` });
}

function channelOf(app: App): Place {
  const { channel } = costsOf(app.config);
  return channel === null ? operatorsPlace(app) : { named: channel };
}
