import { lookAtTickets, type TicketNeeds } from "../domain/ticket/keeping.ts";
import type { JobHandler } from "./handler.ts";

/** Looks at the open tickets, again and again while there are any. */
export function lookAtTicketsJob(needs: TicketNeeds): JobHandler<"look-at-tickets"> {
  return { name: "look-at-tickets", handle: () => lookAtTickets(needs) };
}
