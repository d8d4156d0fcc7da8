import { describe, expect, test } from "vitest";
import { clocksOf, startsClocks } from "../../../src/domain/incident/clocks.ts";
import type { Incident } from "../../../src/domain/incident/incident.ts";
import { waooaw } from "../../support/desk.ts";
import { fresh, resolved, sampleIncident } from "../../templates/incident/facts.ts";

const [sev1] = waooaw.severities;
if (!sev1) throw new Error("The example has no severity.");
const at = (time: string): Date => new Date(`2026-11-22T${time}:00Z`);

/** The clocks of a severity with all three, in the form "name due". */
function clocks(changes: Partial<Incident>, respondIn: "always" | "business_hours" = "always"): readonly string[] {
  const severity = { ...sev1, name: "SEV2", respondMinutes: 15, mitigateMinutes: 60, resolveMinutes: 240, respondIn };
  const config = {
    severities: [severity as typeof sev1 & object],
    businessHours: { days: [1, 2, 3, 4, 5], fromMinute: 9 * 60, toMinute: 17 * 60, timezone: "UTC" },
  };
  return clocksOf(config, sampleIncident({ ...fresh, ...changes })).map(
    ({ name, dueAt }) => `${name} ${dueAt.toISOString().slice(8, 16)}`,
  );
}

const underway = sampleIncident().times;

describe("the clocks that run", () => {
  test.each<[string, Partial<Incident>, readonly string[]]>([
    ["all, from the declaration", {}, ["acknowledge 22T02:17", "mitigate 22T03:02", "resolve 22T06:02"]],
    ["acknowledged", { times: underway }, ["mitigate 22T03:02", "resolve 22T06:02"]],
    ["mitigated", { times: { ...underway, mitigatedAt: at("02:30") } }, ["resolve 22T06:02"]],
    ["started anew", { times: underway, clocksFrom: at("05:00") }, ["mitigate 22T06:00", "resolve 22T09:00"]],
    ["resolved", resolved, []],
    ["a drill", { kind: "drill" }, []],
    ["told after the fact", { isSilent: true }, []],
    ["a severity that is gone", { severity: "SEV9" }, []],
  ])("%s", (_name, changes, due) => expect(clocks(changes)).toEqual(due));

  test("acknowledging may count working time only: a Sunday night waits for Monday", () => {
    expect(clocks({}, "business_hours")).toEqual(["acknowledge 23T09:15", "mitigate 22T03:02", "resolve 22T06:02"]);
  });
});

describe("what starts them anew", () => {
  const before = sampleIncident();
  const mitigated = sampleIncident({ times: { ...underway, mitigatedAt: at("02:30") } });
  test.each<[string, Incident, Partial<Incident>, boolean]>([
    ["a message alone", before, {}, false],
    ["another severity", before, { severity: "SEV1" }, true],
    ["resolving", before, resolved, false],
    ["reopening", sampleIncident(resolved), {}, true],
    ["harm that is back", mitigated, {}, true],
    ["mitigating", before, { times: mitigated.times }, false],
  ])("%s", (_name, from, to, anew) => expect(startsClocks(from, sampleIncident(to))).toBe(anew));
});
