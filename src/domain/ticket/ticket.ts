import { addMinutes } from "date-fns/addMinutes";
import type { Counterpart } from "../counterpart/counterpart.ts";
import type { Wanted } from "../counterpart/keep.ts";
import type { App } from "../ports.ts";
import { escapeMrkdwn } from "../text.ts";
import { type TicketContent, type TicketSight, type TrackerId, trackersOf } from "./tracker.ts";

/** Open tickets are looked at this often, so many in a round: far below what any tracker allows. */
const lookMinutes = 5;
export const looksEach = 25;

/** What stands in a tracker for something of ours. */
export type Ticket = Counterpart & { readonly service: TrackerId };

/** One kind of thing that tickets are opened for. */
export interface TicketKind {
  /** As a keeper's: a seal that stays the same leaves the ticket to the people there. */
  readonly content: (app: App, ticket: Ticket) => Promise<Wanted<TicketContent> | null>;
  /** Shows people how the ticket stands now, and how it stood before. */
  readonly shown: (app: App, ticket: Ticket, before: Ticket) => Promise<void>;
  /** What follows from how people left the ticket there; null where it is gone. Its row is written already. */
  readonly seen: (app: App, ticket: Ticket, sight: TicketSight | null) => Promise<void>;
}

/** Those of the counterparts that are tickets. */
export function ticketsOf(counterparts: readonly Counterpart[]): readonly Ticket[] {
  return counterparts.filter((one): one is Ticket => one.service === "github" || one.service === "jira");
}

/** A ticket as people read it: its key, linked where it has an address. */
export function ticketLink({ key, url }: Pick<Counterpart, "key" | "url">): string {
  const name = escapeMrkdwn(key ?? "");
  return url ? `<${url}|${name}>` : name;
}

/** The Slack user id of whom a tracker names; null where the configuration's people do not say. */
export async function personOf(app: App, name: string, tracker: TrackerId): Promise<string | null> {
  const entry = app.config.people.find((one) => one[tracker]?.toLowerCase() === name.toLowerCase());
  if (!entry) return null;
  if (/^[UW][A-Z0-9]+$/.test(entry.reference)) return entry.reference;
  return (await app.people.meant([entry.reference])).get(entry.reference)?.[0] ?? null;
}

/** Has the open tickets looked at in a while; nothing where there is none. */
export async function armTicketLooks(app: App): Promise<void> {
  const services = trackersOf(app.config).map(({ id }) => id);
  if ((await app.counterparts.open(services, 1)).length === 0) return;
  await app.jobs.add("look-at-tickets", {}, { key: "next", after: addMinutes(app.now, lookMinutes) });
}
