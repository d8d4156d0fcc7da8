import { describe, expect, test } from "vitest";
import type { Run } from "../../src/domain/operation/operation.ts";
import { ProviderError, Refusal } from "../../src/errors.ts";
import { largestCount, scaleService } from "../../src/operations/scale-service.ts";
import { autoscaled, fakeService } from "../support/fake-service.ts";
import { backend } from "../support/operations-app.ts";

const since = new Date("2026-11-22T10:00:00Z");
const later = new Date("2026-11-22T10:00:30Z");

function runRecording(done: string[] = []): Run & { readonly done: string[] } {
  return {
    operationId: "op",
    done,
    slices: async () => {},
    step: async (name, work) => {
      if (done.includes(name)) return;
      await work();
      done.push(name);
    },
  };
}

const plan = (service: ReturnType<typeof fakeService>, count: number, bounds?: { min: number; max: number }) =>
  scaleService.plan(bounds ? { count, bounds } : { count }, backend, service.port.read);

describe("what is asked", () => {
  test.each([
    [-1, /negative/],
    [1.5, /not a whole number/],
    [largestCount + 1, /more than a service can have/],
    [Number.NaN, /must be a number/],
    [Number.POSITIVE_INFINITY, /must be a number/],
    ["6", /must be a number/],
    [null, /must be a number/],
  ])("%s is refused", (count, message) => {
    expect(() => scaleService.parse({ count })).toThrow(message);
    expect(() => scaleService.parse({ count })).toThrow(Refusal);
  });

  test.each([0, 1, largestCount])("%s is taken", (count) => {
    expect(scaleService.parse({ count })).toEqual({ count });
  });
});

describe("the plan", () => {
  test("without autoscaling changes the count and nothing else", async () => {
    const made = await plan(fakeService(), 6);
    expect(made).toMatchObject({
      summary: "Scale backend in production from 4 to 6",
      changes: [{ label: "Desired count", from: "4", to: "6" }],
      risks: [],
      nothingToDo: null,
      count: { from: 4, to: 6 },
      undo: { operation: "scale-service", input: { count: 4 } },
    });
    expect(made.expects).toEqual({
      "desired count": "4",
      "task definition": "waooaw-backend:42",
      "autoscaling range": "none",
    });
  });

  test("says that it could not look at the autoscaler, and does not take that for none", async () => {
    const service = fakeService();
    const denied = new ProviderError({
      provider: "AWS",
      operation: "DescribeScalableTargets",
      fault: "denied",
      code: "AccessDeniedException",
      message: "no",
    });
    const read = { ...service.port.read, autoscaling: () => Promise.reject(denied) };
    const made = await scaleService.plan({ count: 6 }, backend, read);
    expect(made.risks).toEqual([
      "Whether autoscaling is on could not be read (AccessDeniedException): it may change the count again.",
    ]);
    expect(made.expects["autoscaling range"]).toBe("not readable");
    // Once it can be read again, the plan no longer fits.
    expect(await scaleService.expectations(made, backend, service.port.read)).not.toEqual(made.expects);
  });

  test("is plain JSON", async () => {
    const made = await plan(fakeService(), 6);
    expect(JSON.parse(JSON.stringify(made))).toEqual(made);
  });

  test("inside the autoscaler's range says that it may move again", async () => {
    const service = fakeService();
    service.world.autoscaling = autoscaled;
    const made = await plan(service, 6);
    expect(made.changes).toHaveLength(1);
    expect(made.risks).toEqual(["Autoscaling (cpu at 60 %) may change the count again, between 2 and 8."]);
    expect(made.undo?.input).toEqual({ count: 4 });
  });

  test("above the range widens it, and the way back restores it", async () => {
    const service = fakeService();
    service.world.autoscaling = autoscaled;
    const made = await plan(service, 10);
    expect(made.changes).toContainEqual({ label: "Autoscaling maximum", from: "8", to: "10" });
    expect(made.risks.join(" ")).toContain("10 is outside the autoscaler's 2 to 8");
    expect(made.undo?.input).toEqual({ count: 4, bounds: { min: 2, max: 8 } });
  });

  test("below the range lowers the minimum", async () => {
    const service = fakeService();
    service.world.autoscaling = autoscaled;
    const made = await plan(service, 1);
    expect(made.changes).toContainEqual({ label: "Autoscaling minimum", from: "2", to: "1" });
  });

  test("notes autoscaling that is suspended", async () => {
    const service = fakeService();
    service.world.autoscaling = { ...autoscaled, suspended: true };
    const made = await plan(service, 6);
    expect(made.risks).toEqual(["Autoscaling is suspended: nothing will correct this count until it is resumed."]);
    expect(made.observed.join(" ")).toContain("suspended");
  });

  test("notes a deployment in progress, one that failed, and scaling to nothing", async () => {
    const deployment = {
      id: "d",
      primary: true,
      state: "in-progress" as const,
      reason: null,
      version: "waooaw-backend:43",
      desired: 4,
      running: 1,
      pending: 3,
      failed: 0,
      since,
    };
    const rolling = await plan(fakeService({ deployments: [deployment] }), 6);
    expect(rolling.risks[0]).toContain("A deployment of waooaw-backend:43 is in progress (1 of 4 running)");
    const failed = await plan(fakeService({ deployments: [{ ...deployment, state: "failed" }] }), 6);
    expect(failed.risks[0]).toContain("The last deployment failed");
    const none = await plan(fakeService(), 0);
    expect(none.risks[0]).toBe("Scaling to 0 stops backend completely in production.");
  });

  test("has nothing to do where the count is set already", async () => {
    expect((await plan(fakeService(), 4)).nothingToDo).toBe("backend in production is already set to 4.");
  });

  test.each([
    [{ notScalable: "it runs one task on each machine (DAEMON)" }, /cannot be scaled: it runs one task/],
    [{ status: "draining" as const }, /is draining/],
    [{ status: "inactive" as const }, /is inactive/],
  ])("refuses %o", async (state, message) => {
    await expect(plan(fakeService(state), 6)).rejects.toThrow(message);
  });
});

