import { context, type Reply, reply, section } from "./kit.ts";

/** What a refusal says: what is wrong, and the way out. */
export interface RefusalFacts {
  readonly message: string;
  readonly next: string | null;
}

/** Tokens that do no harm in a refusal: people, groups, channels, dates, links. */
const harmless =
  /<(?:@[UW][A-Z0-9]+|!subteam\^S[A-Z0-9]+|#C[A-Z0-9]+(?:\|[^<>|]*)?|!date\^[^<>]+|https?:[^<>\s|]+(?:\|[^<>|]*)?)>/g;

/** Leaves mentions of people, groups, channels, dates and links as they are and makes everything else inert. */
function safe(text: string): string {
  const inertly = (part: string) =>
    part
      .replaceAll(/&(?!(?:amp|lt|gt);)/g, "&amp;")
      .replaceAll("<", "&lt;")
      .replaceAll(">", "&gt;");
  let result = "";
  let end = 0;
  for (const match of text.matchAll(harmless)) {
    result += inertly(text.slice(end, match.index)) + match[0];
    end = match.index + match[0].length;
  }
  return result + inertly(text.slice(end));
}

/** A refusal as its person reads it. */
export function refusalReply({ message, next }: RefusalFacts): Reply {
  const first = safe(message);
  const lines = next ? safe(next).split("\n") : [];
  const usage = lines.filter((line) => line.startsWith("Usage: "));
  const rest = lines.filter((line) => !line.startsWith("Usage: "));
  const sentence = [first, ...rest].join("\n");
  return reply([first, ...lines].join("\n"), [section(sentence), ...usage.map((line) => context(line))]);
}

/** The same for the space under an input, which shows no markup. */
export function refusalLine({ message, next }: RefusalFacts): string {
  const text = [message, ...(next ?? "").split("\n").filter((line) => line !== "" && !line.startsWith("Usage: "))].join(
    " ",
  );
  return text
    .replaceAll("`", "")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&")
    .slice(0, 2000);
}

/** What is said of a fault of ours: a reference that leads to it in the log, and nothing else. */
export function brokenReply(reference: string): Reply {
  return reply(`Something broke on our side. Reference ${reference}.`);
}

/** What is said when a platform said no where nobody asked it to: its own words. */
export function providerReply(facts: {
  readonly provider: string;
  readonly message: string;
  readonly code: string;
  readonly requestId: string | null;
  readonly reference: string;
}): Reply {
  const request = facts.requestId ? `, request ${facts.requestId}` : "";
  return reply(`${safe(facts.provider)} said no: ${safe(facts.message)}`, [
    section(`${safe(facts.provider)} said no: ${safe(facts.message)}`),
    context(safe(`${facts.code}${request}. Reference ${facts.reference}.`)),
  ]);
}
