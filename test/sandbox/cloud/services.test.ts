import {
  DescribeClustersCommand,
  DescribeServicesCommand,
  ListClustersCommand,
  ListServicesCommand,
  ListTagsForResourceCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateServiceCommand,
} from "@aws-sdk/client-ecs";
import { expect, test } from "vitest";
import { backend, cluster, startBench } from "./cloud-bench.ts";

const update = (change: object) => new UpdateServiceCommand({ ...backend, ...change });

test("the account is the one the example configuration names", async () => {
  const { ecs } = await startBench();
  const { serviceArns } = await ecs.send(new ListServicesCommand({ cluster }));
  const { services } = await ecs.send(new DescribeServicesCommand({ cluster, services: serviceArns ?? [] }));
  expect(
    services?.map(({ serviceName, desiredCount, runningCount, pendingCount, taskDefinition }) => [
      serviceName,
      desiredCount,
      runningCount,
      pendingCount,
      taskDefinition?.split("/")[1],
    ]),
  ).toEqual([
    ["waooaw-backend", 4, 4, 0, "waooaw-backend:42"],
    ["waooaw-agent", 2, 2, 0, "waooaw-agent:17"],
    ["waooaw-prometheus", 1, 1, 0, "waooaw-prometheus:5"],
    ["waooaw-grafana", 1, 1, 0, "waooaw-grafana:8"],
  ]);
  expect(services?.[0]).toMatchObject({
    status: "ACTIVE",
    schedulingStrategy: "REPLICA",
    deploymentConfiguration: {
      maximumPercent: 200,
      minimumHealthyPercent: 100,
      deploymentCircuitBreaker: { enable: true, rollback: true },
    },
    deployments: [{ status: "PRIMARY", rolloutState: "COMPLETED", desiredCount: 4, runningCount: 4 }],
    loadBalancers: [{ containerName: "backend", containerPort: 8000 }],
  });
});

test("an unknown service is a failure in an answer of 200, an unknown cluster an exception", async () => {
  const { ecs } = await startBench();
  const { services, failures, $metadata } = await ecs.send(
    new DescribeServicesCommand({ cluster, services: ["nowhere", backend.service] }),
  );
  expect($metadata.httpStatusCode).toBe(200);
  expect(services?.map((service) => service.serviceName)).toEqual([backend.service]);
  expect(failures).toEqual([
    { arn: `arn:aws:ecs:eu-west-1:123456789012:service/${cluster}/nowhere`, reason: "MISSING" },
  ]);
  await expect(ecs.send(new DescribeServicesCommand({ cluster: "nowhere", services: ["x"] }))).rejects.toMatchObject({
    name: "ClusterNotFoundException",
    message: "Cluster not found.",
  });
  await expect(ecs.send(new ListServicesCommand({}))).rejects.toMatchObject({ name: "ClusterNotFoundException" });
});

test("names, ARNs and tags all lead to the same service", async () => {
  const { ecs, service } = await startBench();
  const { serviceArn = "", clusterArn = "" } = await service();
  const byArn = await ecs.send(
    new DescribeServicesCommand({ cluster: clusterArn, services: [serviceArn], include: ["TAGS"] }),
  );
  expect(byArn.services?.[0]?.tags).toEqual([{ key: "environment", value: "production" }]);
  await ecs.send(new TagResourceCommand({ resourceArn: serviceArn, tags: [{ key: "incident", value: "42" }] }));
  await ecs.send(new UntagResourceCommand({ resourceArn: serviceArn, tagKeys: ["environment"] }));
  expect((await ecs.send(new ListTagsForResourceCommand({ resourceArn: serviceArn }))).tags).toEqual([
    { key: "incident", value: "42" },
  ]);
  await expect(ecs.send(new ListTagsForResourceCommand({ resourceArn: `${serviceArn}x` }))).rejects.toMatchObject({
    name: "InvalidParameterException",
  });
});

