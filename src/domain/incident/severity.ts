import { Refusal } from "../../errors.ts";
import type { Configuration, Severity } from "../configuration.ts";

/** Spellings are compared by letters and digits alone: SEV2, sev-2, "Sev 2" are one. */
function bare(text: string): string {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[\s\p{Pd}_.:#]+/gu, "");
}

/** Words people put before a severity's number, by the vocabulary they belong to. */
const vocabularies = [
  ["sev", "severity", "s"],
  ["p", "prio", "priority"],
] as const;

/**
 * The severity meant by any of its spellings: its name, an alias, or, where all names differ only in a number, that
 * number. A word of another vocabulary means only what an alias says: P1 is the highest here and the second there.
 */
export function findSeverity(config: Pick<Configuration, "severities">, typed: string): Severity | null {
  const word = bare(typed);
  if (word === "") return null;
  const exact = config.severities.find((severity) =>
    [severity.name, ...severity.aliases].some((s) => bare(s) === word),
  );
  if (exact) return exact;
  const [, head, number] = /^(sev|severity|s|p|prio|priority)?(\d+)$/.exec(word) ?? [];
  if (number === undefined) return null;
  const numbered = config.severities.filter(({ name }) => {
    const [, own, ending] = /^([a-z]*)(\d+)$/.exec(bare(name)) ?? [];
    return ending === number && (head === undefined || head === own || sameVocabulary(head, own ?? ""));
  });
  return numbered.length === 1 ? (numbered[0] ?? null) : null;
}

function sameVocabulary(one: string, other: string): boolean {
  return vocabularies.some((words: readonly string[]) => words.includes(one) && words.includes(other));
}

/** As findSeverity; refuses with the ones there are. */
export function requireSeverity(config: Pick<Configuration, "severities">, typed: string): Severity {
  const found = findSeverity(config, typed);
  if (found) return found;
  throw new Refusal(
    "unknown_severity",
    `There is no severity “${typed.slice(0, 40)}”.`,
    `Use ${severityNames(config)}.`,
    "severity",
  );
}

/** The severity of a stored name; one that has left the configuration is still shown, without clocks. */
export function severityOf(config: Pick<Configuration, "severities">, name: string): Severity {
  return (
    config.severities.find((severity) => severity.name === name) ?? {
      name,
      aliases: [],
      summary: "",
      emoji: "",
      respondMinutes: null,
      respondIn: "always",
      updateMinutes: null,
      mitigateMinutes: null,
      resolveMinutes: null,
      watchMinutes: null,
      postmortemHours: null,
      page: [],
      pageUnresolved: [],
      invite: [],
      closeRequires: [],
    }
  );
}

/** Most severe is 0. */
export function severityRank(config: Pick<Configuration, "severities">, name: string): number {
  const index = config.severities.findIndex((severity) => severity.name === name);
  return index === -1 ? config.severities.length : index;
}

/**
 * Splits a severity off the beginning of a line ("sev 2 API down" has it in two words). A word that looks like a
 * severity but is none is refused, so that it does not end up in a title unnoticed.
 */
export function leadingSeverity(
  config: Pick<Configuration, "severities">,
  line: string,
): { readonly severity: Severity | null; readonly rest: string } {
  const words = line.trim().split(/\s+/);
  // A lone number ("500 errors") is no severity at the head of a sentence; "2" alone is.
  for (const count of [2, 1]) {
    const head = words.slice(0, count).join(" ");
    if (words.length < count || (/^\d+$/.test(head) && words.length > 1)) continue;
    if (count === 2 && !/^(sev|severity|s|p|prio|priority)\s*[-–—]?\s*\d+$/i.test(head)) continue;
    const severity = findSeverity(config, head);
    if (severity) return { severity, rest: words.slice(count).join(" ") };
  }
  if (/^(sev|severity)[\s\p{Pd}]?\d+$/iu.test(words[0] ?? "") || /^(sev|severity)\s\d+(\s|$)/i.test(line.trim())) {
    requireSeverity(config, /^(sev|severity)$/i.test(words[0] ?? "") ? words.slice(0, 2).join(" ") : (words[0] ?? ""));
  }
  return { severity: null, rest: line.trim() };
}

function severityNames(config: Pick<Configuration, "severities">): string {
  const names = config.severities.map((severity) => severity.name);
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} or ${names.at(-1)}`;
}
