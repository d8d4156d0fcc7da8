import type { Configuration } from "../domain/configuration.ts";
import { findSeverity } from "../domain/incident/severity.ts";
import { nearest } from "../domain/nearest.ts";
import { Refusal } from "../errors.ts";
import type { Arg } from "./command.ts";
import { didYouMean, listed, typed } from "./nearest.ts";
import { readScope, readTarget } from "./target-word.ts";
import type { Token } from "./tokens.ts";

/** Who can be named by a raw @name: the answer is a Slack user id. */
export interface People {
  readonly find: (name: string) => string | null;
  readonly names: readonly string[];
}

export interface ReadingContext {
  readonly config: Configuration;
  /** Slack user id of who asks. */
  readonly me: string;
  readonly people: People;
  /** What `--env` or `in` named, if anything. */
  readonly environment: string | null;
  /** Whether free text may follow, so that a word is not taken too easily for something else. */
  readonly beforeText: boolean;
}

export type Reading =
  | { readonly value: unknown; readonly used: number }
  /** `meant` says that the word surely was meant as this kind, and is just wrong. */
  | { readonly refusal: Refusal; readonly meant: boolean };

/** Reads one argument from the words at hand, of which there is at least one. */
export function readArgument(spec: Arg<unknown>, words: readonly Token[], context: ReadingContext): Reading {
  const word = words[0] as Token;
  switch (spec.kind) {
    case "integer":
      return readInteger(spec, word.text);
    case "severity":
      return readSeverity(words, context);
    case "target":
      return readTarget(spec.target ?? "service", word.text, context.config, context.environment);
    case "scope":
      return readScope(word.text, context.config, context.environment);
    case "person":
      return readPerson(word, context);
    case "choice":
      return readChoice(spec, word.text, context.config);
    case "word":
      return { value: word.text, used: 1 };
    default:
      throw new TypeError(`${spec.kind} is not read by position`);
  }
}

const numberWords = "zero one two three four five six seven eight nine ten eleven twelve".split(" ");

function readInteger(spec: Arg<unknown>, word: string): Reading {
  const refuse = (message: string, next: string | null, meant = true): Reading => ({
    refusal: new Refusal("bad_argument", message, next),
    meant,
  });
  const name = spec.usage.replaceAll(/[<>[\]]/g, "");
  const range = rangeWords(spec);
  if (/^\d+$/.test(word)) {
    const value = Number(word);
    if (!Number.isSafeInteger(value)) return refuse(`${typed(word)} is far too large for ${name}.`, range);
    if (spec.min !== undefined && value < spec.min) return refuse(`${typed(word)} is too small for ${name}.`, range);
    if (spec.max !== undefined && value > spec.max) return refuse(`${typed(word)} is too large for ${name}.`, range);
    return { value, used: 1 };
  }
  if (/^-+\d/.test(word)) return refuse(`${typed(word)} is below zero.`, range ?? "Give a whole number, 0 or more.");
  if (/^\+\d/.test(word))
    return refuse(`${typed(word)} is a change, not a ${name}.`, "Give the number there should be.");
  if (/^\d+[.,]\d+$/.test(word))
    return refuse(`${typed(word)} is not a whole number.`, "Give a whole number in digits.");
  const spelled = numberWords.indexOf(word.toLowerCase());
  if (spelled >= 0) return refuse(`${typed(word)} is a word, not digits.`, `Write it in digits: \`${spelled}\`.`);
  return refuse(`${typed(word)} is not a whole number.`, range ?? "Give a whole number in digits.", /\d/.test(word));
}

function rangeWords(spec: Arg<unknown>): string | null {
  if (spec.min !== undefined && spec.max !== undefined) return `Give a whole number from ${spec.min} to ${spec.max}.`;
  if (spec.min !== undefined) return `Give a whole number, ${spec.min} or more.`;
  if (spec.max !== undefined) return `Give a whole number, ${spec.max} or less.`;
  return null;
}

/** Case, spaces, dashes and underscores never matter. */
function severityKey(word: string): string {
  return word.toLowerCase().replaceAll(/[\s_-]/g, "");
}

