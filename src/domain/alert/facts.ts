import { subHours } from "date-fns/subHours";
import type { Caller } from "../access/caller.ts";
import { subjectOf, usualEnvironment } from "../health/subjects.ts";
import { isMember, maySee } from "../incident/access.ts";
import { affectedTitles } from "../incident/affected.ts";
import type { Incident } from "../incident/incident.ts";
import { pagedName } from "../oncall/paging.ts";
import type { App } from "../ports.ts";
import type { Alert, AlertGroup, AlertTally } from "./alert.ts";
import { tellsTheEnd } from "./settings.ts";

/** What the message of some alerts shows, as it is now. */
export interface AlertFacts {
  readonly group: AlertGroup;
  readonly tally: AlertTally;
  /** Those that fire first, then the newest; six at most. */
  readonly alerts: readonly Alert[];
  /** What it is about, as people call it. */
  readonly about: string | null;
  /** What can be diagnosed about it; null where nothing was recognised. */
  readonly subject: { readonly name: string; readonly environment: string } | null;
  /** The incident they belong to; one that is private stands nowhere. */
  readonly incident: Incident | null;
  /** Who is being paged for it at this moment, in words. */
  readonly paged: readonly string[];
  /** Where its message is; null until it was posted. */
  readonly permalink: string | null;
}

const shown = 6;

/** What anybody may see of some alerts; with a person, what they may. */
export async function alertFacts(app: App, group: AlertGroup, viewer: Caller | null): Promise<AlertFacts> {
  const found = group.incidentId === null ? null : await app.incidents.byId(group.incidentId);
  const isSeen = found && (viewer ? isMember(viewer) && (await maySee(app, found, viewer.userId)) : !found.isPrivate);
  const pages = await Promise.all(group.pageIds.map((id) => app.pages.byId(id)));
  const posted = await app.outbox.posted("alert.card", group.id);
  return {
    group,
    tally: await app.alerts.tally(group.id),
    alerts: await app.alerts.list(group.id, shown),
    about: group.service === null ? null : (affectedTitles(app.config, [group.service])[0] ?? group.service),
    subject: diagnosable(app, group),
    incident: isSeen ? found : null,
    paged: pages.flatMap((page) => (page?.state === "open" ? [pagedName(app, page)] : [])),
    permalink: posted ? app.workspace.permalink(posted.channelId, posted.ts) : null,
  };
}

function diagnosable({ config }: App, { service: name, environment: told }: AlertGroup): AlertFacts["subject"] {
  const environment = told ?? (name === null ? null : usualEnvironment(config, name));
  if (name === null || environment === null) return null;
  return subjectOf(config, { name, environment }) === null ? null : { name, environment };
}

/** Hours of silence after which what a sender told of, which tells no end, counts as over. */
const silentHours = 24;

/** What fires now, worst first, as a person may see it; and how many groups that are in all. */
export async function firingNow(
  app: App,
  viewer: Caller,
  options: { readonly service: string | null; readonly limit: number },
): Promise<{ readonly facts: readonly AlertFacts[]; readonly total: number }> {
  const { sources: all = [], watch = null } = app.config.alerts ?? {};
  const sources = [...all, ...(watch ? [watch.source] : [])]
    .filter(({ sender }) => tellsTheEnd(sender))
    .map(({ name }) => name);
  const since = subHours(app.now, silentHours);
  const { groups, total } = await app.alerts.firingGroups({ sources, since, ...options });
  return { facts: await Promise.all(groups.map((group) => alertFacts(app, group, viewer))), total };
}
