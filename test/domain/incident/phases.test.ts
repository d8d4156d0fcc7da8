import { describe, expect, test } from "vitest";
import type { Incident, IncidentTimes, Phase } from "../../../src/domain/incident/incident.ts";
import { currentStep, findStep, moveTo, nextSteps, type Step, stepNamed } from "../../../src/domain/incident/phases.ts";

const at = (time: string): Date => new Date(`2026-11-22T${time}:00Z`);
const times: IncidentTimes = {
  startedAt: at("02:00"),
  detectedAt: at("02:00"),
  declaredAt: at("02:00"),
  acknowledgedAt: null,
  mitigatedAt: null,
  resolvedAt: null,
  closedAt: null,
};
type Standing = Pick<Incident, "number" | "phase" | "times">;

function standing(phase: Phase, changes: Partial<IncidentTimes> = {}): Standing {
  return { number: 1, phase, times: { ...times, ...changes } };
}

describe("where an incident can go", () => {
  const mitigated = standing("mitigating", { acknowledgedAt: at("02:05"), mitigatedAt: at("02:30") });
  test.each<[string, Standing, readonly Step["name"][]]>([
    ["detected", standing("detected"), ["acknowledged", "investigating", "mitigating", "mitigated", "resolved"]],
    ["acknowledged", standing("acknowledged"), ["investigating", "mitigating", "mitigated", "resolved"]],
    ["mitigating", standing("mitigating"), ["investigating", "mitigated", "resolved"]],
    ["mitigated", mitigated, ["investigating", "mitigating", "resolved"]],
    ["resolved", standing("resolved"), ["investigating", "closed"]],
    ["closed", standing("closed"), ["investigating"]],
  ])("from %s", (_, from, expected) => {
    expect(nextSteps(from).map((step) => step.name)).toEqual(expected);
  });

  test("a move the table does not have is refused with a way out", () => {
    expect(() => moveTo(standing("detected"), stepNamed("closed"), at("03:00"))).toThrow("it cannot become closed");
    expect(() => moveTo(standing("resolved"), stepNamed("mitigating"), at("03:00"))).toThrow("INC-1 is resolved");
    expect(() => moveTo(standing("resolved"), stepNamed("resolved"), at("03:00"))).toThrow("resolved already");
  });
});

describe("the moments a move writes", () => {
  const now = at("02:40");

  test("any move acknowledges, once", () => {
    expect(moveTo(standing("detected"), stepNamed("mitigating"), now).times.acknowledgedAt).toEqual(now);
    const earlier = standing("acknowledged", { acknowledgedAt: at("02:05") });
    expect(moveTo(earlier, stepNamed("mitigating"), now).times.acknowledgedAt).toEqual(at("02:05"));
  });

  test("mitigated is a milestone of mitigating, and resolving reaches it too", () => {
    const mitigated = moveTo(standing("mitigating"), stepNamed("mitigated"), now);
    expect(mitigated).toMatchObject({ phase: "mitigating", times: { mitigatedAt: now } });
    expect(currentStep({ ...standing("mitigating"), ...mitigated }).title).toBe("Mitigated");
    expect(moveTo(standing("investigating"), stepNamed("resolved"), now).times).toMatchObject({
      mitigatedAt: now,
      resolvedAt: now,
    });
    const before = standing("mitigating", { mitigatedAt: at("02:20") });
    expect(moveTo(before, stepNamed("resolved"), now).times.mitigatedAt).toEqual(at("02:20"));
  });

  test("turning back takes the claim of being mitigated or resolved away", () => {
    const worse = moveTo(standing("mitigating", { mitigatedAt: at("02:20") }), stepNamed("investigating"), now);
    expect(worse.times.mitigatedAt).toBeNull();
    const reopened = moveTo(
      standing("closed", { mitigatedAt: at("02:20"), resolvedAt: at("02:25"), closedAt: at("02:30") }),
      stepNamed("investigating"),
      now,
    );
    expect(reopened.times).toMatchObject({ mitigatedAt: null, resolvedAt: null, closedAt: null });
  });

  test("closing keeps when it was mitigated and resolved", () => {
    const resolved = standing("resolved", { mitigatedAt: at("02:20"), resolvedAt: at("02:25") });
    expect(moveTo(resolved, stepNamed("closed"), now).times).toMatchObject({
      mitigatedAt: at("02:20"),
      resolvedAt: at("02:25"),
      closedAt: now,
    });
  });
});

test.each([
  ["ack", "acknowledged"],
  ["Mitigated", "mitigated"],
  ["monitoring", "mitigated"],
  ["resolved", "resolved"],
  ["purple", null],
])("the word %s means %s", (word, name) => expect(findStep(word)?.name ?? null).toBe(name));
