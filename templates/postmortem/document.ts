import { readFileSync } from "node:fs";
import { incidentName, markedTitle } from "../../src/domain/incident/incident.ts";
import { operationInWords, stateInWords } from "../../src/domain/operation/record.ts";
import { inWords } from "../../src/domain/postmortem/durations.ts";
import { type PostmortemFacts, type SectionFacts, sectionText } from "../../src/domain/postmortem/facts.ts";
import type { TemplateWord } from "../../src/domain/postmortem/settings.ts";
import { inert } from "../kit.ts";
import { fromMrkdwn, literal, toHtmlBody } from "../markdown.ts";

const style = readFileSync(new URL("./document.css", import.meta.url), "utf8");

const otherSections = "\u0000other sections\u0000";
const notWritten = "_Not written yet._";

/** The post-mortem as Markdown, from the newest of everything. */
export function postmortemMarkdown(facts: PostmortemFacts): string {
  const sections = new Map(facts.sections.map((one) => [one.section.id, one]));
  const placed = new Set<string>();
  const text = facts.template.body.replace(/\{\{([^}]+)\}\}/g, (_, written: string) => {
    const word = written.trim();
    if (word.startsWith("section ")) {
      const id = word.slice("section ".length);
      placed.add(id);
      return sectionMarkdown(sections.get(id));
    }
    if (word === "other sections") return otherSections;
    return generated[word as keyof typeof generated]?.(facts) ?? "";
  });
  const others = facts.sections
    .filter((one) => !placed.has(one.section.id))
    .map(sectionMarkdown)
    .join("\n\n");
  // What the template lost while people wrote is kept even where it has no place for it.
  const whole = text.includes(otherSections) ? text.replace(otherSections, () => others) : `${text}\n\n${others}`;
  return `${whole
    .replaceAll(otherSections, "")
    .replace(/\n{3,}/g, "\n\n")
    .trim()}\n`;
}

/** The same as one HTML page that needs nothing from outside; light and dark, and fit for printing. */
export function postmortemHtml(facts: PostmortemFacts): string {
  const title = inert(`${incidentName(facts.incident)}: ${markedTitle(facts.incident)}`);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>
${style}</style>
</head>
<body>
<main>
${toHtmlBody(postmortemMarkdown(facts))}
</main>
</body>
</html>
`;
}

function sectionMarkdown(facts: SectionFacts | undefined): string {
  if (!facts) return "";
  const text = sectionText(facts)?.trim();
  const { title, kind, unit } = facts.section;
  const shown = !text ? notWritten : kind === "text" ? shifted(text) : literal(unit ? `${text} ${unit}` : text);
  return `## ${literal(title)}\n\n${shown}`;
}

/** Headings inside a section start below the section's own. */
function shifted(text: string): string {
  return text.replace(/^(#{1,4})(?=\s)/gm, "$1##");
}

const generated: Readonly<Record<Exclude<TemplateWord, "other sections">, (facts: PostmortemFacts) => string>> = {
  heading: ({ incident }) => `${incidentName(incident)}: ${literal(markedTitle(incident))}`,
  facts: ({ incident, affected, postmortem, names }) =>
    table(
      ["Fact", "Value"],
      [
        ["Severity", incident.severity],
        ["State", postmortem.edition > 0 ? `Published, edition ${postmortem.edition}` : "Draft"],
        ["Started", utc(incident.times.startedAt)],
        ["Declared", `${utc(incident.times.declaredAt)} by ${nameOf(names, incident.reporterId)}`],
        ["Resolved", incident.times.resolvedAt ? utc(incident.times.resolvedAt) : "not resolved"],
        ["Affected", affected.join(", ") || "not recorded"],
        ...incident.roles.map((holder) => [capitalised(holder.role), nameOf(names, holder.userId)] as const),
      ],
    ),
  durations: (facts) =>
    table(
      ["Duration", "Value", "From"],
      facts.durations.map((one) => [one.title, inWords(one.minutes), one.between]),
    ),
  "action items": ({ actionItems, names }) =>
    actionItems.length === 0
      ? "No action items yet."
      : table(
          ["Action item", "Owner", "Due", "State"],
          actionItems.map((item) => [
            item.title,
            item.ownerId ? nameOf(names, item.ownerId) : "nobody yet",
            item.dueOn ?? "no date yet",
            item.doneAt ? "done" : "open",
          ]),
        ),
  operations: ({ operations, names }) =>
    operations.length === 0
      ? "No operations were run from this incident."
      : table(
          ["When", "What", "Before", "After", "Outcome", "Who"],
          operations.map((one) => [
            utc(one.appliedAt ?? one.requestedAt),
            `${operationInWords(one)} (${one.code})`,
            one.plan?.changes.map((change) => `${change.label} ${change.from}`).join(", ") || "–",
            one.plan?.changes.map((change) => `${change.label} ${change.to}`).join(", ") || "–",
            stateInWords(one),
            [
              nameOf(names, one.requesterId),
              ...one.approvals.map((approval) => `approved by ${nameOf(names, approval.userId)}`),
            ].join("; "),
          ]),
        ),
  people: ({ people, names }) =>
    people.map((one) => `- ${literal(nameOf(names, one.userId))}: ${literal(one.did.join("; "))}`).join("\n") ||
    "Nobody is recorded.",
  timeline: (facts) => timelineMarkdown(facts),
  picture: () => "",
  images: () => "",
};

function timelineMarkdown({ timeline, names }: PostmortemFacts): string {
  if (timeline.length === 0) return "Nothing is recorded.";
  const lines: string[] = [];
  let day = "";
  for (const entry of timeline) {
    const [date = "", time = ""] = entry.at.toISOString().split("T");
    if (date !== day) {
      if (day !== "") lines.push("");
      lines.push(`### ${date}`, "");
      day = date;
    }
    const who = entry.actorId ? `${literal(nameOf(names, entry.actorId))}: ` : "";
    const link = entry.source?.permalink ? ` ([message](${entry.source.permalink}))` : "";
    lines.push(
      `- **${time.slice(0, 5)}** ${who}${fromMrkdwn(entry.text, names).trim().replaceAll("\n", "\n  ")}${link}`,
    );
  }
  return lines.join("\n");
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(literal).join(" | ")} |`;
  return [line(head), `|${head.map(() => " --- |").join("")}`, ...rows.map(line)].join("\n");
}

function utc(at: Date): string {
  return `${at.toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

function nameOf(names: ReadonlyMap<string, string>, userId: string): string {
  return names.get(userId) ?? userId;
}

function capitalised(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
