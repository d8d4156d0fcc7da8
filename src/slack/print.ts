import type { Target } from "../domain/operation/operation.ts";
import { targetName } from "../domain/operation/operation.ts";
import type { Command } from "./command.ts";

/** Writes arguments as the line a person would type for them; parsing it gives the same arguments back. */
export function printLine(command: Command, args: Readonly<Record<string, unknown>>): string {
  const first: string[] = [];
  const placed: string[] = [];
  const named: string[] = [];
  let text = "";
  for (const [key, spec] of Object.entries(command.args)) {
    const value = args[key];
    if (value === undefined || value === false) continue;
    if (spec.kind === "incident") first.push(`INC-${value}`);
    else if (spec.kind === "flag") named.push(`--${spec.name}`);
    else if (spec.kind === "option") named.push(`--${spec.name} ${quoted(String(value))}`);
    else if (spec.kind === "target") placed.push(targetName(value as Target));
    else if (spec.kind === "person") placed.push(`<@${value}>`);
    else if (spec.kind === "text") text = quoted(String(value));
    else placed.push(spec.kind === "word" || spec.kind === "choice" ? quoted(String(value)) : String(value));
  }
  return [command.name, ...first, ...placed, ...named, text].filter((word) => word !== "").join(" ");
}

function quoted(value: string): string {
  const escaped = value.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  return /^[\p{L}\d][\p{L}\d./:@_-]*$/u.test(value) ? escaped : `"${escaped}"`;
}
