import { addDays } from "date-fns/addDays";
import { Refusal } from "../../errors.ts";
import type { Caller } from "../access/caller.ts";
import { requireMember } from "../incident/access.ts";
import { mayServe } from "../people/records.ts";
import type { App } from "../ports.ts";
import { requireTeam, resolved, scheduleFacts } from "./now.ts";
import { type Shift, shiftsOf } from "./schedule.ts";
import type { Level, Override, Team } from "./team.ts";

const longestDays = 90;
/** Turns further off than this are not swapped. */
const horizonDays = 90;

export interface OverrideWish {
  readonly team: string;
  /** The first level where it is left out. */
  readonly level: string | null;
  readonly userId: string;
  readonly from: Date;
  readonly until: Date;
}

/** Puts somebody on call for a while, whatever the rotation says; they are told. */
export async function addOverride(app: App, caller: Caller, wish: OverrideWish): Promise<Override> {
  requireMember(caller);
  const team = requireTeam(app, wish.team);
  const level = requireLevel(team, wish.level);
  await requireServing(app, wish.userId);
  if (wish.until <= wish.from)
    throw new Refusal("bad_argument", "The end is not after the beginning.", "Give a later end.", "until");
  if (wish.until <= app.now) throw new Refusal("bad_argument", "That time is over.", "Give a later end.", "until");
  if (wish.until > addDays(wish.from, longestDays))
    throw new Refusal("over_limit", `An override lasts ${longestDays} days at most.`, "Change the rotation.", "until");
  const override = await record(app, caller, team, level, wish, null);
  await app.audit.add({
    actor: caller.userId,
    action: "oncall.overridden",
    subject: team.name,
    details: { level: level.name, person: wish.userId, from: wish.from.toISOString(), until: wish.until.toISOString() },
  });
  await changed(app);
  return override;
}

/** The turns two people swap: the caller's next one and the other's next one, of the level both take turns in. */
export async function swapTurns(
  app: App,
  caller: Caller,
  teamName: string,
  otherId: string,
): Promise<{ readonly given: Override; readonly taken: Override }> {
  requireMember(caller);
  const team = requireTeam(app, teamName);
  await requireServing(app, otherId);
  if (otherId === caller.userId)
    throw new Refusal("bad_argument", "That is you.", "Name whom you swap with.", "person");
  const until = addDays(app.now, horizonDays);
  const facts = await scheduleFacts(app, team, app.now, until);
  for (const level of team.levels) {
    const shifts = shiftsOf(team, level, app.now, until, facts);
    const mine = nextOf(shifts, caller.userId, facts.idsOf);
    const theirs = nextOf(shifts, otherId, facts.idsOf);
    if (!mine || !theirs) continue;
    const swapId = app.newId();
    const given = await record(
      app,
      caller,
      team,
      level,
      { userId: otherId, from: mine.start, until: mine.end },
      swapId,
    );
    const taken = await record(
      app,
      caller,
      team,
      level,
      { userId: caller.userId, from: theirs.start, until: theirs.end },
      swapId,
    );
    await app.audit.add({
      actor: caller.userId,
      action: "oncall.swapped",
      subject: team.name,
      details: { level: level.name, with: otherId, given: mine.start.toISOString(), taken: theirs.start.toISOString() },
    });
    await changed(app);
    return { given, taken };
  }
  throw new Refusal(
    "not_possible",
    `You and <@${otherId}> do not both have a turn for ${team.title} in the next ${horizonDays} days.`,
    "Use /oncall override for a plain stand-in.",
    "person",
  );
}

function nextOf(
  shifts: readonly Shift[],
  userId: string,
  idsOf: (reference: string | null) => readonly string[],
): Shift | undefined {
  return shifts.find((shift) => {
    const ids = idsOf(shift.who);
    return ids.length === 1 && ids[0] === userId;
  });
}

/** Takes an override away, a swap as a whole; those it concerned are told. */
export async function removeOverride(app: App, caller: Caller, id: string): Promise<Override> {
  requireMember(caller);
  const [first, ...rest] = await app.overrides.remove(id);
  if (!first) throw new Refusal("already_done", "This change was taken back already.");
  await app.audit.add({
    actor: caller.userId,
    action: "oncall.override-removed",
    subject: first.team,
    details: { level: first.level, people: [first, ...rest].map(({ userId }) => userId) },
  });
  const concerned = new Set([first, ...rest].flatMap(({ userId, createdBy }) => [userId, createdBy]));
  for (const userId of concerned) {
    if (userId === caller.userId) continue;
    await app.outbox.add({
      kind: "message",
      view: "oncall.override-removed",
      subject: [
        first.team,
        first.level,
        first.userId,
        first.from.toISOString(),
        first.until.toISOString(),
        caller.userId,
      ].join("|"),
      place: { user: userId },
      once: `override-removed:${first.id}:${userId}`,
    });
  }
  await changed(app);
  return first;
}

async function record(
  app: App,
  caller: Caller,
  team: Team,
  level: Level,
  facts: Pick<Override, "userId" | "from" | "until">,
  swapId: string | null,
): Promise<Override> {
  const override: Override = {
    id: app.newId(),
    team: team.name,
    level: level.name,
    userId: facts.userId,
    from: facts.from,
    until: facts.until,
    createdBy: caller.userId,
    createdAt: app.now,
    swapId,
  };
  await app.overrides.add(override);
  if (facts.userId !== caller.userId)
    await app.outbox.add({
      kind: "message",
      view: "oncall.override",
      subject: override.id,
      place: { user: facts.userId },
      once: `override:${override.id}`,
    });
  return override;
}

async function changed(app: App): Promise<void> {
  await app.jobs.add("sync-oncall", {}, { key: "now" });
}

function requireLevel(team: Team, word: string | null): Level {
  const level = word ? team.levels.find(({ name }) => name === word.trim().toLowerCase()) : team.levels[0];
  if (level) return level;
  throw new Refusal(
    "not_found",
    `${team.title} has no level “${(word ?? "").slice(0, 40)}”.`,
    `Levels are ${team.levels.map(({ name }) => name).join(", ")}.`,
    "level",
  );
}

async function requireServing(app: App, userId: string): Promise<void> {
  const known = (await app.people.known([userId])).get(userId);
  if (userId !== app.workspace.botUserId && mayServe(known)) return;
  throw new Refusal(
    "unknown_person",
    `<@${userId}> cannot be on call: only full members of this workspace can.`,
    "Name somebody else.",
    "person",
  );
}

/** Overrides of a team that still count, the soonest first; a swap's two halves are both there. */
export async function comingOverrides(app: App, team: Team): Promise<readonly Override[]> {
  const all = await app.overrides.between(team.name, app.now, addDays(app.now, longestDays * 2));
  return [...all].sort((left, right) => left.from.getTime() - right.from.getTime());
}

/** Whether the person is one a reference means, for "you". */
export async function isMeant(app: App, reference: string, userId: string): Promise<boolean> {
  return (await resolved(app, [reference])).idsOf(reference).includes(userId);
}
