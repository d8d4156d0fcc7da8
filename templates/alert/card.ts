import type { KnownBlock } from "@slack/types";
import type { Alert } from "../../src/domain/alert/alert.ts";
import { type AlertFacts, alertFacts } from "../../src/domain/alert/facts.ts";
import { watchName } from "../../src/domain/alert/watch.ts";
import { shorten } from "../../src/domain/text.ts";
import { channelOf, inertLine, named } from "../incident/phrases.ts";
import { actions, button, context, inert, moment, person, type Reply, reply, section } from "../kit.ts";
import type { View } from "../views.ts";

/** The one message of a group of alerts, in its channel. Subject: the group's id. */
export const alertCardView: View = async (app, groupId) => {
  const group = await app.alerts.groupById(groupId);
  return group ? { reply: alertCard(await alertFacts(app, group, null)) } : null;
};

const emoji = { critical: ":rotating_light:", warning: ":warning:", info: ":information_source:" } as const;
const linesShown = 5;

/** What fires, since when and how often, what is done about it, and the buttons for that. */
export function alertCard(facts: AlertFacts): Reply {
  const { group, alerts } = facts;
  const isOver = group.endedAt !== null;
  const [newest] = alerts;
  const blocks: KnownBlock[] = [section(heading(facts))];
  if (newest?.text && !isOver) blocks.push(section(inert(shorten(newest.text, 700))));
  if (facts.tally.alerts > 1 && !isOver) blocks.push(context(severalLines(facts)));
  blocks.push(context([...small(facts)].join(" · ")));
  const state = stateOf(facts);
  if (state.length > 0) blocks.push(context(state.join(" · ")));
  const buttons = isOver ? [] : buttonsOf(facts);
  if (buttons.length > 0) blocks.push(actions(buttons, "alert"));
  return reply(inert(`${isOver ? "Over" : group.level}: ${shorten(group.title, 150)}${aboutWords(facts)}`), blocks);
}

/** The first line: how bad, what, about what. */
export function heading(facts: AlertFacts): string {
  const { group } = facts;
  const mark = group.endedAt === null ? emoji[group.level] : ":white_check_mark:";
  const state = group.endedAt === null ? group.level : `over since ${moment(group.endedAt, "{time}")}`;
  return `${mark} *${inertLine(shorten(group.title, 200))}* · ${state}${inert(aboutWords(facts))}`;
}

function aboutWords({ about, group }: AlertFacts): string {
  const place = group.environment === null ? "" : ` in ${group.environment}`;
  return about === null ? (place === "" ? "" : ` ·${place}`) : ` · ${about}${place}`;
}

/** Where it comes from, how often it was told and since when, and where its sender shows it. */
export function small({ group, tally, alerts }: AlertFacts): readonly string[] {
  const [newest] = alerts;
  const count = tally.alerts > 1 ? `${tally.alerts} alerts, told ${tally.told} times` : `told ${tally.told} times`;
  const last = tally.told > 1 ? `, last ${moment(group.lastAt, "{time}")}` : "";
  return [
    group.source === watchName ? "from the bot's own watch" : `from ${inert(group.source)}`,
    ...(tally.told > 1 ? [count] : []),
    `first ${moment(group.openedAt)}${last}`,
    // The watch's own labels say what the heading says.
    ...(tally.alerts === 1 && newest && group.source !== watchName ? labelsOf(newest) : []),
    ...(newest?.link
      ? [`<${inert(newest.link)}|${group.source === watchName ? "runbook" : "open at its sender"}>`]
      : []),
  ];
}

function severalLines({ group, alerts, tally }: AlertFacts): string {
  const lines = alerts.slice(0, linesShown).map((alert) => {
    const title = alert.title === group.title ? "" : `${inertLine(shorten(alert.title, 80))} `;
    const words =
      `${title}${labelsOf(alert).join(" ")}` || inert(shorten(alert.text.split("\n")[0] ?? "", 120)) || "no labels";
    return `• ${alert.resolvedAt === null ? words : `~${words}~`}`;
  });
  const more = tally.alerts - lines.length;
  return [...lines, ...(more > 0 ? [`and ${more} more`] : [])].join("\n");
}

function labelsOf({ labels, title }: Alert): readonly string[] {
  return Object.entries(labels)
    .filter(([, value]) => value !== title)
    .slice(0, 6)
    .map(([name, value]) => `${inert(name)}=${inertLine(shorten(value, 60))}`);
}

/** What is done about it. */
export function stateOf({ group, incident, paged }: AlertFacts): readonly string[] {
  const by = group.acknowledgedBy === null ? "somebody in PagerDuty" : person(group.acknowledgedBy);
  const proposes = group.incident === "propose" && group.severity !== null && !incident && group.endedAt === null;
  return [
    ...(incident ? [`part of *${named(incident, 80)}*, in ${channelOf(incident)}`] : []),
    ...(group.acknowledgedAt ? [`${by} acknowledged it at ${moment(group.acknowledgedAt, "{time}")}`] : []),
    ...(paged.length > 0 ? [`paging ${inert(paged.join(", "))}`] : []),
    ...(proposes ? [`proposed as an incident: ${inert(group.severity ?? "")}`] : []),
    ...(group.calm !== null ? [`told only: ${inert(group.calm)}`] : []),
  ];
}

function buttonsOf(facts: AlertFacts) {
  const { group, incident, subject } = facts;
  if (incident) return [];
  const about = { id: group.id };
  const label = shorten(group.title, 50);
  return [
    ...(group.acknowledgedAt === null
      ? [
          button({
            action: "alert.acknowledge",
            text: "Acknowledge",
            about,
            style: "primary",
            label: `Acknowledge ${label}`,
          }),
        ]
      : []),
    button({ action: "alert.declare", text: "Declare", about, label: `Declare an incident about ${label}` }),
    ...(subject === null
      ? []
      : [
          button({
            action: "ops.diagnose.open",
            text: "Diagnose",
            about: { id: `${subject.environment}/${subject.name}` },
            label: `Diagnose ${facts.about ?? subject.name}`,
          }),
        ]),
  ];
}
