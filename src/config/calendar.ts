import { z } from "zod";
import { anyWindow, type Freeze, type MaintenanceWindow } from "../domain/guard/calendar.ts";
import { cadenceForms } from "../domain/time/cadence.ts";
import { type Day, dayRuleForms, laterDay, momentsOn, readDayRule, type Times } from "../domain/time/recurrence.ts";
import { isTimezone } from "../domain/time/zone.ts";
import { channel, flag, list, object, right, text } from "./pieces.ts";

const momentForm = 'a time in quotes, such as "02:00", or without every a day such as 2026-12-20 or "2026-12-20 18:00"';
const edge = z
  .string(right(`write ${momentForm}`))
  .regex(/^((?:[01]\d|2[0-3]):[0-5]\d|24:00|\d{4}-\d{2}-\d{2}(?:[ T](?:[01]\d|2[0-3]):[0-5]\d)?)$/, {
    error: `write ${momentForm}`,
  });
const zone = z
  .string(right("write a time zone such as Europe/Berlin or UTC"))
  .refine(isTimezone, right("write a time zone such as Europe/Berlin or UTC"));
const reach = {
  environments: list(text).describe("Only there; left out: everywhere.").optional(),
  targets: list(text).describe("Only these of the catalog; left out: all.").optional(),
};

/** Times in which changes wait, as people write them. */
export const freezesSchema = list(
  object({
    name: text.describe("What people read when it stands in their way."),
    every: text.describe(`Comes round: ${dayRuleForms}; left out: once, from a day to a day.`).optional(),
    from: edge.describe("When it begins."),
    to: edge.describe("When it ends; a day without a time is in it to its end."),
    time_zone: zone.describe("Where the clock hangs; UTC by default.").optional(),
    except: list(text).describe("Operations that go on in it, by name or verb.").optional(),
    ...reach,
  }),
).describe("Times in which changes wait.");

/** Work that comes round, and the windows set aside for it, as people write them. */
export const maintenanceSchema = list(
  object({
    task: text.describe("What is done; the name of its window."),
    every: text.describe(`When it is due: ${cadenceForms}.`).optional(),
    at: text.describe("At what time of that day.").optional(),
    from: edge.describe("When its window begins; with to it is a window.").optional(),
    to: edge.describe("When its window ends.").optional(),
    time_zone: zone.describe("Where the clock hangs; UTC by default.").optional(),
    owner: text.describe("Who sees to it.").optional(),
    starting: z
      .string(right('write a day in quotes, such as "2026-01-05"'))
      .regex(/^\d{4}-\d{2}-\d{2}$/, right('write a day in quotes, such as "2026-01-05"'))
      .describe("The day from which so many days are counted.")
      .optional(),
    checklist: list(text).describe("Items that people tick before it is done.").optional(),
    operation: object({
      do: text.describe("A verb of /ops, such as backup, or an operation's name."),
      target: text.describe("What of the catalog it is done to."),
      environment: text.describe("Where; left out: the default one, else production.").optional(),
      with: z
        .record(text, z.unknown(), right("write a map"))
        .describe("What the operation is given besides.")
        .optional(),
    })
      .describe("What does it: running it, from its message or otherwise, marks it done once it was verified.")
      .optional(),
    automatic: flag.describe("Run by itself in the owner's name, under the policy.").optional(),
    overdue_after: z
      .string(right("write hours or days, such as 24h"))
      .regex(/^[1-9]\d{0,2}[hd]$/, right("write hours or days, such as 24h"))
      .describe("Overdue so long after it came round, and told again each time that long goes by; 24h by default.")
      .optional(),
    channel: channel.describe("Where it is posted; channels.operations by default.").optional(),
    ...reach,
  }),
).describe("Maintenance: tasks that come round, and with from and to the windows for them.");

type WrittenFreeze = z.infer<typeof freezesSchema>[number];
type WrittenTask = z.infer<typeof maintenanceSchema>[number];
type Words = (reach: {
  readonly environments?: readonly string[] | undefined;
  readonly targets?: readonly string[] | undefined;
}) => Pick<Freeze, "environments" | "targets">;

/** The freezes as they were written; `words` puts names in their canonical form. */
export function completeFreezes(
  written: readonly WrittenFreeze[] | undefined,
  words: Words,
  action: (word: string) => readonly string[],
): readonly Freeze[] {
  return (written ?? []).flatMap((one) => {
    const times = timesOf(one);
    return times
      ? [{ name: one.name, times, except: (one.except ?? []).flatMap((word) => action(word)), ...words(one) }]
      : [];
  });
}

