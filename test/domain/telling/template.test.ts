import { describe, expect, test } from "vitest";
import { defaultSteps, type Milestone, stepOf } from "../../../src/domain/incident/phases.ts";
import { stakeholderChannels } from "../../../src/domain/telling/fan-out.ts";
import { fillTemplate, gapsIn, unknownFields } from "../../../src/domain/telling/template.ts";
import { isUntouched, updateTemplate } from "../../../templates/incident/update-templates.ts";
import { waooaw } from "../../support/desk.ts";
import { resolved, sampleIncident } from "../../templates/incident/facts.ts";

const facts = (name: Milestone, changes = {}, config = waooaw) => ({
  config,
  incident: sampleIncident(changes),
  step: stepOf(defaultSteps, name),
  severity: "SEV2",
  now: new Date("2026-11-22T03:10:00Z"),
  names: new Map([["U0ANA", "Ana Ruiz"]]),
});

describe("templates of status updates", () => {
  test("fill in what is known and leave the rest as gaps", () => {
    const text =
      "{{number}} {{ title }} {{severity}} {{status}} {{started}} {{duration}} {{responder}} {{users_affected}} {{cause}}";
    expect(fillTemplate(text, facts("mitigating"))).toBe(
      "INC-42 API returns 500s SEV2 mitigating 2026-11-22 02:00 UTC 1 h 10 min Ana Ruiz [users affected] [cause]",
    );
    expect(fillTemplate("{{cause}}", facts("resolved", { fields: { cause: "A bad {{title}}" } }))).toBe(
      "A bad {{title}}",
    );
  });

  test.each([
    ["We know. Affected: [users affected]", "[users affected] still stands in it."],
    ["[cause] and [users affected]", "[cause] and [users affected] still stand in it."],
    [
      "[users affected], [cause], [users affected], [status]",
      "[users affected], [cause] and [status] still stand in it.",
    ],
    ["Fixed [finally], see [1]", null],
    ["", null],
  ])("of the gaps of %j is said: %j", (message, gaps) => expect(gapsIn(message)).toBe(gaps));

  test("name only fields there are", () => {
    expect(unknownFields("{{title}} {{titel}} {{__proto__}} {{x}}")).toEqual(["titel", "__proto__", "x"]);
  });

  test("the team's own wording goes before ours", () => {
    const own = { ...waooaw, announcements: { investigating: "Wir prüfen {{affected}}." } };
    expect(updateTemplate(facts("investigating", {}, own))).toBe("Wir prüfen Backend API, Agent.");
    expect(updateTemplate(facts("resolved", resolved))).toContain(
      "The problem with Backend API, Agent is over after 1 h 5 min.",
    );
    expect(updateTemplate(facts("detected"))).toBe("");
    expect(isUntouched("Wir prüfen Backend API, Agent.\n", facts("resolved", {}, own))).toBe(true);
    expect(isUntouched("Wir prüfen.", facts("resolved", {}, own))).toBe(false);
  });
});

test("a severity's own stakeholders' channels go before the ones for all, and may be none", () => {
  const [first, second] = waooaw.severities;
  if (!first || !second) throw new Error("The example has severities.");
  const config = {
    channels: { ...waooaw.channels, stakeholders: ["all", "all"] },
    severities: [{ ...first, stakeholders: ["board"] }, { ...second, stakeholders: [] }, ...waooaw.severities.slice(2)],
  };
  expect(["SEV1", "SEV2", "SEV3", "GONE"].map((name) => stakeholderChannels(config, name))).toEqual([
    ["board"],
    [],
    ["all"],
    ["all"],
  ]);
});
