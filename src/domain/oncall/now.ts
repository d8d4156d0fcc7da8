import { addDays } from "date-fns/addDays";
import { Refusal } from "../../errors.ts";
import type { PersonReference } from "../configuration.ts";
import { nearest } from "../nearest.ts";
import { mayServe } from "../people/records.ts";
import type { App } from "../ports.ts";
import { type IsGone, type Shift, shiftsOf } from "./schedule.ts";
import type { Override, Team } from "./team.ts";

/** Who a team has on call from a moment on. */
export interface TeamOnCall {
  readonly team: Team;
  readonly levels: readonly LevelOnCall[];
}

export interface LevelOnCall {
  readonly level: string;
  readonly now: Turn;
  /** The next turn that is somebody else's or nobody's; null where it does not change within five weeks. */
  readonly next: Turn | null;
}

export interface Turn extends Shift {
  /** Slack user ids of who it is; several for a group, none in a gap and where nobody was found. */
  readonly userIds: readonly string[];
}

/** No turn lasts longer than two weeks, so the next one begins within this many days. */
const horizonDays = 35;

/** The team of that name; refuses with the nearest ones. */
export function requireTeam(app: Pick<App, "config">, word: string): Team {
  const teams = app.config.oncall;
  const found = teams.find((team) => team.name === word.trim().toLowerCase());
  if (found) return found;
  if (teams.length === 0)
    throw new Refusal("not_found", "No team is on call here.", "Write oncall: in the configuration.", "team");
  const names = teams.map(({ name }) => name);
  const [meant] = nearest(word, names);
  throw new Refusal(
    "not_found",
    `There is no team “${word.slice(0, 40)}” on call.`,
    `${meant ? `Did you mean ${meant}? ` : ""}Teams are ${names.join(", ")}.`,
    "team",
  );
}

/** Everybody a team's schedule and path name. */
export function referencesOf(team: Team): readonly PersonReference[] {
  const levels = new Set(team.levels.map(({ name }) => name));
  const members = team.levels.flatMap(({ layers }) => layers.flatMap((layer) => layer.members));
  const paged = team.escalation.flatMap(({ page }) => page.filter((word) => !levels.has(word)));
  return [...new Set([...members, ...paged])];
}

/** Who is on call for a team at a moment and after it, with who stands in for whom. */
export async function teamOnCall(app: App, team: Team, at: Date = app.now): Promise<TeamOnCall> {
  const facts = await scheduleFacts(app, team, at, addDays(at, horizonDays));
  return {
    team,
    levels: team.levels.map((level) => {
      const shifts = shiftsOf(team, level, at, addDays(at, horizonDays), facts);
      const [now, ...later] = shifts;
      if (!now) throw new Error("A schedule has no beginning");
      const next = later.find((shift) => shift.who !== now.who) ?? null;
      const end = next?.start ?? addDays(at, horizonDays);
      return {
        level: level.name,
        now: { ...now, end, userIds: facts.idsOf(now.who) },
        next: next && { ...next, userIds: facts.idsOf(next.who) },
      };
    }),
  };
}

export interface ScheduleFacts {
  readonly overrides: readonly Override[];
  readonly isGone: IsGone;
  /** Slack user ids of those of a reference who may serve. */
  readonly idsOf: (reference: PersonReference | null) => readonly string[];
}

/** What is recorded that changes a team's schedule: stand-ins, and who has gone. */
export async function scheduleFacts(app: App, team: Team, from: Date, until: Date): Promise<ScheduleFacts> {
  const overrides = await app.overrides.between(team.name, from, until);
  const outside = await app.outsideShifts.of(team.name);
  const standIns = [
    ...outside.map((shift) => ({
      id: "",
      team: team.name,
      level: shift.level,
      userId: shift.reference,
      from: shift.from,
      until: shift.until,
      createdBy: "",
      createdAt: shift.from,
      swapId: null,
    })),
    ...overrides,
  ];
  const references = [...referencesOf(team), ...standIns.map(({ userId }) => userId)];
  return { overrides: standIns, ...(await resolved(app, references)) };
}

/** Whom references mean, by what was last looked up. */
export async function resolved(
  app: App,
  references: readonly PersonReference[],
): Promise<Pick<ScheduleFacts, "isGone" | "idsOf">> {
  const words = [...new Set(references)];
  const meant = await app.people.meant(words.filter((word) => !isUserId(word)));
  const everybody = [...words.filter(isUserId), ...[...meant.values()].flat()];
  const known = await app.people.known([...new Set(everybody)]);
  const all = (word: PersonReference) => (isUserId(word) ? [word] : meant.get(word));
  const idsOf = (word: PersonReference | null) =>
    word === null ? [] : (all(word) ?? []).filter((id) => mayServe(known.get(id)));
  return {
    idsOf,
    // One that was never looked up may well be there.
    isGone: (word) => all(word) !== undefined && idsOf(word).length === 0,
  };
}

function isUserId(word: string): boolean {
  return /^[UW][A-Z0-9]{2,}$/.test(word);
}
