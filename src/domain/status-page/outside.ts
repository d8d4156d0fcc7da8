import { askCounterpart } from "../counterpart/counterpart.ts";
import { type Keeper, type Kept, keeper } from "../counterpart/keep.ts";
import { type Incident, incidentName } from "../incident/incident.ts";
import type { App } from "../ports.ts";
import type { ComponentState, PublicIncident } from "./page.ts";
import { notPublishable, readPublicPage } from "./publish.ts";

/** What a status page elsewhere shows of an incident: word for word what our own page shows. */
export interface OutsideIncident {
  readonly title: string;
  readonly impact: PublicIncident["impact"];
  /** Oldest first; each is there once. */
  readonly updates: readonly Pick<PublicIncident["updates"][number], "status" | "text">[];
  /** Of this incident. */
  readonly components: readonly string[];
  /** How every component stands, whatever it is that affects it. */
  readonly states: ReadonlyMap<string, ComponentState>;
  /** It may not be public any more and is to be taken off. */
  readonly isWithdrawn: boolean;
}

/** A status page elsewhere. Throws ProviderError where it says no. */
export interface OutsidePage {
  readonly create: (incident: OutsideIncident, mark: string) => Promise<Kept>;
  readonly find: (mark: string) => Promise<Kept | null>;
  /** Adds what is not there yet; repeated, it adds nothing. */
  readonly update: (key: string, incident: OutsideIncident) => Promise<Kept>;
}

/** Has the status page elsewhere say what our own says of an incident; nothing where there is none, or it never was there. */
export async function tellOutsidePage(app: App, incident: Incident, by: string): Promise<void> {
  if (!app.config.integrations.statuspage) return;
  if (notPublishable(app, incident) && !(await app.counterparts.find("statuspage", incident.id))) return;
  await askCounterpart(app, {
    service: "statuspage",
    subject: incident.id,
    incidentId: incident.id,
    askedBy: by,
  });
}

/** How a published incident is kept on a status page elsewhere. */
export function outsidePageKeeper(page: OutsidePage): Keeper {
  return keeper<OutsideIncident>({
    service: "statuspage",
    content: async (app, { subject, key }) => {
      const incident = await app.incidents.byId(subject);
      const shown = await app.publicPage.ofIncident(subject);
      if (!incident || !shown) return null;
      const isWithdrawn = notPublishable(app, incident) !== null;
      if (isWithdrawn && key === null) return null;
      const states = new Map((await readPublicPage(app))?.components.map(({ name, state }) => [name, state]));
      const { title, impact, components } = shown;
      const updates = shown.updates.toReversed().map(({ status, text }) => ({ status, text }));
      return {
        content: { title, impact, components, updates, states, isWithdrawn },
        seal: isWithdrawn ? "withdrawn" : (shown.updates[0]?.id ?? ""),
      };
    },
    find: (_incident, mark) => page.find(mark),
    create: page.create,
    update: page.update,
    shown: async (app, { subject, state, askedAt }) => {
      if (state !== "failed") return;
      await app.outbox.add({
        kind: "message",
        view: "incident.outside-page-trouble",
        subject,
        place: { incident: subject },
        once: `outside-page:${subject}:${askedAt.toISOString()}`,
      });
      const incident = await app.incidents.byId(subject);
      if (!incident) return;
      await app.audit.add({
        actor: "tocsin",
        action: "status-page.not-taken-outside",
        subject: incidentName(incident),
        details: { service: "statuspage" },
      });
    },
  });
}
