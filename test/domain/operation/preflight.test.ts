import { describe, expect, test } from "vitest";
import type { Plan, Target } from "../../../src/domain/operation/operation.ts";
import { poolsToCheck, withPools } from "../../../src/domain/operation/preflight.ts";
import { backend, configuration, servicesNamed } from "../../support/operations-app.ts";

const target = { ...backend, kind: "service" } as Target;

function scaling(from: number, to: number): Plan {
  return {
    summary: `Scale backend in production from ${from} to ${to}`,
    changes: [],
    risks: ["first risk"],
    observed: ["first sight"],
    expects: {},
    steps: null,
    undo: null,
    nothingToDo: from === to ? "it is already set" : null,
    count: { from, to },
  };
}

const pooled = configuration({
  services: servicesNamed(["backend"]).map((service) => ({
    ...service,
    connectionsPerTask: [{ database: "postgres", count: 20 }],
  })),
});

describe("what more tasks would take of a database's connections", () => {
  test.each([
    ["is looked at when a service grows", pooled, scaling(4, 6), 1],
    ["is not looked at when it shrinks", pooled, scaling(6, 4), 0],
    ["is not looked at when nothing would be done", pooled, scaling(4, 4), 0],
    ["is not looked at where no pool is configured", configuration(), scaling(4, 6), 0],
    ["is not looked at for what has no count", pooled, { ...scaling(4, 6), count: null }, 0],
  ])("%s", (_title, config, plan, pools) => {
    expect(poolsToCheck(config, target, plan)).toHaveLength(pools);
  });

  test("is a figure where it fits exactly", () => {
    const connections = { used: 60, limit: 100, groups: [] };
    const plan = withPools(scaling(4, 6), [{ database: "postgres", perTask: 20, connections, unread: null }]);
    expect(plan.risks).toEqual(["first risk"]);
    expect(plan.observed).toEqual([
      "first sight",
      "2 more tasks may open 40 more connections to postgres (20 each); 40 of its 100 are free.",
    ]);
  });

  test("is a risk where one connection is missing", () => {
    const connections = { used: 61, limit: 100, groups: [] };
    const plan = withPools(scaling(4, 6), [{ database: "postgres", perTask: 20, connections, unread: null }]);
    expect(plan.risks).toEqual([
      "first risk",
      "2 more tasks may open 40 more connections to postgres (20 each), and only 39 of its 100 are free.",
    ]);
  });

  test("is a risk where the database cannot be asked: unknown is not enough", () => {
    const unread = "connect: ECONNREFUSED";
    const plan = withPools(scaling(4, 5), [{ database: "postgres", perTask: 20, connections: null, unread }]);
    expect(plan.risks[1]).toBe(
      "1 more task may open 20 more connections to postgres (20 each); how many it has left is unknown: connect: ECONNREFUSED.",
    );
  });
});
