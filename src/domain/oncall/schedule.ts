import type { PersonReference } from "../configuration.ts";
import type { Layer, Level, Override, Team } from "./team.ts";

/** Whether somebody can be on call no longer: left the company, is a guest, is not in the workspace. */
export type IsGone = (reference: PersonReference) => boolean;

/** Who fills a level at one moment. */
export interface OnCall {
  /** Null in a gap. */
  readonly who: PersonReference | null;
  readonly through: "rotation" | "override";
  /** Whose turn it is by the rotation although they are gone, so that `who` stands in; null where nobody is missing. */
  readonly insteadOf: PersonReference | null;
}

/** A stretch of time in which who is on call does not change; from `start` until just before `end`. */
export interface Shift extends OnCall {
  readonly start: Date;
  readonly end: Date;
}

const nobody: OnCall = { who: null, through: "rotation", insteadOf: null };
const nobodyGone: IsGone = () => false;

/**
 * Who fills a level at a moment: the newest override that holds, else the first layer whose hours it is, in turn.
 * A member who is gone is skipped for the next one. Hand-over times that daylight saving skips move on by as much as
 * the clock does; of those that come twice the first one counts.
 */
export function onCallAt(
  team: Pick<Team, "timeZone">,
  level: Level,
  at: Date,
  facts: { readonly overrides?: readonly Override[]; readonly isGone?: IsGone } = {},
): OnCall {
  const { overrides = [], isGone = nobodyGone } = facts;
  const override = overrides.findLast((one) => one.level === level.name && one.from <= at && at < one.until);
  if (override && !isGone(override.userId)) return { who: override.userId, through: "override", insteadOf: null };
  for (const layer of level.layers) {
    if (!covers(layer, team.timeZone, at)) continue;
    const turn = turnAt(layer, team.timeZone, at);
    const found = memberOf(layer, turn, isGone);
    if (found) return found;
  }
  return nobody;
}

/** The shifts of a level from `from` to `to`, without a hole or an overlap between them; gaps are shifts of nobody. */
export function shiftsOf(
  team: Pick<Team, "timeZone">,
  level: Level,
  from: Date,
  to: Date,
  facts: { readonly overrides?: readonly Override[]; readonly isGone?: IsGone } = {},
): readonly Shift[] {
  const own = (facts.overrides ?? []).filter((one) => one.level === level.name);
  const edges = [
    from.getTime(),
    ...own.flatMap((one) => [one.from.getTime(), one.until.getTime()]),
    ...level.layers.flatMap((layer) => edgesOf(layer, team.timeZone, from, to)),
  ].filter((edge) => edge >= from.getTime() && edge < to.getTime());
  const sorted = [...new Set(edges)].sort((left, right) => left - right);
  const shifts: Shift[] = [];
  for (const [index, edge] of sorted.entries()) {
    const start = new Date(edge);
    const end = new Date(sorted[index + 1] ?? to.getTime());
    const now = onCallAt(team, level, start, facts);
    const before = shifts.at(-1);
    if (before && before.who === now.who && before.through === now.through && before.insteadOf === now.insteadOf)
      shifts[shifts.length - 1] = { ...before, end };
    else shifts.push({ ...now, start, end });
  }
  return shifts;
}

function memberOf(layer: Layer, turn: number, isGone: IsGone): OnCall | null {
  const count = layer.members.length;
  const at = (index: number) => layer.members[((index % count) + count) % count] ?? null;
  const due = at(turn);
  for (let step = 0; step < count; step += 1) {
    const who = at(turn + step);
    if (who !== null && !isGone(who)) return { who, through: "rotation", insteadOf: who === due ? null : due };
  }
  return null;
}

/** The moment a wall clock in the zone shows that time; see onCallAt for what daylight saving does to it. */
function momentOf(date: Temporal.PlainDate, minute: number, timeZone: string): number {
  const time = Temporal.PlainTime.from({ hour: Math.floor(minute / 60), minute: minute % 60 });
  return date.toZonedDateTime({ timeZone, plainTime: time }).epochMilliseconds;
}

function dateAt(at: Date, timeZone: string): Temporal.PlainDate {
  return Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(timeZone).toPlainDate();
}

/** When turn number `turn` begins; 0 is the first member's first. */
function turnBegins(layer: Layer, turn: number, timeZone: string): number {
  const date = Temporal.PlainDate.from(layer.anchor).add({ days: turn * (layer.turnDays ?? 0) });
  return momentOf(date, layer.handoverMinute, timeZone);
}

function turnAt(layer: Layer, timeZone: string, at: Date): number {
  if (layer.turnDays === null) return 0;
  const days = Temporal.PlainDate.from(layer.anchor).until(dateAt(at, timeZone), { largestUnit: "days" }).days;
  let turn = Math.floor(days / layer.turnDays);
  while (turnBegins(layer, turn, timeZone) > at.getTime()) turn -= 1;
  while (turnBegins(layer, turn + 1, timeZone) <= at.getTime()) turn += 1;
  return turn;
}

function covers(layer: Layer, timeZone: string, at: Date): boolean {
  if (layer.beginsAtAnchor && at.getTime() < turnBegins(layer, 0, timeZone)) return false;
  if (!layer.hours) return true;
  const today = dateAt(at, timeZone);
  return [today.subtract({ days: 1 }), today].some((date) => {
    const hours = hoursOn(layer, date, timeZone);
    return hours !== null && hours.from <= at.getTime() && at.getTime() < hours.to;
  });
}

function hoursOn(
  layer: Layer,
  date: Temporal.PlainDate,
  timeZone: string,
): { readonly from: number; readonly to: number } | null {
  if (!layer.hours?.days.includes(date.dayOfWeek)) return null;
  const { from, to } = layer.hours;
  return {
    from: momentOf(date, from, timeZone),
    to: momentOf(to > from ? date : date.add({ days: 1 }), to, timeZone),
  };
}

/** Every moment at which the layer may hand over, from `from` to `to`. */
function edgesOf(layer: Layer, timeZone: string, from: Date, to: Date): readonly number[] {
  const edges: number[] = layer.beginsAtAnchor ? [turnBegins(layer, 0, timeZone)] : [];
  if (layer.turnDays !== null) {
    for (let turn = turnAt(layer, timeZone, from); ; turn += 1) {
      const begins = turnBegins(layer, turn, timeZone);
      if (begins >= to.getTime()) break;
      edges.push(begins);
    }
  }
  if (layer.hours) {
    const last = dateAt(to, timeZone);
    for (let date = dateAt(from, timeZone).subtract({ days: 1 }); Temporal.PlainDate.compare(date, last) <= 0; ) {
      const hours = hoursOn(layer, date, timeZone);
      if (hours) edges.push(hours.from, hours.to);
      date = date.add({ days: 1 });
    }
  }
  return edges;
}
