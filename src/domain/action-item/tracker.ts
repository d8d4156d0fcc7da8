import type { Configuration } from "../configuration.ts";
import type { Kept } from "../counterpart/keep.ts";

/** Where action items can be handed to. */
export type TrackerId = "github" | "jira";

/** What a ticket says, as plain text; each tracker writes it in its own markup. */
export interface NewTicket {
  readonly title: string;
  readonly lines: readonly string[];
  readonly link: { readonly title: string; readonly url: string } | null;
  /** yyyy-MM-dd */
  readonly dueOn: string | null;
  /** Who it is given to, as the tracker names people; null for nobody. */
  readonly assignee: string | null;
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
  readonly create: (ticket: NewTicket, mark: string) => Promise<Kept>;
  /** The ticket made since then that carries the mark. */
  readonly find: (mark: string, since: Date) => Promise<Kept | null>;
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
