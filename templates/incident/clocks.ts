import type { KnownBlock } from "@slack/types";
import { type Clock, clocksOf } from "../../src/domain/incident/clocks.ts";
import type { IncidentFacts } from "../../src/domain/incident/facts.ts";
import type { Incident } from "../../src/domain/incident/incident.ts";
import { answersFor } from "../../src/domain/incident/roles.ts";
import { actions, button, context, moment, person, type Reply, reply, section } from "../kit.ts";
import type { View } from "../views.ts";
import { about, lasting } from "./phrases.ts";

/** A clock ran out; nothing where it was stopped or set anew before this is sent. Subject: incident, clock, when it was due. */
export const clockRanOutView: View = async (app, subject) => {
  const [id = "", name = "", ...due] = subject.split(":");
  const incident = await app.incidents.byId(id);
  const clock = incident && clocksOf(app.config, incident).find((one) => one.name === name);
  if (!incident || clock?.dueAt.toISOString() !== due.join(":")) return null;
  return { reply: clockRanOut(incident, clock, answersFor(app, incident)) };
};

const said = { acknowledge: "acknowledged", mitigate: "mitigated", resolve: "resolved" } as const;

/** To whom it concerns, where that is anybody yet: who leads, else who reported it. */
export function clockRanOut(incident: Incident, clock: Clock, whom: string | null): Reply {
  const allowed = `${lasting(clock.minutes)}${clock.inBusinessHours ? " of working time" : ""}`;
  const text = `${whom === null ? "This" : `${person(whom)}, this`} was to be ${said[clock.name]} by ${moment(clock.dueAt)}: ${incident.severity} allows ${allowed}.`;
  const press = (action: string, label: string) => button({ action, text: label, about: about(incident) });
  const first = {
    acknowledge: press("incident.acknowledge", "Acknowledge"),
    mitigate: press("incident.update", "Update"),
    resolve: press("incident.resolve", "Resolve"),
  }[clock.name];
  return reply(text, [section(text), actions([first, press("incident.severity", "Severity")])]);
}

/** The card's line of clocks that run, and of those that ran out. */
export function clockLine({ clocks = [], now }: Pick<IncidentFacts, "clocks" | "now">): KnownBlock[] {
  if (clocks.length === 0) return [];
  const parts = clocks.map(({ name, dueAt }) => {
    const by = `to be ${said[name]} by ${moment(dueAt)}`;
    return now && dueAt <= now ? `*overdue:* ${by}` : by;
  });
  const line = parts.join(" · ");
  return [context(`${line[0]?.toUpperCase()}${line.slice(1)}`)];
}
