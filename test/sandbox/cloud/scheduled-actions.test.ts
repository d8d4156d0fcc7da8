import {
  DeleteScheduledActionCommand,
  DescribeScalableTargetsCommand,
  DescribeScalingActivitiesCommand,
  DescribeScheduledActionsCommand,
  PutScheduledActionCommand,
  type PutScheduledActionCommandInput,
  RegisterScalableTargetCommand,
} from "@aws-sdk/client-application-auto-scaling";
import { expect, test } from "vitest";
import { nextTime, readSchedule } from "../../../src/sandbox/cloud/schedule-expression.ts";
import { backend, beginning, type CloudBench, cluster, startBench } from "./cloud-bench.ts";

const about = {
  ServiceNamespace: "ecs",
  ResourceId: `service/${cluster}/${backend.service}`,
  ScalableDimension: "ecs:service:DesiredCount",
} as const;
const put = (change: Partial<PutScheduledActionCommandInput>) =>
  new PutScheduledActionCommand({ ...about, ScheduledActionName: "night", ...change });
const bounds = async ({ scaling }: CloudBench) => {
  const { ScalableTargets } = await scaling.send(new DescribeScalableTargetsCommand({ ServiceNamespace: "ecs" }));
  return [ScalableTargets?.[0]?.MinCapacity, ScalableTargets?.[0]?.MaxCapacity];
};

test("at its time an action moves the bounds, and the bounds move the count", async () => {
  const bench = await startBench();
  const { scaling, service, seconds } = bench;
  await scaling.send(
    put({ Schedule: "at(2026-11-02T09:10:00)", ScalableTargetAction: { MinCapacity: 6, MaxCapacity: 10 } }),
  );
  await seconds(599);
  expect(await bounds(bench)).toEqual([2, 8]);
  await seconds(2);
  expect(await bounds(bench)).toEqual([6, 10]);
  expect((await service()).desiredCount).toBe(6);
  const { ScalingActivities } = await scaling.send(new DescribeScalingActivitiesCommand(about));
  expect(ScalingActivities?.map(({ Description, Cause }) => `${Description} ${Cause}`)).toEqual([
    "Setting desired count to 6. minimum capacity was set to 6",
    "Setting min capacity to 6 and max capacity to 10 scheduled action name night was triggered",
  ]);
});

test("rates and crons come round in their time zone, and not while scheduled scaling is suspended", async () => {
  const bench = await startBench();
  const { scaling, seconds } = bench;
  const suspend = (suspended: boolean) =>
    scaling.send(
      new RegisterScalableTargetCommand({ ...about, SuspendedState: { ScheduledScalingSuspended: suspended } }),
    );
  // 11:15 in Berlin is 10:15 UTC in November.
  await scaling.send(
    put({ Schedule: "cron(15 11 * * ? *)", Timezone: "Europe/Berlin", ScalableTargetAction: { MaxCapacity: 5 } }),
  );
  await suspend(true);
  await seconds(76 * 60);
  expect(await bounds(bench)).toEqual([2, 8]);
  await suspend(false);
  await seconds(24 * 3600);
  expect(await bounds(bench)).toEqual([2, 5]);
  await scaling.send(
    put({ ScheduledActionName: "up", Schedule: "rate(2 hours)", ScalableTargetAction: { MinCapacity: 3 } }),
  );
  await seconds(7201);
  expect(await bounds(bench)).toEqual([3, 5]);
});

test("a deleted action and one that is over do nothing; a changed one keeps what was not named", async () => {
  const bench = await startBench();
  const { scaling, seconds } = bench;
  await scaling.send(put({ Schedule: "rate(1 hour)", ScalableTargetAction: { MaxCapacity: 5 } }));
  await scaling.send(put({ EndTime: new Date(beginning + 30 * 60_000) }));
  const list = () => scaling.send(new DescribeScheduledActionsCommand(about));
  expect((await list()).ScheduledActions).toMatchObject([
    { Schedule: "rate(1 hour)", ScalableTargetAction: { MaxCapacity: 5 }, EndTime: new Date(beginning + 30 * 60_000) },
  ]);
  await scaling.send(
    put({ ScheduledActionName: "gone", Schedule: "rate(1 hour)", ScalableTargetAction: { MaxCapacity: 4 } }),
  );
  await scaling.send(new DeleteScheduledActionCommand({ ...about, ScheduledActionName: "gone" }));
  await seconds(2 * 3600);
  expect(await bounds(bench)).toEqual([2, 8]);
  await expect(
    scaling.send(new DeleteScheduledActionCommand({ ...about, ScheduledActionName: "gone" })),
  ).rejects.toMatchObject({ name: "ObjectNotFoundException" });
});

test("what AWS refuses is refused", async () => {
  const { scaling } = await startBench();
  const wrong: Partial<PutScheduledActionCommandInput>[] = [
    { Schedule: "cron(0 22 * * * *)", ScalableTargetAction: { MinCapacity: 1 } },
    { Schedule: "rate(1 hours)", ScalableTargetAction: { MinCapacity: 1 } },
    { Schedule: "rate(1 hour)" },
    { Schedule: "rate(1 hour)", ScalableTargetAction: { MinCapacity: 5, MaxCapacity: 1 } },
    { Schedule: "rate(1 hour)", Timezone: "Mars/Base", ScalableTargetAction: { MinCapacity: 1 } },
    { ScheduledActionName: "a b", Schedule: "rate(1 hour)", ScalableTargetAction: { MinCapacity: 1 } },
  ];
  for (const change of wrong) {
    await expect(scaling.send(put(change))).rejects.toMatchObject({ name: "ValidationException" });
  }
});

test.each([
  ["cron(30 6 ? * MON *)", "UTC", "2026-11-09T06:30:00.000Z"],
  ["cron(0 8 L * ? *)", "UTC", "2026-11-30T08:00:00.000Z"],
  ["cron(0 8 1W * ? *)", "UTC", "2026-12-01T08:00:00.000Z"],
  ["cron(0 8 ? * 6L *)", "UTC", "2026-11-27T08:00:00.000Z"],
  ["cron(0 8 ? * 2#3 *)", "UTC", "2026-11-16T08:00:00.000Z"],
  ["cron(0/20 10-12 * * ? *)", "UTC", "2026-11-02T10:00:00.000Z"],
  ["cron(0 0 1 1 ? 2028)", "America/New_York", "2028-01-01T05:00:00.000Z"],
  ["at(2026-12-24T18:00:00)", "Europe/Berlin", "2026-12-24T17:00:00.000Z"],
  ["rate(5 minutes)", "UTC", "2026-11-02T09:05:00.000Z"],
  // Half past two does not exist that night: it is as much later.
  ["cron(30 2 29 3 ? *)", "Europe/Berlin", "2027-03-29T00:30:00.000Z"],
])("%s in %s is next at %s", (written, timezone, expected) => {
  const schedule = readSchedule(written, timezone);
  const next = schedule && nextTime(schedule, beginning, beginning);
  expect(next && new Date(next).toISOString()).toBe(expected);
});
