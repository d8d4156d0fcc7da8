import type { KnownBlock, PlainTextOption } from "@slack/types";
import type { Incident } from "../../src/domain/incident/incident.ts";
import { shorten } from "../../src/domain/text.ts";
import { partsInZone } from "../../src/domain/time/zone.ts";
import type { CuratedEntry } from "../../src/domain/timeline/curation.ts";
import { isEditable, typedText } from "../../src/domain/timeline/edit.ts";
import { kindGroups, otherKinds, type TimelineView, viewWord } from "../../src/domain/timeline/view.ts";
import {
  actions,
  button,
  checkbox,
  context,
  dayMenu,
  inert,
  input,
  type Modal,
  modal,
  moment,
  momentInput,
  option,
  overflow,
  person,
  section,
  select,
  textInput,
  userSelect,
} from "../kit.ts";
import { named } from "./phrases.ts";

export const entriesPerPage = 15;

export interface TimelinePage {
  readonly incident: Incident;
  readonly view: TimelineView;
  /** Oldest first. */
  readonly entries: readonly CuratedEntry[];
  /** How many there are of what is looked for, and how many of them are older than this page. */
  readonly total: number;
  readonly older: number;
  /** The reader's, for where one day ends. */
  readonly timezone: string;
}

/** One page of the timeline, oldest first, with everything that puts a line right beside it. */
export function timelineModal(page: TimelinePage): Modal {
  const { incident, view, entries, total, older } = page;
  const blocks: KnownBlock[] = [context(`*${named(incident)}* · ${counted(total)}${filterWords(view)}`), top(view)];
  let day = "";
  for (const entry of entries) {
    const date = dayOf(entry.at, page.timezone);
    if (date !== day) blocks.push(context(`*${moment(entry.at, "{date_long}")}*`));
    day = date;
    blocks.push(section(entryLine(entry), overflow("incident.timeline.entry", entryMenu(entry))));
  }
  if (entries.length === 0) blocks.push(section(total === 0 ? "Nothing fits." : "There is nothing later."));
  const [first, last] = [entries[0], entries.at(-1)];
  const turn = (text: string, action: string, to: TimelineView) =>
    button({ action: `incident.timeline.page-${action}`, text, about: { id: viewWord(to) } });
  const newer = total - older - entries.length;
  const turns = [
    ...(first && older > 0 ? [turn("Older", "older", { ...view, place: { before: first } })] : []),
    ...(last && newer > 0 ? [turn("Newer", "newer", { ...view, place: { after: last } })] : []),
    ...(!first && total > 0 ? [turn("Newest", "newest", { ...view, place: null })] : []),
  ];
  if (turns.length > 0) blocks.push(context(where(page)), actions(turns, `turn-${older}-${total}`));
  return modal(
    { callback: "incident.timeline", title: "Timeline", close: "Close", about: { id: viewWord(view) } },
    blocks,
  );
}

function top(view: TimelineView) {
  const about = { id: viewWord(view) };
  return actions(
    [
      button({ action: "incident.timeline.filter", text: "Filter", about }),
      dayMenu("incident.timeline.day", "Go to a day"),
      button({ action: "incident.timeline.insert", text: "Add a line", about }),
      button({ action: "incident.timeline.messages", text: "Messages", about }),
    ],
    "timeline-top",
  );
}

function where({ entries, older, total }: TimelinePage): string {
  return entries.length === 0 ? `0 of ${total}` : `${older + 1} to ${older + entries.length} of ${total}`;
}

function counted(total: number): string {
  return `${total} ${total === 1 ? "entry" : "entries"}`;
}

/** What a list is narrowed to, in words. */
export function filterWords(view: TimelineView): string {
  const parts = [
    view.actorId ? `by ${person(view.actorId)}` : "",
    view.group ? (view.group === "other" ? otherKinds : kindGroups[view.group].title).toLowerCase() : "",
    view.text ? `with “${inert(view.text)}”` : "",
    view.hidden ? "with what was taken off" : "",
  ].filter(Boolean);
  return parts.length > 0 ? ` · ${parts.join(", ")}` : "";
}

function dayOf(at: Date, timezone: string): string {
  const { year, month, day } = partsInZone(at, timezone);
  return `${year}-${month}-${day}`;
}

