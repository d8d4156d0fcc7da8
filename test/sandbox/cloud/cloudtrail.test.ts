import { CloudTrailClient, LookupEventsCommand } from "@aws-sdk/client-cloudtrail";
import { UpdateServiceCommand } from "@aws-sdk/client-ecs";
import { expect, onTestFinished, test } from "vitest";
import { backend, beginning, startBench } from "./cloud-bench.ts";

async function startTrail() {
  const bench = await startBench();
  const { endpoint, region, credentials } = bench.cloud;
  const at = (place: string) => {
    const client = new CloudTrailClient({ endpoint, credentials, maxAttempts: 1, region: place });
    onTestFinished(() => client.destroy());
    return client;
  };
  return { ...bench, trail: at(region), global: at("us-east-1") };
}
const changes = [{ AttributeKey: "ReadOnly", AttributeValue: "false" }] as const;

test("calls come into the event history some five minutes later, by whom and whether they changed anything", async () => {
  const { ecs, trail, seconds } = await startTrail();
  await ecs.send(new UpdateServiceCommand({ ...backend, desiredCount: 5 }));
  await seconds(60);
  expect((await trail.send(new LookupEventsCommand({}))).Events).toEqual([]);
  await seconds(300);
  const { Events = [] } = await trail.send(new LookupEventsCommand({ LookupAttributes: [...changes] }));
  expect(Events).toMatchObject([
    { EventName: "UpdateService", EventSource: "ecs.amazonaws.com", Username: "tocsin", ReadOnly: "false" },
  ]);
  expect(JSON.parse(Events[0]?.CloudTrailEvent ?? "")).toMatchObject({
    userIdentity: { type: "IAMUser", arn: "arn:aws:iam::123456789012:user/tocsin" },
    eventTime: "2026-11-02T09:00:00Z",
    requestParameters: { desiredCount: 5 },
  });
});

test("what is global is in us-east-1 alone; a denied call carries its error", async () => {
  const { cloud, trail, global, seconds } = await startTrail();
  cloud.world.happened({
    user: "mallory",
    source: "signin.amazonaws.com",
    name: "ConsoleLogin",
    region: "us-east-1",
    answer: { ConsoleLogin: "Failure" },
  });
  cloud.world.happened({
    user: "mallory",
    source: "s3.amazonaws.com",
    name: "ListBuckets",
    readOnly: true,
    error: { code: "AccessDenied", message: "Access Denied" },
  });
  await seconds(301);
  const names = async (client: CloudTrailClient) =>
    (await client.send(new LookupEventsCommand({}))).Events?.map(({ EventName }) => EventName);
  expect(await names(global)).toEqual(["ConsoleLogin"]);
  expect(await names(trail)).toContain("ListBuckets");
});

test("fifty a page, newest first, one attribute, 90 days, two requests a second", async () => {
  const { cloud, trail, seconds } = await startTrail();
  for (let index = 0; index < 70; index += 1) {
    cloud.world.happened({ user: "ci", source: "ecs.amazonaws.com", name: `Change${index}` });
    await seconds(1);
  }
  await seconds(300);
  const first = await trail.send(new LookupEventsCommand({ LookupAttributes: [...changes] }));
  expect(first.Events?.[0]?.EventName).toBe("Change69");
  expect(first.Events).toHaveLength(50);
  const second = await trail.send(
    new LookupEventsCommand({ LookupAttributes: [...changes], NextToken: first.NextToken }),
  );
  expect(second.Events).toHaveLength(20);
  expect(second.NextToken).toBeUndefined();
  const third = trail.send(new LookupEventsCommand({}));
  await expect(third).rejects.toMatchObject({ name: "ThrottlingException" });
  await seconds(1);
  const two = trail.send(new LookupEventsCommand({ LookupAttributes: [...changes, ...changes] }));
  await expect(two).rejects.toMatchObject({ name: "InvalidLookupAttributesException" });
  const range = { StartTime: new Date(beginning), EndTime: new Date(beginning - 1000) };
  await expect(trail.send(new LookupEventsCommand(range))).rejects.toMatchObject({
    name: "InvalidTimeRangeException",
  });
  await seconds(91 * 86_400);
  expect((await trail.send(new LookupEventsCommand({ LookupAttributes: [...changes] }))).Events).toEqual([]);
});
