import type { KnownBlock } from "@slack/types";

import type { Incident } from "../../src/domain/incident/incident.ts";
import type { Page, PageCall } from "../../src/domain/oncall/page.ts";
import { pagedName, pathOf } from "../../src/domain/oncall/paging.ts";
import { inWords } from "../../src/domain/postmortem/durations.ts";
import { shorten } from "../../src/domain/text.ts";
import { channelOf, named } from "../incident/phrases.ts";
import { actions, button, context, inert, moment, person, type Reply, reply, section } from "../kit.ts";
import type { View } from "../views.ts";

export interface PageFacts {
  readonly page: Page;
  readonly incident: Incident | null;
  /** Where the alerts it was sent for are told; null for any other page, and until they were posted. */
  readonly alerts?: string | null;
  /** How many further messages of alerts it stands for by now. */
  readonly moreAlerts?: number;
  /** The team, or the person, in words. */
  readonly name: string;
  /** When the next step is due; null where none follows. */
  readonly nextAt: Date | null;
  readonly calls: readonly PageCall[];
}

/** Who is paged reads this, and sees in the same place how it ended. Subject: page id and step. */
export const pageView: View = async (app, subject) => {
  const [id = "", step = "0"] = subject.split(":");
  const page = await app.pages.byId(id);
  if (!page) return null;
  const calls = await app.pages.calls(id);
  const called = calls.find((call) => call.step === Number(step))?.at ?? page.createdAt;
  const { path } = pathOf(app, page);
  const minutes = path[Number(step) % path.length]?.minutes ?? 5;
  const incident = page.incidentId ? await app.incidents.byId(page.incidentId) : null;
  const isNewest = page.step === Number(step) + 1;
  const nextAt = isNewest ? new Date(called.getTime() + minutes * 60_000) : null;
  const posted = page.alertId ? await app.outbox.posted("alert.card", page.alertId) : null;
  const alerts = posted ? app.workspace.permalink(posted.channelId, posted.ts) : null;
  const moreAlerts = page.alertId ? (await app.alerts.groupsOfPage(page.id)).length - 1 : 0;
  return { reply: pageMessage({ page, incident, alerts, moreAlerts, name: pagedName(app, page), nextAt, calls }) };
};

/** Bold goes over one line, and ends at the next star. */
function inBold(text: string): string {
  return inert(shorten(text.replace(/[*\s]+/g, " ").trim(), 300));
}

export function pageMessage({ page, incident, alerts, moreAlerts = 0, name, nextAt }: PageFacts): Reply {
  const what = incident
    ? `${incident.severity} · *${named(incident)}*, in ${channelOf(incident)}`
    : `*${inBold(page.message || "You are needed")}*${moreAlerts > 0 ? ` and ${moreAlerts} more` : ""}`;
  const blocks: KnownBlock[] = [section(`:pager: *Page* · ${name}\n${what}`)];
  if (incident && page.message) blocks.push(section(inert(shorten(page.message, 1500))));
  const by = reasonOf(page);
  const where = alerts ? [`<${alerts}|see the alert>`] : [];
  if (page.state === "open") {
    blocks.push(
      actions([
        button({ action: "oncall.acknowledge", text: "Acknowledge", about: { id: page.id }, style: "primary" }),
        button({ action: "oncall.pass", text: "Pass it on", about: { id: page.id } }),
      ]),
      context([by, ...where, ...(nextAt ? [`the next step is at ${moment(nextAt, "{time}")}`] : [])].join(" · ")),
    );
  } else blocks.push(context([ending(page), by, ...where].join(" · ")));
  const text = `Page · ${incident ? `${incident.severity} ${named(incident)}` : inert(shorten(page.message || name, 200))}`;
  return reply(page.state === "open" ? text : `${text} · ${ending(page)}`, blocks);
}

function reasonOf(page: Page): string {
  if (page.requestedBy) return `asked for by ${person(page.requestedBy)}`;
  if (page.alertId) return "because of an alert";
  if (page.unresolvedMinutes !== null) return `because it was unresolved for ${inWords(page.unresolvedMinutes)}`;
  return "because of its severity";
}

function ending(page: Page): string {
  const at = page.endedAt ? ` at ${moment(page.endedAt, "{time}")}` : "";
  if (page.state === "acknowledged")
    return page.endedBy ? `${person(page.endedBy)} acknowledged it${at}` : `Acknowledged in PagerDuty${at}`;
  if (page.state === "stopped") return `No longer needed${at}`;
  return `Nobody acknowledged it${at}`;
}

/** The incident's channel, or who asked, hears that the whole path was gone through in vain. */
export const pageUnansweredView: View = async (app, id) => {
  const page = await app.pages.byId(id);
  return page ? { reply: pageUnanswered(page, pagedName(app, page), await app.pages.calls(id)) } : null;
};

export function pageUnanswered(_page: Page, name: string, calls: readonly PageCall[]): Reply {
  const people = [...new Set(calls.map(({ userId }) => userId))];
  const asked =
    people.length > 0 ? `${people.map((id) => person(id)).join(", ")} were paged` : "there was nobody to page";
  const text = `:warning: Nobody has acknowledged the page of ${name}: ${asked}.`;
  return reply(text, [
    section(text),
    actions([button({ action: "oncall.page.open", text: "Page somebody else", about: { id: "pick" } })]),
  ]);
}

/** Who asked for a page without an incident hears that somebody is on it. */
export const pageAnsweredView: View = async (app, id) => {
  const page = await app.pages.byId(id);
  return page ? { reply: reply(`${person(page.endedBy)} acknowledged your page of ${pagedName(app, page)}.`) } : null;
};