function entryMenu(entry: CuratedEntry): readonly PlainTextOption[] {
  const choice = (text: string, what: string) => option(text, JSON.stringify({ id: `${what}~${entry.id}` }));
  return [
    ...(isEditable(entry) ? [choice("Edit", "edit")] : []),
    entry.hidden ? choice("Keep", "keep") : choice("Hide", "hide"),
    ...(isEditable(entry) && !entry.hidden ? [choice("Merge with the one before", "merge")] : []),
    choice("Add a line after it", "after"),
    // A note may be a line that somebody inserted: undoing takes it away.
    ...(entry.version > 1 || entry.kind === "note" ? [choice("Undo the last change", "undo")] : []),
  ];
}

/** The form that puts an entry right; it takes the timeline's place and gives it back. */
export function entryForm(
  entry: CuratedEntry,
  view: TimelineView,
  meanwhile: { readonly typed: string | null; readonly by: string | null } | null = null,
): Modal {
  const text = typedText(entry);
  const utc = `${entry.at.toISOString().slice(0, 16).replace("T", " ")} UTC`;
  const said = meanwhile?.by ? person(meanwhile.by) : "Somebody";
  return modal(
    {
      callback: "incident.timeline.edit",
      title: "Edit the timeline",
      submit: "Save",
      about: { id: `${entry.id}~${viewWord(view)}`, version: entry.version },
    },
    [
      ...(meanwhile
        ? [
            section(
              `:warning: ${said} changed this entry while you had it open. Now it says:\n${shorten(entry.text, 2500)}`,
            ),
            context("What you typed is still below. Save it, or close this form and leave the entry as it is."),
          ]
        : []),
      ...(text === null
        ? [context("These words are too long for a form: they stay as they are.")]
        : [
            input(
              { name: "text", label: "What happened" },
              textInput({ initial: meanwhile?.typed ?? text, multiline: true }),
            ),
          ]),
      input(
        { name: "at", label: "When", hint: `In your own time zone. It stands at ${utc} now.` },
        momentInput(entry.at),
      ),
      input({ name: "remove", label: "Remove", optional: true }, checkbox("Take it off the timeline", "remove")),
    ],
  );
}

/** The form for a line that happened at a time of its own. */
export function insertForm(at: Date, view: TimelineView): Modal {
  return modal(
    {
      callback: "incident.timeline.insert",
      title: "Add a line",
      submit: "Add",
      about: { id: viewWord(view), version: at.getTime() },
    },
    [
      input({ name: "text", label: "What happened" }, textInput({ multiline: true, focus: true })),
      input(
        {
          name: "at",
          label: "When",
          hint: `In your own time zone. Proposed: ${at.toISOString().slice(0, 16).replace("T", " ")} UTC.`,
        },
        momentInput(at),
      ),
    ],
  );
}

/** The form that narrows the timeline, or the list of messages, down. */
export function timelineFilterForm(view: TimelineView, of: "entries" | "messages"): Modal {
  const groups = [
    ...Object.entries(kindGroups).map(([name, { title }]) => option(title, name)),
    option(otherKinds, "other"),
  ];
  return modal(
    {
      callback: `incident.timeline.filter-${of}`,
      title: "Filter",
      submit: "Show",
      about: { id: viewWord({ ...view, place: null }) },
    },
    [
      input({ name: "text", label: "Words", optional: true }, textInput({ initial: view.text ?? "", max: 80 })),
      input({ name: "who", label: "Person", optional: true }, userSelect(view.actorId)),
      ...(of === "entries"
        ? [
            input({ name: "group", label: "Kind", optional: true }, select(groups, view.group ?? undefined)),
            input(
              { name: "hidden", label: "Taken off", optional: true },
              checkbox("Show what was taken off, too", "hidden", view.hidden),
            ),
          ]
        : []),
    ],
  );
}

function entryLine(entry: CuratedEntry): string {
  const time = moment(entry.at, "{time}");
  const who = entry.actorId ? person(entry.actorId) : "Tocsin";
  const link = entry.source?.permalink ? ` · <${entry.source.permalink}|message>` : "";
  const state = entry.mergedInto ? " · _merged into another_" : entry.hidden ? " · _taken off_" : "";
  return `*${time}* ${who}${link}${state}\n${shorten(entry.text, 1500)}`;
}
