import { CloudWatchClient, SetAlarmStateCommand } from "@aws-sdk/client-cloudwatch";
import { DescribeServiceDeploymentsCommand, UpdateServiceCommand } from "@aws-sdk/client-ecs";
import { expect, onTestFinished, test } from "vitest";
import { backend, type CloudBench, startBench } from "./cloud-bench.ts";

const name = "waooaw-backend-5xx";

async function startWatched(rollback = true): Promise<CloudBench & { readonly alarm: () => Promise<unknown> }> {
  const bench = await startBench();
  const { endpoint, region, credentials } = bench.cloud;
  const watch = new CloudWatchClient({ endpoint, region, credentials });
  onTestFinished(() => watch.destroy());
  await bench.ecs.send(
    new UpdateServiceCommand({
      ...backend,
      deploymentConfiguration: { alarms: { alarmNames: [await alarmName(watch)], enable: true, rollback } },
    }),
  );
  return {
    ...bench,
    alarm: async () =>
      watch.send(
        new SetAlarmStateCommand({ AlarmName: await alarmName(watch), StateValue: "ALARM", StateReason: "tried out" }),
      ),
  };
}

async function alarmName(watch: CloudWatchClient): Promise<string> {
  const { DescribeAlarmsCommand } = await import("@aws-sdk/client-cloudwatch");
  const { MetricAlarms = [] } = await watch.send(new DescribeAlarmsCommand({}));
  return MetricAlarms.find(({ AlarmName }) => AlarmName?.startsWith("waooaw-backend"))?.AlarmName ?? name;
}

const deploy = (change: object = { taskDefinition: "waooaw-backend:41" }) =>
  new UpdateServiceCommand({ ...backend, ...change });

async function current({ ecs, service }: CloudBench) {
  const { serviceDeployments } = await ecs.send(
    new DescribeServiceDeploymentsCommand({
      serviceDeploymentArns: [(await service()).currentServiceDeployment ?? ""],
    }),
  );
  return serviceDeployments?.[0];
}

test("an alarm that goes off in a deployment fails it, and the last completed one comes back", async () => {
  const bench = await startWatched();
  const { ecs, service, seconds, events, alarm } = bench;
  const before = (await service()).deployments?.[0]?.id;
  await ecs.send(deploy());
  await seconds(60);
  expect(await current(bench)).toMatchObject({ status: "IN_PROGRESS", alarms: { status: "MONITORING" } });
  await alarm();
  expect(await current(bench)).toMatchObject({
    status: "ROLLBACK_IN_PROGRESS",
    alarms: { status: "TRIGGERED", triggeredAlarmNames: [expect.stringContaining("waooaw-backend")] },
    rollback: { reason: expect.stringContaining("CloudWatch alarm") },
  });
  await seconds(400);
  const now = await service();
  expect(now.taskDefinition).toMatch(/waooaw-backend:42$/);
  expect(now.deployments).toMatchObject([{ id: before, rolloutState: "COMPLETED", runningCount: 4 }]);
  expect((await events()).join("\n")).toMatch(
    /deployment failed: alarm detected\.[\s\S]*rolling back to deployment ecs-svc/,
  );
});

test("when all new tasks run, the alarms are watched for a while before it counts as completed", async () => {
  const bench = await startWatched();
  const { ecs, service, seconds, alarm } = bench;
  await ecs.send(deploy());
  for (let waited = 0; waited < 40 && (await current(bench))?.lifecycleStage !== "BAKE_TIME"; waited += 1) {
    await seconds(10);
  }
  const [baking] = (await service()).deployments ?? [];
  expect(baking).toMatchObject({ rolloutState: "IN_PROGRESS", runningCount: 4 });
  await alarm();
  await seconds(400);
  // Nothing of the old deployment was left, so that a new one of its task definition was started.
  expect((await service()).deployments).toMatchObject([
    { rolloutState: "COMPLETED", taskDefinition: expect.stringMatching(/waooaw-backend:42$/) },
  ]);
});

test("without rollback it stays failed; an alarm that was on at the start is not watched", async () => {
  const bench = await startWatched(false);
  const { ecs, service, seconds, alarm } = bench;
  await ecs.send(deploy());
  await seconds(30);
  await alarm();
  expect((await service()).deployments?.[0]).toMatchObject({
    rolloutState: "FAILED",
    rolloutStateReason: "ECS deployment alarm: alarm detected.",
  });
  expect(await current(bench)).toMatchObject({ status: "STOPPED" });
  await ecs.send(deploy({ taskDefinition: "waooaw-backend:40" }));
  await seconds(10);
  expect(await current(bench)).toMatchObject({ status: "IN_PROGRESS", alarms: { status: "DISABLED" } });
});

test("alarms are given whole or not at all", async () => {
  const { ecs } = await startBench();
  const alarms = { alarmNames: [], enable: true, rollback: true };
  await expect(ecs.send(deploy({ deploymentConfiguration: { alarms } }))).rejects.toMatchObject({
    name: "InvalidParameterException",
  });
});
