import type { KnownBlock } from "@slack/types";
import type { Configuration } from "../../src/domain/configuration.ts";
import type { Incident } from "../../src/domain/incident/incident.ts";
import type { ActionItem } from "../../src/domain/postmortem/postmortem.ts";
import { shorten } from "../../src/domain/text.ts";
import { declareButton, incidentLine } from "../incident/list.ts";
import { actionItemButton, doneButton } from "../incident/notices.ts";
import { about, named } from "../incident/phrases.ts";
import { actions, button, context, divider, header, inert, type Reply, reply, section } from "../kit.ts";
import type { View } from "../views.ts";

/** One person's App Home: what is on fire, what they owe, and where to begin. */
export const homeView: View = async (app, userId) => {
  const seenBy = { userId };
  return {
    home: home({
      config: app.config,
      incidents: await app.incidents.list({ open: true, limit: 50, seenBy }),
      items: await app.actionItems.list({ ownerId: userId, open: true, seenBy }),
    }),
  };
};

export interface HomeFacts {
  readonly config: Configuration;
  readonly incidents: readonly Incident[];
  readonly items: readonly ActionItem[];
}

// Each incident takes two blocks and each item two; together with the rest that stays under what a reply holds.
const mostIncidents = 12;
const mostItems = 8;

export function home({ config, incidents, items }: HomeFacts): Reply {
  const blocks: KnownBlock[] = [
    actions(
      [declareButton(), button({ action: "ops.scale.open", text: "Scale a service", about: { id: "home" } })],
      "begin",
    ),
    header(incidents.length === 0 ? "No open incident" : `Open incidents (${incidents.length})`),
    ...incidents.slice(0, mostIncidents).flatMap((incident) => incidentBlocks(config, incident)),
  ];
  if (incidents.length > mostIncidents)
    blocks.push(context(`${incidents.length - mostIncidents} more: type /incident list.`));
  blocks.push(divider(), header("Your action items"));
  if (items.length === 0) blocks.push(context("Nothing to do."));
  for (const item of items.slice(0, mostItems)) blocks.push(...itemBlocks(item));
  if (items.length > mostItems) blocks.push(context(`${items.length - mostItems} more.`));
  return reply("Tocsin", blocks);
}

function incidentBlocks(config: Configuration, incident: Incident): KnownBlock[] {
  const press = (action: string, text: string) => button({ action, text, about: about(incident) });
  return [
    section(`*${named(incident)}*\n${incidentLine(config, incident)}`),
    actions(
      [
        ...(incident.times.acknowledgedAt ? [] : [press("incident.acknowledge", "Acknowledge")]),
        press("incident.update", "Update"),
        press("incident.role", "Roles"),
        press("incident.resolve", "Resolve"),
        press("incident.timeline", "Timeline"),
        press("incident.join", "Join"),
      ],
      `incident-${incident.id}`,
    ),
  ];
}

function itemBlocks(item: ActionItem): KnownBlock[] {
  const due = item.dueOn ? ` · due ${item.dueOn}` : "";
  return [
    section(`${inert(shorten(item.title, 300))}${due}`),
    actions([doneButton(item), actionItemButton(item)], `item-${item.id}`),
  ];
}
