import {
  CloudWatchLogsClient,
  DescribeLogGroupsCommand,
  DescribeLogStreamsCommand,
  FilterLogEventsCommand,
  GetLogEventsCommand,
  GetQueryResultsCommand,
  StartQueryCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { UpdateServiceCommand } from "@aws-sdk/client-ecs";
import { expect, onTestFinished, test } from "vitest";
import { backend, startBench } from "./cloud-bench.ts";

const logGroupName = "/ecs/waooaw-backend-production";

async function startLogs() {
  const bench = await startBench();
  const { endpoint, region, credentials } = bench.cloud;
  const logs = new CloudWatchLogsClient({ endpoint, region, credentials, maxAttempts: 1 });
  onTestFinished(() => logs.destroy());
  const found = async (filterPattern: string, minutes = 5, group = logGroupName) => {
    const startTime = bench.clock.now() - minutes * 60_000;
    const { events } = await logs.send(new FilterLogEventsCommand({ logGroupName: group, filterPattern, startTime }));
    return events ?? [];
  };
  return { ...bench, logs, found };
}

test("there is a group for each service and for the database, with a stream for each task", async () => {
  const { logs } = await startLogs();
  const { logGroups } = await logs.send(new DescribeLogGroupsCommand({}));
  expect(logGroups?.map((group) => group.logGroupName)).toEqual([
    "/aws/rds/instance/waooaw-postgres-production/postgresql",
    "/ecs/waooaw-agent-production",
    "/ecs/waooaw-backend-production",
    "/ecs/waooaw-grafana-production",
    "/ecs/waooaw-prometheus-production",
  ]);
  const { logStreams } = await logs.send(
    new DescribeLogStreamsCommand({ logGroupName, orderBy: "LastEventTime", descending: true }),
  );
  expect(logStreams).toHaveLength(4);
  expect(logStreams?.[0]?.logStreamName).toMatch(/^ecs\/backend\/[0-9a-f]{32}$/);
  await expect(logs.send(new DescribeLogStreamsCommand({ logGroupName: "/nowhere" }))).rejects.toMatchObject({
    name: "ResourceNotFoundException",
    message: "The specified log group does not exist.",
  });
});

test("a quiet service writes its requests and hardly an error; the same lines whenever they are asked for", async () => {
  const { found } = await startLogs();
  const lines = await found("");
  expect(lines.length).toBeGreaterThan(200);
  expect(await found("")).toEqual(lines);
  const times = lines.map((line) => line.timestamp ?? 0);
  expect(times).toEqual([...times].sort((one, other) => one - other));
  expect((await found("ERROR")).length).toBeLessThan(3);
  expect(await found("?GET ?POST -health")).not.toHaveLength(0);
});

test.each([
  ["bad-deploy", "waooaw-backend", "KeyError", "eyJhbGciOiJIUzI1NiJ9"],
  ["pool-exhausted", "waooaw-postgres-production", "QueuePool limit", "QueuePool"],
  ["lock-chain", "waooaw-postgres-production", '"lock timeout"', "jane.roe@example.com"],
])("%s shows in the lines, planted secrets included", async (fault, target, pattern, planted) => {
  const { cloud, found, seconds } = await startLogs();
  expect(await found(pattern)).toEqual([]);
  cloud.faults.set(fault, target, true);
  await seconds(300);
  const lines = await found(pattern);
  expect(lines.length).toBeGreaterThan(1);
  expect(lines[0]?.message).toContain(planted);
});

test("the database's own log tells of slow statements", async () => {
  const { cloud, found, seconds } = await startLogs();
  cloud.faults.set("slow-query", "waooaw-postgres-production", true);
  await seconds(120);
  const lines = await found("duration", 2, "/aws/rds/instance/waooaw-postgres-production/postgresql");
  expect(lines.length).toBeGreaterThan(10);
  expect(lines[0]?.message).toMatch(/duration: \d+\.\d{3} ms {2}statement: SELECT/);
});

test("a task writes as it starts, and why it ended when it crashed, also after it is gone", async () => {
  const { cloud, ecs, logs, found, seconds } = await startLogs();
  cloud.faults.set("crash-on-start", "waooaw-backend", true);
  await ecs.send(new UpdateServiceCommand({ ...backend, desiredCount: 5 }));
  await seconds(90);
  cloud.faults.clear();
  const [crashed] = await found('"exited with code 1"');
  expect(await found('"settings DATABASE_URL=postgresql://waooaw:planted-log-password-5Jd1"')).not.toHaveLength(0);
  await seconds(2 * 3600);
  const { events } = await logs.send(
    new GetLogEventsCommand({ logGroupName, logStreamName: crashed?.logStreamName ?? "", startFromHead: true }),
  );
  expect(events?.[0]?.message).toBe("INFO starting waooaw-backend:42");
  expect(events?.at(-1)?.message).toBe("CRITICAL process exited with code 1");
});

test("pages go on where the last ended, and may be empty and yet have a successor", async () => {
  const { logs, clock, found } = await startLogs();
  const all = await found("", 2);
  const startTime = clock.now() - 120_000;
  const first = await logs.send(new FilterLogEventsCommand({ logGroupName, startTime, limit: 30 }));
  const rest = await logs.send(new FilterLogEventsCommand({ logGroupName, startTime, nextToken: first.nextToken }));
  expect([...(first.events ?? []), ...(rest.events ?? [])]).toEqual(all);
  const day = await logs.send(
    new FilterLogEventsCommand({ logGroupName, startTime: clock.now() - 86_400_000, filterPattern: "never-written" }),
  );
  expect([day.events, typeof day.nextToken]).toEqual([[], "string"]);
  const name = all[0]?.logStreamName ?? "";
  const tail = await logs.send(new GetLogEventsCommand({ logGroupName, logStreamName: name, limit: 5 }));
  const before = await logs.send(
    new GetLogEventsCommand({ logGroupName, logStreamName: name, limit: 5, nextToken: tail.nextBackwardToken }),
  );
  expect([tail.events?.length, before.events?.length]).toEqual([5, 5]);
  expect(before.events?.at(-1)?.timestamp).toBeLessThan(tail.events?.[0]?.timestamp ?? 0);
  await expect(found("{ $.level = ERROR }")).rejects.toMatchObject({ name: "InvalidParameterException" });
});

test("a query is scheduled, runs and completes with its rows; one that cannot be read is refused", async () => {
  const { cloud, logs, clock, seconds } = await startLogs();
  cloud.faults.set("bad-deploy", "waooaw-backend", true);
  await seconds(600);
  const start = (queryString: string) =>
    logs.send(
      new StartQueryCommand({
        logGroupName,
        startTime: Math.floor(clock.now() / 1000) - 600,
        endTime: Math.floor(clock.now() / 1000),
        queryString,
      }),
    );
  const results = (queryId: string | undefined) => logs.send(new GetQueryResultsCommand({ queryId }));
  const { queryId } = await start(
    "fields @timestamp, @message | filter @message like /ERROR|CRITICAL/ | sort @timestamp desc | limit 3",
  );
  expect((await results(queryId)).status).toBe("Scheduled");
  await seconds(1);
  expect((await results(queryId)).status).toBe("Running");
  await seconds(3);
  const done = await results(queryId);
  expect(done).toMatchObject({ status: "Complete", statistics: { recordsMatched: 3 } });
  expect(done.results?.[0]?.map((one) => one.field)).toEqual(["@timestamp", "@message", "@ptr"]);
  expect(done.results?.[0]?.[1]?.value).toMatch(/ERROR/);
  const counted = await start('filter @message like "ERROR" | stats count(*) as errors by bin(5m)');
  await seconds(4);
  const rows = (await results(counted.queryId)).results ?? [];
  expect(rows.length).toBeGreaterThanOrEqual(2);
  expect(Number(rows[1]?.find((one) => one.field === "errors")?.value)).toBeGreaterThan(20);
  await expect(start("parse everything")).rejects.toMatchObject({ name: "MalformedQueryException" });
  await expect(results("nothing")).rejects.toMatchObject({ name: "ResourceNotFoundException" });
});
