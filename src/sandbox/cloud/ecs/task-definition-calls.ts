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
