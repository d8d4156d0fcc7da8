import { anyOperation } from "../../src/domain/operation/operation.ts";
import { runTask, taskNamed } from "../../src/operations/run-task.ts";
import { arg, command } from "../../src/slack/command.ts";
import { taskList } from "../../templates/ops/tasks.ts";
import { askOperation } from "./ask-operation.ts";
import { operationArgs } from "./guarded.ts";

/** Plans to run a command that the configuration allows, once, beside a service; without a name it lists them. */
export const task = command({
  name: "/ops task",
  synonyms: ["run", "run-task", "tasks"],
  summary: "Run a command once beside a service, one of those that the configuration allows, or list them",
  examples: ["/ops task backend", "/ops task backend check-migrations"],
  args: { service: arg.target("service"), ...operationArgs, task: arg.optional(arg.name("<task>")) },
  needs: "member",
  run: async (ask) => {
    const { service: target, task: name } = ask.args;
    const tasks = ask.app.config.services.find((one) => one.name === target.name)?.tasks ?? [];
    if (name === undefined) return { text: taskList(target.name, tasks) };
    return askOperation(ask, {
      operation: anyOperation(runTask),
      target,
      input: { name: taskNamed(name.trim(), tasks, target.name).name },
      what: `run the task ${name}`,
      options: ask.args,
    });
  },
});
