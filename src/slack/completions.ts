import type { Command } from "./command.ts";
import { slashOf, usageLine } from "./usage.ts";

/** What a composer offers while one types a slash command. */
export interface Completions {
  readonly command: string;
  readonly description: string;
  readonly usageHint: string;
  readonly completions: readonly { readonly text: string; readonly summary: string }[];
}

/** One entry for each slash command, with every verb as it is typed. */
export function completions(commands: readonly Command[]): readonly Completions[] {
  return [...new Set(commands.map(slashOf))].map((slash) => {
    const verbs = commands.filter((command) => slashOf(command) === slash && command.name !== slash);
    return {
      command: slash,
      description: verbs
        .map((command) => command.name.split(" ")[1])
        .slice(0, 4)
        .join(", "),
      usageHint: "<verb>, or help",
      completions: [
        ...verbs.map((command) => ({ text: usageLine(command), summary: command.summary })),
        { text: `${slash} help`, summary: "Everything it can do" },
      ],
    };
  });
}

export function declaredShortcuts(commands: readonly Command[]) {
  return commands.flatMap((command) =>
    Object.entries(command.shortcuts ?? {}).map(([callbackId, { name, type }]) => ({ callbackId, name, type })),
  );
}
