import { lookAtTickets, type TicketNeeds } from "../domain/action-item/tickets.ts";
import type { JobHandler } from "./handler.ts";

/** Looks at the open tickets of action items, again and again while there are any. */
export function lookAtTicketsJob(needs: TicketNeeds): JobHandler<"look-at-tickets"> {
  return { name: "look-at-tickets", handle: () => lookAtTickets(needs) };
}
