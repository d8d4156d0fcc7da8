import type { NamedTask } from "../../src/domain/configuration.ts";
import { inert, type Reply, reply, section } from "../kit.ts";

/** The commands that may be run once beside a service. */
export function taskList(service: string, tasks: readonly NamedTask[]): Reply {
  const name = inert(service);
  if (tasks.length === 0) {
    const how = `No task is allowed for ${name}. Add some under \`tasks\` of the service in the configuration.`;
    return reply(`No task is allowed for ${name}`, [section(how)]);
  }
  const lines = tasks.map(
    ({ name: task, summary, command }) =>
      `• \`/ops task ${name} ${inert(task)}\`${summary === "" ? "" : ` · ${inert(summary)}`}\n   \`${inert(command.join(" "))}\``,
  );
  return reply(`Tasks of ${name}`, [section([`*Tasks that may be run beside ${name}*`, ...lines].join("\n"))]);
}
