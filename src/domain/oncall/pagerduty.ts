import { addDays } from "date-fns/addDays";
import { addSeconds } from "date-fns/addSeconds";
import { ProviderError } from "../../errors.ts";
import { incidentName } from "../incident/incident.ts";
import type { LookUpPeople } from "../people/records.ts";
import type { App, Log, Transact } from "../ports.ts";
import type { Page } from "./page.ts";
import { answeredOutside, pagedName, teamOf } from "./paging.ts";
import type { OutsideShift } from "./records.ts";

/** What is asked of PagerDuty. Throws ProviderError where it says no. */
export interface PagerDuty {
  /** Who is on call by a schedule in that time; people by e-mail address. */
  readonly onCall: (
    scheduleId: string,
    from: Date,
    until: Date,
  ) => Promise<readonly { readonly email: string; readonly from: Date; readonly until: Date }[]>;
  /** Opens an incident there for the key; the same key again changes nothing. */
  readonly trigger: (event: {
    readonly routingKey: string;
    readonly key: string;
    readonly summary: string;
    readonly link: string | null;
  }) => Promise<void>;
  readonly change: (event: {
    readonly routingKey: string;
    readonly key: string;
    readonly action: "acknowledge" | "resolve";
  }) => Promise<void>;
  /** How the incident of a key stands; null where there is none yet. */
  readonly look: (key: string) => Promise<{
    readonly state: "triggered" | "acknowledged" | "resolved";
    /** Who acknowledged it, where that is a person. */
    readonly by: { readonly name: string; readonly email: string } | null;
  } | null>;
}

export interface OutsideNeeds {
  readonly transact: Transact;
  readonly pagerDuty: PagerDuty | null;
  readonly lookUp: LookUpPeople;
  readonly log: Pick<Log, "warn">;
}

const pollSeconds = 30;
/** Shifts are read so far ahead, and anew this often. */
const horizonDays = 30;
export const refreshMinutes = 10;

/** Brings a page and its counterpart in PagerDuty in step; asks again every half minute while it is open. */
export async function syncPage(needs: OutsideNeeds, pageId: string): Promise<void> {
  const facts = await needs.transact((app) => factsOf(app, pageId));
  if (!facts || !needs.pagerDuty) return;
  try {
    await bringInStep(needs, needs.pagerDuty, facts);
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    // A key that PagerDuty does not take will not be taken later; people are paged in Slack all the same.
    const final = error.fault === "denied" || error.fault === "refused" || error.fault === "not_found";
    needs.log.warn({ err: error, final }, "PagerDuty did not take a page");
    await needs.transact(async (app) => {
      if (final) await note(app, pageId, "failed");
      else await app.jobs.add("page-outside", { pageId }, { key: pageId, after: addSeconds(app.now, pollSeconds) });
    });
  }
}

async function bringInStep(
  { transact, lookUp }: OutsideNeeds,
  pagerDuty: PagerDuty,
  { page, routingKey, summary }: NonNullable<Awaited<ReturnType<typeof factsOf>>>,
): Promise<void> {
  const pageId = page.id;
  if (page.outside === "failed" || (page.outside === null && page.state !== "open")) return;
  const key = `tocsin-${page.id}`;
  if (page.outside === null) await pagerDuty.trigger({ routingKey, key, summary, link: null });
  if (page.state === "open") {
    const found = page.outside === null ? null : await pagerDuty.look(key);
    const answered = found && found.state !== "triggered" ? found : null;
    if (answered?.by) await lookUp([answered.by.email]).catch(() => {});
    await transact(async (app) => {
      if (page.outside === null) await note(app, page.id, "triggered");
      if (answered) {
        const ids = answered.by ? ((await app.people.meant([answered.by.email])).get(answered.by.email) ?? []) : [];
        await note(app, page.id, answered.state);
        await answeredOutside(app, page.id, ids[0] ?? null, answered.by?.name ?? "somebody");
      } else await app.jobs.add("page-outside", { pageId }, { key: pageId, after: addSeconds(app.now, pollSeconds) });
    });
    return;
  }
  const wanted = page.state === "acknowledged" ? "acknowledged" : page.state === "stopped" ? "resolved" : null;
  if (!wanted || page.outside === wanted || page.outside === "resolved") return;
  await pagerDuty.change({ routingKey, key, action: wanted === "acknowledged" ? "acknowledge" : "resolve" });
  await transact((app) => note(app, page.id, wanted));
}

async function factsOf(app: App, pageId: string) {
  const page = await app.pages.byId(pageId);
  const routingKey = page && teamOf(app, page)?.pagerduty?.routingKey;
  if (!page || !routingKey) return null;
  const incident = page.incidentId ? await app.incidents.byId(page.incidentId) : null;
  // What PagerDuty is told leaves the workspace: of a private incident only its number.
  const title =
    incident && !incident.isPrivate ? `${incidentName(incident)} ${incident.severity}: ${incident.title}` : null;
  const summary = incident
    ? (title ?? `${incidentName(incident)}: you are needed`)
    : page.message || pagedName(app, page);
  return { page, routingKey, summary };
}

async function note(app: App, pageId: string, outside: Page["outside"]): Promise<void> {
  const page = await app.pages.lock(pageId);
  if (page) await app.pages.update(page, { outside });
}

/** Reads the schedules that PagerDuty keeps, for every team that has some; what was known stays where it is away. */
export async function readSchedules(needs: OutsideNeeds): Promise<void> {
  const { transact, pagerDuty } = needs;
  if (!pagerDuty) return;
  const { teams, now } = await transact(async (app) => ({ teams: app.config.oncall, now: app.now }));
  for (const team of teams) {
    const schedules = Object.entries(team.pagerduty?.schedules ?? {});
    if (schedules.length === 0) continue;
    const shifts: OutsideShift[] = [];
    for (const [level, id] of schedules) {
      for (const { email, from, until } of await pagerDuty.onCall(id, now, addDays(now, horizonDays)))
        shifts.push({ level, reference: email, from, until });
    }
    await needs.lookUp([...new Set(shifts.map(({ reference }) => reference))]);
    await transact((app) => app.outsideShifts.replace(team.name, shifts));
  }
}

/** Whether PagerDuty fills any level of any team. */
export function readsSchedules(app: Pick<App, "config">): boolean {
  return app.config.oncall.some((team) => Object.keys(team.pagerduty?.schedules ?? {}).length > 0);
}
