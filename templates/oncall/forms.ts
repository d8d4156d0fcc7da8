import type { Configuration } from "../../src/domain/configuration.ts";
import { type Incident, incidentName } from "../../src/domain/incident/incident.ts";
import { named } from "../incident/phrases.ts";
import {
  type About,
  context,
  input,
  type Modal,
  modal,
  momentInput,
  option,
  select,
  textInput,
  userSelect,
} from "../kit.ts";

export interface PageFormFacts {
  readonly config: Configuration;
  readonly incident: Incident | null;
  readonly team?: string | null;
  readonly userId?: string | null;
  readonly message?: string;
  readonly channelId: string | null;
}

/** Who to page, and why. */
export function pageForm({ config, incident, team, userId, message, channelId }: PageFormFacts): Modal {
  const about: About = { id: incident?.id ?? "alone", ...(channelId ? { channel: channelId } : {}) };
  const teams = teamOptions(config);
  return modal({ callback: "oncall.page", title: "Page", submit: "Page", about }, [
    context(
      incident
        ? `About ${named(incident)}. Whoever acknowledges acknowledges ${incidentName(incident)}.`
        : "Not about an incident.",
    ),
    ...(teams.length > 0
      ? [input({ name: "team", label: "Team", optional: true }, select(teams, team ?? undefined, "Pick a team"))]
      : []),
    input({ name: "person", label: "Or one person", optional: true }, userSelect(userId)),
    input(
      { name: "message", label: "Why", optional: incident !== null },
      textInput({ multiline: true, max: 1500, ...(message ? { initial: message } : {}) }),
    ),
  ]);
}

/** Who stands in, for which team, and when. */
export function overrideForm(facts: {
  readonly config: Configuration;
  readonly team?: string | null;
  readonly userId?: string | null;
  readonly from: Date;
  readonly until: Date;
  readonly channelId: string | null;
}): Modal {
  const about: About = { id: "override", ...(facts.channelId ? { channel: facts.channelId } : {}) };
  const levels = [...new Set(facts.config.oncall.flatMap((team) => team.levels.map(({ name }) => name)))];
  return modal({ callback: "oncall.override", title: "Stand in", submit: "Save", about }, [
    input({ name: "team", label: "Team" }, select(teamOptions(facts.config), facts.team ?? undefined, "Pick a team")),
    input(
      { name: "level", label: "Place on call", optional: true, hint: "The team's first one when left out." },
      select(levels.map((name) => option(name, name))),
    ),
    input({ name: "person", label: "Who is on call instead" }, userSelect(facts.userId)),
    input({ name: "from", label: "From" }, momentInput(facts.from)),
    input({ name: "until", label: "Until" }, momentInput(facts.until)),
  ]);
}

/** Whom to swap turns with. */
export function swapForm(facts: {
  readonly config: Configuration;
  readonly team?: string | null;
  readonly channelId: string | null;
}): Modal {
  const about: About = { id: "swap", ...(facts.channelId ? { channel: facts.channelId } : {}) };
  return modal({ callback: "oncall.swap", title: "Swap turns", submit: "Swap", about }, [
    context("Your next turn goes to them, and their next turn to you. They are told and can take it back."),
    input({ name: "team", label: "Team" }, select(teamOptions(facts.config), facts.team ?? undefined, "Pick a team")),
    input({ name: "person", label: "With" }, userSelect()),
  ]);
}

function teamOptions(config: Configuration) {
  return config.oncall.map((team) => option(team.title, team.name));
}
