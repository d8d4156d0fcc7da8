import { describe, expect, test } from "vitest";
import type { ServiceDeployment } from "../../src/domain/platform.ts";
import { restartService } from "../../src/operations/restart-service.ts";
import { fakeService } from "../support/fake-service.ts";
import { backend } from "../support/operations-app.ts";

const since = new Date("2026-11-22T10:00:00Z");

function deployment(id: string, more: Partial<ServiceDeployment> = {}): ServiceDeployment {
  return {
    id,
    primary: true,
    state: "completed",
    reason: null,
    version: "waooaw-backend:42",
    desired: 4,
    running: 4,
    pending: 0,
    failed: 0,
    since,
    ...more,
  };
}

async function planned(state: Parameters<typeof fakeService>[0] = {}) {
  const service = fakeService({ deployments: [deployment("old")], ...state });
  return { service, plan: await restartService.plan({}, backend, service.port.read) };
}

describe("the plan", () => {
  test("names the deployment it replaces, warns of a tag that may move, and has no way back", async () => {
    const { plan } = await planned();
    expect(plan).toMatchObject({ steps: { deployment: "old" }, undo: null, nothingToDo: null, count: null });
    expect(plan.risks.join()).toContain("named by a tag (backend:42)");
    expect(plan.expects).toEqual({ "desired count": "4", "task definition": "waooaw-backend:42", deployment: "old" });
  });

  test("is refused while a deployment is in progress, and for a service that is not active", async () => {
    await expect(planned({ deployments: [deployment("old", { state: "in-progress" })] })).rejects.toThrow(
      /in progress/,
    );
    await expect(planned({ status: "draining" })).rejects.toThrow(/is draining/);
  });

  test("has nothing to do where nothing runs", async () => {
    expect((await planned({ desired: 0, running: 0 })).plan.nothingToDo).toContain("set to 0");
  });
});

describe("the look", () => {
  test.each([
    ["on-the-way", [deployment("new", { state: "in-progress", running: 2 })], {}],
    ["as-asked", [deployment("new")], {}],
    ["on-the-way", [deployment("new")], { pending: 1 }],
    ["reverted", [deployment("old")], {}],
    ["failed", [deployment("new", { state: "failed", reason: "tasks failed to start" })], {}],
    ["reverted", [deployment("new")], { revision: "waooaw-backend:43" }],
  ] as const)("says %s", async (verdict, deployments, more) => {
    const { service, plan } = await planned();
    service.change({ deployments, ...more });
    expect((await restartService.look(plan, backend, service.port.read, since)).verdict).toBe(verdict);
  });
});
