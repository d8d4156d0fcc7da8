/** What the public may read. Nothing here comes from an incident's own title, people, channel or messages. */
export interface StatusPageSettings {
  readonly title: string;
  readonly intro: string;
  /** Where the public reaches the page, without a slash at its end; null where it is not said. */
  readonly url: string | null;
  readonly components: readonly PublicComponent[];
  /** Windows of maintenance that are announced by themselves, in words for the public. */
  readonly windows: readonly AnnouncedWindow[];
}

export interface AnnouncedWindow {
  /** The window's name in the configuration; never public. */
  readonly window: string;
  readonly title: string;
  readonly text: string;
  readonly components: readonly string[];
}

export interface PublicComponent {
  readonly name: string;
  readonly title: string;
  readonly summary: string;
  /** What of the catalog it is made of; never public. */
  readonly parts: readonly string[];
}

export const publicStatuses = ["investigating", "identified", "monitoring", "resolved"] as const;
export type PublicStatus = (typeof publicStatuses)[number];

/** How bad it is for those who use it, worst last. */
export const publicImpacts = ["degraded", "partial_outage", "major_outage"] as const;
export type PublicImpact = (typeof publicImpacts)[number];

export type ComponentState = "operational" | "maintenance" | PublicImpact;

export interface PublicIncident {
  readonly incidentId: string;
  readonly title: string;
  readonly components: readonly string[];
  readonly impact: PublicImpact;
  /** Newest first; at least one. */
  readonly updates: readonly PublicUpdate[];
  readonly begunAt: Date;
}

export interface PublicUpdate {
  readonly id: string;
  readonly status: PublicStatus;
  readonly text: string;
  readonly at: Date;
}

export interface PublicMaintenance {
  readonly id: string;
  readonly title: string;
  readonly text: string;
  readonly components: readonly string[];
  readonly startsAt: Date;
  readonly endsAt: Date;
  /** It stands in the configuration and cannot be taken off by hand. */
  readonly isConfigured?: true;
}

/** The whole page, as data. */
export interface PublicPage {
  readonly title: string;
  readonly intro: string;
  readonly url: string | null;
  readonly state: ComponentState;
  readonly components: readonly (Pick<PublicComponent, "name" | "title" | "summary"> & {
    readonly state: ComponentState;
  })[];
  readonly open: readonly PublicIncident[];
  /** Resolved in the last fourteen days, newest first. */
  readonly past: readonly PublicIncident[];
  /** Under way or still to come, the next one first. */
  readonly maintenance: readonly PublicMaintenance[];
  readonly titles: ReadonlyMap<string, string>;
}

export interface PublicRecords {
  readonly ofIncident: (incidentId: string) => Promise<PublicIncident | null>;
  /** Writes title, components and impact, and adds the update. */
  readonly publish: (incident: Omit<PublicIncident, "updates" | "begunAt">, update: PublicUpdate) => Promise<void>;
  /** Those not resolved, and those resolved after `since`; never a private one's or a drill's. Newest first. */
  readonly incidents: (since: Date) => Promise<readonly PublicIncident[]>;
  readonly addMaintenance: (maintenance: PublicMaintenance) => Promise<void>;
  readonly removeMaintenance: (id: string) => Promise<PublicMaintenance | null>;
  /** Those that end after `now`, by their beginning; fifty at most. */
  readonly maintenance: (now: Date) => Promise<readonly PublicMaintenance[]>;
}

export const historyDays = 14;

/** Puts the page together from what was published. */
export function publicPage(
  settings: StatusPageSettings,
  incidents: readonly PublicIncident[],
  maintenance: readonly PublicMaintenance[],
  now: Date,
): PublicPage {
  const open = incidents.filter((one) => one.updates[0]?.status !== "resolved");
  const underWay = maintenance.filter((one) => one.startsAt <= now && one.endsAt > now);
  const components = settings.components.map(({ name, title, summary }) => ({
    name,
    title,
    summary,
    state: worst([
      ...open.filter((one) => one.components.includes(name)).map((one) => one.impact),
      ...underWay.filter((one) => one.components.includes(name)).map(() => "maintenance" as const),
    ]),
  }));
  return {
    title: settings.title,
    intro: settings.intro,
    url: settings.url,
    components,
    state: worst([...components.map((one) => one.state), ...open.map((one) => one.impact)]),
    open,
    past: incidents.filter((one) => one.updates[0]?.status === "resolved"),
    maintenance,
    // A component that has left the configuration is not public any more.
    titles: new Map(settings.components.map(({ name, title }) => [name, title])),
  };
}

const order: readonly ComponentState[] = ["operational", "maintenance", ...publicImpacts];

function worst(states: readonly ComponentState[]): ComponentState {
  return order[Math.max(0, ...states.map((state) => order.indexOf(state)))] ?? "operational";
}