/** Of the maintenance what has a beginning and an end. */
export function completeWindows(
  written: readonly WrittenTask[] | undefined,
  words: Words,
): readonly MaintenanceWindow[] {
  return (written ?? []).flatMap(({ task, every, from, to, time_zone, ...reach }) => {
    if (from === undefined || to === undefined) return [];
    const times = timesOf({ every, from, to, time_zone });
    return times ? [{ name: task, times, ...words(reach) }] : [];
  });
}

interface WrittenTimes {
  readonly every?: string | undefined;
  readonly from: string;
  readonly to: string;
  readonly time_zone?: string | undefined;
}

/** Null where it says no time; `timesFault` says why. */
function timesOf(written: WrittenTimes): Times | null {
  if (timesFault(written) !== null) return null;
  const timezone = written.time_zone ?? "UTC";
  if (written.every !== undefined) {
    const days = readDayRule(written.every);
    if (!days) return null;
    return { kind: "every", days, fromMinute: minuteOf(written.from), toMinute: minuteOf(written.to), timezone };
  }
  const from = momentOf(written.from, timezone, "from");
  const to = momentOf(written.to, timezone, "to");
  return from && to ? { kind: "once", from, to } : null;
}

/** What is wrong with when it is, and where; null where nothing is. */
function timesFault(written: WrittenTimes): { readonly field: "every" | "from" | "to"; readonly text: string } | null {
  const isDay = (edge: string) => /^\d{4}/.test(edge);
  const edges = (["from", "to"] as const).map((field) => ({ field, value: written[field] }));
  if (written.every === undefined) {
    const timezone = written.time_zone ?? "UTC";
    const bad = edges.find(({ field, value }) => !isDay(value) || momentOf(value, timezone, field) === null);
    if (bad) return { field: bad.field, text: "is no day; without every write one such as 2026-12-20." };
    const [from, to] = edges.map(({ field, value }) => momentOf(value, timezone, field)) as [Date, Date];
    return from < to ? null : { field: "to", text: "is not after from; swap them." };
  }
  if (!readDayRule(written.every)) return { field: "every", text: `names no day; write one of ${dayRuleForms}.` };
  const day = edges.find(({ value }) => isDay(value));
  if (day) return { field: day.field, text: 'is a day although every says which; write a time such as "02:00".' };
  return written.from === written.to ? { field: "to", text: "is the same as from; write when it ends." } : null;
}

function minuteOf(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));
}

function momentOf(written: string, timezone: string, field: "from" | "to"): Date | null {
  const [year = 0, month = 0, day = 0] = written.slice(0, 10).split("-").map(Number);
  const date: Day = { year, month, day };
  // The 30th of February is some other day.
  if (laterDay(date, 0).month !== month || laterDay(date, 0).day !== day) return null;
  const minute = written.length > 10 ? minuteOf(written.slice(11)) : field === "to" ? 24 * 60 : 0;
  const moments = momentsOn(date, minute, timezone);
  return (field === "from" ? moments[0] : moments.at(-1)) ?? null;
}

interface Calendar {
  readonly freezes?: readonly WrittenFreeze[] | undefined;
  readonly maintenance?: readonly WrittenTask[] | undefined;
}

/** Freezes and windows that mean no time or bear another's name; `reach` says what is wrong with the names they hold for. */
export function calendarMisfits(
  written: Calendar,
  reach: (
    path: readonly (string | number)[],
    one: { readonly environments?: readonly string[] | undefined; readonly targets?: readonly string[] | undefined },
  ) => readonly { readonly path: readonly (string | number)[]; readonly text: string }[],
): readonly { readonly path: readonly (string | number)[]; readonly text: string }[] {
  const freezes = (written.freezes ?? []).flatMap((one, index, all) => {
    const path = ["freezes", index] as const;
    const fault = timesFault(one);
    return [
      ...(fault ? [{ path: [...path, fault.field], text: fault.text }] : []),
      ...(all.findIndex(({ name }) => name === one.name) < index
        ? [{ path: [...path, "name"], text: "is the name of an earlier freeze; give each its own." }]
        : []),
      ...reach(path, one),
    ];
  });
  const windows = (written.maintenance ?? []).flatMap((one, index) => {
    const path = ["maintenance", index] as const;
    const { from, to } = one;
    if (from === undefined && to === undefined) return reach(path, one);
    if (from === undefined) return [{ path: [...path, "to"], text: "needs from as well: a window begins and ends." }];
    if (to === undefined) return [{ path: [...path, "from"], text: "needs to as well: a window begins and ends." }];
    const fault = timesFault({ ...one, from, to });
    return [...(fault ? [{ path: [...path, fault.field], text: fault.text }] : []), ...reach(path, one)];
  });
  return [...freezes, ...windows];
}

/** The words that `only_in` of a rule may be. */
export function windowWords(written: Calendar): readonly string[] {
  const named = (written.maintenance ?? []).flatMap(({ task, from, to }) => (from && to ? [task] : []));
  return [anyWindow, ...new Set(named)];
}
