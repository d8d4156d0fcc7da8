import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { z } from "zod";
import type { Severity } from "../domain/configuration.ts";
import { defaultLint, lintRules } from "../domain/postmortem/lint.ts";
import type { PostmortemSettings, PostmortemTemplate, TemplateChoice } from "../domain/postmortem/settings.ts";
import type { Fault } from "./located.ts";
import { nearest, plain } from "./nearest.ts";
import { choice, count, flag, hours, list, named, object, person, principal, right, span, text } from "./pieces.ts";
import {
  builtInTemplates,
  completeSection,
  readTemplate,
  sectionMisfits,
  sectionShape,
} from "./postmortem-template.ts";
import type { Misfit } from "./references.ts";

const zoneWords = right("write a time zone such as Europe/Berlin or UTC");
const zone = z.string(zoneWords).refine((name) => {
  try {
    return Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}, zoneWords);

const choose = object({
  template: text.describe("Name of the template."),
  severities: list(text).describe("Only these; left out: all.").optional(),
  private: flag.describe("Only private incidents, or only others; left out: both.").optional(),
  drill: flag.describe("Only drills, or only real ones; left out: both.").optional(),
});

const linter = object({
  off: list(choice(lintRules)).describe("Rules that are not looked at.").optional(),
  quiet: span("15m").describe("A stretch without an event that is a finding.").optional(),
  blaming: list(text).describe("Words that look for somebody to blame; stands for the built-in list.").optional(),
  claims: list(text).describe("Words that claim something was seen; stands for the built-in list.").optional(),
  required_score: count(100).describe("Below it nothing is published.").optional(),
});

export const postmortem = object({
  template: text.describe("The template where no choice fits.").optional(),
  templates: named(text, "a template's name")
    .describe(
      "Your own: a name and its Markdown file, seen from this file; a built-in name stands for the built-in one.",
    )
    .optional(),
  choose: list(choose).describe("Which template for which incident; the first that fits decides.").optional(),
  sections: list(sectionShape)
    .min(1, right("write at least one section, or leave the list out"))
    .describe("Sections of the default template, in order; the rest of it stays.")
    .optional(),
  time_zone: zone.describe("Every moment in a document is in this zone; left out: UTC.").optional(),
  linter: linter.describe("Rules a post-mortem is held against; the score stands on its card.").optional(),
  approval: object({
    needed: count(5).describe("So many people must approve before it is published."),
    by: list(principal).describe("Who may; left out: every member. Never its owner.").optional(),
  }).optional(),
  reminders: object({
    first: hours.describe("So long before it is due its owner is first reminded.").optional(),
    every: hours.describe("So often after that.").optional(),
    wider_after: hours.describe("So long after it was due others are told too; or none.").optional(),
    wider: list(person).describe("Who is brought into the incident's channel then, unless it is private.").optional(),
  }).optional(),
  public_edition: object({
    names: z
      .record(
        text,
        z.string(right('write what the public reads; "" leaves the word out')),
        right("write a map of words"),
      )
      .describe("An inner word and what the public reads for it.")
      .optional(),
    leave_out: list(text).describe("Ids of sections that are never public.").optional(),
  }).optional(),
});

export type WrittenPostmortem = z.infer<typeof postmortem>;

const defaultReminders = { firstHours: 12, everyHours: 24, widerHours: 24, wider: [] };

/** Fills in what was left out; templates of the team's own are read where they lie. */
export function completePostmortem(
  written: WrittenPostmortem | undefined,
  severities: readonly Severity[],
  own: readonly PostmortemTemplate[],
  people: readonly string[] = [],
): PostmortemSettings {
  const sections = written?.sections?.map(completeSection);
  const builtIn = builtInTemplates.map((template) =>
    template.name === "default" && sections
      ? { ...template, sections, body: withoutGone(template.body, sections) }
      : template,
  );
  const { linter, approval, reminders, public_edition } = written ?? {};
  return {
    template: written?.template ?? "default",
    templates: [...own, ...builtIn.filter(({ name }) => !own.some((one) => one.name === name))],
    choose: written?.choose?.map((one) => completeChoice(one, severities)) ?? defaultChoices(severities, !!sections),
    timeZone: written?.time_zone ?? "UTC",
    linter: {
      off: linter?.off ?? defaultLint.off,
      quietMinutes: linter?.quiet ? minutesOf(linter.quiet) : defaultLint.quietMinutes,
      blaming: linter?.blaming ?? defaultLint.blaming,
      claims: linter?.claims ?? defaultLint.claims,
      requiredScore: linter?.required_score ?? defaultLint.requiredScore,
    },
    approval: { needed: approval?.needed ?? 0, by: approval?.by ?? ["members"] },
    reminders: {
      firstHours: hoursOf(reminders?.first) ?? defaultReminders.firstHours,
      everyHours: hoursOf(reminders?.every) ?? defaultReminders.everyHours,
      widerHours: reminders?.wider_after === undefined ? defaultReminders.widerHours : hoursOf(reminders.wider_after),
      wider: reminders?.wider ?? defaultReminders.wider,
    },
    publicEdition: {
      names: Object.entries(public_edition?.names ?? {}).map(([inner, outer]) => ({ inner, outer })),
      people,
      leaveOut: public_edition?.leave_out ?? [],
    },
  };
}

/** A drill and a private incident have templates of their own, what nobody asks a post-mortem for a brief one. */
function defaultChoices(severities: readonly Severity[], ownSections: boolean): readonly TemplateChoice[] {
  const low = severities.filter((one) => one.postmortemHours === null).map((one) => one.name);
  return [
    { template: "drill", severities: null, private: null, drill: true },
    // Who wrote down their own sections wants those everywhere else.
    ...(ownSections
      ? []
      : [
          { template: "security", severities: null, private: true, drill: null },
          ...(low.length > 0 ? [{ template: "brief", severities: low, private: null, drill: null }] : []),
        ]),
  ];
}

function completeChoice(written: z.infer<typeof choose>, severities: readonly Severity[]): TemplateChoice {
  return {
    template: written.template,
    severities: written.severities?.map((word) => severityNamed(severities, word) ?? word) ?? null,
    private: written.private ?? null,
    drill: written.drill ?? null,
  };
}

function severityNamed(
  severities: readonly { readonly name: string; readonly aliases: readonly string[] }[],
  word: string,
): string | null {
  return severities.find((one) => [one.name, ...one.aliases].some((name) => plain(name) === plain(word)))?.name ?? null;
}

/** Placeholders of sections that the team's own list does not have fall away. */
function withoutGone(body: string, sections: readonly { readonly id: string }[]): string {
  return body.replace(/\{\{section ([^}]+)\}\}/g, (whole, id: string) =>
    sections.some((section) => section.id === id) ? whole : "",
  );
}

