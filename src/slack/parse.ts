import type { Configuration } from "../domain/configuration.ts";
import { nearest } from "../domain/nearest.ts";
import { Refusal } from "../errors.ts";
import { type People, type Reading, readArgument } from "./arguments.ts";
import type { Arg, Command } from "./command.ts";
import { didYouMean, typed } from "./nearest.ts";
import { findEnvironment, unknownEnvironment } from "./target-word.ts";
import { plainText, type Token, tokens } from "./tokens.ts";
import { slashOf, usageLine, verbOf } from "./usage.ts";

/** A slash command as it was typed. */
export interface Line {
  /** With its slash: "/ops". */
  readonly slash: string;
  /** What stood after it, as Slack sent it. */
  readonly text: string;
  /** Slack user id of who typed it. */
  readonly me: string;
  /** Who a raw @name is; Slack sends names instead of ids to commands without escaping. */
  readonly people: People;
}

export type Parsed =
  | { readonly kind: "run"; readonly command: Command; readonly args: Readonly<Record<string, unknown>> }
  /** Help for one command, or for all verbs of the slash command. */
  | { readonly kind: "help"; readonly command: Command | null };

/** Names written as @name that Slack did not turn into ids, for looking them up before the line is parsed. */
export function rawMentions(text: string): readonly string[] {
  if (!text.includes("@")) return [];
  return tokens(text)
    .filter((token) => !token.quoted && /^@[\w.-]+$/.test(token.raw) && !/^@me$/i.test(token.raw))
    .map((token) => token.text.slice(1));
}

