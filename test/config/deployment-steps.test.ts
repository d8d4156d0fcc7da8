import { describe, expect, test } from "vitest";
import { parseConfiguration } from "../../src/config.ts";
import { isOrdered, orderedSteps } from "../../src/domain/release-care/ordered-steps.ts";
import { ConfigurationError } from "../../src/errors.ts";
import { operations } from "../../src/operations/index.ts";

const written = (steps: string) => `environments: { staging: {}, production: {} }
databases:
  shop:
    environments:
      production: { rds: { instance: shop } }
queues:
  jobs:
    environments:
      production: { bullmq: { redis: "redis://127.0.0.1/0", queues: [mails] } }
services:
  web:
    environments:
      production: { ecs: { cluster: one, service: web } }
  api:
    tasks: [{ name: migrate, command: [migrate] }, { name: index, command: [index] }, { name: undo, command: [undo] }]
    environments:
      staging: { ecs: { cluster: two, service: api } }
      production: { ecs: { cluster: one, service: api }, health: { url: "https://api.example/health" } }
    deployments:
      steps: ${steps}
`;
const parse = (steps: string) =>
  parseConfiguration([{ name: "tocsin.yaml", text: written(steps) }], { environment: {}, operations }).configuration;
function faults(steps: string): string {
  try {
    parse(steps);
    return "";
  } catch (error) {
    if (error instanceof ConfigurationError) return error.message;
    throw error;
  }
}
const now = new Date("2026-11-22T10:00:00Z");

describe("[O21] the steps of a deployment in the configuration", () => {
  const all =
    "[{ backup: shop }, { pause: jobs }, { task: migrate, back: undo }, release, { task: index }, smoke_test, { resume: jobs }, { restart: web }, { watch: 15m }]";

  test("become operations in their order, the tasks right before the release inside of it", () => {
    const config = parse(all);
    expect(config.services.find(({ name }) => name === "api")?.before).toEqual([{ task: "migrate", back: "undo" }]);
    const { asks, leftOut } = orderedSteps({ config, now }, "production", [
      { name: "api", version: "v2" },
      { name: "web", version: "7" },
    ]);
    expect(asks.map(({ operation, target }) => `${operation} ${target.name}`)).toEqual([
      "snapshot-database shop",
      "pause-queues jobs",
      "deploy-service api",
      "run-task api",
      "smoke-test api",
      "resume-queues jobs",
      "restart-service web",
      "watch-deployment api",
      "deploy-service web",
    ]);
    expect(leftOut).toEqual([]);
    expect(isOrdered(config, [{ name: "web" }])).toBe(false);
    expect(isOrdered(config, [{ name: "api" }])).toBe(true);
  });

  test("leave out, and say so, what there is not in an environment; a service that is not there is refused", () => {
    const config = parse(all);
    const { asks, leftOut } = orderedSteps({ config, now }, "staging", [{ name: "api", version: "v2" }]);
    expect(asks.map(({ operation }) => operation)).toEqual(["deploy-service", "run-task", "watch-deployment"]);
    expect(leftOut).toHaveLength(5);
    expect(leftOut[0]).toBe("Left out: Back up shop, since shop is not in staging.");
    expect(() => orderedSteps({ config, now }, "staging", [{ name: "web", version: "1" }])).toThrow(
      "web does not run in staging",
    );
  });

  test.each([
    ["[smoke_test]", "has no release"],
    ["[release, release]", "has release more than once"],
    ["[{ backup: shopp }, release]", "did you mean shop?"],
    ["[{ pause: jobs }, release]", "is never resumed"],
    ["[release, { resume: jobs }]", "resumes what no step before it pauses"],
    ["[{ restart: api }, release]", "restarts the service itself"],
    ["[{ task: migrate }, { backup: shop }, release]", "write it right before release"],
    ["[release, { task: index, back: undo }]", "counts only before the release"],
    ["[release, { task: indx }]", "did you mean index?"],
    ["[{ backup: shop }, release, { backup: shop }]", "is a step already"],
    ["[release, { watch: 1m }]", "write a time from 5m to 4h"],
    ["[release, dance]", "write one of release, smoke_test, watch"],
  ])("%s is refused", (steps, words) => {
    expect(faults(steps)).toContain(words);
  });
});
