import { subDays } from "date-fns/subDays";
import { subHours } from "date-fns/subHours";
import { Refusal } from "../../errors.ts";
import type { Configuration } from "../configuration.ts";
import { nearest } from "../nearest.ts";
import { cleanLine, shorten } from "../text.ts";
import { catalog } from "./affected.ts";
import type { Incident } from "./incident.ts";
import { findStep, type Milestone, milestones } from "./phases.ts";
import type { Viewer } from "./records.ts";

/** Which incidents are looked for; what is null narrows nothing. */
export interface IncidentQuery {
  readonly state: "open" | "resolved" | "all";
  readonly severity: string | null;
  readonly status: StatusQuery | null;
  /** Something of the catalog that is affected. */
  readonly service: string | null;
  /** Declared since: 30d, 12h, or a day such as 2026-11-01. */
  readonly since: string | null;
  /** Only those the viewer declared, has a role in, or joined. */
  readonly mine: boolean;
  /** Words in the title, summary, timeline or post-mortem; all of them must be somewhere in it. */
  readonly text: string | null;
}

/** Where one stands; the name only where the installation has several of one milestone. */
export interface StatusQuery {
  readonly milestone: Milestone;
  readonly name: string | null;
}

export const everything: IncidentQuery = {
  state: "all",
  severity: null,
  status: null,
  service: null,
  since: null,
  mine: false,
  text: null,
};

/** One place in an incident where the words were found; the words stand between \u0002 and \u0003. */
export interface Passage {
  readonly place: "timeline" | "post-mortem";
  readonly text: string;
}

/** Looking over many incidents. Private ones come only to those who may see them. */
export interface IncidentSearch {
  /** Newest first; with words, those that have them in the title come first. */
  readonly page: (
    query: IncidentQuery,
    viewer: Viewer,
    at: { readonly offset: number; readonly limit: number },
  ) => Promise<{ readonly incidents: readonly Incident[]; readonly more: boolean }>;
  /** Whether anything of the words can be looked for: "the" and "of" are everywhere. */
  readonly canFind: (text: string) => Promise<boolean>;
  /** Where in these incidents the words stand, at most two places each. */
  readonly passages: (ids: readonly string[], text: string) => Promise<ReadonlyMap<string, readonly Passage[]>>;
  /** Open incidents that affect the same or are called alike, the likest first. */
  readonly similar: (
    to: { readonly title: string; readonly affected: readonly string[]; readonly exceptId: string | null },
    viewer: Viewer,
    limit: number,
  ) => Promise<readonly Incident[]>;
}

/** The moment a span or day means: 30d, 12h, 2w or 2026-11-01. Refuses what is none of these. */
export function sinceMoment(since: string, now: Date): Date {
  const [, count = "", unit = ""] = /^([1-9]\d{0,3})([hdw])$/.exec(since) ?? [];
  if (unit === "h") return subHours(now, Number(count));
  if (unit !== "") return subDays(now, Number(count) * (unit === "w" ? 7 : 1));
  const day = /^\d{4}-\d{2}-\d{2}$/.test(since) ? new Date(`${since}T00:00:00Z`) : null;
  if (day && !Number.isNaN(day.getTime()) && day.toISOString().startsWith(since)) return day;
  throw new Refusal(
    "bad_argument",
    `I cannot read “${shorten(since, 40)}” as a time.`,
    "Write a span such as `30d`, `12h` or `2w`, or a day such as `2026-11-01`.",
  );
}

/** What people typed as filters, in the catalog's and the phases' own words. */
export function readQuery(
  config: Configuration,
  now: Date,
  typed: {
    readonly [K in keyof IncidentQuery]?: (K extends "status" ? string | null : IncidentQuery[K]) | undefined;
  },
): IncidentQuery {
  const step = typed.status ? findStep(config.phases, typed.status) : null;
  if (typed.status && !step) {
    throw new Refusal(
      "bad_argument",
      `There is no status “${shorten(typed.status, 40)}”.`,
      `There are these: ${config.phases.map(({ name }) => name).join(", ")}.`,
    );
  }
  if (typed.since) sinceMoment(typed.since, now);
  const text = typed.text ? shorten(cleanLine(typed.text), 200) : null;
  return {
    state: typed.state ?? (step ? "all" : "open"),
    severity: typed.severity ?? null,
    status: step && { milestone: step.milestone, name: isOneOfSeveral(config, step.milestone) ? step.name : null },
    service: typed.service ? requireThing(config, typed.service) : null,
    since: typed.since ?? null,
    mine: typed.mine ?? false,
    text: text === "" ? null : text,
  };
}

function isOneOfSeveral(config: Configuration, milestone: Milestone): boolean {
  return config.phases.filter((step) => step.milestone === milestone).length > 1;
}

function requireThing(config: Configuration, word: string): string {
  const key = word.trim().toLowerCase();
  const aliases = new Map(
    [...config.services, ...config.resources].map((thing) => [
      thing.name,
      thing.aliases.map((one) => one.toLowerCase()),
    ]),
  );
  const found = catalog(config).find(
    (thing) =>
      thing.name === key || thing.title.toLowerCase() === key || (aliases.get(thing.name)?.includes(key) ?? false),
  );
  if (found) return found.name;
  const names = catalog(config).map(({ name }) => name);
  const near = nearest(key, names);
  throw new Refusal(
    "unknown_target",
    `There is no “${shorten(word, 40)}” in the catalog.`,
    near.length > 0 ? `Did you mean ${near.join(" or ")}?` : `There are these: ${names.slice(0, 20).join(", ")}.`,
  );
}

const letters = { open: "o", resolved: "r", all: "a" } as const;

/** A query as one word for a button; readable only by `unpackQuery`. */
export function packQuery(query: IncidentQuery): string {
  const { state, severity, status, service, since, mine, text } = query;
  return JSON.stringify([letters[state], severity, packStatus(status), service, since, mine ? 1 : 0, text]);
}

function packStatus(status: StatusQuery | null): string | null {
  return status && [status.milestone, ...(status.name ? [status.name] : [])].join("/");
}

function unpackStatus(packed: unknown): StatusQuery | null {
  const [word, name = null] = typeof packed === "string" ? packed.split("/") : [];
  const milestone = milestones.find((one) => one === word);
  return milestone ? { milestone, name } : null;
}

/** The query a button carries; refuses one that is not ours. */
export function unpackQuery(packed: string): IncidentQuery {
  try {
    const [letter, severity, status, service, since, mine, text] = JSON.parse(packed) as unknown[];
    const word = (value: unknown): string | null => (typeof value === "string" ? value : null);
    const state = (Object.keys(letters) as (keyof typeof letters)[]).find((one) => letters[one] === letter);
    if (state) {
      return {
        state,
        severity: word(severity),
        status: unpackStatus(status),
        service: word(service),
        since: word(since),
        mine: mine === 1,
        text: word(text),
      };
    }
  } catch {
    // Told below, like any other word that is not ours.
  }
  throw new Refusal("stale", "That list is no longer in use.", "Type /incident list.");
}

/** The words and quoted phrases of a search, at most eight. */
export function termsOf(text: string): readonly { readonly words: string; readonly phrase: boolean }[] {
  return [...text.matchAll(/["“”]([^"“”]+)["“”]|([^\s"“”]+)/g)]
    .slice(0, 8)
    .map(([, phrase, word]) => ({ words: phrase ?? word ?? "", phrase: phrase !== undefined }));
}
