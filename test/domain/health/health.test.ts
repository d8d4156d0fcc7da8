import { describe, expect, test } from "vitest";
import { healthChecks, worst } from "../../../src/domain/health/health.ts";
import { serviceReading } from "../../../src/domain/health/service-health.ts";
import { waooaw } from "../../support/desk.ts";

test("the checks of a service are its addresses and where it runs; a database has none yet", () => {
  expect(healthChecks(waooaw, ["backend", "postgres", "gone"]).map(({ id, title }) => [id, title])).toEqual([
    ["http:backend:production:https://waooaw.ai/health", "Backend API, /health"],
    ["services:backend:production", "Backend API, running"],
  ]);
  expect(healthChecks(waooaw, ["postgres"])).toEqual([]);
});

test.each([
  [["ok", "critical", "unknown"], "critical"],
  [["ok", "unknown", "warning"], "unknown"],
  [["ok", "warning"], "warning"],
  [["ok"], "ok"],
  [[], "unknown"],
] as const)("of %j the worst is %s", (states, expected) => {
  expect(worst(states.map((state) => ({ state })))).toBe(expected);
});

describe("a service's tasks", () => {
  const check = { id: "s", target: "backend", title: "Backend", source: "services", environment: "production" };
  const at = new Date("2026-11-22T02:00:00Z");
  test.each([
    [4, 4, null, "ok", "4 of 4"],
    [4, 3, null, "warning", "3 of 4"],
    [4, 0, null, "critical", "0 of 4"],
    [0, 0, null, "ok", "0 of 0"],
    [4, 4, { healthy: 0, total: 4 }, "critical", "4 of 4, 0 of 4 healthy behind the load balancer"],
    [4, 4, { healthy: 3, total: 4 }, "warning", "4 of 4, 3 of 4 healthy behind the load balancer"],
  ] as const)("%i wanted, %i running, %j: %s", (desired, running, balancer, state, detail) => {
    const reading = serviceReading(check, { desired, running, deployments: [] }, balancer, at);
    expect([reading.state, reading.detail]).toEqual([state, detail]);
  });
});
