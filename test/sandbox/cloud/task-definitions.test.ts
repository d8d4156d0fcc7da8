import {
  DeregisterTaskDefinitionCommand,
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  ListTaskDefinitionsCommand,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
  StopTaskCommand,
  UpdateServiceCommand,
} from "@aws-sdk/client-ecs";
import { expect, test } from "vitest";
import { backend, cluster, startBench } from "./cloud-bench.ts";

const short = (arns: readonly string[] = []) => arns.map((arn) => arn.split("/")[1]);
const describe = (taskDefinition: string) => new DescribeTaskDefinitionCommand({ taskDefinition });

test("revisions are listed oldest first, or newest first on request", async () => {
  const { ecs } = await startBench();
  const list = (sort?: "DESC") =>
    ecs.send(new ListTaskDefinitionsCommand({ familyPrefix: "waooaw-backend", ...(sort ? { sort } : {}) }));
  const numbers = ["waooaw-backend:39", "waooaw-backend:40", "waooaw-backend:41", "waooaw-backend:42"];
  expect(short((await list()).taskDefinitionArns)).toEqual(numbers);
  expect(short((await list("DESC")).taskDefinitionArns)).toEqual(numbers.toReversed());
  const page = await ecs.send(new ListTaskDefinitionsCommand({ maxResults: 5 }));
  expect(page.taskDefinitionArns).toHaveLength(5);
  const rest = await ecs.send(new ListTaskDefinitionsCommand({ maxResults: 5, nextToken: page.nextToken ?? "" }));
  expect(rest.taskDefinitionArns).toHaveLength(2);
});

test("a registered revision is the next number, every time it is registered", async () => {
  const { ecs } = await startBench();
  const { taskDefinition } = await ecs.send(describe("waooaw-backend:42"));
  expect(taskDefinition).toMatchObject({
    status: "ACTIVE",
    cpu: "1024",
    containerDefinitions: [{ name: "backend", image: expect.stringMatching(/waooaw-backend:v42$/) }],
  });
  const clone = new RegisterTaskDefinitionCommand({
    family: "waooaw-backend",
    cpu: "2048",
    memory: "4096",
    containerDefinitions: taskDefinition?.containerDefinitions ?? [],
    tags: [{ key: "by", value: "test" }],
  });
  expect((await ecs.send(clone)).taskDefinition).toMatchObject({ revision: 43, cpu: "2048", status: "ACTIVE" });
  expect((await ecs.send(clone)).taskDefinition?.revision).toBe(44);
  expect((await ecs.send(describe("waooaw-backend"))).taskDefinition?.revision).toBe(44);
  const tagged = await ecs.send(
    new DescribeTaskDefinitionCommand({ taskDefinition: "waooaw-backend:43", include: ["TAGS"] }),
  );
  expect(tagged.tags).toEqual([{ key: "by", value: "test" }]);
});

test("a deregistered revision stays readable, is INACTIVE, and leaves the running service alone", async () => {
  const { ecs, service, seconds } = await startBench();
  await ecs.send(new DeregisterTaskDefinitionCommand({ taskDefinition: "waooaw-backend:42" }));
  expect((await ecs.send(describe("waooaw-backend:42"))).taskDefinition).toMatchObject({
    status: "INACTIVE",
    deregisteredAt: expect.any(Date),
  });
  expect((await ecs.send(describe("waooaw-backend"))).taskDefinition?.revision).toBe(41);
  const inactive = await ecs.send(new ListTaskDefinitionsCommand({ status: "INACTIVE" }));
  expect(short(inactive.taskDefinitionArns)).toEqual(["waooaw-backend:42"]);
  await ecs.send(new UpdateServiceCommand({ ...backend, desiredCount: 5 }));
  await seconds(120);
  expect(await service()).toMatchObject({ runningCount: 5 });
});

test.each([
  ["an unknown revision", describe("waooaw-backend:7"), "Unable to describe task definition."],
  ["an unknown family", describe("nothing"), "Unable to describe task definition."],
  [
    "a deregistration without a revision",
    new DeregisterTaskDefinitionCommand({ taskDefinition: "waooaw-backend" }),
    /revision/,
  ],
  ["an empty container list", new RegisterTaskDefinitionCommand({ family: "new", containerDefinitions: [] }), /empty/],
  [
    "a bad family",
    new RegisterTaskDefinitionCommand({ family: "a b", containerDefinitions: [{ name: "a", image: "b" }] }),
    /family/,
  ],
  [
    "a container without an image",
    new RegisterTaskDefinitionCommand({ family: "new", containerDefinitions: [{ name: "a" }] }),
    /image/,
  ],
])("%s is a ClientException", async (_, command, message) => {
  const { ecs } = await startBench();
  const error = await ecs.send(command as typeof command & DescribeTaskDefinitionCommand).catch((thrown) => thrown);
  expect(error).toMatchObject({ name: "ClientException" });
  expect(error.message).toMatch(message);
});

test("tasks are listed by what should become of them, by service, family or starter", async () => {
  const { ecs, service, seconds } = await startBench();
  const count = async (input: object) => (await ecs.send(new ListTasksCommand({ cluster, ...input }))).taskArns?.length;
  const starter = (await service()).deployments?.[0]?.id;
  expect(await count({})).toBe(8);
  expect(await count({ serviceName: backend.service })).toBe(4);
  expect(await count({ family: "waooaw-agent" })).toBe(2);
  expect(await count({ startedBy: starter })).toBe(4);
  expect(await count({ serviceName: backend.service, desiredStatus: "STOPPED" })).toBe(0);
  await ecs.send(new UpdateServiceCommand({ ...backend, desiredCount: 1 }));
  await seconds(10);
  expect(await count({ serviceName: backend.service, desiredStatus: "STOPPED" })).toBe(3);
  await seconds(60 * 60 + 120);
  expect(await count({ serviceName: backend.service, desiredStatus: "STOPPED" })).toBe(0);
  await expect(count({ serviceName: "nowhere" })).rejects.toMatchObject({ name: "ServiceNotFoundException" });
  await expect(count({ startedBy: starter, family: "x" })).rejects.toMatchObject({ name: "InvalidParameterException" });
});

test("tasks that are not there are failures, ids that cannot be one are refused", async () => {
  const { ecs, tasks } = await startBench();
  const [first] = await tasks("RUNNING");
  const id = first?.taskArn?.split("/").at(-1) ?? "";
  const missing = "0".repeat(32);
  const answer = await ecs.send(new DescribeTasksCommand({ cluster, tasks: [id, missing] }));
  expect(answer.tasks?.map((task) => task.taskArn)).toEqual([first?.taskArn]);
  expect(answer.failures).toMatchObject([{ reason: "MISSING", arn: expect.stringContaining(missing) }]);
  const invalid = { name: "InvalidParameterException" };
  await expect(ecs.send(new DescribeTasksCommand({ cluster, tasks: ["short"] }))).rejects.toMatchObject(invalid);
  await expect(ecs.send(new DescribeTasksCommand({ cluster, tasks: [] }))).rejects.toMatchObject(invalid);
  await expect(ecs.send(new DescribeTasksCommand({ cluster, tasks: Array(101).fill(missing) }))).rejects.toMatchObject(
    invalid,
  );
  await expect(ecs.send(new StopTaskCommand({ cluster, task: missing }))).rejects.toMatchObject({
    ...invalid,
    message: "The referenced task was not found.",
  });
});
