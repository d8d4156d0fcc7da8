import { incidentName, markedTitle } from "../../src/domain/incident/incident.ts";
import { operationInWords, stateInWords } from "../../src/domain/operation/record.ts";
import { inWords } from "../../src/domain/postmortem/durations.ts";
import { type PostmortemFacts, type SectionFacts, sectionText } from "../../src/domain/postmortem/facts.ts";
import type { TemplateWord } from "../../src/domain/postmortem/settings.ts";
import { fromMrkdwn, literal } from "../markdown.ts";
import { beliefsMarkdown } from "./beliefs.ts";
import { securityMarkdown } from "./security.ts";
import { type When, whenIn } from "./when.ts";

const otherSections = "\u0000other sections\u0000";
/** A line break of a person's own, kept while the gaps between parts are closed. */
const keptBreak = "\u0001";
const notWritten = "_Not written yet._";

/** Paragraphs that stand for what Markdown cannot hold, until the page puts it there. */
export const pictureMark = "TOCSIN-PICTURE-OF-THE-TIMELINE";
export const imageMark = "TOCSIN-IMAGE-";

export interface MarkdownOptions {
  /** Leaves marks where the picture and the images go. */
  readonly marks?: boolean;
  /** Names of the images that are at hand, in order; the others are linked to. */
  readonly images?: readonly string[];
  /** Images lie in this folder beside the document. */
  readonly folder?: string;
}

/** The post-mortem as Markdown, from the newest of everything. */
export function postmortemMarkdown(facts: PostmortemFacts, options: MarkdownOptions = {}): string {
  const when = whenIn(facts.timeZone);
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
    return generated[word as keyof typeof generated]?.(facts, when, options) ?? "";
  });
  const unplaced = facts.sections.filter((one) => !placed.has(one.section.id)).map(sectionMarkdown);
  const others = [...unplaced, securityMarkdown(facts, when)].filter(Boolean).join("\n\n");
  // What the template lost while people wrote is kept even where it has no place for it.
  const whole = text.includes(otherSections) ? text.replace(otherSections, () => others) : `${text}\n\n${others}`;
  return `${whole
    .replaceAll(otherSections, "")
    .replace(/\n{3,}/g, "\n\n")
    .replaceAll(keptBreak, "\n")
    .trim()}\n`;
}

function sectionMarkdown(facts: SectionFacts | undefined): string {
  if (!facts) return "";
  const text = sectionText(facts)?.trim();
  const { title, kind, unit } = facts.section;
  const shown = !text ? notWritten : kind === "text" ? shifted(text) : literal(unit ? `${text} ${unit}` : text);
  return `## ${literal(title)}\n\n${shown}`;
}

/** Headings inside a section start below the section's own; what stands in code stays as it is. */
function shifted(text: string): string {
  return text
    .split(/(^(?:```|~~~)[\s\S]*?(?:^(?:```|~~~)|$(?![\s\S])))/m)
    .map((part, index) => (index % 2 === 1 ? part : part.replace(/^(#{1,4})(?=\s)/gm, "$1##")))
    .join("")
    .replaceAll(keptBreak, "")
    .replace(/\n{3,}/g, (breaks) => `\n${keptBreak.repeat(breaks.length - 1)}`);
}

const generated: Readonly<
  Record<
    Exclude<TemplateWord, "other sections">,
    (facts: PostmortemFacts, when: When, options: MarkdownOptions) => string
  >
> = {
  heading: ({ incident }) => `${incidentName(incident)}: ${literal(markedTitle(incident))}`,
  facts: ({ incident, affected, postmortem, names }, { stamp, zone }) =>
    table(
      ["Fact", "Value"],
      [
        ["Severity", incident.severity],
        ["State", postmortem.edition > 0 ? `Published, edition ${postmortem.edition}` : "Draft"],
        ["Times", `all in ${zone}`],
        ["Started", stamp(incident.times.startedAt)],
        ...(incident.source.kind === "alert"
          ? [["Detected", `${stamp(incident.times.detectedAt)} by an alert (${literal(incident.source.text ?? "")})`]]
          : []),
        ["Declared", `${stamp(incident.times.declaredAt)} by ${nameOf(names, incident.reporterId)}`],
        ["Resolved", incident.times.resolvedAt ? stamp(incident.times.resolvedAt) : "not resolved"],
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
  beliefs: (facts, when) => beliefsMarkdown(facts, when),
  operations: ({ operations, names }, { stamp }) =>
    operations.length === 0
      ? "No operations were run from this incident."
      : table(
          ["When", "What", "Before", "After", "Outcome", "Who"],
          operations.map((one) => [
            stamp(one.appliedAt ?? one.requestedAt),
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
  timeline: (facts, when) => timelineMarkdown(facts, when),
  picture: (_facts, _when, { marks }) => (marks ? pictureMark : ""),
  images: imagesMarkdown,
};

function timelineMarkdown({ timeline, names }: PostmortemFacts, when: When): string {
  if (timeline.length === 0) return "Nothing is recorded.";
  const lines: string[] = [];
  let day = "";
  for (const entry of timeline) {
    const [date = "", time = ""] = when.stamp(entry.at).split(" ");
    if (date !== day) {
      if (day !== "") lines.push("");
      lines.push(`### ${date}`, "");
      day = date;
    }
    const who = entry.actorId ? `${literal(nameOf(names, entry.actorId))}: ` : "";
    const link = entry.source?.permalink ? ` ([message](${entry.source.permalink}))` : "";
    const text = fromMrkdwn(entry.text, names).trimEnd();
    // A block of code stands on lines of its own, so what is around it does too.
    const begun = text.startsWith("\n```") ? text : text.trimStart();
    const said = begun.endsWith("\n```") ? `${begun}\n${link.trim()}`.trimEnd() : `${begun}${link}`;
    lines.push(`- **${time}** ${`${who}${said}`.replaceAll("\n", "\n  ")}`);
  }
  return lines.join("\n");
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(literal).join(" | ")} |`;
  return [line(head), `|${head.map(() => " --- |").join("")}`, ...rows.map(line)].join("\n");
}

/** What people pasted into the channel: shown where it is at hand, else linked to. */
function imagesMarkdown(facts: PostmortemFacts, when: When, { marks, images = [], folder }: MarkdownOptions): string {
  if (facts.images.length === 0) return "";
  const lines = facts.images.map((image) => {
    const index = images.indexOf(image.name);
    if (marks && index >= 0) return `${imageMark}${index}`;
    if (folder && index >= 0) return `![${literal(image.name)}](${folder}/${encodeURIComponent(image.name)})`;
    const said = `${literal(image.name)}, ${when.stamp(image.at)}`;
    return image.permalink ? `[${said}](${image.permalink})` : said;
  });
  return `## Images\n\n${lines.join("\n\n")}`;
}

function nameOf(names: ReadonlyMap<string, string>, userId: string): string {
  return names.get(userId) ?? userId;
}

function capitalised(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
