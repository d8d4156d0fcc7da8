import type { CommandState } from "../../protocol.ts";
import { findEmoji } from "./emoji.ts";
import type { Names } from "./typed-text.ts";

export interface Choice {
  /** What stands in the composer when the choice is taken. */
  readonly insert: string;
  readonly label: string;
  readonly summary: string;
}

/** What can be completed at the caret: the choices replace the text from `from` to the caret. */
export interface Completion {
  readonly kind: "command" | "words" | "person" | "channel" | "emoji";
  readonly from: number;
  readonly choices: readonly Choice[];
  /** Whether Enter takes the first choice; where not, Enter sends and Tab completes. */
  readonly eager: boolean;
}

export interface Completable extends Names {
  readonly commands: readonly CommandState[];
}

const mostChoices = 20;

/** What to offer for this text with the caret there, or null. */
export function complete(text: string, caret: number, known: Completable): Completion | null {
  const before = text.slice(0, caret);
  const found = completeCommand(before, known.commands) ?? completeName(before, known);
  return found === null || found.choices.length === 0 ? null : found;
}

function completeCommand(before: string, commands: readonly CommandState[]): Completion | null {
  const match = /^(\/\S*)(\s[\s\S]*)?$/.exec(before);
  if (match?.[1] === undefined) return null;
  const [, typed, rest] = match;
  if (rest === undefined) {
    const choices = commands
      .filter((command) => command.command.startsWith(typed.toLowerCase()))
      .map((command) => ({
        insert: `${command.command} `,
        label: `${command.command} ${command.usageHint}`.trim(),
        summary: command.description,
      }));
    const isWhole = commands.some((command) => command.command === typed.toLowerCase());
    return { kind: "command", from: 0, choices: choices.slice(0, mostChoices), eager: !isWhole };
  }
  const command = commands.find((candidate) => candidate.command === typed.toLowerCase());
  if (command === undefined || /[@#:]\S*$/.test(rest)) return null;
  return completeWords(before, rest.trimStart(), command);
}

/** The words of a subcommand: a placeholder such as `<count>` is shown, and left to the person. */
function completeWords(before: string, typed: string, command: CommandState): Completion {
  const wanted = typed.toLowerCase();
  const choices = command.completions
    .map(({ text, summary }) => {
      const words = text.startsWith(`${command.command} `) ? text.slice(command.command.length + 1) : text;
      const literal = words.replace(/\s*[<[|].*$/, "");
      return { literal, label: `${command.command} ${words}`, summary, insert: `${literal} ` };
    })
    .filter(({ literal }) => literal.toLowerCase().startsWith(wanted) && literal.toLowerCase() !== wanted.trimEnd())
    .map(({ insert, label, summary }) => ({ insert, label, summary }));
  return { kind: "words", from: before.length - typed.length, choices: choices.slice(0, mostChoices), eager: false };
}

function completeName(before: string, known: Completable): Completion | null {
  const match = /(?:^|[\s(])([@#:])([\p{L}\p{N}._+-]*)$/u.exec(before);
  const sign = match?.[1];
  if (match === null || sign === undefined) return null;
  const typed = (match[2] ?? "").toLowerCase();
  const from = before.length - typed.length - 1;
  if (sign === "@") return { kind: "person", from, choices: people(typed, known), eager: true };
  if (sign === "#") return { kind: "channel", from, choices: channels(typed, known), eager: true };
  if (typed.length < 2) return null;
  const choices = findEmoji(typed, mostChoices).map(({ name, character }) => ({
    insert: `:${name}: `,
    label: `${character} :${name}:`,
    summary: "",
  }));
  return { kind: "emoji", from, choices, eager: true };
}

function people(typed: string, known: Completable): readonly Choice[] {
  const persons = known.people
    .filter(({ kind }) => kind !== "deleted")
    .filter(({ name, realName }) => startsWithWord(`${name} ${realName}`, typed))
    .map(({ name, realName, title }) => ({ insert: `@${name} `, label: `@${name}`, summary: join(realName, title) }));
  const groups = known.groups
    .filter(({ handle }) => handle.startsWith(typed))
    .map(({ handle }) => ({ insert: `@${handle} `, label: `@${handle}`, summary: "User group" }));
  const ranges = [
    { insert: "@here ", label: "@here", summary: "Notify every active member of the channel" },
    { insert: "@channel ", label: "@channel", summary: "Notify every member of the channel" },
  ].filter(({ label }) => label.slice(1).startsWith(typed));
  return [...persons, ...groups, ...ranges].slice(0, mostChoices);
}

function join(realName: string, title: string): string {
  return title === "" ? realName : `${realName}, ${title}`;
}

function channels(typed: string, known: Completable): readonly Choice[] {
  return known.channels
    .filter(({ kind, archived }) => kind !== "im" && !archived)
    .filter(({ name }) => startsWithWord(name, typed))
    .map(({ name, topic }) => ({ insert: `#${name} `, label: `#${name}`, summary: topic }))
    .slice(0, mostChoices);
}

function startsWithWord(text: string, typed: string): boolean {
  return text
    .toLowerCase()
    .split(/[\s._-]+/)
    .concat(text.toLowerCase())
    .some((word) => word.startsWith(typed));
}
