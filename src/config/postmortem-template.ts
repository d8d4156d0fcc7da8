import { readFileSync } from "node:fs";
import type { z } from "zod";
import {
  type PostmortemSection,
  type PostmortemTemplate,
  sectionKinds,
  templateWords,
} from "../domain/postmortem/settings.ts";
import { type Fault, find, plainValue, readYaml } from "./located.ts";
import { nearest } from "./nearest.ts";
import { choice, flag, list, object, right, text } from "./pieces.ts";

/** One section, as a template's head and the configuration's list write it. */
export const sectionShape = object({
  id: text.regex(/^[a-z][a-z0-9-]*$/, right("write lower-case letters, digits and dashes")),
  title: text,
  help: text.describe("What belongs in it, shown above the empty field.").optional(),
  required: flag.describe("Whether publishing asks for it.").optional(),
  kind: choice(sectionKinds).describe("What is filled in: text (Markdown), select, number or date.").optional(),
  options: list(text).describe("For a select: what can be chosen.").optional(),
  unit: text.describe("For a number: what it counts, such as customers.").optional(),
});

export const head = object({
  title: text.describe("What people call the template."),
  sections: list(sectionShape).min(1, right("write at least one section")),
});

export function completeSection(written: z.infer<typeof sectionShape>): PostmortemSection {
  return {
    id: written.id,
    title: written.title,
    help: written.help ?? "",
    required: written.required ?? false,
    kind: written.kind ?? "text",
    options: written.options ?? [],
    unit: written.unit ?? null,
  };
}

/** What is wrong with a list of sections: an id twice, a select with nothing to choose. */
export function sectionMisfits(
  sections: readonly z.infer<typeof sectionShape>[],
): readonly { readonly path: readonly (string | number)[]; readonly text: string }[] {
  const seen = new Set<string>();
  return sections.flatMap((section, index) => {
    const misfits = [];
    if (seen.has(section.id))
      misfits.push({ path: [index, "id"], text: "is the id of an earlier section; give each its own." });
    seen.add(section.id);
    if (section.kind === "select" && (section.options ?? []).length === 0)
      misfits.push({ path: [index, "kind"], text: "offers nothing to choose; write options: [one, two]." });
    if ((section.options ?? []).length > 0 && section.kind !== "select")
      misfits.push({ path: [index, "options"], text: "belongs to a select; write kind: select, or take it out." });
    return misfits;
  });
}

/**
 * Reads a template: a head between two lines of three dashes, and Markdown with {{placeholders}}. Answers every
 * fault with its line; the template is null where there is one.
 */
export function readTemplate(
  name: string,
  file: string,
  content: string,
): { readonly template: PostmortemTemplate | null; readonly faults: readonly Fault[] } {
  const at = (line: number, column = 1) => ({ file, line, column });
  const parts = /^\uFEFF?---[ \t]*\r?\n([\s\S]*?\n)---[ \t]*(?:\r?\n([\s\S]*))?$/.exec(content);
  if (!parts) {
    const text = "a template begins with a head between two lines of ---, with title and sections; write it.";
    return { template: null, faults: [{ place: at(1), field: "the head", text }] };
  }
  const [, yaml = "", body = ""] = parts;
  const { tree, faults: found, wellFormed } = readYaml(file, `\n${yaml}`, {});
  if (!tree || !wellFormed) return { template: null, faults: found };
  const faults: Fault[] = [...found];
  const parsed = head.safeParse(plainValue(tree));
  if (!parsed.success) {
    for (const issue of parsed.error.issues) faults.push(...headFaults(issue, tree));
    return { template: null, faults };
  }
  for (const misfit of sectionMisfits(parsed.data.sections)) {
    const { place, field } = find(tree, ["sections", ...misfit.path]);
    faults.push({ place, field, text: misfit.text });
  }
  const sections = parsed.data.sections.map(completeSection);
  const firstLine = content.slice(0, content.length - body.length).split("\n").length;
  faults.push(...bodyFaults(body, sections, (line, column) => at(firstLine + line, column)));
  if (faults.length > 0) return { template: null, faults };
  return { template: { name, title: parsed.data.title, sections, body }, faults };
}

function headFaults(issue: z.core.$ZodIssue, tree: Parameters<typeof find>[0]): readonly Fault[] {
  if (issue.code === "unrecognized_keys") {
    const known = Object.keys(issue.path.length === 0 ? head.shape : sectionShape.shape);
    return issue.keys.map((key) => {
      const { keyPlace, field } = find(tree, [...issue.path, key]);
      const meant = nearest(key, known);
      const way = meant ? `did you mean ${meant}?` : `known here: ${known.join(", ")}.`;
      return { place: keyPlace, field, text: `is not a known key; ${way}` };
    });
  }
  const { node, place, field } = find(tree, issue.path);
  return [{ place, field: field || "the head", text: `${node ? "cannot be this" : "is missing"}; ${issue.message}.` }];
}

function bodyFaults(
  body: string,
  sections: readonly PostmortemSection[],
  at: (line: number, column: number) => Fault["place"],
): readonly Fault[] {
  const words = [...templateWords, ...sections.map(({ id }) => `section ${id}`)];
  const faults: Fault[] = [];
  const used = new Set<string>();
  for (const [index, line] of body.split("\n").entries()) {
    for (const match of line.matchAll(/\{\{([^}]*)\}\}/g)) {
      const word = (match[1] ?? "").trim();
      used.add(word);
      if (words.includes(word)) continue;
      const meant = nearest(word, words);
      const way = meant ? `did you mean {{${meant}}}?` : `known here: ${words.join(", ")}.`;
      faults.push({ place: at(index, match.index + 1), field: `{{${word}}}`, text: `is not a known field; ${way}` });
    }
  }
  if (used.has("other sections")) return faults;
  const placed = sections.filter(({ id }) => !used.has(`section ${id}`));
  for (const { id } of placed) {
    const text = `stands nowhere below the head; write {{section ${id}}} or {{other sections}} where it belongs.`;
    faults.push({ place: at(0, 1), field: `section ${id}`, text });
  }
  return faults;
}

const builtInNames = ["default", "brief", "security", "drill"] as const;

/** The templates that come with the product. */
export const builtInTemplates: readonly PostmortemTemplate[] = builtInNames.map((name) => {
  const url = new URL(`../../templates/postmortem/${name}.md`, import.meta.url);
  const { template, faults } = readTemplate(name, `${name}.md`, readFileSync(url, "utf8"));
  if (!template) throw new Error(`templates/postmortem/${name}.md: ${faults.map((fault) => fault.text).join(" ")}`);
  return template;
});
