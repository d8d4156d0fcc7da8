import type { Configuration } from "../domain/configuration.ts";
import type { Command } from "./command.ts";
import { slashOf } from "./usage.ts";

type Doors<K extends "buttons" | "forms" | "suggestions" | "shortcuts"> = NonNullable<Command[K]>[string];

/** A door and the command it belongs to, whose right it needs. */
export interface Route<T> {
  readonly command: Command;
  readonly door: T;
}

/** Every door of every command, by what Slack sends for it. */
export interface Routes {
  readonly slashes: ReadonlySet<string>;
  readonly buttons: ReadonlyMap<string, Route<Doors<"buttons">>>;
  readonly forms: ReadonlyMap<string, Route<Doors<"forms">>>;
  readonly suggestions: ReadonlyMap<string, Route<Doors<"suggestions">>>;
  readonly shortcuts: ReadonlyMap<string, Route<Doors<"shortcuts">>>;
  readonly reactions: (name: string) => readonly Route<NonNullable<Command["reactions"]>[number]["run"]>[];
  readonly events: (type: string) => readonly Route<NonNullable<Command["events"]>[string]>[];
}

/** Makes the tables from the list of commands; throws where two commands claim one door. */
export function routesOf(commands: readonly Command[], config: Configuration): Routes {
  const reactions = commands.flatMap((command) =>
    (command.reactions ?? []).map(({ name, run }) => ({ name: name(config), route: { command, door: run } })),
  );
  const events = commands.flatMap((command) =>
    Object.entries(command.events ?? {}).map(([type, door]) => ({ type, route: { command, door } })),
  );
  return {
    slashes: new Set(commands.map(slashOf)),
    buttons: table(commands, (command) => command.buttons),
    forms: table(commands, (command) => command.forms),
    suggestions: table(commands, (command) => command.suggestions),
    shortcuts: table(commands, (command) => command.shortcuts),
    reactions: (name) => reactions.filter((one) => one.name === name).map(({ route }) => route),
    events: (type) => events.filter((one) => one.type === type).map(({ route }) => route),
  };
}

function table<T>(
  commands: readonly Command[],
  doorsOf: (command: Command) => Readonly<Record<string, T>> | undefined,
): ReadonlyMap<string, Route<T>> {
  const found = new Map<string, Route<T>>();
  for (const command of commands) {
    for (const [id, door] of Object.entries(doorsOf(command) ?? {})) {
      const other = found.get(id);
      if (other) throw new Error(`${id} belongs to both ${other.command.name} and ${command.name}`);
      found.set(id, { command, door });
    }
  }
  return found;
}
