import type { z } from "zod";
import { choice, flag, object } from "./pieces.ts";

/** What a severity says of tickets. */
export const severityTicket = object({
  in: choice(["github", "jira"]).describe("The tracker, from integrations."),
  only: flag
    .describe("Nothing but the ticket: no channel, nobody called, unless somebody makes it an incident.")
    .optional(),
}).describe("A ticket is opened for every incident of this severity.");

/** Tickets can be opened only in what is set up. */
export function ticketMisfits(written: {
  readonly severities?:
    | Readonly<Record<string, { readonly ticket?: z.infer<typeof severityTicket> | undefined }>>
    | undefined;
  readonly integrations?: Readonly<Record<string, unknown>> | undefined;
}): readonly { readonly path: readonly string[]; readonly text: string }[] {
  return Object.entries(written.severities ?? {}).flatMap(([name, { ticket }]) =>
    ticket && !written.integrations?.[ticket.in]
      ? [
          {
            path: ["severities", name, "ticket", "in"],
            text: `is not set up; add integrations.${ticket.in}, or leave the ticket out.`,
          },
        ]
      : [],
  );
}
