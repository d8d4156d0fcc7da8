import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { z } from "zod";
import type { StatusPageSettings } from "../domain/status-page/page.ts";
import { templateFields, unknownFields } from "../domain/telling/template.ts";
import type { Fault } from "./located.ts";
import { address, list, named, object, text } from "./pieces.ts";

const wording = text.describe(
  "The message an update to this status begins with; {{title}} and the like are filled in.",
);

const statuses = ["detected", "acknowledged", "investigating", "mitigating", "mitigated", "resolved", "closed"];

/** The team's own wording of status updates. */
export const announcementsSchema = object({
  folder: text
    .describe("A folder of Markdown files named for statuses, such as resolved.md, seen from this file.")
    .optional(),
  detected: wording.optional(),
  acknowledged: wording.optional(),
  investigating: wording.optional(),
  mitigating: wording.optional(),
  mitigated: wording.optional(),
  resolved: wording.optional(),
  closed: wording.optional(),
}).describe("Your own wording of status updates, by status; left out: the one that comes with Tocsin.");

const component = object({
  title: text.describe("What the public calls it."),
  summary: text.describe("What it is, in one line for the public.").optional(),
  parts: list(text).describe("Services, databases, caches and queues it is made of; never shown.").optional(),
});

const announced = object({
  window: text.describe("The task of a window of maintenance; never shown."),
  title: text.describe("What the public reads."),
  text: text.describe("What people will notice.").optional(),
  components: list(text).describe("Components of this page.").optional(),
});

/** The public status page; without the section there is none. */
export const statusPageSchema = object({
  title: text.describe("Heading of the page; the organisation's name and “status” by default.").optional(),
  intro: text.describe("A line under the heading.").optional(),
  url: address.describe("Where the public reaches it, for the links of the feed.").optional(),
  maintenance: list(announced)
    .describe("Windows of maintenance that are announced by themselves, a week ahead.")
    .optional(),
  components: named(component, "a component's name").describe("What the page shows; nothing else is public."),
}).describe("The public status page, at /status; left out: none.");

export function completeAnnouncements(
  written: z.infer<typeof announcementsSchema> | undefined,
  fromFolder: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const { folder: _folder, ...inPlace } = written ?? {};
  const entries = Object.entries({ ...fromFolder, ...inPlace });
  return Object.fromEntries(entries.flatMap(([status, text]) => (text === undefined ? [] : [[status, text]])));
}

/**
 * Reads the team's own wording from the folder that is named, one file for each status. A file for no status, a name
 * in braces that stands for nothing, and a wording that is written twice are faults with their file and line.
 */
export function readAnnouncements(
  written: z.infer<typeof announcementsSchema> | undefined,
  place: Fault["place"],
): { readonly texts: Readonly<Record<string, string>>; readonly faults: readonly Fault[] } {
  if (!written?.folder) return { texts: {}, faults: [] };
  const field = "announcements.folder";
  const folder = resolve(dirname(place.file), written.folder);
  const texts: Record<string, string> = {};
  const faults: Fault[] = [];
  let names: readonly string[];
  try {
    names = readdirSync(folder).filter((name) => name.endsWith(".md") && !name.startsWith("."));
  } catch {
    return { texts, faults: [{ place, field, text: `${written.folder} cannot be read; put the path right.` }] };
  }
  for (const name of names.toSorted()) {
    const status = name.slice(0, -".md".length);
    const file = join(written.folder, name);
    const at = (line: number, text: string) => faults.push({ place: { file, line, column: 1 }, field: status, text });
    if (!statuses.includes(status)) {
      at(1, `is no status; name the file for one of ${statuses.join(", ")}.`);
      continue;
    }
    if (written[status as keyof typeof written] !== undefined)
      at(1, `is also in ${place.file} as announcements.${status}; keep one of the two.`);
    const content = readFileSync(join(folder, name), "utf8").replaceAll("\r\n", "\n").trim();
    if (content === "") at(1, "is empty; write the message, or take the file away.");
    content.split("\n").forEach((line, index) => {
      for (const unknown of unknownFields(line))
        at(index + 1, `names {{${unknown}}}, which is nothing; there are ${templateFields.join(", ")}.`);
    });
    texts[status] = content;
  }
  return { texts, faults };
}

export function completeStatusPage(
  written: z.infer<typeof statusPageSchema> | undefined,
  organisation: string,
  nameOf: (word: string) => string | null,
): StatusPageSettings | null {
  if (!written) return null;
  return {
    title: written.title ?? `${organisation} status`,
    intro: written.intro ?? "",
    url: written.url?.replace(/\/+$/, "") ?? null,
    windows: (written.maintenance ?? []).map(({ window, title, text, components }) => ({
      window,
      title,
      text: text ?? "",
      components: components ?? [],
    })),
    components: Object.entries(written.components).map(([name, one]) => ({
      name,
      title: one.title,
      summary: one.summary ?? "",
      parts: (one.parts ?? []).map((word) => nameOf(word) ?? word),
    })),
  };
}

/** What of these sections names something that does not exist. */
export function tellingMisfits(
  written: {
    readonly announcements?: z.infer<typeof announcementsSchema> | undefined;
    readonly status_page?: z.infer<typeof statusPageSchema> | undefined;
  },
  windows: readonly string[],
  nameOf: (word: string) => string | null,
): readonly { readonly path: readonly (string | number)[]; readonly text: string }[] {
  const { folder: _folder, ...inPlace } = written.announcements ?? {};
  const templates = Object.entries(inPlace).flatMap(([status, template]) =>
    unknownFields(template ?? "").map((name) => ({
      path: ["announcements", status],
      text: `names {{${name}}}, which is nothing; there are ${templateFields.join(", ")}.`,
    })),
  );
  const components = Object.entries(written.status_page?.components ?? {});
  const none = written.status_page && components.length === 0;
  return [
    ...templates,
    ...(none ? [{ path: ["status_page", "components"], text: "names none; write at least one component." }] : []),
    ...(written.status_page?.maintenance ?? []).flatMap((one, index) => {
      const path = ["status_page", "maintenance", index];
      const names = components.map(([name]) => name);
      const strange = (one.components ?? []).findIndex((name) => !names.includes(name));
      return [
        ...(windows.includes(one.window)
          ? []
          : [{ path: [...path, "window"], text: "is no window of maintenance; name a task that has from and to." }]),
        ...(strange < 0
          ? []
          : [{ path: [...path, "components", strange], text: `is no component; there are ${names.join(", ")}.` }]),
      ];
    }),
    ...components.flatMap(([name, one]) =>
      (one.parts ?? []).flatMap((word, index) =>
        nameOf(word)
          ? []
          : [
              {
                path: ["status_page", "components", name, "parts", index],
                text: "is not in the catalog; name a service, database, cache or queue.",
              },
            ],
      ),
    ),
  ];
}