function readSeverity(words: readonly Token[], context: ReadingContext): Reading {
  const { severities } = context.config;
  const spellings = severities.flatMap(({ name, aliases }) =>
    [name, ...aliases].map((spelling) => ({ name, spelling, key: severityKey(spelling) })),
  );
  const exact = (word: string) => spellings.find(({ key }) => key === severityKey(word));
  const [first, second] = words.map(({ text }) => text);
  const two = second === undefined || !/^(?:sev|severity|s|p|prio|priority)$/i.test(first ?? "") ? null : second;
  if (two !== null && /^\d{1,2}$/.test(two)) {
    const found = exact(`${first}${two}`) ?? findSeverity(context.config, `${first}${two}`);
    if (found) return { value: found.name, used: 2 };
  }
  const word = first ?? "";
  const found =
    exact(word) ??
    exact(word.replace(/^severity[-_]?/i, "sev")) ??
    (/\D/.test(word) && findSeverity(context.config, word));
  if (found) return { value: found.name, used: 1 };
  // A bare number before free text may well be its first word ("2 nodes are down").
  const numbered = /^\d{1,2}$/.test(word) && !context.beforeText ? byNumber(word, spellings) : undefined;
  if (numbered) return { value: numbered.name, used: 1 };
  const candidates = [...new Set(spellings.map(({ spelling }) => spelling))];
  const near =
    word.length >= 4 &&
    nearest(
      severityKey(word),
      spellings.map(({ key }) => key),
    ).length > 0;
  const looksLikeOne = /^(?:sev|severity|s|p|prio|priority)[-_]?\d+$/i.test(word) || two !== null;
  const names = listed(severities.map(({ name }) => name));
  const hint = didYouMean(word, candidates);
  return {
    refusal: new Refusal(
      "unknown_severity",
      `There is no severity ${typed(word)}.`,
      `${hint ? `${hint} There are these:` : "Take one of these:"} ${names}.`,
    ),
    meant: looksLikeOne || (near && !context.beforeText) || (near && /\d/.test(word)),
  };
}

function byNumber<T extends { readonly name: string; readonly key: string }>(digits: string, spellings: readonly T[]) {
  const ending = spellings.filter(({ key }) => /\d+$/.exec(key)?.[0] === digits);
  return new Set(ending.map(({ name }) => name)).size === 1 ? ending[0] : undefined;
}

function readPerson(word: Token, { me, people }: ReadingContext): Reading {
  const mention = /^<@([UW][A-Z0-9]+)(?:\|[^<>]*)?>$/.exec(word.raw)?.[1];
  if (mention) return { value: mention, used: 1 };
  if (/^@?me$/i.test(word.text)) return { value: me, used: 1 };
  if (/^[UW][A-Z0-9]{5,}$/.test(word.text)) return { value: word.text, used: 1 };
  if (word.raw.startsWith("<!subteam^")) {
    const refusal = new Refusal(
      "unknown_person",
      `${typed(word.text)} is a group.`,
      "Name one person, such as `@ana`.",
    );
    return { refusal, meant: true };
  }
  const name = word.text.replace(/^@/, "");
  const found = word.text.startsWith("@") ? people.find(name) : null;
  if (found) return { value: found, used: 1 };
  const hint = didYouMean(name, people.names);
  const next = hint ?? "Name a person with @, or write `me`.";
  return {
    refusal: new Refusal("unknown_person", `I know no person called ${typed(word.text)}.`, next),
    meant: word.text.startsWith("@"),
  };
}

function readChoice(spec: Arg<unknown>, word: string, config: Configuration): Reading {
  const words = spec.choices?.(config) ?? [];
  const key = (text: string) => text.toLowerCase().replaceAll(/[\s_-]/g, "");
  const found = words.find((candidate) => key(candidate) === key(word));
  if (found !== undefined) return { value: found, used: 1 };
  const name = spec.usage.replaceAll(/[<>[\]]/g, "");
  const hint = didYouMean(word, words);
  return {
    refusal: new Refusal(
      name.includes("role") ? "unknown_role" : "bad_argument",
      name.includes("|") ? `I do not know ${typed(word)}.` : `${typed(word)} is no ${name}.`,
      `${hint ? `${hint} There are these:` : "Take one of these:"} ${listed(words)}.`,
    ),
    meant: hint !== null,
  };
}