describe("applying", () => {
  test("sets the count, comparing it with the one planned from", async () => {
    const service = fakeService();
    const made = await plan(service, 6);
    service.change({ desired: 9 });
    await expect(scaleService.apply(made, backend, service.port.write, runRecording())).rejects.toMatchObject({
      code: "CountMoved",
    });
    expect(service.world.writes).toEqual([]);
  });

  test("widens first, and narrows last on the way back", async () => {
    const service = fakeService();
    service.world.autoscaling = autoscaled;
    const out = await plan(service, 10);
    await scaleService.apply(out, backend, service.port.write, runRecording());
    expect(service.world.writes).toEqual(["bounds - 10", "count 10"]);
    if (!out.undo) throw new Error("no way back");
    const input = scaleService.parse(out.undo.input);
    const back = await scaleService.plan(input, backend, service.port.read);
    await scaleService.apply(back, backend, service.port.write, runRecording());
    expect(service.world.writes.slice(2)).toEqual(["count 4", "bounds - 8"]);
    expect(service.world.state.desired).toBe(4);
    expect(service.world.autoscaling).toMatchObject({ min: 2, max: 8 });
  });

  test.each([0, 1])("after a crash that followed step %i goes on to the same end", async (kept) => {
    const service = fakeService();
    service.world.autoscaling = autoscaled;
    const made = await plan(service, 10);
    const first = runRecording();
    await scaleService.apply(made, backend, service.port.write, first);
    await scaleService.apply(made, backend, service.port.write, runRecording(first.done.slice(0, kept)));
    expect(service.world.state.desired).toBe(10);
    expect(service.world.autoscaling).toMatchObject({ min: 2, max: 10 });
  });

  test("expectations are read with the names the plan gave them", async () => {
    const service = fakeService();
    service.world.autoscaling = autoscaled;
    const made = await plan(service, 6);
    expect(await scaleService.expectations(made, backend, service.port.read)).toEqual(made.expects);
    service.world.autoscaling = { ...autoscaled, max: 20 };
    service.change({ running: 1, version: "waooaw-backend:43" });
    expect(await scaleService.expectations(made, backend, service.port.read)).toEqual({
      "desired count": "4",
      "task definition": "waooaw-backend:43",
      "autoscaling range": "2 to 20",
    });
  });
});

describe("looking", () => {
  async function applied(count = 6) {
    const service = fakeService();
    service.world.balancer = { healthy: 4, total: 4 };
    const made = await plan(service, count);
    await scaleService.apply(made, backend, service.port.write, runRecording());
    return { service, look: () => scaleService.look(made, backend, service.port.read, since) };
  }

  test("is on the way until all run and are healthy", async () => {
    const { service, look } = await applied();
    expect(await look()).toMatchObject({
      verdict: "on-the-way",
      progress: "running 4 of 6, pending 0, healthy 4 of 6",
      share: 0,
    });
    service.change({ running: 6 });
    expect(await look()).toMatchObject({ verdict: "on-the-way", share: 0 });
    service.world.balancer = { healthy: 5, total: 6 };
    expect(await look()).toMatchObject({ verdict: "on-the-way", share: 0.5 });
    service.settle();
    expect(await look()).toMatchObject({ verdict: "as-asked", share: 1 });
  });

  test("measures the way down as well", async () => {
    const { service, look } = await applied(2);
    service.change({ running: 3 });
    expect(await look()).toMatchObject({ verdict: "on-the-way", share: 0.5 });
  });

  test("says who moved the count away", async () => {
    const { service, look } = await applied();
    service.change({ desired: 8 });
    service.world.autoscaling = {
      ...autoscaled,
      activities: [
        { at: new Date(0), text: "Long ago." },
        { at: later, text: "Setting desired count to 8. monitor alarm in state ALARM" },
      ],
    };
    expect(await look()).toMatchObject({
      verdict: "reverted",
      reason:
        "The desired count is 8, not 6. The autoscaler changed it: Setting desired count to 8. monitor alarm in state ALARM",
    });
  });

  test("one sign of trouble is shown, two are a failure", async () => {
    const { service, look } = await applied();
    service.world.events.push({ at: later, text: "(task 1) is unhealthy", trouble: true });
    expect(await look()).toMatchObject({ verdict: "on-the-way", reason: "(task 1) is unhealthy" });
    service.world.failures.push({ at: later, reason: "CannotPullContainerError" });
    expect(await look()).toMatchObject({
      verdict: "failed",
      reason: expect.stringMatching(
        /^New tasks do not stay up\. CannotPullContainerError\. The count stays 6: running/,
      ),
    });
  });

  test("what happened before does not count", async () => {
    const { service, look } = await applied();
    service.world.events.push({ at: new Date(0), text: "was unable to place a task.", trouble: true });
    service.world.failures.push({ at: new Date(0), reason: "old" });
    expect(await look()).toMatchObject({ verdict: "on-the-way", reason: null, events: [] });
  });

  test("reaching what was asked outweighs trouble on the way", async () => {
    const { service, look } = await applied();
    for (const text of ["a", "b", "c"]) service.world.events.push({ at: later, text, trouble: true });
    service.settle();
    expect(await look()).toMatchObject({ verdict: "as-asked" });
  });
});
