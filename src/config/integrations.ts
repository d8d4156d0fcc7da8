import type { z } from "zod";
import type { Integrations } from "../domain/integrations.ts";
import { address, object, text } from "./pieces.ts";

/** Where a service answers: its real address, unless a proxy or a stand-in takes its place. */
const url = (real: string) => address.describe("Base of its API.").default(real);
const token = (what: string) => text.describe(`${what}; write \${NAME} and set it in the environment.`);

const pagerduty = object({
  url: url("https://api.pagerduty.com"),
  events_url: address.describe("Base of the Events API v2.").default("https://events.pagerduty.com"),
  token: token("REST API key, read-only is enough"),
});

export const integrations = object({
  pagerduty: pagerduty.describe("Who is on call, and another way to page people.").optional(),
}).describe("Web services Tocsin works with.");

type Written = z.infer<typeof integrations>;

export function completeIntegrations({ pagerduty }: Written): Integrations {
  return {
    pagerduty: pagerduty
      ? { url: base(pagerduty.url), eventsUrl: base(pagerduty.events_url), token: pagerduty.token }
      : null,
  };
}

function base(url: string): string {
  return url.replace(/\/+$/, "");
}
