import { describe, expect, test } from "vitest";
import type { Incident, IncidentTimes, Phase } from "../../../src/domain/incident/incident.ts";
import {
  currentStep,
  defaultSteps,
  findStep,
  moveTo,
  nextSteps,
  type Step,
  stepOf,
} from "../../../src/domain/incident/phases.ts";

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
    expect(nextSteps(defaultSteps, from).map((step) => step.name)).toEqual(expected);
  });

  test("a move the table does not have is refused with a way out", () => {
    expect(() => moveTo(defaultSteps, standing("detected"), stepOf(defaultSteps, "closed"), at("03:00"))).toThrow(
      "it cannot become closed",
    );
    expect(() => moveTo(defaultSteps, standing("resolved"), stepOf(defaultSteps, "mitigating"), at("03:00"))).toThrow(
      "INC-1 is resolved",
    );
    expect(() => moveTo(defaultSteps, standing("resolved"), stepOf(defaultSteps, "resolved"), at("03:00"))).toThrow(
      "resolved already",
    );
  });
});

describe("the moments a move writes", () => {
  const now = at("02:40");

  test("any move acknowledges, once", () => {
    expect(
      moveTo(defaultSteps, standing("detected"), stepOf(defaultSteps, "mitigating"), now).times.acknowledgedAt,
    ).toEqual(now);
    const earlier = standing("acknowledged", { acknowledgedAt: at("02:05") });
    expect(moveTo(defaultSteps, earlier, stepOf(defaultSteps, "mitigating"), now).times.acknowledgedAt).toEqual(
      at("02:05"),
    );
  });

  test("mitigated is a milestone of mitigating, and resolving reaches it too", () => {
    const mitigated = moveTo(defaultSteps, standing("mitigating"), stepOf(defaultSteps, "mitigated"), now);
    expect(mitigated).toMatchObject({ phase: "mitigating", times: { mitigatedAt: now } });
    expect(currentStep({ ...standing("mitigating"), ...mitigated }).title).toBe("Mitigated");
    expect(moveTo(defaultSteps, standing("investigating"), stepOf(defaultSteps, "resolved"), now).times).toMatchObject({
      mitigatedAt: now,
      resolvedAt: now,
    });
    const before = standing("mitigating", { mitigatedAt: at("02:20") });
    expect(moveTo(defaultSteps, before, stepOf(defaultSteps, "resolved"), now).times.mitigatedAt).toEqual(at("02:20"));
  });

  test("turning back takes the claim of being mitigated or resolved away", () => {
    const worse = moveTo(
      defaultSteps,
      standing("mitigating", { mitigatedAt: at("02:20") }),
      stepOf(defaultSteps, "investigating"),
      now,
    );
    expect(worse.times.mitigatedAt).toBeNull();
    const reopened = moveTo(
      defaultSteps,
      standing("closed", { mitigatedAt: at("02:20"), resolvedAt: at("02:25"), closedAt: at("02:30") }),
      stepOf(defaultSteps, "investigating"),
      now,
    );
    expect(reopened.times).toMatchObject({ mitigatedAt: null, resolvedAt: null, closedAt: null });
  });

  test("closing keeps when it was mitigated and resolved", () => {
    const resolved = standing("resolved", { mitigatedAt: at("02:20"), resolvedAt: at("02:25") });
    expect(moveTo(defaultSteps, resolved, stepOf(defaultSteps, "closed"), now).times).toMatchObject({
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
])("the word %s means %s", (word, name) => expect(findStep(defaultSteps, word)?.name ?? null).toBe(name));

describe("steps of an installation", () => {
  const steps: readonly Step[] = [
    { name: "new", title: "New", words: [], milestone: "detected" },
    { name: "triage", title: "Triage", words: ["looking"], milestone: "acknowledged" },
    { name: "diagnosing", title: "Diagnosing", words: [], milestone: "investigating" },
    { name: "waiting", title: "Waiting for a vendor", words: [], milestone: "investigating" },
    { name: "done", title: "Done", words: [], milestone: "resolved" },
    { name: "filed", title: "Filed", words: [], milestone: "closed" },
  ];
  const step = (name: string) => findStep(steps, name) ?? stepOf(steps, "detected");

  test("of one milestone follow each other, and each is called what it was called when it was moved there", () => {
    const one = {
      ...standing("acknowledged"),
      ...moveTo(steps, standing("acknowledged"), step("waiting"), at("03:00")),
    };
    expect(one.phase).toBe("investigating");
    expect(currentStep(one).title).toBe("Waiting for a vendor");
    const next = nextSteps(steps, one);
    expect(next.map(({ name }) => name)).toEqual(["diagnosing", "done"]);
    expect(currentStep({ ...one, ...moveTo(steps, one, step("diagnosing"), at("03:05")) }).name).toBe("diagnosing");
    expect(() => moveTo(steps, one, step("waiting for a vendor"), at("03:05"))).toThrow("waiting for a vendor already");
    expect(() => moveTo(steps, one, step("filed"), at("03:05"))).toThrow("it cannot become filed");
  });

  test("a milestone that has none goes by its usual name, also where a time was corrected", () => {
    expect(stepOf(steps, "mitigated").title).toBe("Mitigated");
    const one = {
      ...standing("detected"),
      ...moveTo(steps, standing("detected"), stepOf(steps, "mitigating"), at("03:00")),
    };
    expect(currentStep({ ...one, times: { ...one.times, mitigatedAt: at("02:30") } }).name).toBe("mitigated");
  });
});
