import { addMinutes } from "date-fns/addMinutes";
import { Refusal } from "../../errors.ts";
import type { Caller } from "../access/caller.ts";
import type { AlertGroup } from "../alert/alert.ts";
import { openForReading, requireMember, requireOpen } from "../incident/access.ts";
import { clocksStart } from "../incident/clocks.ts";
import { callsNobody, type Incident, incidentName, isOpen } from "../incident/incident.ts";
import { tell } from "../incident/notices.ts";
import { severityOf } from "../incident/severity.ts";
import { tellShadows } from "../newcomer/newcomer.ts";
import { mayServe } from "../people/records.ts";
import type { App } from "../ports.ts";
import { cleanText } from "../text.ts";
import { requireTeam } from "./now.ts";
import type { Page } from "./page.ts";
import { pagedName } from "./paging.ts";
import type { Team } from "./team.ts";

export interface PageWish {
  readonly incidentId: string | null;
  readonly team: string | null;
  readonly personId: string | null;
  readonly message: string;
}

/** Pages a team or a person because somebody asks for it; refused in drills and for people who may not serve. */
export async function requestPage(app: App, caller: Caller, wish: PageWish): Promise<Page> {
  requireMember(caller);
  const incident = wish.incidentId ? await openForReading(app, caller, wish.incidentId, "page") : null;
  if (incident) {
    requireOpen(incident, "page for");
    if (incident.kind === "drill")
      throw new Refusal("not_possible", `${incidentName(incident)} is a drill, and a drill pages nobody.`);
    if (incident.isSilent)
      throw new Refusal(
        "not_possible",
        `${incidentName(incident)} was declared after the fact; nobody is paged for it.`,
      );
  }
  if (wish.personId) {
    const known = (await app.people.known([wish.personId])).get(wish.personId);
    if (wish.personId === app.workspace.botUserId || !mayServe(known))
      throw new Refusal("unknown_person", "Only full members of this workspace can be paged.", "Name one.", "person");
  }
  const team = wish.team ? requireTeam(app, wish.team) : null;
  if (!team && !wish.personId)
    throw new Refusal("missing_argument", "Say who to page.", "Name a team or a person.", "team");
  const open = incident ? await app.pages.openOf(incident.id) : await app.pages.openAlone();
  const same = open.find((page) => (team ? page.team === team.name : page.personId === wish.personId));
  if (same) {
    throw new Refusal(
      "already_done",
      `${pagedName(app, same)} is being paged already${incident ? ` for ${incidentName(incident)}` : ""}.`,
      "It goes on until somebody acknowledges.",
      team ? "team" : "person",
    );
  }
  const { personId, message } = wish;
  return openPage(app, incident, { team, personId, message, requestedBy: caller.userId, unresolvedMinutes: null });
}

/**
 * Pages whom the severity names, each once while a page of theirs is open, and not again where one of the given pages
 * for the same was acknowledged: the channel is told who is at it. Drills, incidents declared after the fact
 * and private ones page nobody by themselves: who gets into a private one is a person's decision.
 */
export async function pageForSeverity(app: App, incident: Incident, pageIds: readonly string[] = []): Promise<void> {
  if (incident.kind === "drill" || incident.isSilent || incident.isPrivate || !isOpen(incident)) return;
  if (incident.times.acknowledgedAt) return;
  const words = severityOf(app.config, incident.severity).page;
  const answered = await answeredPages(app, pageIds, words);
  await pageEach(
    app,
    incident,
    words.filter((word) => !answered.some((page) => isPageOf(app, page, word))),
    null,
  );
  if (answered.length > 0) await tellAnswered(app, incident, answered);
}

/** The pages of whom the words name that somebody acknowledged, where none of theirs is open. */
async function answeredPages(app: App, pageIds: readonly string[], words: readonly string[]): Promise<readonly Page[]> {
  const pages: Page[] = [];
  for (const id of pageIds) pages.push(...[(await app.pages.byId(id)) ?? []].flat());
  return words.flatMap((word) => {
    const theirs = pages.filter((page) => isPageOf(app, page, word));
    const last = theirs.findLast(({ state }) => state === "acknowledged");
    return last && !theirs.some(({ state }) => state === "open") ? [last] : [];
  });
}

/** Who is at it already, and how others are called all the same. */
async function tellAnswered(app: App, incident: Incident, pages: readonly Page[]): Promise<void> {
  const who = [...new Set(pages.map(({ endedBy }) => (endedBy ? `<@${endedBy}>` : "Somebody in PagerDuty")))];
  const whom = [...new Set(pages.map((page) => pagedName(app, page)))];
  const [team] = pages.flatMap((page) => page.team ?? []);
  const text = `${who.join(", ")} acknowledged the alert before, so ${whom.join(", ")} is not paged again. To page all the same: /oncall page ${team ?? "@person"}`;
  const entry = await app.timeline.add({ incidentId: incident.id, at: app.now, kind: "system", actorId: null, text });
  await tell(app, incident, entry);
}

