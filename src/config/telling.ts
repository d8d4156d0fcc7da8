import type { z } from "zod";
import type { StatusPageSettings } from "../domain/status-page/page.ts";
import { templateFields, unknownFields } from "../domain/telling/template.ts";
import { address, list, named, object, text } from "./pieces.ts";

const wording = text.describe(
  "The message an update to this status begins with; {{title}} and the like are filled in.",
);

/** The team's own wording of status updates. */
export const announcementsSchema = object({
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

/** The public status page; without the section there is none. */
export const statusPageSchema = object({
  title: text.describe("Heading of the page; the organisation's name and “status” by default.").optional(),
  intro: text.describe("A line under the heading.").optional(),
  url: address.describe("Where the public reaches it, for the links of the feed.").optional(),
  components: named(component, "a component's name").describe("What the page shows; nothing else is public."),
}).describe("The public status page, at /status; left out: none.");

export function completeAnnouncements(
  written: z.infer<typeof announcementsSchema> | undefined,
): Readonly<Record<string, string>> {
  const entries = Object.entries(written ?? {});
  return Object.fromEntries(entries.flatMap(([status, text]) => (text === undefined ? [] : [[status, text]])));
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
  nameOf: (word: string) => string | null,
): readonly { readonly path: readonly (string | number)[]; readonly text: string }[] {
  const templates = Object.entries(written.announcements ?? {}).flatMap(([status, template]) =>
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
