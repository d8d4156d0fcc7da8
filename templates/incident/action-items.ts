import type { KnownBlock } from "@slack/types";
import type { Counterpart } from "../../src/domain/counterpart/counterpart.ts";
import { dayAt } from "../../src/domain/follow-up.ts";
import type { Incident } from "../../src/domain/incident/incident.ts";
import type { ActionItem } from "../../src/domain/postmortem/postmortem.ts";
import { shorten } from "../../src/domain/text.ts";
import { actions, button, inert, option, overflow, person, type Reply, reply, section } from "../kit.ts";
import type { View } from "../views.ts";
import { actionItemButton, doneButton } from "./notices.ts";
import { named } from "./phrases.ts";
import { ticketWords } from "./tickets.ts";

export interface ItemRow {
  readonly item: ActionItem;
  readonly incident: Incident;
  readonly overdue: boolean;
  readonly ticket?: Counterpart | null;
}

export interface ItemListFacts {
  readonly heading: string;
  /** Whether none of them is what people hope for, as of those that are overdue. */
  readonly isUpToDate?: boolean;
  readonly rows: readonly ItemRow[];
  /** Trackers an item can be handed to. */
  readonly trackers: readonly { readonly id: string; readonly title: string }[];
  readonly pages: { readonly packed: string; readonly newer: number | null; readonly older: number | null };
}

const howToAdd = "In an incident's channel, `/incident action Raise the pool limit` adds one.";

/** One page of action items, each with its menu. */
export function actionItemList({ heading, isUpToDate = false, rows, trackers, pages }: ItemListFacts): Reply {
  if (rows.length === 0) return reply([`${heading}: none.`, ...(isUpToDate ? [] : [howToAdd])].join(" "));
  const blocks: KnownBlock[] = [section(`*${heading}*`)];
  for (const row of rows) blocks.push(itemRow(row, trackers));
  const turns = [
    ...(pages.newer === null ? [] : [{ text: "Back", offset: pages.newer }]),
    ...(pages.older === null ? [] : [{ text: "More", offset: pages.older }]),
  ];
  for (const { text, offset } of turns) {
    blocks.push(
      actions(
        [button({ action: "incident.actions.page", text, about: { id: pages.packed, version: offset } })],
        `page-${text.toLowerCase()}`,
      ),
    );
  }
  return reply(`${heading}: ${rows.map(({ item }) => inert(shorten(item.title, 60))).join(", ")}`, blocks);
}

/** One item with everything that can be done about it. */
export function itemRow(row: ItemRow, trackers: ItemListFacts["trackers"]): KnownBlock {
  const { item, incident, overdue, ticket } = row;
  const facts = [
    item.ownerId ? person(item.ownerId) : "no owner yet",
    item.doneAt ? "done" : dueWords(item, overdue),
    named(incident, 60),
    ...(ticket ? [ticketWords(ticket)] : []),
  ];
  const act = (verb: string, text: string) =>
    option(text, JSON.stringify({ id: `${verb}/${item.id}`, version: item.version }));
  const handable = incident.isPrivate || (ticket && ticket.state !== "failed") ? [] : trackers;
  const open = [
    act("done", "Done"),
    act("change", "Change owner or date"),
    act("snooze-1", "Remind me tomorrow"),
    // A menu holds five.
    ...(handable.length > 1 ? [] : [act("snooze-7", "Remind me in a week")]),
    ...handable.map(({ id, title }) => act(`export-${id}`, `Hand to ${title}`)),
  ];
  return section(
    `${item.doneAt ? "~" : "*"}${inert(shorten(item.title, 300)).replace(/[*_~`]/g, "$&\u200b")}${item.doneAt ? "~" : "*"}\n${facts.join(" · ")}`,
    overflow("incident.actions.act", item.doneAt ? [act("reopen", "Take up again")] : open),
  );
}

function dueWords(item: ActionItem, overdue: boolean): string {
  if (!item.dueOn) return "no date yet";
  return overdue ? `:warning: overdue since ${item.dueOn}` : `due ${item.dueOn}`;
}

/** Who handed an item to a tracker hears that it did not get there, or not whole. Subject: tracker and item. */
export const ticketTroubleView: View = async (app, subject) => {
  const [service = "", itemId = ""] = subject.split(":");
  const ticket = (await app.counterparts.ofSubjects([itemId])).find((one) => one.service === service);
  const item = await app.actionItems.byId(itemId);
  const incident = item && (await app.incidents.byId(item.incidentId));
  return ticket?.trouble && item && incident ? { reply: ticketTrouble(item, incident, ticket) } : null;
};

export function ticketTrouble(item: ActionItem, incident: Incident, ticket: Counterpart): Reply {
  const text = `${inert(shorten(item.title, 300))}\n${named(incident, 80)} · ${ticketWords(ticket)}`;
  return reply(text, [section(text), actions([actionItemButton(item)])]);
}

/** The owner is reminded; so are others once it is long overdue. */
export const itemReminderView: View = async (app, itemId) => {
  const item = await app.actionItems.byId(itemId);
  const incident = item && (await app.incidents.byId(item.incidentId));
  return item && incident && !item.doneAt
    ? { reply: itemReminder(item, incident, dayAt(app.now, app.config.followUp)) }
    : null;
};

export function itemReminder(item: ActionItem, incident: Incident, today: string): Reply {
  const due =
    !item.dueOn || item.dueOn > today
      ? `due ${item.dueOn}`
      : item.dueOn === today
        ? "due today"
        : `overdue since ${item.dueOn}`;
  const title = inert(shorten(item.title, 500));
  const who = item.ownerId ? person(item.ownerId) : "nobody owns it yet";
  const text = `Action item ${due}: ${title}\n${who} · ${named(incident, 80)}`;
  return reply(text, [section(text), actions([doneButton(item), actionItemButton(item), snoozeButton(item)])]);
}

/** Who was given an item is told. */
export const itemYoursView: View = async (app, itemId) => {
  const item = await app.actionItems.byId(itemId);
  const incident = item && (await app.incidents.byId(item.incidentId));
  return item && incident && !item.doneAt ? { reply: itemYours(item, incident) } : null;
};

export function itemYours(item: ActionItem, incident: Incident): Reply {
  const due = item.dueOn ? `, due ${item.dueOn}` : "";
  const text = `An action item of ${named(incident, 80)} is yours${due}: ${inert(shorten(item.title, 500))}`;
  return reply(text, [section(text), actions([doneButton(item), actionItemButton(item)])]);
}

function snoozeButton(item: ActionItem): ReturnType<typeof button> {
  return button({
    action: "incident.actions.snooze",
    text: "Remind me tomorrow",
    about: { id: item.id, version: item.version },
  });
}
