import { describe, expect, test } from "vitest";
import { startPartialCloud } from "../support/partial-cloud.ts";
import { reading } from "../support/reading.ts";
import { startScenario } from "../support/scenario.ts";

const ops = "#ops";

describe("[O4] a cloud that does not tell what was deployed", { timeout: 90_000 }, () => {
  test("lets a service roll back all the same, to what was registered before, and says what is not known", async () => {
    const lacks = ["ListServiceDeployments", "DescribeServiceDeployments", "DescribeServiceRevisions"];
    const story = await startScenario({
      awsEndpoint: (cloud) => startPartialCloud(cloud, ["ecs", "application-autoscaling"], lacks),
    });
    const ana = story.person("U0ANA");
    await ana.types(ops, "/ops rollback backend");
    expect(reading(await ana.sees(ops, /waiting for confirmation/))).toMatch(
      /What was deployed here could not be read[\s\S]*Whether it ever ran well is not known/,
    );
    await ana.clicks("Confirm", { channel: ops });
    await story.settled();
    await story.advance("6m");
    await ana.sees(ops, /Done and verified[\s\S]*waooaw-backend:41 4 of 4/);
  });
});

describe("[O1, O3] a cloud of which only a part answers", { timeout: 90_000 }, () => {
  test.each([
    ["ECS and its autoscaling", ["ecs", "application-autoscaling"], /Autoscaling between 2 and 8/],
    ["ECS alone", ["ecs"], /Autoscaling could not be read/],
  ])("with %s a service is seen and scaled, and what is not known is said", async (_, services, autoscaling) => {
    const story = await startScenario({ awsEndpoint: (cloud) => startPartialCloud(cloud, services) });
    const ana = story.person("U0ANA");
    await ana.types(ops, "/ops status");
    const all = reading(await ana.sees(ops, /[4-6] unknown/));
    expect(all).toContain("4 of 4 running · waooaw-backend:42 · unknown: Load balancer, Alarms, CPU utilization");
    await ana.types(ops, "/ops status backend");
    expect(
      reading(await ana.sees(ops, /\*Backend API\* in production (could not be seen in full|is not well)/)),
    ).toMatch(/\*Load balancer\*\nnot readable/);
    await ana.types(ops, "/ops scale backend 6");
    const plan = reading(await ana.sees(ops, /waiting for confirmation/));
    expect(plan).toMatch(autoscaling);
    expect(plan).toContain("The load balancer could not be read (HTTP 501).");
    await ana.clicks("Confirm", { channel: ops });
    await story.settled();
    await story.advance("3m");
    await ana.sees(ops, /Done and verified[\s\S]*running 6 of 6, pending 0, load balancer not readable \(HTTP 501\)/);
  });
});
