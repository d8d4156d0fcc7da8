import { UpdateServiceCommand } from "@aws-sdk/client-ecs";
import { DescribeTargetGroupsCommand, DescribeTargetHealthCommand } from "@aws-sdk/client-elastic-load-balancing-v2";
import { expect, test } from "vitest";
import { backend, startBench } from "./cloud-bench.ts";

async function startBalanced() {
  const bench = await startBench();
  const group = (await bench.service()).loadBalancers?.[0]?.targetGroupArn ?? "";
  const health = async () => {
    const answer = await bench.balancing.send(new DescribeTargetHealthCommand({ TargetGroupArn: group }));
    return answer.TargetHealthDescriptions ?? [];
  };
  return { ...bench, group, health, states: async () => (await health()).map((one) => one.TargetHealth?.State).sort() };
}

test("every running task is a healthy target under its own address", async () => {
  const { health, tasks } = await startBalanced();
  const addresses = (await tasks("RUNNING")).map(
    (task) => task.containers?.[0]?.networkInterfaces?.[0]?.privateIpv4Address,
  );
  const targets = await health();
  expect(targets.map((one) => one.Target?.Id).sort()).toEqual(addresses.sort());
  expect(targets[0]).toMatchObject({
    Target: { Port: 8000, AvailabilityZone: expect.stringMatching(/^eu-west-1[abc]$/) },
    HealthCheckPort: "8000",
    TargetHealth: { State: "healthy" },
  });
});

test("new targets are initial before they are healthy, old ones drain before they go", async () => {
  const { ecs, seconds, states } = await startBalanced();
  await ecs.send(new UpdateServiceCommand({ ...backend, desiredCount: 5 }));
  const seen = new Set<string>();
  for (let second = 0; second < 100; second += 1) {
    await seconds(1);
    seen.add((await states()).join(" "));
  }
  const four = "healthy healthy healthy healthy";
  expect([...seen]).toEqual([four, `${four} initial`, `${four} healthy`]);
  seen.clear();
  await ecs.send(new UpdateServiceCommand({ ...backend, desiredCount: 4 }));
  for (let second = 0; second < 60; second += 1) {
    await seconds(1);
    seen.add((await states()).join(" "));
  }
  expect([...seen]).toEqual([`${four} healthy`, `draining ${four}`, four]);
});

test("single targets can be asked for, registered or not", async () => {
  const { balancing, group, health } = await startBalanced();
  const [first] = await health();
  const { TargetHealthDescriptions } = await balancing.send(
    new DescribeTargetHealthCommand({
      TargetGroupArn: group,
      Targets: [{ Id: first?.Target?.Id, Port: 8000 }, { Id: "10.9.9.9" }],
    }),
  );
  expect(TargetHealthDescriptions).toMatchObject([
    { TargetHealth: { State: "healthy" } },
    { TargetHealth: { State: "unused", Reason: "Target.NotRegistered" } },
  ]);
});

test("target groups are found by ARN, name or load balancer, one way at a time", async () => {
  const { balancing, group } = await startBalanced();
  const { TargetGroups } = await balancing.send(new DescribeTargetGroupsCommand({ Names: [backend.service] }));
  expect(TargetGroups).toMatchObject([
    { TargetGroupArn: group, TargetType: "ip", Port: 8000, HealthCheckPath: "/health", HealthyThresholdCount: 2 },
  ]);
  const byBalancer = new DescribeTargetGroupsCommand({ LoadBalancerArn: TargetGroups?.[0]?.LoadBalancerArns?.[0] });
  expect((await balancing.send(byBalancer)).TargetGroups).toHaveLength(1);
  await expect(
    balancing.send(new DescribeTargetGroupsCommand({ Names: ["a"], TargetGroupArns: [group] })),
  ).rejects.toMatchObject({ name: "ValidationError" });
  await expect(balancing.send(new DescribeTargetGroupsCommand({ Names: ["nothing"] }))).rejects.toMatchObject({
    name: "TargetGroupNotFoundException",
  });
});