/** Reads a typed line by the commands of its slash command. Pure; throws nothing but a Refusal with the way out. */
export function parseLine(line: Line, commands: readonly Command[], config: Configuration): Parsed {
  const own = commandsOf(line.slash, commands);
  const words = tokens(line.text);
  const [first, second] = words;
  const bare = own.find((command) => command.bare);
  if (!first && bare) return { kind: "run", command: bare, args: readArguments(bare, [], line, config) };
  if (!first || /^(?:help|--help|-h|\?)$/i.test(first.text)) {
    return { kind: "help", command: second ? verbAt(own, words.slice(1), line.slash).command : null };
  }
  const { command, used } = verbAt(own, words, line.slash, bare);
  const rest = words.slice(used);
  if (asksForHelp(command, rest)) return { kind: "help", command };
  try {
    return { kind: "run", command, args: readArguments(command, rest, line, config) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const usage = `Usage: \`${usageLine(command)}\``;
    throw new Refusal(error.code, error.message, error.next ? `${error.next}\n${usage}` : usage, error.field);
  }
}

function asksForHelp(command: Command, rest: readonly Token[]): boolean {
  const word = rest[0]?.text.toLowerCase();
  if (word === "--help" || word === "-h") return true;
  if (specsOf(command).text) return false;
  return rest.some(({ text }) => text.toLowerCase() === "--help") || (word === "help" && rest.length === 1);
}

const ownCommands = new WeakMap<readonly Command[], Map<string, readonly Command[]>>();

/** Those of one slash command; worked out once, since every line asks for them. */
function commandsOf(slash: string, commands: readonly Command[]): readonly Command[] {
  const bySlash = ownCommands.get(commands) ?? Map.groupBy(commands, slashOf);
  ownCommands.set(commands, bySlash);
  return bySlash.get(slash) ?? [];
}

interface Spelling {
  readonly command: Command;
  readonly verb: string;
  readonly spelling: readonly string[];
}

const knownSpellings = new WeakMap<readonly Command[], ReadonlyMap<string, readonly Spelling[]>>();

/** By their first word. */
function spellingsOf(own: readonly Command[]): ReadonlyMap<string, readonly Spelling[]> {
  const known = knownSpellings.get(own);
  if (known) return known;
  const spellings = own.flatMap((command) => {
    const verb = verbOf(command);
    const words = [verb, ...(command.synonyms ?? [])];
    return words.map((word) => ({ command, verb, spelling: word.toLowerCase().split(" ") }));
  });
  const byFirstWord = Map.groupBy(spellings, ({ spelling }) => spelling[0] ?? "");
  knownSpellings.set(own, byFirstWord);
  return byFirstWord;
}

function verbAt(own: readonly Command[], words: readonly Token[], slash: string, bare?: Command) {
  const spellings = spellingsOf(own);
  const typedWords = words.slice(0, 4).map(({ text }) => text.toLowerCase());
  const matches = (spellings.get(typedWords[0] ?? "") ?? [])
    .filter(({ spelling }) => spelling.every((part, index) => typedWords[index] === part))
    .sort((left, right) => right.spelling.length - left.spelling.length);
  const [best] = matches;
  if (best) return { command: best.command, used: best.spelling.length };
  const word = words[0]?.text ?? "";
  // A synonym that is near is answered with the verb it stands for.
  const all = [...spellings.values()].flat();
  const near = nearest(
    word,
    all.map(({ spelling }) => spelling.join(" ")),
  ).map((spelling) => all.find((one) => one.spelling.join(" ") === spelling)?.verb ?? spelling);
  if (bare && near.length === 0) return { command: bare, used: 0 };
  const hint = [...new Set(near)].map((verb) => `\`${slash} ${verb}\``).join(" or ");
  throw new Refusal(
    "unknown_verb",
    `I do not know ${typed(word)}.`,
    `${hint ? `Did you mean ${hint}? ` : ""}\`${slash} help\` lists everything.`,
  );
}

interface Specs {
  readonly named: ReadonlyMap<string, readonly [key: string, spec: Arg<unknown>]>;
  readonly placed: readonly (readonly [key: string, spec: Arg<unknown>])[];
  readonly text: readonly [key: string, spec: Arg<unknown>] | null;
  readonly incident: string | null;
  readonly hasTarget: boolean;
}

const knownSpecs = new WeakMap<Command, Specs>();

function specsOf(command: Command): Specs {
  const known = knownSpecs.get(command);
  if (known) return known;
  const entries = Object.entries(command.args);
  const named = entries.filter(([, { kind }]) => kind === "option" || kind === "flag");
  const specs: Specs = {
    named: new Map(named.map(([key, spec]) => [(spec.name ?? key).toLowerCase(), [key, spec]])),
    placed: entries.filter(([, { kind }]) => !["option", "flag", "incident", "text"].includes(kind)),
    text: entries.find(([, { kind }]) => kind === "text") ?? null,
    incident: entries.find(([, { kind }]) => kind === "incident")?.[0] ?? null,
    hasTarget: entries.some(([, { kind }]) => kind === "target" || kind === "scope"),
  };
  knownSpecs.set(command, specs);
  return specs;
}

function readArguments(command: Command, words: readonly Token[], line: Line, config: Configuration) {
  const specs = specsOf(command);
  const args: Record<string, unknown> = {};
  for (const [key, spec] of specs.named.values()) if (spec.kind === "flag") args[key] = false;
  const { left, environment, spill } = takeOptions(specs, words, args);
  const named = environment ?? null;
  const located =
    specs.hasTarget && named === null ? takeEnvironment(specs, left, config) : { left, environment: named };
  if (located.environment !== null && !findEnvironment(located.environment, config)) {
    throw unknownEnvironment(located.environment, config);
  }
  const incident = specs.incident
    ? takeIncident(specs, located.left, config)
    : { left: located.left, number: undefined };
  if (specs.incident && incident.number !== undefined) args[specs.incident] = incident.number;
  const place = (list: readonly Token[]) =>
    placeWords(specs, list, args, spill, { line, config, environment: located.environment });
  const number = specs.incident && args[specs.incident] === undefined ? incident.left[0]?.text : undefined;
  if (!specs.incident || number === undefined || !/^\d{1,9}$/.test(number)) {
    place(incident.left);
    return args;
  }
  // A bare number that nothing else takes is an incident's: "/incident severity 42 sev1".
  const withoutIt = incident.left.slice(1);
  const alone =
    withoutIt.length === 0 && specs.placed.every(([, { optional }]) => optional) && (specs.text?.[1].optional ?? true);
  try {
    place(alone ? [] : incident.left);
    if (alone) args[specs.incident] = Number(number);
  } catch (error) {
    if (!(error instanceof Refusal) || specs.text) throw error;
    try {
      place(withoutIt);
    } catch {
      throw error;
    }
    args[specs.incident] = Number(number);
  }
  return args;
}

interface Spill {
  readonly key: string;
  readonly after: number;
}

/** Takes the options out, wherever they stand. In a sentence an unknown option is part of it. */
function takeOptions(specs: Specs, words: readonly Token[], args: Record<string, unknown>) {
  const left: Token[] = [];
  const spill: Spill[] = [];
  const seen = new Set<string>();
  const known = [...specs.named.keys(), ...(specs.hasTarget ? ["env"] : [])];
  let environment: string | undefined;
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] as Token;
    const match = word.quoted ? null : /^--(\p{L}[\p{L}\d-]*)(?:=([\s\S]*))?$/u.exec(word.text);
    if (!match) {
      left.push(word);
      continue;
    }
    const name = (match[1] ?? "").toLowerCase();
    if (!known.includes(name)) {
      const hint = didYouMean(name, known)?.replaceAll(/`(?=\w)/g, "`--");
      if (specs.text && !specs.text[1].isName && !hint) {
        left.push(word);
        continue;
      }
      const options =
        known.length > 0 ? `There is ${known.map((one) => `\`--${one}\``).join(", ")}.` : "It has no options.";
      throw new Refusal(
        "unknown_option",
        `There is no option ${typed(`--${name}`)}.`,
        `${hint ? `${hint} ` : ""}${options}`,
      );
    }
    if (seen.has(name)) throw new Refusal("bad_argument", `\`--${name}\` is given twice.`, "Give it once.");
    seen.add(name);
    const [key, spec] = specs.named.get(name) ?? ["", null];
    if (spec?.kind === "flag") {
      if (match[2] !== undefined)
        throw new Refusal("bad_argument", `\`--${name}\` takes no value.`, "Leave the value out.");
      args[key] = true;
      continue;
    }
    const next = words[at + 1];
    const follows = match[2] === undefined && next && (next.quoted || !next.text.startsWith("--"));
    const value = (follows ? next.text : (match[2] ?? "")).trim();
    if (value === "") throw new Refusal("missing_argument", `\`--${name}\` needs a value.`, null);
    if (follows) at += 1;
    if (spec) {
      args[key] = value;
      spill.push({ key, after: (words[at] as Token).index });
    } else environment = value;
  }
  return { left, environment, spill };
}

