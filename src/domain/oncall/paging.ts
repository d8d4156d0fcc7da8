import { addMinutes } from "date-fns/addMinutes";
import { Refusal } from "../../errors.ts";
import type { Caller } from "../access/caller.ts";
import { markAcknowledged } from "../alert/mark.ts";
import type { PersonReference } from "../configuration.ts";
import { maySee, requireMember } from "../incident/access.ts";
import { type Incident, isOpen } from "../incident/incident.ts";
import { tell } from "../incident/notices.ts";
import { acknowledgeIncident } from "../incident/resolve.ts";
import { mayServe } from "../people/records.ts";
import type { App } from "../ports.ts";
import { inWords } from "../postmortem/durations.ts";
import { quoteTyped } from "../text.ts";
import { referencesOf, resolved, teamOnCall } from "./now.ts";
import type { Page } from "./page.ts";
import type { EscalationStep, Team } from "./team.ts";

/** One person has no path: they are asked again, this many times this many minutes apart. */
const personSteps: readonly EscalationStep[] = [{ page: ["person"], minutes: 5 }];
const personRounds = 3;

/** Whom a step may need, for looking up before it is taken; null where it is out of date. */
export async function pageReferences(
  app: App,
  pageId: string,
  step: number,
): Promise<readonly PersonReference[] | null> {
  const page = await app.pages.byId(pageId);
  if (page?.state !== "open" || page.step !== step) return null;
  const team = teamOf(app, page);
  const standIns = team ? await app.overrides.between(team.name, app.now, addMinutes(app.now, 1)) : [];
  const outside = team ? await app.outsideShifts.of(team.name) : [];
  return [
    ...(team ? referencesOf(team) : []),
    ...(page.personId ? [page.personId] : []),
    ...standIns.map(({ userId }) => userId),
    ...outside.map(({ reference }) => reference),
  ];
}

/** Takes one step of a page: pages who is on call then, and sets the clock for the next. Does nothing when out of date. */
export async function takePageStep(app: App, pageId: string, step: number): Promise<void> {
  const page = await app.pages.lock(pageId);
  if (page?.state !== "open" || page.step !== step) return;
  const incident = page.incidentId ? await app.incidents.byId(page.incidentId) : null;
  if (incident && isSettled(page, incident)) {
    await endPage(app, page, "stopped", null);
    return;
  }
  const { path, rounds } = pathOf(app, page);
  const now = path[step % path.length];
  if (!now || step >= path.length * rounds) {
    await giveUp(app, page, incident);
    return;
  }
  const { userIds, words, absent } = await whoAt(app, page, now);
  const moved = await app.pages.update(page, { step: step + 1 });
  await app.pages.addCalls(moved, step, userIds);
  for (const userId of userIds)
    await app.outbox.add(
      { kind: "card", view: "oncall.page", subject: `${page.id}:${step}`, place: { user: userId } },
      "page",
    );
  if (incident && userIds.length > 0) {
    await app.incidents.addMembers(incident.id, userIds);
    await app.outbox.add({ kind: "invite", incident: incident.id, userIds });
  }
  await say(app, incident, page, [
    userIds.length > 0 ? `Paged ${words}` : `Nobody is on call for ${words}; going on`,
    ...absent.map((one) => `${one} cannot be on call any more and was skipped`),
    ...(page.message && step === 0 ? [quoteTyped(page.message)] : []),
    ...(page.unresolvedMinutes !== null && step === 0 ? [`Unresolved for ${inWords(page.unresolvedMinutes)}`] : []),
  ]);
  const after = userIds.length > 0 ? addMinutes(app.now, now.minutes) : app.now;
  await app.jobs.add("page-step", { pageId: page.id, step: step + 1 }, { key: `${page.id}:${step + 1}`, after });
}

/** Who is meant by a step now, in words for the timeline. */
async function whoAt(app: App, page: Page, step: EscalationStep) {
  const team = teamOf(app, page);
  const calls = await app.pages.calls(page.id);
  const userIds = new Set<string>();
  const absent: string[] = [];
  const words: string[] = [];
  const mentions = (ids: readonly string[]) => ids.map((id) => `<@${id}>`).join(", ");
  const current = team ? await teamOnCall(app, team) : null;
  for (const word of team ? step.page : [page.personId ?? ""]) {
    const level = current?.levels.find((one) => one.level === word);
    if (level) {
      for (const id of level.now.userIds) userIds.add(id);
      if (level.now.insteadOf && calls.length === 0) absent.push(personWord(level.now.insteadOf));
      words.push(
        level.now.userIds.length > 0
          ? `${mentions(level.now.userIds)} (${team?.title}, ${word})`
          : `${team?.title} (${word})`,
      );
      continue;
    }
    const ids = (await resolved(app, [word])).idsOf(word);
    for (const id of ids) userIds.add(id);
    words.push(ids.length > 0 ? `${mentions(ids)}${team ? ` (${team.title})` : ""}` : personWord(word));
  }
  return { userIds: [...userIds], absent, words: words.join(", ") };
}

