import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { onCallAt, shiftsOf } from "../../../src/domain/oncall/schedule.ts";
import type { Layer, Level, Override } from "../../../src/domain/oncall/team.ts";

const at = (text: string) => new Date(text);
const layer = (facts: Partial<Layer> = {}): Layer => ({
  members: ["ana", "ben", "chi"],
  turnDays: 7,
  handoverMinute: 9 * 60,
  anchor: "2026-01-05",
  beginsAtAnchor: false,
  hours: null,
  ...facts,
});
const level = (...layers: readonly Layer[]): Level => ({ name: "primary", layers });
const berlin = { timeZone: "Europe/Berlin" };
const who = (one: Level, moment: string, facts: Parameters<typeof onCallAt>[3] = {}, team = berlin) =>
  onCallAt(team, one, at(moment), facts).who;

describe("[I5] who is on call", () => {
  test.each([
    ["2026-01-05T07:59:59Z", "chi"],
    ["2026-01-05T08:00:00Z", "ana"],
    ["2026-01-12T07:59:59Z", "ana"],
    ["2026-01-12T08:00:00Z", "ben"],
    ["2026-01-26T08:00:00Z", "ana"],
    // Summer time: the hand-over is still at nine in Berlin.
    ["2026-04-06T06:59:59Z", "ana"],
    ["2026-04-06T07:00:00Z", "ben"],
    ["2025-12-29T08:00:00Z", "chi"],
  ])("by the week, at %s: %s", (moment, expected) => {
    expect(who(level(layer()), moment)).toBe(expected);
  });

  test("a hand-over in the hour that daylight saving skips happens as much later", () => {
    const nightly = level(layer({ turnDays: 1, handoverMinute: 150, anchor: "2026-03-28" }));
    // 02:30 on 29 March does not exist in Berlin: the clock goes from 02:00 to 03:00, and 03:30 takes its place.
    expect(who(nightly, "2026-03-29T01:29:59Z")).toBe("ana");
    expect(who(nightly, "2026-03-29T01:30:00Z")).toBe("ben");
    expect(who(nightly, "2026-03-30T00:29:59Z")).toBe("ben");
    expect(who(nightly, "2026-03-30T00:30:00Z")).toBe("chi");
  });

  test("of a hand-over in the hour that comes twice the first counts, and there is only one", () => {
    const nightly = level(layer({ turnDays: 1, handoverMinute: 150, anchor: "2026-10-24" }));
    // 02:30 on 25 October is 00:30 UTC and again 01:30 UTC.
    expect(who(nightly, "2026-10-25T00:29:59Z")).toBe("ana");
    expect(who(nightly, "2026-10-25T00:30:00Z")).toBe("ben");
    expect(who(nightly, "2026-10-25T01:30:00Z")).toBe("ben");
    expect(who(nightly, "2026-10-26T01:30:00Z")).toBe("chi");
  });

  test("hours leave a gap outside of them, and a layer behind fills it", () => {
    const office = layer({ members: ["ana"], turnDays: null, hours: { days: [1, 2, 3, 4, 5], from: 540, to: 1020 } });
    const night = layer({ members: ["ben"], turnDays: null, hours: { days: [1, 2, 3, 4, 5], from: 1020, to: 540 } });
    expect(who(level(office), "2026-01-05T08:00:00Z")).toBe("ana");
    expect(who(level(office), "2026-01-05T16:00:00Z")).toBeNull();
    expect(who(level(office, night), "2026-01-05T16:00:00Z")).toBe("ben");
    // Friday night lasts until Saturday morning; then there is nobody.
    expect(who(level(office, night), "2026-01-10T07:59:00Z")).toBe("ben");
    expect(who(level(office, night), "2026-01-10T08:00:00Z")).toBeNull();
  });

  test("the first layer wins where two overlap", () => {
    const first = layer({ members: ["ana"], turnDays: null });
    expect(who(level(first, layer({ members: ["ben"] })), "2026-01-05T16:00:00Z")).toBe("ana");
  });

  test("who left is skipped for the next one, who is named as standing in; where all left there is nobody", () => {
    const gone = (name: string) => name === "ana";
    expect(onCallAt(berlin, level(layer()), at("2026-01-06T00:00:00Z"), { isGone: gone })).toEqual({
      who: "ben",
      through: "rotation",
      insteadOf: "ana",
    });
    expect(who(level(layer()), "2026-01-06T00:00:00Z", { isGone: () => true })).toBeNull();
  });

  test("an override holds from its first moment until just before its last; the newest wins; one by who left does not hold", () => {
    const stand = (userId: string, from: string, until: string): Override => ({
      id: userId,
      team: "platform",
      level: "primary",
      userId,
      from: at(from),
      until: at(until),
      createdBy: "U0ANA",
      createdAt: at(from),
      swapId: null,
    });
    const overrides = [
      stand("dev", "2026-01-06T10:00:00Z", "2026-01-06T12:00:00Z"),
      stand("eva", "2026-01-06T11:00:00Z", "2026-01-06T11:30:00Z"),
    ];
    const seen = ["09:59:59", "10:00:00", "11:00:00", "11:30:00", "12:00:00"].map((time) =>
      who(level(layer()), `2026-01-06T${time}Z`, { overrides }),
    );
    expect(seen).toEqual(["ana", "dev", "eva", "dev", "ana"]);
    expect(who(level(layer()), "2026-01-06T10:00:00Z", { overrides, isGone: (one) => one === "dev" })).toBe("ana");
    const elsewhere = overrides.map((one) => ({ ...one, level: "secondary" }));
    expect(who(level(layer()), "2026-01-06T10:00:00Z", { overrides: elsewhere })).toBe("ana");
  });

  test("a layer that begins at its date is empty before it", () => {
    const later = level(layer({ beginsAtAnchor: true }));
    expect(who(later, "2026-01-05T07:59:59Z")).toBeNull();
    expect(who(later, "2026-01-05T08:00:00Z")).toBe("ana");
  });
});

