import type { Cloud, Operation } from "../api.ts";
import { type Input, integer, list, page, record, text } from "../input.ts";
import { client, invalid } from "./refusals.ts";
import { taskShape } from "./shapes.ts";
import { ecsState, findCluster, findTaskDefinition, type JsonObject, lastPart, needService } from "./state.ts";

export function taskCalls({ world, tasks }: Cloud): Readonly<Record<string, Operation>> {
  const state = ecsState(world);
  const inCluster = (cluster: string, nameOrArn: string) =>
    state.tasks.find((task) => task.cluster === cluster && (task.id === nameOrArn || task.arn === nameOrArn));

  function checkId(nameOrArn: string): void {
    if (![32, 36].includes(lastPart(nameOrArn).length)) throw invalid("taskId length should be one of [32,36]");
  }

  return {
    DescribeTasks: (input) => {
      const cluster = findCluster(world, text(input, "cluster"));
      const wanted = list(input, "tasks") ?? [];
      if (wanted.length === 0) throw invalid("Tasks cannot be empty.");
      if (wanted.length > 100) throw invalid("Tasks cannot have more than 100 elements.");
      const withTags = list(input, "include")?.includes("TAGS") ?? false;
      const found: unknown[] = [];
      const failures: unknown[] = [];
      for (const one of wanted) {
        checkId(one);
        const task = inCluster(cluster.name, one);
        if (task) found.push(taskShape(world, task, withTags));
        else {
          const arn = one.startsWith("arn:") ? one : world.arn("ecs", `task/${cluster.name}/${one}`);
          failures.push({ arn, reason: "MISSING" });
        }
      }
      return { tasks: found, failures };
    },

    ListTasks: (input) => {
      const cluster = findCluster(world, text(input, "cluster"));
      const desired = text(input, "desiredStatus") ?? "RUNNING";
      if (!["RUNNING", "PENDING", "STOPPED"].includes(desired)) {
        throw invalid("The desiredStatus must be RUNNING, PENDING or STOPPED.");
      }
      const service = text(input, "serviceName");
      const named = service === undefined ? undefined : needService(world, cluster.name, service).name;
      const family = text(input, "family");
      const startedBy = text(input, "startedBy");
      if (startedBy !== undefined && (family !== undefined || service !== undefined)) {
        throw invalid("The startedBy filter cannot be combined with another one.");
      }
      const launchType = text(input, "launchType");
      const arns = state.tasks
        .filter((task) => task.cluster === cluster.name && task.desiredStatus === desired)
        .filter((task) => named === undefined || task.service === named)
        .filter((task) => family === undefined || lastPart(task.taskDefinition).split(":")[0] === family)
        .filter((task) => startedBy === undefined || task.startedBy === startedBy)
        .filter(() => launchType === undefined || launchType === "FARGATE")
        .map((task) => task.arn);
      const size = integer(input, "maxResults", { low: 1, high: 100 }, invalid) ?? 100;
      const { items, nextToken } = page(arns, size, text(input, "nextToken"), invalid);
      return { taskArns: items, nextToken };
    },

    StopTask: (input) => {
      const cluster = findCluster(world, text(input, "cluster"));
      const wanted = text(input, "task");
      if (!wanted) throw invalid("Task cannot be empty.");
      checkId(wanted);
      const task = inCluster(cluster.name, wanted);
      if (!task) throw invalid("The referenced task was not found.");
      const reason = text(input, "reason") ?? "Task stopped by user";
      if (reason.length > 1024) throw invalid("The reason cannot be longer than 1024 characters.");
      tasks.stop(task, { code: "UserInitiated", reason });
      return { task: taskShape(world, task, false) };
    },

    RunTask: (input) => {
      const cluster = findCluster(world, text(input, "cluster"));
      const count = integer(input, "count", { low: 1, high: 10 }, invalid) ?? 1;
      const definition = findTaskDefinition(world, text(input, "taskDefinition") ?? "");
      if (!definition) throw client("TaskDefinition not found.");
      if (definition.status !== "ACTIVE") throw client("TaskDefinition is inactive");
      const clientToken = text(input, "clientToken");
      const known = state.tasks.filter((task) => clientToken !== undefined && task.clientToken === clientToken);
      if (known.length > 0) return { tasks: known.map((task) => taskShape(world, task, false)), failures: [] };
      if (definition.body.networkMode === "awsvpc" && record(input, "networkConfiguration") === undefined) {
        throw invalid("Network Configuration must be provided when networkMode 'awsvpc' is specified.");
      }
      const overrides = overridesOf(input, definition.body);
      const started = Array.from({ length: count }, () =>
        tasks.start({
          overrides,
          clientToken,
          cluster: cluster.name,
          service: null,
          taskDefinition: definition.arn,
          startedBy: text(input, "startedBy") ?? null,
          group: text(input, "group") ?? `family:${definition.family}`,
        }),
      );
      return { tasks: started.map((task) => taskShape(world, task, false)), failures: [] };
    },
  };
}

/** What containers are told to run instead; each must be one of the definition's. */
function overridesOf(input: Input, body: JsonObject): { name: string; command: string[] }[] {
  const given = record(input, "overrides")?.containerOverrides;
  const names = ((body.containerDefinitions ?? []) as { readonly name?: string }[]).map(({ name }) => name);
  return (Array.isArray(given) ? (given as Input[]) : []).map((one) => {
    const name = text(one, "name") ?? "";
    if (!names.includes(name)) {
      throw invalid(`Override for container named ${name} is not a container in the TaskDefinition.`);
    }
    return { name, command: [...(list(one, "command") ?? [])] };
  });
}