function personWord(word: PersonReference): string {
  return /^[UW][A-Z0-9]{2,}$/.test(word) ? `<@${word}>` : word;
}

/** Stops a page because somebody is on it; the incident counts as acknowledged then. */
export async function acknowledgePage(app: App, caller: Caller, pageId: string): Promise<Page> {
  await lockAlertsOf(app, pageId);
  const { page, incident } = await openPageForChange(app, caller, pageId);
  const ended = await endPage(app, page, "acknowledged", caller.userId);
  await acknowledgedByPage(app, page, caller.userId);
  if (incident && isOpen(incident) && !incident.times.acknowledgedAt) {
    await acknowledgeIncident(app, caller, incident.id);
  } else {
    await say(app, incident, page, [`Acknowledged the page of ${pagedName(app, page)}`], caller.userId);
  }
  if (!incident && page.requestedBy && page.requestedBy !== caller.userId)
    await app.outbox.add({
      kind: "message",
      view: "oncall.page-answered",
      subject: page.id,
      place: { user: page.requestedBy },
      once: `page-answered:${page.id}`,
    });
  return ended;
}

/** Goes on to the next step at once: who was paged cannot take it. */
export async function passPage(app: App, caller: Caller, pageId: string): Promise<Page> {
  const { page, incident } = await openPageForChange(app, caller, pageId);
  await say(app, incident, page, [`Passed the page of ${pagedName(app, page)} on`], caller.userId);
  await app.jobs.add("page-step", { pageId, step: page.step }, { key: `${pageId}:${page.step}` });
  return page;
}

async function openPageForChange(
  app: App,
  caller: Caller,
  pageId: string,
): Promise<{ readonly page: Page; readonly incident: Incident | null }> {
  requireMember(caller);
  const page = await app.pages.lock(pageId);
  const incident = page?.incidentId ? await app.incidents.byId(page.incidentId) : null;
  if (!page || (incident && !(await maySee(app, incident, caller.userId))))
    throw new Refusal("not_found", "I cannot find that page.");
  if (page.state !== "open") {
    const by = page.endedBy ? ` by <@${page.endedBy}>` : "";
    throw new Refusal("already_done", `This page was ${page.state}${by} already.`);
  }
  return { page, incident };
}

/** Ends open pages that are about no incident: somebody took up what they were for, or (null) it is over. */
export async function endPagesAlone(app: App, pageIds: readonly string[], userId: string | null): Promise<void> {
  for (const id of pageIds) {
    const page = await app.pages.lock(id);
    if (page?.state !== "open" || page.incidentId !== null) continue;
    await endPage(app, page, userId === null ? "stopped" : "acknowledged", userId);
  }
}

/** Alerts are locked before their pages, here as where alerts are taken, so that neither waits for the other. */
async function lockAlertsOf(app: App, pageId: string): Promise<void> {
  const page = await app.pages.byId(pageId);
  if (!page?.alertId) return;
  const groups = await app.alerts.groupsOfPage(pageId);
  for (const id of groups.map((group) => group.id).sort()) await app.alerts.lockGroup(id);
}

/** Who answers a page has taken up the alerts it stands for; null for somebody in PagerDuty whom nobody knows here. */
async function acknowledgedByPage(app: App, page: Page, userId: string | null): Promise<void> {
  if (!page.alertId) return;
  for (const group of await app.alerts.groupsOfPage(page.id)) await markAcknowledged(app, group, userId);
}

/** Stops the pages of an incident that needs them no longer: those by severity once it is acknowledged, all when it ends. */
export async function settlePages(app: App, incident: Incident): Promise<void> {
  for (const page of await app.pages.openOf(incident.id)) {
    if (isSettled(page, incident)) await endPage(app, page, "stopped", null);
  }
}

function isSettled(page: Page, incident: Incident): boolean {
  const isForTakingUp = page.requestedBy === null && page.unresolvedMinutes === null;
  return !isOpen(incident) || (isForTakingUp && incident.times.acknowledgedAt !== null);
}

