import { context, header, inert, type Reply, reply, section } from "./kit.ts";

/** What help says of one verb. */
export interface HelpFacts {
  readonly name: string;
  readonly summary: string;
  readonly usage: string;
  readonly examples: readonly string[];
  readonly synonyms: readonly string[];
}

function line(facts: HelpFacts): string {
  return `\`${inert(facts.usage)}\`\n${inert(facts.summary)}`;
}

/** Every verb of a slash command, in the order of the list. */
export function helpReply(slash: string, verbs: readonly HelpFacts[]): Reply {
  const text = `What ${slash} can do: ${verbs.map(({ name }) => name).join(", ") || "nothing yet"}.`;
  return reply(text, [
    header(slash),
    ...groups(verbs.map(line), 2800).map((group) => section(group)),
    context(`\`${slash} help &lt;verb&gt;\` says more about one of them.`),
  ]);
}

/** One verb with its examples. */
export function verbHelpReply(facts: HelpFacts): Reply {
  const examples = facts.examples.map((example) => `\`${inert(example)}\``).join("\n");
  const also =
    facts.synonyms.length > 0 ? [context(`Also: ${facts.synonyms.map((one) => `\`${inert(one)}\``).join(", ")}`)] : [];
  return reply(`${facts.usage}: ${facts.summary}`, [
    section(line(facts)),
    ...(examples ? [section(`*Examples*\n${examples}`)] : []),
    ...also,
  ]);
}

/** Joins lines into as few pieces as stay under the limit. */
function groups(lines: readonly string[], limit: number): readonly string[] {
  const result: string[] = [];
  for (const one of lines) {
    const last = result.at(-1);
    if (last !== undefined && last.length + one.length + 2 <= limit) result[result.length - 1] = `${last}\n\n${one}`;
    else result.push(one);
  }
  return result;
}
