import { CloudWatchClient, GetMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import { UpdateServiceCommand } from "@aws-sdk/client-ecs";
import {
  CreateRuleCommand,
  DeleteRuleCommand,
  DescribeListenersCommand,
  DescribeRulesCommand,
  DescribeTagsCommand,
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  ModifyRuleCommand,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { expect, onTestFinished, test } from "vitest";
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

async function startRules() {
  const bench = await startBalanced();
  const { balancing, cloud, group } = bench;
  const { TargetGroups } = await balancing.send(new DescribeTargetGroupsCommand({ TargetGroupArns: [group] }));
  const LoadBalancerArn = TargetGroups?.[0]?.LoadBalancerArns?.[0];
  const { Listeners = [] } = await balancing.send(new DescribeListenersCommand({ LoadBalancerArn }));
  const ListenerArn = Listeners.find(({ Port }) => Port === 443)?.ListenerArn ?? "";
  const watch = new CloudWatchClient({
    endpoint: cloud.endpoint,
    region: cloud.region,
    credentials: cloud.credentials,
  });
  onTestFinished(() => watch.destroy());
  const rules = async () => (await balancing.send(new DescribeRulesCommand({ ListenerArn }))).Rules ?? [];
  /** Requests that reached a target in the last whole minute; null where there is no point. */
  const requests = async () => {
    const at = bench.clock.now();
    const { MetricDataResults } = await watch.send(
      new GetMetricDataCommand({
        StartTime: new Date(at - 120_000),
        EndTime: new Date(at),
        MetricDataQueries: [
          {
            Id: "one",
            MetricStat: {
              Stat: "Sum",
              Period: 60,
              Metric: {
                Namespace: "AWS/ApplicationELB",
                MetricName: "RequestCount",
                Dimensions: [
                  { Name: "TargetGroup", Value: group.slice(group.indexOf("targetgroup/")) },
                  { Name: "LoadBalancer", Value: LoadBalancerArn?.split("loadbalancer/")[1] },
                ],
              },
            },
          },
        ],
      }),
    );
    return MetricDataResults?.[0]?.Values?.[0] ?? null;
  };
  return { ...bench, Listeners, ListenerArn, rules, requests };
}

const unavailable = [{ Type: "fixed-response", FixedResponseConfig: { StatusCode: "503" } }] as const;
const everything = [{ Field: "path-pattern", Values: ["*"] }];

test("a rule before another takes its requests: no target is reached, and all stay healthy", async () => {
  const { balancing, ListenerArn, rules, requests, states, seconds } = await startRules();
  const usual = await requests();
  expect(usual).toBeGreaterThan(1000);
  const own = [{ Key: "tocsin:operation", Value: "op-1" }];
  const make = (Priority: number, Conditions: { Field: string; Values: string[] }[]) =>
    balancing.send(new CreateRuleCommand({ ListenerArn, Priority, Conditions, Actions: [...unavailable], Tags: own }));
  await make(50_000, everything);
  await seconds(125);
  expect(await requests()).toBeLessThan((usual ?? 0) * 0.6);
  const made = await make(19, [{ Field: "host-header", Values: ["api.waooaw.example"] }]);
  await seconds(125);
  expect(await requests()).toBeNull();
  expect(await states()).toEqual(["healthy", "healthy", "healthy", "healthy"]);
  expect((await rules()).map(({ Priority }) => Priority)).toEqual(["19", "20", "50000", "default"]);
  const RuleArn = made.Rules?.[0]?.RuleArn ?? "";
  const { TagDescriptions } = await balancing.send(new DescribeTagsCommand({ ResourceArns: [RuleArn] }));
  expect(TagDescriptions).toEqual([{ ResourceArn: RuleArn, Tags: own }]);
  for (const { RuleArn: arn, Priority } of await rules()) {
    if (Priority === "19" || Priority === "50000") await balancing.send(new DeleteRuleCommand({ RuleArn: arn }));
  }
  await seconds(125);
  expect(await requests()).toBeGreaterThan((usual ?? 0) * 0.8);
});

test("requests follow the weights, and targets of a group that no rule names are unused", async () => {
  const { balancing, cloud, rules, requests, states, seconds } = await startRules();
  const usual = (await requests()) ?? 0;
  for (const priority of [20, null]) cloud.world.forwardRule(priority, { "waooaw-backend": 10, other: 90 });
  await seconds(125);
  expect(await requests()).toBeLessThan(usual * 0.15);
  for (const priority of [20, null]) cloud.world.forwardRule(priority, { other: 1 });
  expect(await states()).toEqual(["unused", "unused", "unused", "unused"]);
  const [rule] = await rules();
  await balancing.send(
    new ModifyRuleCommand({
      RuleArn: rule?.RuleArn,
      Actions: [
        {
          Type: "forward",
          TargetGroupArn: (await balancing.send(new DescribeTargetGroupsCommand({ Names: [backend.service] })))
            .TargetGroups?.[0]?.TargetGroupArn,
        },
      ],
    }),
  );
  expect(await states()).toEqual(["healthy", "healthy", "healthy", "healthy"]);
});

test("what cannot be done to rules is refused by the names that AWS has for it", async () => {
  const { balancing, ListenerArn, rules } = await startRules();
  const make = (more: object) =>
    balancing.send(
      new CreateRuleCommand({ ListenerArn, Priority: 5, Conditions: everything, Actions: [...unavailable], ...more }),
    );
  await expect(make({ Priority: 20 })).rejects.toMatchObject({ name: "PriorityInUseException" });
  await expect(make({ Priority: 50_001 })).rejects.toMatchObject({ name: "ValidationError" });
  await expect(make({ Conditions: [] })).rejects.toMatchObject({ name: "ValidationError" });
  await expect(make({ ListenerArn: `${ListenerArn}9` })).rejects.toMatchObject({ name: "ListenerNotFoundException" });
  const heavy = { TargetGroups: [{ TargetGroupArn: "arn:none", Weight: 1 }] };
  await expect(make({ Actions: [{ Type: "forward", ForwardConfig: heavy }] })).rejects.toMatchObject({
    name: "TargetGroupNotFoundException",
  });
  const RuleArn = (await rules()).at(-1)?.RuleArn;
  await expect(balancing.send(new DeleteRuleCommand({ RuleArn }))).rejects.toMatchObject({
    name: "OperationNotPermittedException",
  });
  await expect(balancing.send(new DeleteRuleCommand({ RuleArn: `${RuleArn}0` }))).rejects.toMatchObject({
    name: "RuleNotFoundException",
  });
});
