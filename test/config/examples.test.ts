import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { loadConfiguration } from "../../src/config.ts";
import { findSeverity } from "../../src/domain/incident/severity.ts";
import { operations } from "../../src/operations/index.ts";

const folder = fileURLToPath(new URL("../../examples", import.meta.url));

function example(name: string) {
  return loadConfiguration({ path: `${folder}/${name}/tocsin.yaml`, named: true }, { environment: {}, operations });
}

test("there is an example for each of the five platforms", () => {
  expect(readdirSync(folder).sort()).toEqual(["c0di3", "forge-factory", "queue-app", "waooaw", "woohan"]);
});

describe("the example of", () => {
  const severities = {
    waooaw: ["SEV1", "SEV2", "SEV3", "SEV4"],
    "forge-factory": ["SEV-1", "SEV-2", "SEV-3", "SEV-4"],
    woohan: ["P1", "P2", "P3", "P4"],
    c0di3: ["P0", "P1", "P2", "P3"],
    "queue-app": ["P0", "P1", "P2"],
  };
  test.each(Object.entries(severities))(
    "%s is read without a fault and has the guide's severities",
    async (name, names) => {
      const { configuration } = await example(name);
      expect(configuration.severities.map((one) => one.name)).toEqual(names);
      expect(configuration.services.length).toBeGreaterThan(0);
      expect(configuration.resources.length).toBeGreaterThan(0);
      expect(configuration.policy.length).toBeGreaterThan(0);
    },
  );

  test.each(["forge-factory", "woohan", "c0di3", "queue-app"])("%s says what nothing acts on yet", async (name) => {
    const { notUsedYet } = await example(name);
    expect(notUsedYet).not.toContain("maintenance");
    expect(notUsedYet).not.toContain("alerts");
    if (name !== "forge-factory") expect(notUsedYet.join()).toMatch(/kubernetes|pm2/);
  });
});

describe("a severity typed by habit means what this installation says", () => {
  test.each([
    ["woohan", "P1", "P1"],
    ["woohan", "p1", "P1"],
    ["woohan", "prio 1", "P1"],
    ["woohan", "critical", "P1"],
    ["woohan", "1", "P1"],
    ["woohan", "P0", null],
    ["woohan", "sev1", null],
    ["c0di3", "P1", "P1"],
    ["c0di3", "p0", "P0"],
    ["c0di3", "critical", "P0"],
    ["c0di3", "SEV1", null],
    ["c0di3", "sev 0", null],
    ["forge-factory", "sev1", "SEV-1"],
    ["forge-factory", "Sev 1", "SEV-1"],
    ["forge-factory", "SEV–2", "SEV-2"],
    ["forge-factory", "s2", "SEV-2"],
    ["forge-factory", "4", "SEV-4"],
    ["forge-factory", "P1", null],
    ["queue-app", "high", "P1"],
    ["queue-app", "P3", null],
    ["waooaw", "severity 2", "SEV2"],
    ["waooaw", "p2", null],
  ])("%s: %j is %s", async (name, typed, meant) => {
    expect(findSeverity((await example(name)).configuration, typed)?.name ?? null).toBe(meant);
  });
});
