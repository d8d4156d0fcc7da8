import type { Milestone } from "./phases.ts";

/** An incident as it is recorded. Slack shows it; this is what is true. */
export interface Incident {
  readonly id: string;
  /** Counts up for each installation; people say INC-42. */
  readonly number: number;
  readonly title: string;
  readonly summary: string;
  /** Canonical name from the configuration. */
  readonly severity: string;
  readonly phase: Phase;
  /** What this installation called it when it was moved there; null or left out: as everywhere. */
  readonly status?: { readonly name: string; readonly title: string; readonly milestone: Milestone } | null;
  /** A drill pages nobody, is marked everywhere and left out of figures. */
  readonly kind: "real" | "drill";
  /** Names from the catalog. */
  readonly affected: readonly string[];
  readonly isPrivate: boolean;
  /** Declared after the fact: nobody is paged, invited or reminded. */
  readonly isSilent: boolean;
  /** Whether the incidents channel shows it; a private one is never shown there. */
  readonly isAnnounced: boolean;
  readonly reporterId: string;
  readonly source: IncidentSource;
  readonly roles: readonly RoleHolder[];
  readonly times: IncidentTimes;
  /** Where it lives in Slack; null until the channel exists. */
  readonly channelId: string | null;
  readonly channelName: string | null;
  /** The last status update's text. */
  readonly lastUpdate: string | null;
  /** What people filled in beyond the details, by field: cause, impact, resolution. */
  readonly fields: Readonly<Record<string, string>>;
  /** When the next status update was promised; null where no clock runs. */
  readonly nextUpdateAt: Date | null;
  /** When its clocks were started anew, by another severity or by being taken up again; null or left out: never. */
  readonly clocksFrom?: Date | null;
  /** Goes up by one with every change; a form or button that carries an older one is told so. */
  readonly version: number;
}

export const phases = ["detected", "acknowledged", "investigating", "mitigating", "resolved", "closed"] as const;
export type Phase = (typeof phases)[number];

export interface RoleHolder {
  readonly role: string;
  readonly userId: string;
  readonly since: Date;
}

export interface IncidentTimes {
  readonly startedAt: Date;
  readonly detectedAt: Date;
  readonly declaredAt: Date;
  readonly acknowledgedAt: Date | null;
  readonly mitigatedAt: Date | null;
  readonly resolvedAt: Date | null;
  readonly closedAt: Date | null;
}

export interface IncidentSource {
  readonly kind: "command" | "form" | "shortcut" | "message" | "home" | "alert" | "operation";
  readonly permalink: string | null;
  readonly text: string | null;
}

/** Its title as it is shown: a drill says so everywhere. */
export function markedTitle(incident: Pick<Incident, "title" | "kind">): string {
  return incident.kind === "drill" && !/^drill\b/i.test(incident.title) ? `Drill: ${incident.title}` : incident.title;
}

/** Whether nobody may be paged, invited or called for it beyond who is named: drills, and what is told after the fact. */
export function callsNobody(incident: Pick<Incident, "kind" | "isSilent">): boolean {
  return incident.kind === "drill" || incident.isSilent;
}

/** What people call an incident: INC-42. */
export function incidentName(incident: Pick<Incident, "number">): string {
  return `INC-${incident.number}`;
}

/** Whether it still needs people: everything before resolved. */
export function isOpen(incident: Pick<Incident, "phase">): boolean {
  return incident.phase !== "resolved" && incident.phase !== "closed";
}
