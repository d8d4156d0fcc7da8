import { describe, expect, test } from "vitest";
import type { RememberedRoute, TrafficRead, TrafficWrite } from "../../src/domain/platform/traffic.ts";
import type { Port } from "../../src/domain/platform.ts";
import { type RuleRecord, weightsOf } from "../../src/sandbox/cloud/listener-rules.ts";
import { agentPlace, backendPlace, startEcs } from "./ecs-bench.ts";

async function start() {
  const ecs = await startEcs();
  const port = ecs.provider.traffic as Port<TrafficRead, TrafficWrite>;
  const seen = async (remembered: readonly RememberedRoute[] = []) => {
    const traffic = await port.read.traffic(backendPlace, remembered);
    if (traffic === null) throw new Error("It stands behind a load balancer");
    return traffic;
  };
  const route = async (title: RegExp) => {
    const found = (await seen()).routes.find((one) => title.test(one.title));
    if (!found) throw new Error(`No route is called ${title}`);
    return found;
  };
  const letThrough = (one: RememberedRoute, percent: number) =>
    port.write.letThrough(backendPlace, one, percent, "op-1");
  const did = (operation: string) =>
    ecs.cloud.calls().filter((call) => call.operation === operation && call.error === null).length;
  return { ...ecs, port, seen, route, letThrough, did };
}

describe("what leads requests to a service of ECS", () => {
  test("is every rule that forwards to it, the default one last; a service without a load balancer has none", async () => {
    const { port, seen } = await start();
    expect(await seen()).toMatchObject({
      routes: [
        { title: "HTTPS 443, rule 20 (host api.waooaw.example)", share: 100, others: [], notHoldable: null },
        { title: "HTTPS 443, default rule", share: 100, others: [], notHoldable: null },
      ],
      holds: [],
      notHoldable: null,
    });
    expect(await port.read.traffic(agentPlace)).toBeNull();
  });

  test("names who gets the rest, and what is in the way of holding it back", async () => {
    const { cloud, seen } = await start();
    cloud.world.forwardRule(20, { "waooaw-backend": 30, "waooaw-canary": 10 });
    cloud.world.forwardRule(19, { other: 1 });
    cloud.world.forwardRule(1, { "waooaw-backend": 1 }, "one.waooaw.example");
    cloud.world.forwardRule(7, { other: 1 }, "seven.waooaw.example");
    const { routes } = await seen();
    expect(routes.map(({ notHoldable }) => notHoldable)).toEqual([
      expect.stringContaining("the number 1"),
      expect.stringContaining("19 is taken"),
      null,
    ]);
    expect(routes[1]).toMatchObject({ share: 75, others: ["waooaw-canary"] });
  });

  test.each([
    ["ECS itself deploys it blue/green", "useBlueGreen", /ECS itself moves its requests/],
    ["CodeDeploy deploys it", "CODE_DEPLOY", /CodeDeploy moves/],
    ["it is controlled from outside", "EXTERNAL", /controlled from outside/],
  ] as const)("is not held back where %s", async (_why, how, words) => {
    const { cloud, seen } = await start();
    if (how === "useBlueGreen") cloud.world.useBlueGreen("waooaw-backend", 5);
    else cloud.world.handOver("waooaw-backend", how);
    expect(await seen()).toMatchObject({ routes: [], notHoldable: expect.stringMatching(words) });
  });
});

describe("holding requests back", () => {
  test("puts a rule of its own right before each, which touches nothing else and is made once", async () => {
    const { seen, letThrough, did, read } = await start();
    const before = await seen();
    for (const one of [...before.routes, ...before.routes]) await letThrough(one, 0);
    const after = await seen();
    expect(did("CreateRule")).toBe(2);
    expect(after.routes).toEqual(before.routes);
    expect(after.holds).toMatchObject([
      { title: "HTTPS 443, rule 19", percent: 0 },
      { title: "HTTPS 443, rule 50000", percent: 0 },
    ]);
    expect(await read.balancer(backendPlace)).toEqual({ healthy: 4, total: 4 });
    for (const one of [...before.routes, ...before.routes]) await letThrough(one, 100);
    expect(await seen()).toEqual(before);
    expect(did("DeleteRule")).toBe(2);
  });

  test("whose answer is lost is made once all the same", async () => {
    const { cloud, route, seen, letThrough } = await start();
    cloud.faults.fail("CreateRule", { afterwards: true, drop: true, times: 1 });
    const one = await route(/default/);
    await letThrough(one, 0);
    expect((await seen()).holds).toHaveLength(1);
    cloud.faults.fail("DeleteRule", { afterwards: true, drop: true, times: 1 });
    await letThrough(one, 100);
    expect((await seen()).holds).toEqual([]);
  });

  test("leaves what others get in the proportion it had, and comes back in parts", async () => {
    const { cloud, route, seen, letThrough } = await start();
    cloud.world.forwardRule(20, { "waooaw-backend": 40, "waooaw-canary": 45, "waooaw-old": 15 });
    const one = await route(/rule 20/);
    const weights = () => {
      const { rules = [] } = cloud.dump().world.parts.elasticloadbalancing as {
        readonly rules?: readonly RuleRecord[];
      };
      const hold = rules.find(({ priority }) => priority === 19);
      const named = (hold ? weightsOf(hold) : []).map((to) => [to.targetGroupArn.split("/")[1], to.weight]);
      return Object.fromEntries(named);
    };
    await letThrough(one, 0);
    expect(weights()).toEqual({ "waooaw-canary": 45, "waooaw-old": 15 });
    await letThrough(one, 10);
    // A tenth of 40 % is 4 %; the others share 96 % as 3 to 1.
    expect(weights()).toEqual({ "waooaw-backend": 40, "waooaw-canary": 719, "waooaw-old": 240 });
    expect((await seen()).holds).toMatchObject([{ percent: 10 }]);
    await letThrough(one, 50);
    expect(weights()).toEqual({ "waooaw-backend": 200, "waooaw-canary": 599, "waooaw-old": 200 });
    await letThrough(one, 100);
    expect((await seen()).holds).toEqual([]);
    expect(await route(/rule 20/)).toEqual(one);
  });

  test("leaves alone what somebody changed, and a place that somebody took", async () => {
    const { cloud, route, seen, letThrough } = await start();
    const one = await route(/rule 20/);
    cloud.world.forwardRule(20, { "waooaw-backend": 1, other: 1 });
    await expect(letThrough(one, 0)).rejects.toMatchObject({ fault: "refused", code: "RouteMoved" });
    const now = await route(/rule 20/);
    cloud.world.forwardRule(19, { other: 1 });
    await expect(letThrough(now, 0)).rejects.toMatchObject({ fault: "refused", code: "PlaceTaken" });
    cloud.world.removeRule(19);
    await letThrough(now, 0);
    cloud.world.forwardRule(19, { "waooaw-backend": 7, other: 1 });
    expect((await seen()).holds).toMatchObject([{ percent: null }]);
    cloud.world.removeRule(20);
    expect((await seen([now])).holds).toMatchObject([{ route: now.id, percent: null }]);
    await expect(letThrough(now, 100)).rejects.toMatchObject({ code: "RouteMoved" });
  });

  test("is told by the codes of AWS where it may not", async () => {
    const { cloud, route, letThrough } = await start();
    const one = await route(/default/);
    cloud.faults.fail("CreateRule", { error: "AccessDeniedException" });
    await expect(letThrough(one, 0)).rejects.toMatchObject({ fault: "denied", operation: "CreateRule" });
  });
});
