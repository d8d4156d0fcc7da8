import { addDays } from "date-fns/addDays";
import type { CheckResult } from "../platform.ts";
import { type Shift, shiftsOf } from "./schedule.ts";
import type { Level, Team } from "./team.ts";

/** Gaps are looked for so far ahead: two turns of the longest rotation. */
const aheadDays = 28;

/**
 * What the written schedules come to in the next four weeks, for doctor: a time in which nobody of a team is on call
 * is a fault, a gap of one level and layers that never count are told. Who left the workspace is Slack's to say.
 */
export function scheduleResults(teams: readonly Team[], now: Date): readonly CheckResult[] {
  return teams.map((team) => {
    const what = `On call: ${team.name}`;
    const own = team.levels.filter((level) => level.layers.length > 0);
    if (own.length === 0) return { what, ok: true, found: "filled by PagerDuty", fix: null };
    const until = addDays(now, aheadDays);
    const byLevel = own.map((level) => ({ level, gaps: gapsOf(team, level, now, until) }));
    const notes = [
      ...byLevel.flatMap(({ level, gaps }) => (gaps.length > 0 ? [gapWords(level.name, gaps, team.timeZone)] : [])),
      ...own.flatMap((level) => hiddenLayers(level)),
    ];
    const filledElsewhere = team.levels.length > own.length;
    const empty = filledElsewhere ? null : emptyTime(byLevel.map(({ gaps }) => gaps));
    const levels = team.levels.map(({ name }) => name).join(", ");
    if (empty) {
      const found = [`nobody at all is on call from ${local(empty, team.timeZone)}`, ...notes].join("\n");
      return {
        what,
        ok: false,
        found,
        fix: `Add a layer to oncall.${team.name} that fills the time, or widen its hours.`,
      };
    }
    return { what, ok: true, found: [levels, ...notes].join("\n"), fix: null };
  });
}

function gapsOf(team: Team, level: Level, from: Date, until: Date): readonly Shift[] {
  return shiftsOf(team, level, from, until).filter(({ who }) => who === null);
}

function gapWords(level: string, gaps: readonly Shift[], timeZone: string): string {
  const hours = Math.round(gaps.reduce((sum, { start, end }) => sum + end.getTime() - start.getTime(), 0) / 3_600_000);
  const [first] = gaps;
  const begin = first ? `, the first from ${local(first.start, timeZone)} to ${local(first.end, timeZone)}` : "";
  return `${level} has ${gaps.length} ${gaps.length === 1 ? "gap" : "gaps"} in ${aheadDays} days, ${hours} h in all${begin}`;
}

/** A layer behind one that is always there never counts: the two overlap for good. */
function hiddenLayers(level: Level): readonly string[] {
  const always = level.layers.findIndex((layer) => layer.hours === null && !layer.beginsAtAnchor);
  const hidden = always < 0 ? 0 : level.layers.length - always - 1;
  return hidden > 0
    ? [`${level.name}: ${hidden} of its layers never count, because layer ${always + 1} before them has no hours`]
    : [];
}

/** The first moment at which every level has a gap. */
function emptyTime(gaps: readonly (readonly Shift[])[]): Date | null {
  const [first = [], ...others] = gaps;
  const starts = gaps.flat().map(({ start }) => start);
  const holds = (all: readonly Shift[], at: Date) => all.some(({ start, end }) => start <= at && at < end);
  const found = starts
    .filter((at) => holds(first, at) && others.every((all) => holds(all, at)))
    .sort((left, right) => left.getTime() - right.getTime());
  return found[0] ?? null;
}

function local(at: Date, timeZone: string): string {
  const zoned = Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(timeZone);
  return `${zoned.toPlainDate().toString()} ${zoned.toPlainTime().toString().slice(0, 5)} (${timeZone})`;
}