const zones = ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "America/St_Johns"];
const anyLayer = fc.record({
  members: fc.array(fc.constantFrom("ana", "ben", "chi", "dev"), { minLength: 1, maxLength: 5 }),
  turnDays: fc.constantFrom(1, 2, 7, 14, null),
  handoverMinute: fc.integer({ min: 0, max: 1439 }),
  anchor: fc.constantFrom("2025-03-29", "2026-01-05", "2026-10-25", "2027-02-28"),
  beginsAtAnchor: fc.boolean(),
  hours: fc.option(
    fc.record({
      days: fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1 }),
      from: fc.integer({ min: 0, max: 1439 }),
      to: fc.integer({ min: 0, max: 1439 }),
    }),
  ),
});
const moment = fc.date({ min: at("2026-01-01T00:00:00Z"), max: at("2026-12-31T00:00:00Z"), noInvalidDate: true });

describe("[I5] for any schedule", () => {
  test("the shifts follow one another without hole or overlap, and say of each moment what the moment itself says", () => {
    fc.assert(
      fc.property(
        fc.array(anyLayer, { minLength: 1, maxLength: 3 }),
        fc.constantFrom(...zones),
        moment,
        fc.array(fc.integer({ min: 0, max: 20 * 86_400_000 }), { minLength: 5, maxLength: 20 }),
        fc.uniqueArray(fc.constantFrom("ana", "ben", "chi", "dev")),
        (layers, timeZone, from, offsets, gone) => {
          const to = new Date(from.getTime() + 21 * 86_400_000);
          const facts = { isGone: (name: string) => gone.some((one) => one === name) };
          const shifts = shiftsOf({ timeZone }, level(...layers), from, to, facts);
          expect(shifts[0]?.start).toEqual(from);
          expect(shifts.at(-1)?.end).toEqual(to);
          for (const [index, shift] of shifts.entries()) {
            expect(shift.end > shift.start).toBe(true);
            if (index > 0) expect(shift.start).toEqual(shifts[index - 1]?.end);
          }
          for (const offset of offsets) {
            const time = new Date(from.getTime() + offset);
            const shift = shifts.find(({ start, end }) => start <= time && time < end);
            const now = onCallAt({ timeZone }, level(...layers), time, facts);
            expect({ who: shift?.who, through: shift?.through, insteadOf: shift?.insteadOf }).toEqual(now);
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  test("a rotation without hours has no gap, and its turns are exactly those counted from its first hand-over", () => {
    fc.assert(
      fc.property(
        anyLayer,
        fc.constantFrom(...zones),
        fc.integer({ min: 0, max: 700 * 86_400 }),
        (some, timeZone, after) => {
          const one: Layer = { ...some, hours: null, turnDays: some.turnDays ?? 1 };
          const time = Temporal.PlainTime.from({
            hour: Math.floor(one.handoverMinute / 60),
            minute: one.handoverMinute % 60,
          });
          const begin = Temporal.PlainDate.from(one.anchor);
          const handover = (turn: number) =>
            begin.add({ days: turn * (one.turnDays ?? 1) }).toZonedDateTime({ timeZone, plainTime: time })
              .epochMilliseconds;
          const now = handover(0) + after * 1000;
          let turns = 0;
          while (handover(turns + 1) <= now) turns += 1;
          expect(onCallAt({ timeZone }, level(one), new Date(now)).who).toBe(one.members[turns % one.members.length]);
        },
      ),
      { numRuns: 150 },
    );
  });
});
