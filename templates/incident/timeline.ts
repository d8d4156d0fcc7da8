import type { KnownBlock } from "@slack/types";
import type { Incident } from "../../src/domain/incident/incident.ts";
import { shorten } from "../../src/domain/text.ts";
import { isEditable, typedText } from "../../src/domain/timeline/edit.ts";
import type { TimelineEntry } from "../../src/domain/timeline/entry.ts";
import {
  actions,
  button,
  checkbox,
  context,
  input,
  type Modal,
  modal,
  moment,
  momentInput,
  person,
  section,
  textInput,
} from "../kit.ts";
import { named } from "./phrases.ts";

export const entriesPerPage = 15;

export interface TimelinePage {
  readonly incident: Incident;
  /** All visible entries, oldest first. */
  readonly entries: readonly TimelineEntry[];
  /** 1 is the oldest page. */
  readonly page: number;
}

export function pagesOf(entries: readonly TimelineEntry[]): number {
  return Math.max(1, Math.ceil(entries.length / entriesPerPage));
}

/** One page of the timeline, oldest first, each line with the time it happened in the reader's own zone. */
export function timelineModal({ incident, entries, page }: TimelinePage): Modal {
  const pages = pagesOf(entries);
  const shown = Math.min(Math.max(page, 1), pages);
  const blocks: KnownBlock[] = [
    context(`*${named(incident)}* · ${entries.length} ${entries.length === 1 ? "entry" : "entries"}`),
  ];
  let day = "";
  for (const entry of entries.slice((shown - 1) * entriesPerPage, shown * entriesPerPage)) {
    const date = entry.at.toISOString().slice(0, 10);
    if (date !== day) blocks.push(context(`*${moment(entry.at, "{date_long}")}*`));
    day = date;
    const edit = button({ action: "incident.timeline.edit", text: "Edit", about: { id: `${entry.id}/${shown}` } });
    blocks.push(section(entryLine(entry), isEditable(entry) ? edit : undefined));
  }
  const turn = (text: string, to: number) =>
    button({
      action: `incident.timeline.page-${to < shown ? "older" : "newer"}`,
      text,
      about: { id: `${incident.id}/${to}` },
    });
  const turns = [
    ...(shown > 1 ? [turn("Older", shown - 1)] : []),
    ...(shown < pages ? [turn("Newer", shown + 1)] : []),
  ];
  if (turns.length > 0) blocks.push(context(`Page ${shown} of ${pages}`), actions(turns, `page-${shown}`));
  return modal({ callback: "incident.timeline", title: "Timeline", close: "Close" }, blocks);
}

/** The form that puts an entry right; it takes the timeline's place and gives it back. */
export function entryForm(entry: TimelineEntry, page: number): Modal {
  const text = typedText(entry);
  return modal(
    {
      callback: "incident.timeline.edit",
      title: "Edit the timeline",
      submit: "Save",
      about: { id: `${entry.id}/${page}` },
    },
    [
      ...(text === null
        ? []
        : [input({ name: "text", label: "What happened" }, textInput({ initial: text, multiline: true }))]),
      input({ name: "at", label: "When" }, momentInput(entry.at)),
      input({ name: "remove", label: "Remove", optional: true }, checkbox("Take it off the timeline", "remove")),
    ],
  );
}

function entryLine(entry: TimelineEntry): string {
  const time = moment(entry.at, "{time}");
  const who = entry.actorId ? person(entry.actorId) : "Tocsin";
  const link = entry.source?.permalink ? ` · <${entry.source.permalink}|message>` : "";
  return `*${time}* ${who}${link}\n${shorten(entry.text, 1500)}`;
}
