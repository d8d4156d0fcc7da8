import type { KnownBlock } from "@slack/types";
import type { LevelOnCall, TeamOnCall, Turn } from "../../src/domain/oncall/now.ts";
import type { Override } from "../../src/domain/oncall/team.ts";
import { actions, button, context, inert, moment, person, type Reply, reply, section } from "../kit.ts";

/** Who is on call for every team, now and next. */
export function onCallTeams(teams: readonly TeamOnCall[]): Reply {
  if (teams.length === 0) {
    const text = "No team is on call here yet. Teams are written under oncall: in the configuration.";
    return reply(text);
  }
  const shown = teams.slice(0, 40);
  const blocks: KnownBlock[] = shown.map((one) =>
    section(
      teamText(one),
      button({
        action: "oncall.page.open",
        text: "Page",
        about: { id: one.team.name },
        label: `Page ${one.team.title}`,
      }),
    ),
  );
  if (teams.length > shown.length) blocks.push(context(`${teams.length - shown.length} more: name one of them.`));
  return reply(`On call: ${shown.map((one) => `${one.team.title} ${first(one)}`).join(", ")}`, blocks);
}

/** One team, with who stands in for whom and what can be changed. */
export function onCallTeam(one: TeamOnCall, overrides: readonly Override[]): Reply {
  const blocks: KnownBlock[] = [
    section(teamText(one)),
    context(
      one.levels.some(({ next }) => next)
        ? `Hands over by the clock of ${inert(one.team.timeZone)}.`
        : "Nobody takes turns here: the same people are on call until somebody stands in.",
    ),
  ];
  for (const override of overrides.slice(0, 10)) {
    blocks.push(
      section(
        overrideText(override),
        button({
          action: "oncall.override.remove",
          text: override.swapId ? "Take the swap back" : "Take back",
          about: { id: override.id },
        }),
      ),
    );
  }
  blocks.push(
    actions([
      button({ action: "oncall.page.open", text: "Page", about: { id: one.team.name } }),
      button({ action: "oncall.override.open", text: "Stand in", about: { id: one.team.name } }),
      button({ action: "oncall.swap.open", text: "Swap", about: { id: one.team.name } }),
    ]),
  );
  return reply(`On call for ${one.team.title}: ${first(one)}`, blocks);
}

/** The lines of one team, as App Home shows them too. */
export function teamText({ team, levels }: TeamOnCall): string {
  return [`*${inert(team.title)}*`, ...levels.map(levelLine)].join("\n");
}

function levelLine({ level, now, next }: LevelOnCall): string {
  const until = next ? ` until ${moment(now.end)}, then ${who(next)}` : "";
  const instead = now.insteadOf ? ` (for ${word(now.insteadOf)}, who cannot be on call)` : "";
  const standIn = now.through === "override" ? " (standing in)" : "";
  return `${inert(level)}: ${who(now)}${standIn}${instead}${until}`;
}

function overrideText(override: Override): string {
  return `${person(override.userId)} stands in as ${inert(override.level)}, ${moment(override.from)} to ${moment(override.until)}`;
}

/** Mentions where Slack knows them, the configuration's own word where it does not. */
export function who(turn: Pick<Turn, "who" | "userIds">): string {
  if (turn.who === null) return "nobody";
  return turn.userIds.length > 0 ? turn.userIds.map((id) => person(id)).join(", ") : word(turn.who);
}

function word(reference: string): string {
  return /^[UW][A-Z0-9]{2,}$/.test(reference) ? person(reference) : inert(reference);
}

function first({ levels }: TeamOnCall): string {
  const [level] = levels;
  return level ? who(level.now) : "nobody";
}
