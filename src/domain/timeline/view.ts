import { momentInZone } from "../time/zone.ts";
import type { EntryFilter, EntryKey } from "./curation.ts";
import type { TimelineKind } from "./entry.ts";

/** What somebody looks at: whose lines, which kinds, from where on. It travels in the form, never in memory. */
export interface TimelineView {
  readonly incidentId: string;
  readonly actorId: string | null;
  readonly group: KindGroup | null;
  readonly text: string | null;
  readonly hidden: boolean;
  /** Where the page begins, ends, or from which moment on it is; null for the newest page. */
  readonly place: { readonly after: EntryKey } | { readonly before: EntryKey } | { readonly from: Date } | null;
}

/** Kinds as people tell them apart. */
export const kindGroups = {
  said: { title: "Notes and messages", kinds: ["note", "message"] },
  status: { title: "Status, severity and updates", kinds: ["declared", "severity", "phase", "update"] },
  operations: { title: "Operations", kinds: ["operation"] },
  beliefs: { title: "Hypotheses and decisions", kinds: ["hypothesis", "decision"] },
  people: { title: "Roles and people", kinds: ["role", "member"] },
} as const satisfies Readonly<Record<string, { readonly title: string; readonly kinds: readonly TimelineKind[] }>>;
export type KindGroup = keyof typeof kindGroups | "other";

export const otherKinds = "Everything else";

export function wholeTimeline(incidentId: string): TimelineView {
  return { incidentId, actorId: null, group: null, text: null, hidden: false, place: null };
}

export function filterOf(view: TimelineView): EntryFilter {
  const { incidentId, actorId, text, hidden, group } = view;
  const named = Object.values(kindGroups).flatMap(({ kinds }) => [...kinds]);
  const kinds = group === null ? null : group === "other" ? { not: named } : { only: [...kindGroups[group].kinds] };
  return { incidentId, actorId, text, hidden, kinds };
}

const longestText = 80;

/** As one word for buttons and forms; readView reads it. */
export function viewWord(view: TimelineView): string {
  const { place } = view;
  const words = new URLSearchParams({ i: view.incidentId });
  if (view.actorId) words.set("u", view.actorId);
  if (view.group) words.set("g", view.group);
  if (view.text) words.set("t", [...view.text].slice(0, longestText).join(""));
  if (view.hidden) words.set("h", "1");
  if (place && "after" in place) words.set("a", keyWord(place.after));
  if (place && "before" in place) words.set("b", keyWord(place.before));
  if (place && "from" in place) words.set("f", String(place.from.getTime()));
  return words.toString();
}

/** Whatever cannot be read is left out: a word from outside is never trusted to be one of ours. */
export function readView(word: string): TimelineView {
  const words = new URLSearchParams(word);
  const group = words.get("g");
  const [after, before, from] = [readKey(words.get("a")), readKey(words.get("b")), readMoment(words.get("f"))];
  return {
    incidentId: words.get("i") ?? "",
    actorId: words.get("u"),
    group: group && (group === "other" || Object.hasOwn(kindGroups, group)) ? (group as KindGroup) : null,
    text: words.get("t"),
    hidden: words.get("h") === "1",
    place: after ? { after } : before ? { before } : from ? { from } : null,
  };
}

/** The first moment of a day (yyyy-MM-dd) on the wall there; null for no day. */
export function startOfDay(day: string, timezone: string): Date | null {
  const [, year, month, date] = (/^(\d{4})-(\d{2})-(\d{2})$/.exec(day) ?? []).map(Number);
  if (!year || !month || !date) return null;
  // Where daylight saving skips midnight, the day begins at one.
  for (const hour of [0, 1]) {
    const [first] = momentInZone({ year, month, day: date, hour, minute: 0 }, timezone);
    if (first) return first;
  }
  return null;
}

function keyWord({ at, id }: EntryKey): string {
  return `${at.getTime()}~${id}`;
}

function readKey(word: string | null): EntryKey | null {
  const [, time, id] = /^(-?\d{1,15})~(.{1,80})$/.exec(word ?? "") ?? [];
  const at = readMoment(time ?? null);
  return at && id ? { at, id } : null;
}

function readMoment(word: string | null): Date | null {
  const at = word === null || word === "" ? new Date(Number.NaN) : new Date(Number(word));
  return Number.isNaN(at.getTime()) ? null : at;
}