function isPageOf(app: Pick<App, "config">, page: Page, word: string): boolean {
  return app.config.oncall.some(({ name }) => name === word) ? page.team === word : page.personId === word;
}

/** Sets the clocks of those who are paged when an incident is still not resolved. */
export async function armUnresolvedPages(app: App, incident: Incident): Promise<void> {
  if (!isOpen(incident) || callsNobody(incident)) return;
  for (const { afterMinutes } of severityOf(app.config, incident.severity).pageUnresolved) {
    const due = addMinutes(clocksStart(incident), afterMinutes);
    const data = { incidentId: incident.id, minutes: afterMinutes, due: due.toISOString() };
    await app.jobs.add("page-unresolved", data, { key: `${incident.id}:${afterMinutes}:${data.due}`, after: due });
  }
}

/**
 * Pages those whom the severity names for an incident that is unresolved after so many minutes, also where somebody
 * acknowledged it; private ones page nobody by themselves. Does nothing where its clocks were set anew since.
 */
export async function pageUnresolved(app: App, incidentId: string, minutes: number, due: string): Promise<void> {
  const incident = await app.incidents.byId(incidentId);
  if (!incident || !isOpen(incident) || callsNobody(incident) || incident.isPrivate) return;
  if (addMinutes(clocksStart(incident), minutes).toISOString() !== due) return;
  const steps = severityOf(app.config, incident.severity).pageUnresolved;
  for (const step of steps) if (step.afterMinutes === minutes) await pageEach(app, incident, step.page, minutes);
}

async function pageEach(app: App, incident: Incident, words: readonly string[], minutes: number | null): Promise<void> {
  const facts = { message: "", requestedBy: null, unresolvedMinutes: minutes };
  await pageWhoIsNot(app, incident, words, await app.pages.openOf(incident.id), facts);
}

/**
 * Pages whom alerts call, each once while a page of theirs for alerts is open, and answers the pages that stand for
 * them. With an incident they are its pages.
 */
export async function pageForAlert(
  app: App,
  alerts: Pick<AlertGroup, "id" | "page" | "title">,
  incident: Incident | null,
): Promise<readonly Page[]> {
  const open = incident
    ? await app.pages.openOf(incident.id)
    : (await app.pages.openAlone()).filter(({ alertId }) => typeof alertId === "string");
  const facts = { message: alerts.title, requestedBy: null, unresolvedMinutes: null, alertId: alerts.id };
  return pageWhoIsNot(app, incident, alerts.page, open, facts);
}

/** Makes open pages an incident's own that were about the same before it was declared. */
export async function adoptPages(app: App, incident: Incident, pageIds: readonly string[]): Promise<void> {
  for (const id of pageIds) {
    const page = await app.pages.lock(id);
    if (page?.state === "open" && page.incidentId === null) await app.pages.update(page, { incidentId: incident.id });
  }
}

/** Answers a page for each of the words: the one that is open already, or a new one. */
async function pageWhoIsNot(
  app: App,
  incident: Incident | null,
  words: readonly string[],
  open: readonly Page[],
  facts: Pick<Page, "message" | "requestedBy" | "unresolvedMinutes" | "alertId">,
): Promise<readonly Page[]> {
  const pages: Page[] = [];
  for (const word of words) {
    const team = app.config.oncall.find(({ name }) => name === word) ?? null;
    const same = open.find((page) => isPageOf(app, page, word));
    pages.push(same ?? (await openPage(app, incident, { ...facts, team, personId: team ? null : word })));
  }
  return pages;
}

async function openPage(
  app: App,
  incident: Incident | null,
  facts: Pick<Page, "personId" | "message" | "requestedBy" | "unresolvedMinutes" | "alertId"> & {
    readonly team: Team | null;
  },
): Promise<Page> {
  const page: Page = {
    id: app.newId(),
    incidentId: incident?.id ?? null,
    team: facts.team?.name ?? null,
    personId: facts.personId,
    message: cleanText(facts.message).slice(0, 2000),
    requestedBy: facts.requestedBy,
    unresolvedMinutes: facts.unresolvedMinutes,
    alertId: facts.alertId ?? null,
    state: "open",
    step: 0,
    createdAt: app.now,
    endedAt: null,
    endedBy: null,
    outside: null,
    version: 1,
  };
  await app.pages.insert(page);
  await app.audit.add({
    actor: facts.requestedBy ?? "tocsin",
    action: "oncall.paged",
    subject: incident ? incidentName(incident) : (page.team ?? page.personId ?? ""),
    details: {
      team: page.team,
      person: page.personId,
      message: page.message || null,
      ...(page.alertId ? { alert: page.alertId } : {}),
      ...(page.unresolvedMinutes === null ? {} : { unresolvedMinutes: page.unresolvedMinutes }),
    },
  });
  await app.jobs.add("page-step", { pageId: page.id, step: 0 }, { key: `${page.id}:0` });
  await tellShadows(app, page, incident);
  if (facts.team?.pagerduty?.routingKey) await app.jobs.add("page-outside", { pageId: page.id }, { key: page.id });
  return page;
}