/** `in <environment>`: anywhere where there is no free text, else right among the words before it. */
function takeEnvironment(specs: Specs, words: readonly Token[], config: Configuration) {
  const before = specs.text ? specs.placed.length + 1 : words.length;
  const at = words.findIndex(
    (word, index) =>
      index > 0 && index < before && !word.quoted && word.text.toLowerCase() === "in" && words[index + 1],
  );
  const named = words[at + 1]?.text;
  if (at < 0 || named === undefined) return { left: words, environment: null };
  if (!findEnvironment(named, config)) {
    if (specs.text) return { left: words, environment: null };
    throw unknownEnvironment(named, config);
  }
  return { left: [...words.slice(0, at), ...words.slice(at + 2)], environment: named };
}

/** Words after which an incident's name is part of a sentence: "same cause as INC-41". */
const linking = /^(?:as|of|from|like|see|than|by|with|and|or|to)$/i;

/** INC-42 anywhere; in free text only where the text begins or ends with it, since in the middle it belongs to the sentence. */
function takeIncident(specs: Specs, words: readonly Token[], config: Configuration) {
  const prefix = config.channels.prefix.replaceAll(/[^\w-]/g, "");
  const pattern = new RegExp(`^#?(?:inc${prefix ? `|${prefix}` : ""})-?(\\d{1,9})(?:-[\\w-]*)?$`, "i");
  const head = specs.text ? specs.placed.length : words.length;
  const at = words.findIndex((word, index) => {
    if (word.quoted || !pattern.test(word.text)) return false;
    if (index <= head) return true;
    return index === words.length - 1 && !linking.test(words[index - 1]?.text ?? "");
  });
  const number = pattern.exec(words[at]?.text ?? "")?.[1];
  if (number === undefined) return { left: words, number: undefined };
  return { left: [...words.slice(0, at), ...words.slice(at + 1)], number: Number(number) };
}

interface Place {
  readonly line: Line;
  readonly config: Configuration;
  readonly environment: string | null;
}

function placeWords(
  specs: Specs,
  words: readonly Token[],
  args: Record<string, unknown>,
  spill: readonly Spill[],
  { line, config, environment }: Place,
): void {
  let left = words;
  const { me, people } = line;
  const beforeText = specs.text !== null;
  // A word that none of several takes is told by the first of them: "chef" is no role before it is nobody's name.
  let passedOver: Refusal | null = null;
  for (const [key, spec] of specs.placed) {
    if (left.length === 0) {
      if (spec.optional) continue;
      throw new Refusal("missing_argument", `${spec.usage} is missing.`);
    }
    const reading: Reading = readArgument(spec, left, {
      config,
      me,
      people,
      environment,
      beforeText: beforeText && spec.optional,
    });
    if ("refusal" in reading) {
      const later = specs.placed.slice(specs.placed.findIndex(([name]) => name === key) + 1).length > 0 || beforeText;
      if (spec.optional && later && !reading.meant) {
        passedOver ??= reading.refusal;
        continue;
      }
      throw reading.meant ? reading.refusal : (passedOver ?? reading.refusal);
    }
    passedOver = null;
    args[key] = reading.value;
    left = left.slice(reading.used);
  }
  if (specs.text) {
    const [key, spec] = specs.text;
    const text = restOf(left, line.text);
    if (text !== "") args[key] = text;
    else if (!spec.optional) throw new Refusal("missing_argument", `${spec.usage} is missing.`);
    return;
  }
  giveToOption(left, args, spill);
}

/** Words that nothing takes belong to the option they follow: "--reason queue growing". */
function giveToOption(left: readonly Token[], args: Record<string, unknown>, spill: readonly Spill[]): void {
  const [first] = left;
  if (!first) return;
  const option = spill.find(({ after }) => after === first.index - 1);
  const contiguous = left.every((word, index) => word.index === first.index + index);
  if (!option || !contiguous) {
    throw new Refusal(
      "bad_argument",
      `I do not know what to do with ${typed(left.map(({ text }) => text).join(" "))}.`,
    );
  }
  args[option.key] = [args[option.key], ...left.map(({ text }) => text)].join(" ");
}

/** The words as they were typed, with the space between them; a pair of quotes around all of it is left out. */
function restOf(left: readonly Token[], source: string): string {
  const [only] = left;
  if (left.length === 1 && only?.quoted) return only.text.trim();
  let text = "";
  for (const [index, word] of left.entries()) {
    const before = left[index - 1];
    const gap = !before ? "" : word.index === before.index + 1 ? source.slice(before.end, word.start) : " ";
    text += gap + word.raw;
  }
  return plainText(text).trim();
}
