import type { Cloud, Operation } from "../api.ts";
import { integer, list, page, text } from "../input.ts";
import { client, invalid } from "./refusals.ts";
import { taskDefinitionShape } from "./shapes.ts";
import { ecsState, findTaskDefinition, type JsonObject, type TaskDefinitionRecord } from "./state.ts";

export function taskDefinitionCalls({ world }: Cloud): Readonly<Record<string, Operation>> {
  const state = ecsState(world);

  function need(name: string | undefined): TaskDefinitionRecord {
    if (!name) throw client("Task Definition can not be blank.");
    const found = findTaskDefinition(world, name);
    if (!found) throw client("Unable to describe task definition.");
    return found;
  }

  return {
    DescribeTaskDefinition: (input) => {
      const found = need(text(input, "taskDefinition"));
      const withTags = list(input, "include")?.includes("TAGS") ?? false;
      return {
        taskDefinition: taskDefinitionShape(world, found),
        ...(withTags ? { tags: state.tags[found.arn] ?? [] } : {}),
      };
    },

    ListTaskDefinitions: (input) => {
      const prefix = text(input, "familyPrefix");
      const status = text(input, "status") ?? "ACTIVE";
      const newestFirst = text(input, "sort") === "DESC";
      const sorted = state.taskDefinitions
        .filter((one) => one.status === status)
        // A family prefix has to be the whole name of a family (API reference, ListTaskDefinitions).
        .filter((one) => prefix === undefined || one.family === prefix)
        .sort((one, other) => one.family.localeCompare(other.family) || one.revision - other.revision)
        .map((one) => one.arn);
      if (newestFirst) sorted.reverse();
      const size = integer(input, "maxResults", { low: 1, high: 100 }, invalid) ?? 100;
      const { items, nextToken } = page(sorted, size, text(input, "nextToken"), invalid);
      return { taskDefinitionArns: items, nextToken };
    },

    RegisterTaskDefinition: (input) => {
      const family = text(input, "family");
      if (!family) throw client("Family can not be blank.");
      if (!/^[\w-]{1,255}$/.test(family)) throw client("Invalid family.");
      const { tags, ...rest } = input;
      const containers = rest.containerDefinitions;
      if (!Array.isArray(containers) || containers.length === 0) throw client("Container list cannot be empty.");
      for (const container of containers as Record<string, unknown>[]) {
        if (!container.name) throw client("Container.name should not be null or empty.");
        if (!container.image) throw client("Container.image should not be null or empty.");
      }
      refuseOtherSizes(rest as JsonObject);
      const record = addTaskDefinition({ world }, family, rest as JsonObject);
      if (Array.isArray(tags)) state.tags[record.arn] = tags;
      return { taskDefinition: taskDefinitionShape(world, record), tags: state.tags[record.arn] };
    },

    DeregisterTaskDefinition: (input) => {
      const name = text(input, "taskDefinition");
      if (name && !/:\d+$/.test(name)) throw client("A task definition needs its revision to be deregistered.");
      const found = need(name);
      found.status = "INACTIVE";
      found.deregisteredAt = world.time.now();
      return { taskDefinition: taskDefinitionShape(world, found) };
    },
  };
}

/** MiB that go with CPU units on Fargate: from, to, step (developer guide, task CPU and memory). */
const fargate: Readonly<Record<string, readonly [number, number, number]>> = {
  "256": [512, 2048, 512],
  "512": [1024, 4096, 1024],
  "1024": [2048, 8192, 1024],
  "2048": [4096, 16_384, 1024],
  "4096": [8192, 30_720, 1024],
  "8192": [16_384, 61_440, 4096],
  "16384": [32_768, 122_880, 8192],
};

function refuseOtherSizes(body: JsonObject): void {
  const kinds = body.requiresCompatibilities;
  if (!Array.isArray(kinds) || !kinds.includes("FARGATE")) return;
  if (body.cpu === undefined || body.memory === undefined) {
    throw client("Fargate requires that 'cpu' and 'memory' be defined at the task level.");
  }
  const memory = Number(body.memory);
  const [from, to, step] = fargate[String(body.cpu)] ?? [1, 0, 1];
  // Of a quarter of a processor 1.5 GB are left out.
  const isOdd = String(body.cpu) === "256" && memory === 1536;
  if (memory >= from && memory <= to && (memory - from) % step === 0 && !isOdd) return;
  throw client("No Fargate configuration exists for given values.");
}

/** Adds the next revision of a family; a repeated call adds another one, as on AWS. */
export function addTaskDefinition(
  { world }: Pick<Cloud, "world">,
  family: string,
  body: JsonObject,
  revision?: number,
): TaskDefinitionRecord {
  const { taskDefinitions } = ecsState(world);
  const last = Math.max(0, ...taskDefinitions.filter((one) => one.family === family).map((one) => one.revision));
  const next = revision ?? last + 1;
  const record: TaskDefinitionRecord = {
    arn: world.arn("ecs", `task-definition/${family}:${next}`),
    family,
    revision: next,
    status: "ACTIVE",
    registeredAt: world.time.now(),
    body,
  };
  taskDefinitions.push(record);
  return record;
}
