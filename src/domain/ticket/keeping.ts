import { ProviderError } from "../../errors.ts";
import { itemTickets } from "../action-item/tickets.ts";
import type { Counterpart } from "../counterpart/counterpart.ts";
import { type Keeper, keeper, unfinished } from "../counterpart/keep.ts";
import { incidentTickets } from "../incident/ticket.ts";
import type { App, Log, Transact } from "../ports.ts";
import { requestTickets } from "./request.ts";
import { armTicketLooks, looksEach, type Ticket, type TicketKind, ticketsOf } from "./ticket.ts";
import type { TicketContent, TicketSight, Tracker, TrackerId } from "./tracker.ts";

/** What a ticket stands for: an incident, an action item of one, or what nobody made an incident of. */
function kindOf({ incidentId, subject }: Pick<Counterpart, "incidentId" | "subject">): TicketKind {
  if (incidentId === null) return requestTickets;
  return subject === incidentId ? incidentTickets : itemTickets;
}

/** How tickets are kept in a tracker: each made once; those of incidents follow them. */
export function ticketKeeper(tracker: Tracker): Keeper {
  const ofTracker = (row: Counterpart): Ticket => ({ ...row, service: tracker.id });
  return keeper<TicketContent>({
    service: tracker.id,
    content: (app, row) => kindOf(row).content(app, ofTracker(row)),
    find: async (ticket, mark, since) => {
      const found = await tracker.find(ticket, mark, since);
      // What an attempt made may say what was true then.
      return found && tracker.update(found.key, ticket, mark);
    },
    create: async (ticket, mark) => {
      const kept = await tracker.create(ticket, mark);
      if (!ticket.done) return kept;
      try {
        return await tracker.update(kept.key, ticket, mark);
      } catch (error) {
        throw error instanceof ProviderError ? unfinished(error) : error;
      }
    },
    update: (key, ticket, { mark }) => tracker.update(key, ticket, mark),
    shown: async (app, row, before) => {
      await kindOf(row).shown(app, ofTracker(row), ofTracker(before));
      if (row.state === "there") await armTicketLooks(app);
    },
  });
}

export interface TicketNeeds {
  readonly transact: Transact;
  readonly trackers: readonly Tracker[];
  readonly log: Pick<Log, "warn">;
}

/** Looks at the open tickets that were not looked at for longest, and lets what they stand for know. */
export async function lookAtTickets({ transact, trackers, log }: TicketNeeds): Promise<void> {
  const services = trackers.map(({ id }) => id);
  const tickets = ticketsOf(await transact((app) => app.counterparts.open(services, looksEach)));
  const away = new Set<TrackerId>();
  for (const ticket of tickets) {
    const tracker = trackers.find(({ id }) => id === ticket.service);
    if (!tracker || !ticket.key || away.has(tracker.id)) continue;
    try {
      const sight = await tracker.look(ticket.key);
      await transact((app) => seen(app, ticket, sight));
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      log.warn({ err: error }, "Tickets could not be looked at; trying again in a while");
      // What holds for one holds for all of them until the next round.
      away.add(tracker.id);
    }
  }
  await transact(armTicketLooks);
}

async function seen(app: App, { service, subject, incidentId }: Ticket, sight: TicketSight | null): Promise<void> {
  if (incidentId !== null && !(await app.incidents.lock(incidentId))) return;
  const row = await app.counterparts.lock(service, subject);
  if (row?.status !== "open") return;
  const status = sight === null ? "gone" : sight.done ? "done" : "open";
  const ticket = { ...row, service, status, checkedAt: app.now } as const;
  await app.counterparts.put(ticket);
  if (status !== "open") await kindOf(ticket).seen(app, ticket, sight);
}