/** Ends a page as PagerDuty says: somebody answered there. Does nothing where it ended already. */
export async function answeredOutside(app: App, pageId: string, userId: string | null, name: string): Promise<void> {
  await lockAlertsOf(app, pageId);
  const page = await app.pages.lock(pageId);
  if (page?.state !== "open") return;
  const incident = page.incidentId ? await app.incidents.byId(page.incidentId) : null;
  await endPage(app, page, "acknowledged", userId);
  await acknowledgedByPage(app, page, userId);
  await say(
    app,
    incident,
    page,
    [`The page of ${pagedName(app, page)} was acknowledged in PagerDuty${userId ? "" : ` by ${name}`}`],
    userId,
  );
  if (incident && isOpen(incident) && !incident.times.acknowledgedAt && userId) {
    const [known] = [...(await app.people.known([userId])).values()];
    if (known && mayServe(known)) await acknowledgeIncident(app, callerOf(known), incident.id);
  }
}

/** Says that PagerDuty has others answer an open page; who they are in words, and who moved it where somebody did. */
export async function movedOutside(app: App, pageId: string, to: string, by: string | null): Promise<void> {
  const page = await app.pages.lock(pageId);
  if (page?.state !== "open") return;
  const incident = page.incidentId ? await app.incidents.byId(page.incidentId) : null;
  const text = `The page of ${pagedName(app, page)} is with ${to} in PagerDuty now${by ? `, moved by ${by}` : ""}`;
  await say(app, incident, page, [text], null);
}

function callerOf(known: {
  readonly userId: string;
  readonly name: string;
  readonly kind: Caller["kind"];
  readonly email: string | null;
}): Caller {
  return { ...known, teamId: "", groupIds: [], timezone: "UTC" };
}

/** Has everybody who was paged see how the page stands now. */
export async function redrawPage(app: App, pageId: string): Promise<void> {
  for (const call of await app.pages.calls(pageId))
    await app.outbox.add(
      { kind: "card", view: "oncall.page", subject: `${pageId}:${call.step}`, place: { user: call.userId } },
      "answer",
    );
}

async function endPage(app: App, page: Page, state: Page["state"], endedBy: string | null): Promise<Page> {
  const ended = await app.pages.update(page, { state, endedAt: app.now, endedBy });
  await redrawPage(app, page.id);
  if (teamOf(app, page)?.pagerduty?.routingKey)
    await app.jobs.add("page-outside", { pageId: page.id }, { key: page.id });
  return ended;
}

async function giveUp(app: App, page: Page, incident: Incident | null): Promise<void> {
  await endPage(app, page, "unanswered", null);
  const to = page.requestedBy;
  const alerts = page.alertId && !incident ? await app.alerts.groupById(page.alertId) : null;
  const place = incident ? { incident: incident.id } : to ? { user: to } : alerts?.place;
  if (!place) return;
  await app.outbox.add(
    {
      kind: "message",
      view: "oncall.page-unanswered",
      subject: page.id,
      place,
      once: `page-unanswered:${page.id}`,
    },
    "page",
  );
  if (incident)
    await app.timeline.add({
      incidentId: incident.id,
      at: app.now,
      kind: "system",
      actorId: null,
      text: `Nobody acknowledged the page of ${pagedName(app, page)}`,
    });
}

/** Puts it on the incident's timeline and in its channel, as one line. */
async function say(
  app: App,
  incident: Incident | null,
  _page: Page,
  sentences: readonly string[],
  actorId: string | null = null,
): Promise<void> {
  if (!incident) return;
  const entry = await app.timeline.add({
    incidentId: incident.id,
    at: app.now,
    kind: "system",
    actorId,
    text: sentences.join(". "),
  });
  await tell(app, incident, entry);
}

export function teamOf(app: Pick<App, "config">, page: Page): Team | null {
  return app.config.oncall.find(({ name }) => name === page.team) ?? null;
}

/** The path of a page: its team's, or the same person again and again. */
export function pathOf(
  app: Pick<App, "config">,
  page: Page,
): { readonly path: readonly EscalationStep[]; readonly rounds: number } {
  const team = teamOf(app, page);
  return team ? { path: team.escalation, rounds: team.rounds } : { path: personSteps, rounds: personRounds };
}

export function pagedName(app: Pick<App, "config">, page: Page): string {
  return teamOf(app, page)?.title ?? page.team ?? personWord(page.personId ?? "somebody");
}
