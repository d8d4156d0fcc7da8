import type { Command } from "./command.ts";

/** The slash command a command belongs to: "/ops". */
export function slashOf(command: Command): string {
  return command.name.split(" ")[0] ?? command.name;
}

/** The verb people type after it: "scale". */
export function verbOf(command: Command): string {
  return command.name.split(" ").slice(1).join(" ");
}

/** How it is typed, without the slash command and its options: "scale <service> <count>". */
export function briefUsage(command: Command): string {
  const placed = Object.values(command.args).filter(
    ({ kind }) => kind !== "option" && kind !== "flag" && kind !== "incident",
  );
  return [verbOf(command), ...placed.map((spec) => spec.usage)].join(" ").trim() || slashOf(command);
}

/** How it is typed: "/ops scale <service> <count> [--env name] [--reason text]". */
export function usageLine(command: Command): string {
  const specs = Object.values(command.args);
  const named = specs.filter((spec) => spec.kind === "option" || spec.kind === "flag");
  const placed = specs.filter((spec) => spec.kind !== "option" && spec.kind !== "flag" && spec.kind !== "incident");
  const incident = specs.filter((spec) => spec.kind === "incident");
  const environment = specs.some((spec) => spec.kind === "target" || spec.kind === "scope") ? ["[--env name]"] : [];
  const words = [...incident, ...placed].map((spec) => spec.usage);
  return [command.name, ...words, ...environment, ...named.map((spec) => spec.usage)].join(" ");
}
