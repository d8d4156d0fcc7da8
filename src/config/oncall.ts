import { z } from "zod";
import type { EscalationStep, Hours, Layer, Level, Team } from "../domain/oncall/team.ts";
import { choice, count, list, named, object, person, right, someMinutes, text } from "./pieces.ts";

const weekdays = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"] as const;
const clock = z
  .string(right('write a time in quotes, such as "09:00"'))
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, right('write a time in quotes, such as "09:00"'));
const zone = text.refine(isZone, right("write a time zone such as Europe/Berlin or UTC"));
const date = z
  .string(right('write a date in quotes, such as "2026-01-05"'))
  .regex(/^\d{4}-\d{2}-\d{2}$/, right('write a date in quotes, such as "2026-01-05"'))
  .refine((day) => !Number.isNaN(Date.parse(day)), right("write a date that exists"));
const levelName = z
  .string(right("write a word such as primary"))
  .regex(/^[a-z][a-z0-9-]{0,29}$/, right("write a word in lower case, such as primary"));

const layer = object({
  level: levelName.describe("Which place on call it fills, such as primary; the first of several that has hours wins."),
  members: list(person).min(1, right("name at least one person")).describe("In the order of their turns."),
  rotate: choice(["daily", "weekly", "every 2 weeks", "never"])
    .describe("How long a turn is; never: the first member is on call for good. By default weekly.")
    .optional(),
  handover: clock.describe("Time of day at which turns change, by default 09:00.").optional(),
  weekday: choice(weekdays).describe("Day on which weekly turns change, by default Monday.").optional(),
  from: date.describe("The first member's first turn begins then; the layer is empty before.").optional(),
  hours: object({
    days: list(choice(weekdays)).min(1, right("name at least one day")).describe("By default all.").optional(),
    from: clock,
    to: clock.describe("Over midnight where it is not after from."),
  })
    .describe("Only in these hours.")
    .optional(),
});

const step = object({
  page: list(text).min(1, right("name at least one level, person or group")).describe("Levels, people and groups."),
  wait: someMinutes.describe("Until the next step, when nobody acknowledges; by default 5m.").optional(),
});

const whole = object({
  title: text.optional(),
  time_zone: zone.describe("Zone of its hand-over times and hours; by default UTC.").optional(),
  layers: list(layer).min(1, right("write at least one layer")).optional(),
  escalation: list(step)
    .min(1, right("write at least one step"))
    .describe("Who is paged after whom; by default each level in turn, five minutes apart.")
    .optional(),
  rounds: count(5).describe("How many times the whole path is gone through, by default 2.").optional(),
  group: z
    .string(right('write a user group in quotes ("@oncall")'))
    .regex(/^(@[\p{L}0-9][\p{L}0-9._-]*|S[A-Z0-9]{2,})$/u, right('write a user group in quotes ("@oncall")'))
    .describe("User group that always holds who is on call first.")
    .optional(),
  pagerduty: object({
    schedules: named(text, "a level's name").describe("Schedule id for each level PagerDuty fills.").optional(),
    routing_key: text.describe("Integration key of the service to trigger too.").optional(),
  }).optional(),
});

export const oncall = named(
  z.union(
    [list(person).min(1, right("name at least one person")), whole],
    right("write a list of people, or a map with layers"),
  ),
  "a team's name",
).describe("Teams on call: a list, whose first person is primary and the next one secondary, or layers that rotate.");

type Written = z.infer<typeof oncall>;
type WrittenTeam = z.infer<typeof whole>;

const defaultWaitMinutes = 5;
const defaultRounds = 2;
/** A Monday: where no date is written, turns are counted from here, so that they stay where they are over restarts. */
const epoch = "2024-01-01";
const listLevels = ["primary", "secondary", "third", "fourth", "fifth"];

export function completeOncall(written: Written): readonly Team[] {
  return Object.entries(written).map(([name, team]) => {
    const facts: WrittenTeam = Array.isArray(team)
      ? {
          layers: team.map((member, index) => ({
            level: listLevels[index] ?? `place-${index + 1}`,
            members: [member],
            rotate: "never",
          })),
        }
      : team;
    const levels = levelsOf(facts);
    return {
      name,
      title: facts.title ?? name,
      timeZone: facts.time_zone ?? "UTC",
      levels,
      escalation:
        facts.escalation?.map(completeStep) ??
        levels.map((level) => ({ page: [level.name], minutes: defaultWaitMinutes })),
      rounds: Math.max(1, facts.rounds ?? defaultRounds),
      group: facts.group ?? null,
      pagerduty: facts.pagerduty
        ? { schedules: facts.pagerduty.schedules ?? {}, routingKey: facts.pagerduty.routing_key ?? null }
        : null,
    };
  });
}

function levelsOf(team: WrittenTeam): readonly Level[] {
  const layers = team.layers ?? [];
  const names = [...new Set([...layers.map((one) => one.level), ...Object.keys(team.pagerduty?.schedules ?? {})])];
  return names.map((name) => ({ name, layers: layers.filter((one) => one.level === name).map(completeLayer) }));
}

const turns = { daily: 1, weekly: 7, "every 2 weeks": 14, never: null } as const;

function completeLayer(written: z.infer<typeof layer>): Layer {
  const turnDays = turns[written.rotate ?? "weekly"];
  const weekday = weekdays.indexOf(written.weekday ?? "Monday") + 1;
  const start = Temporal.PlainDate.from(written.from ?? epoch);
  // Weekly turns change on their weekday: the first one begins on it, on the day written or after.
  const wait = turnDays !== null && turnDays >= 7 ? (weekday - start.dayOfWeek + 7) % 7 : 0;
  return {
    members: written.members,
    turnDays,
    handoverMinute: minuteOf(written.handover ?? "09:00"),
    anchor: start.add({ days: wait }).toString(),
    beginsAtAnchor: written.from !== undefined,
    hours: written.hours ? completeHours(written.hours) : null,
  };
}

function completeHours(written: NonNullable<z.infer<typeof layer>["hours"]>): Hours {
  return {
    days: (written.days ?? weekdays).map((day) => weekdays.indexOf(day) + 1),
    from: minuteOf(written.from),
    to: minuteOf(written.to),
  };
}

function completeStep(written: z.infer<typeof step>): EscalationStep {
  const wait = written.wait ?? `${defaultWaitMinutes}m`;
  return { page: written.page, minutes: Number(wait.slice(0, -1)) * (wait.endsWith("h") ? 60 : 1) };
}

function minuteOf(time: string): number {
  const [hours = "0", minutes = "0"] = time.split(":");
  return Number(hours) * 60 + Number(minutes);
}

function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return !/^[+-]/.test(name);
  } catch {
    return false;
  }
}
