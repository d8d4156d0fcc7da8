import { context, header, inert, type Reply, reply, section } from "./kit.ts";

/** What help says of one verb. */
export interface HelpFacts {
  readonly name: string;
  readonly summary: string;
  readonly usage: string;
  /** How it is typed, without the slash command and its options: "scale <service> <count>". */
  readonly brief: string;
  /** What it is for, as help groups it; null for none. */
  readonly topic: string | null;
  readonly examples: readonly string[];
  readonly synonyms: readonly string[];
}

/** Every verb of a slash command by its topic, a line each, in the order of the list. */
export function helpReply(slash: string, verbs: readonly HelpFacts[]): Reply {
  const text = `What ${slash} can do: ${verbs.map(({ name }) => name).join(", ") || "nothing yet"}.`;
  return reply(text, [
    header(slash),
    ...topicsOf(verbs).flatMap(([topic, lines]) =>
      groups([...(topic === null ? [] : [`*${inert(topic)}*`]), ...lines], 2800).map((group) => section(group)),
    ),
    context(`\`${slash} help &lt;verb&gt;\` says more about one of them.`),
  ]);
}

/** One verb with its examples. */
export function verbHelpReply(facts: HelpFacts): Reply {
  const examples = facts.examples.map((example) => `\`${inert(example)}\``).join("\n");
  const also =
    facts.synonyms.length > 0 ? [context(`Also: ${facts.synonyms.map((one) => `\`${inert(one)}\``).join(", ")}`)] : [];
  return reply(`${facts.usage}: ${facts.summary}`, [
    section(`\`${inert(facts.usage)}\`\n${inert(facts.summary)}`),
    ...(examples ? [section(`*Examples*\n${examples}`)] : []),
    ...also,
  ]);
}

function topicsOf(verbs: readonly HelpFacts[]): readonly (readonly [string | null, readonly string[]])[] {
  const topics = new Map<string | null, string[]>();
  for (const { topic, brief, summary } of verbs) {
    topics.set(topic, [...(topics.get(topic) ?? []), `\`${inert(brief)}\` ${inert(summary)}`]);
  }
  return [...topics];
}

/** Joins lines into as few pieces as stay under the limit. */
function groups(lines: readonly string[], limit: number): readonly string[] {
  const result: string[] = [];
  for (const one of lines) {
    const last = result.at(-1);
    if (last !== undefined && last.length + one.length + 1 <= limit) result[result.length - 1] = `${last}\n${one}`;
    else result.push(one);
  }
  return result;
}