test("at most ten services are described at once, and at least one", async () => {
  const { ecs } = await startBench();
  const names = Array.from({ length: 11 }, (_, index) => `service-${index}`);
  await expect(ecs.send(new DescribeServicesCommand({ cluster, services: names }))).rejects.toMatchObject({
    name: "InvalidParameterException",
  });
  await expect(ecs.send(new DescribeServicesCommand({ cluster, services: [] }))).rejects.toMatchObject({
    name: "InvalidParameterException",
    message: "Services cannot be empty.",
  });
});

test("lists come in pages, and only with tokens that were given out", async () => {
  const { ecs } = await startBench();
  const first = await ecs.send(new ListServicesCommand({ cluster, maxResults: 3 }));
  expect(first.serviceArns).toHaveLength(3);
  const second = await ecs.send(new ListServicesCommand({ cluster, maxResults: 3, nextToken: first.nextToken ?? "" }));
  expect(second.serviceArns).toHaveLength(1);
  expect(second.nextToken).toBeUndefined();
  await expect(ecs.send(new ListServicesCommand({ cluster, nextToken: "made up" }))).rejects.toMatchObject({
    name: "InvalidParameterException",
  });
  await expect(ecs.send(new ListServicesCommand({ cluster, maxResults: 101 }))).rejects.toMatchObject({
    name: "InvalidParameterException",
  });
});

test.each([
  ["negative", { desiredCount: -1 }, "InvalidParameterException"],
  ["fractional", { desiredCount: 2.5 }, "InvalidParameterException"],
  ["more than a service may have", { desiredCount: 5001 }, "InvalidParameterException"],
  [
    "a minimum above the maximum",
    { deploymentConfiguration: { minimumHealthyPercent: 100, maximumPercent: 50 } },
    "InvalidParameterException",
  ],
  [
    "no room to deploy",
    { deploymentConfiguration: { minimumHealthyPercent: 100, maximumPercent: 100 } },
    "InvalidParameterException",
  ],
  ["an unknown task definition", { taskDefinition: "waooaw-backend:99" }, "ClientException"],
  ["an unknown family", { taskDefinition: "nothing" }, "ClientException"],
  ["an unknown service", { service: "nowhere", desiredCount: 1 }, "ServiceNotFoundException"],
  ["an unknown cluster", { cluster: "nowhere", desiredCount: 1 }, "ClusterNotFoundException"],
])("UpdateService refuses %s and changes nothing", async (_, change, name) => {
  const { ecs, service } = await startBench();
  const before = await service();
  await expect(ecs.send(update(change))).rejects.toMatchObject({ name });
  expect(await service()).toEqual(before);
});

test("a deleted service is described as INACTIVE and cannot be updated", async () => {
  const { cloud, ecs, service, seconds } = await startBench();
  cloud.world.deleteService(backend.service);
  await expect(ecs.send(update({ desiredCount: 6 }))).rejects.toMatchObject({
    name: "ServiceNotActiveException",
    message: "Service was not ACTIVE.",
  });
  await seconds(90);
  expect(await service()).toMatchObject({ status: "INACTIVE", desiredCount: 0, runningCount: 0 });
  expect((await ecs.send(new ListServicesCommand({ cluster }))).serviceArns).toHaveLength(3);
});

test("the count of a DAEMON service cannot be set", async () => {
  const { cloud, ecs } = await startBench();
  cloud.world.configure(backend.service, { schedulingStrategy: "DAEMON" });
  await expect(ecs.send(update({ desiredCount: 6 }))).rejects.toMatchObject({ name: "InvalidParameterException" });
});

test("clusters are listed, counted and missed", async () => {
  const { ecs } = await startBench();
  const { clusterArns } = await ecs.send(new ListClustersCommand({}));
  expect(clusterArns).toEqual([`arn:aws:ecs:eu-west-1:123456789012:cluster/${cluster}`]);
  const { clusters, failures } = await ecs.send(new DescribeClustersCommand({ clusters: [cluster, "nowhere"] }));
  expect(clusters).toMatchObject([
    { clusterName: cluster, status: "ACTIVE", activeServicesCount: 4, runningTasksCount: 8, pendingTasksCount: 0 },
  ]);
  expect(failures).toMatchObject([{ reason: "MISSING" }]);
});
