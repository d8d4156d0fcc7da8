import type { App } from "../ports.ts";
import type { Postmortem } from "./postmortem.ts";

/** Has the checklist show what is true now, where there is one already. */
export async function redrawPostmortem(app: App, incidentId: string): Promise<void> {
  const postmortem = await app.postmortems.byIncident(incidentId);
  if (postmortem) await app.outbox.add(cardOf(postmortem), "cosmetic");
}

export function cardOf(postmortem: Postmortem): {
  readonly kind: "card";
  readonly view: string;
  readonly subject: string;
  readonly place: { readonly incident: string };
  readonly pin: true;
} {
  return {
    kind: "card",
    view: "postmortem.card",
    subject: postmortem.id,
    place: { incident: postmortem.incidentId },
    pin: true,
  };
}
