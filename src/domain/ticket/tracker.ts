import type { Configuration } from "../configuration.ts";
import type { Kept } from "../counterpart/keep.ts";

/** Where tickets can be opened. */
export type TrackerId = "github" | "jira";

/** What a ticket says, as plain text; each tracker writes it in its own markup. */
export interface TicketContent {
  readonly title: string;
  readonly lines: readonly string[];
  readonly links: readonly { readonly title: string; readonly url: string }[];
  /** yyyy-MM-dd */
  readonly dueOn: string | null;
  /** Who it is given to, as the tracker names people; null for nobody. */
  readonly assignee: string | null;
  /** Goes to the place for what is private, where only those may read who may know of it. */
  readonly isPrivate: boolean;
  /** Whether it is over; a ticket is made open, and closed by an update. */
  readonly done: boolean;
}

/** A ticket as it stands there. */
export interface TicketSight {
  readonly done: boolean;
  /** Who closed it, by their id there and their name, and when; null while it is open or where nobody says. */
  readonly by: { readonly id: string; readonly name: string } | null;
  readonly at: Date | null;
}

/** What is asked of a tracker. Throws ProviderError where it says no. */
export interface Tracker {
  readonly id: TrackerId;
  /** Makes a ticket that carries the mark; an assignee or a date it does not take is left out and told as trouble. */
  readonly create: (ticket: TicketContent, mark: string) => Promise<Kept>;
  /** The ticket made since then that carries the mark, where such a ticket goes. */
  readonly find: (ticket: Pick<TicketContent, "isPrivate">, mark: string, since: Date) => Promise<Kept | null>;
  /**
   * Has a ticket say what the content says, and stand open or closed as it does; bears repeating. What it cannot be
   * moved to is told as trouble; one that is gone is `otherHands("gone-there")`.
   */
  readonly update: (key: string, ticket: TicketContent, mark: string) => Promise<Kept>;
  /** How the ticket stands; null where there is none any more. */
  readonly look: (key: string) => Promise<TicketSight | null>;
}

export const trackerTitles: Readonly<Record<TrackerId, string>> = { github: "GitHub", jira: "Jira" };

/** The trackers this installation has. */
export function trackersOf({ integrations }: Pick<Configuration, "integrations">): readonly {
  readonly id: TrackerId;
  readonly title: string;
}[] {
  return (["github", "jira"] as const)
    .filter((id) => integrations[id] !== null)
    .map((id) => ({ id, title: trackerTitles[id] }));
}

/** Where tickets of private incidents go in a tracker: a repository, a project; null where the configuration names none. */
export function privatePlace({ integrations }: Pick<Configuration, "integrations">, id: TrackerId): string | null {
  return (id === "github" ? integrations.github?.privateRepository : integrations.jira?.privateProject) ?? null;
}

/** The repository or project that a ticket is in, by its key: owner/name#12, OPS-12. */
export function placeOfKey(key: string): string {
  return key.replace(/[#-]\d+$/, "");
}