/** What names no template, severity or section, or leads nowhere. */
export function postmortemMisfits(
  written: WrittenPostmortem | undefined,
  severities: readonly { readonly name: string; readonly aliases: readonly string[] }[],
): readonly Misfit[] {
  if (!written) return [];
  const names = [...new Set([...Object.keys(written.templates ?? {}), ...builtInTemplates.map(({ name }) => name)])];
  const unknown = (what: string, known: readonly string[], word: string): string => {
    const meant = nearest(word, known);
    return `is no ${what} here; ${meant ? `did you mean ${meant}?` : `write one of ${known.join(", ")}.`}`;
  };
  const misfits: Misfit[] = sectionMisfits(written.sections ?? []).map(({ path, text }) => ({
    path: ["postmortem", "sections", ...path],
    text,
  }));
  if (written.template !== undefined && !names.includes(written.template))
    misfits.push({ path: ["postmortem", "template"], text: unknown("template", names, written.template) });
  written.choose?.forEach((one, index) => {
    const path = ["postmortem", "choose", index];
    if (!names.includes(one.template))
      misfits.push({ path: [...path, "template"], text: unknown("template", names, one.template) });
    one.severities?.forEach((word, at) => {
      if (severityNamed(severities, word)) return;
      const known = severities.map(({ name }) => name);
      misfits.push({ path: [...path, "severities", at], text: unknown("severity", known, word) });
    });
  });
  if ((written.approval?.needed ?? 0) > 0 && written.approval?.by?.length === 0)
    misfits.push({
      path: ["postmortem", "approval", "by"],
      text: "is empty although approvals are asked for; name who may.",
    });
  return misfits;
}

/** Reads the team's own templates, each from a path seen from the file that names it. */
export function readOwnTemplates(
  written: WrittenPostmortem | undefined,
  namedIn: (name: string) => Fault["place"],
): { readonly templates: readonly PostmortemTemplate[]; readonly faults: readonly Fault[] } {
  const templates: PostmortemTemplate[] = [];
  const faults: Fault[] = [];
  for (const [name, path] of Object.entries(written?.templates ?? {})) {
    const place = namedIn(name);
    const file = resolve(dirname(place.file), path);
    let content: string;
    try {
      content = readFileSync(file, "utf8");
    } catch {
      faults.push({
        place,
        field: `postmortem.templates.${name}`,
        text: `${path} cannot be read; put the path right.`,
      });
      continue;
    }
    const read = readTemplate(name, path, content);
    if (read.template) templates.push(read.template);
    faults.push(...read.faults);
  }
  return { templates, faults };
}

function hoursOf(written: string | undefined): number | null {
  const match = written && /^(\d+)([hd])$/.exec(written);
  return match ? Number(match[1]) * (match[2] === "d" ? 24 : 1) : null;
}

function minutesOf(written: string): number {
  const amount = Number(written.slice(0, -1));
  return written.endsWith("h") ? amount * 60 : written.endsWith("s") ? Math.ceil(amount / 60) : amount;
}
