import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { sandboxConfiguration } from "../../src/config/settings.ts";
import { loadConfiguration } from "../../src/config.ts";
import { operations } from "../../src/operations/index.ts";

const { configuration, redactions } = await loadConfiguration(
  { path: sandboxConfiguration, named: true },
  { environment: {}, operations },
);

test("the WAOOAW example names the cloud exactly as its guide does", () => {
  expect(
    [...configuration.services, ...configuration.resources].map(({ name, runs }) => [
      name,
      runs[0]?.provider,
      runs[0]?.at,
    ]),
  ).toEqual([
    ["backend", "ecs", { region: "eu-west-1", cluster: "waooaw-production", service: "waooaw-backend" }],
    ["agent", "ecs", { region: "eu-west-1", cluster: "waooaw-production", service: "waooaw-agent" }],
    ["prometheus", "ecs", { region: "eu-west-1", cluster: "waooaw-production", service: "waooaw-prometheus" }],
    ["grafana", "ecs", { region: "eu-west-1", cluster: "waooaw-production", service: "waooaw-grafana" }],
    ["postgres", "rds", { region: "eu-west-1", instance: "waooaw-postgres-production" }],
    ["redis", "elasticache", { region: "eu-west-1", replication_group: "waooaw-redis-production" }],
    ["postgres-password", "secrets-manager", { region: "eu-west-1", id: "waooaw/prod/postgres" }],
  ]);
  const text = readFileSync(sandboxConfiguration, "utf8");
  expect(text).toContain("/ecs/waooaw-backend-production");
  expect(text).toContain("/ecs/waooaw-agent-production");
  expect(configuration.dashboards.map(({ title }) => title)).toEqual(["Overview", "Backend API", "Database", "Agent"]);
});

test("its severities carry the guide's meanings and clocks", () => {
  expect(
    configuration.severities.map((one) => [one.name, one.respondMinutes, one.updateMinutes, one.postmortemHours]),
  ).toEqual([
    ["SEV1", 5, 15, 48],
    ["SEV2", 15, 30, 48],
    ["SEV3", 60, 60, null],
    ["SEV4", null, null, null],
  ]);
  expect(configuration.severities.map((one) => one.invite)).toEqual([["@oncall", "@leads"], ["@oncall"], [], []]);
});

test("it needs nothing from the environment, and production is its only and default environment", () => {
  expect(redactions).toEqual([]);
  expect(configuration.environments).toEqual([
    { name: "production", aliases: ["prod"], production: true, default: true, region: "eu-west-1" },
  ]);
});
