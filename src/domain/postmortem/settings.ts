import type { PersonReference } from "../configuration.ts";
import type { LintSettings } from "./lint.ts";

/** How post-mortems are written here: which template for which incident, who approves, who is reminded. */
export interface PostmortemSettings {
  /** Name of the template where no choice fits. */
  readonly template: string;
  /** The built-in ones and the team's own; a team's own of the same name stands for the built-in one. */
  readonly templates: readonly PostmortemTemplate[];
  /** The first that fits decides. */
  readonly choose: readonly TemplateChoice[];
  /** Every moment in a document is in this IANA zone. */
  readonly timeZone: string;
  readonly linter: LintSettings;
  readonly approval: ApprovalSettings;
  readonly reminders: ReminderSettings;
  readonly publicEdition: PublicSettings;
}

export interface PostmortemTemplate {
  readonly name: string;
  readonly title: string;
  readonly sections: readonly PostmortemSection[];
  /** Markdown with {{placeholders}}. */
  readonly body: string;
}

export interface PostmortemSection {
  readonly id: string;
  readonly title: string;
  readonly help: string;
  readonly required: boolean;
  readonly kind: SectionKind;
  /** What a select offers; empty for the other kinds. */
  readonly options: readonly string[];
  /** What a number counts, such as customers. */
  readonly unit: string | null;
}

export const sectionKinds = ["text", "select", "number", "date"] as const;
export type SectionKind = (typeof sectionKinds)[number];

/** A condition that is null holds for every incident. */
export interface TemplateChoice {
  readonly template: string;
  readonly severities: readonly string[] | null;
  readonly private: boolean | null;
  readonly drill: boolean | null;
}

export interface ApprovalSettings {
  /** So many people must approve before it is published; 0 for none. */
  readonly needed: number;
  /** Principals who may approve; never the owner. */
  readonly by: readonly string[];
}

export interface ReminderSettings {
  /** Hours before it is due at which the owner is first reminded. */
  readonly firstHours: number;
  /** Hours between reminders after it is due. */
  readonly everyHours: number;
  /** Hours after it was due at which others are told too; null for never. */
  readonly widerHours: number | null;
  readonly wider: readonly PersonReference[];
}

export interface PublicSettings {
  /** Inner word → what the public reads; an empty one is left out. */
  readonly names: readonly { readonly inner: string; readonly outer: string }[];
  /** Names the configuration gives people: they go even where Slack showed only a short one. */
  readonly people: readonly string[];
  /** Ids of the sections that are never public. */
  readonly leaveOut: readonly string[];
}

/** What may stand between {{ and }} in a template, besides "section <id>". */
export const templateWords = [
  "heading",
  "facts",
  "durations",
  "other sections",
  "action items",
  "beliefs",
  "operations",
  "people",
  "picture",
  "images",
  "timeline",
] as const;
export type TemplateWord = (typeof templateWords)[number];

/** The template an incident's post-mortem begins with. */
export function chooseTemplate(
  settings: PostmortemSettings,
  incident: { readonly severity: string; readonly isPrivate: boolean; readonly kind: "real" | "drill" },
): string {
  const fits = (choice: TemplateChoice): boolean =>
    (choice.severities === null || choice.severities.includes(incident.severity)) &&
    (choice.private === null || choice.private === incident.isPrivate) &&
    (choice.drill === null || choice.drill === (incident.kind === "drill"));
  return settings.choose.find(fits)?.template ?? settings.template;
}

/** The template by that name; where the configuration no longer has it, the one that is meant where nothing else is. */
export function templateNamed(settings: PostmortemSettings, name: string): PostmortemTemplate {
  const named = (wanted: string) => settings.templates.find((one) => one.name === wanted);
  const found = named(name) ?? named(settings.template) ?? settings.templates[0];
  if (!found) throw new Error("The configuration has no post-mortem template");
  return found;
}
