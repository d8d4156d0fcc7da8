import type { Counterpart } from "../../../src/domain/counterpart/counterpart.ts";
import type { IncidentFacts } from "../../../src/domain/incident/facts.ts";
import type { Incident } from "../../../src/domain/incident/incident.ts";
import { currentStep } from "../../../src/domain/incident/phases.ts";
import { severityOf } from "../../../src/domain/incident/severity.ts";
import type { ActionItem } from "../../../src/domain/postmortem/postmortem.ts";
import type { TimelineEntry } from "../../../src/domain/timeline/entry.ts";
import { waooaw } from "../../support/desk.ts";

const at = (time: string): Date => new Date(`2026-11-22T${time}:00Z`);

export function sampleIncident(changes: Partial<Incident> = {}): Incident {
  return {
    id: "inc-a",
    number: 42,
    title: "API returns 500s",
    summary: "About one request in ten fails.",
    severity: "SEV2",
    phase: "investigating",
    affected: ["backend", "agent"],
    isPrivate: false,
    reporterId: "U0SAM",
    source: { kind: "form", permalink: null, text: null },
    roles: [
      { role: "commander", userId: "U0ANA", since: at("02:03") },
      { role: "scribe", userId: "U0BEN", since: at("02:05") },
    ],
    times: {
      startedAt: at("02:00"),
      detectedAt: at("02:00"),
      declaredAt: at("02:02"),
      acknowledgedAt: at("02:04"),
      mitigatedAt: null,
      resolvedAt: null,
      closedAt: null,
    },
    channelId: "C0INC42",
    channelName: "inc-42-api-returns-500s",
    kind: "real",
    isSilent: false,
    isAnnounced: true,
    fields: {},
    clocksFrom: null,
    status: null,
    lastUpdate: "The new revision looks guilty; rolling back.",
    nextUpdateAt: at("02:40"),
    version: 7,
    ...changes,
  };
}

export function sampleFacts(changes: Partial<Incident> = {}, rest: Partial<IncidentFacts> = {}): IncidentFacts {
  const incident = sampleIncident(changes);
  const open = incident.phase !== "resolved" && incident.phase !== "closed";
  const scribe = waooaw.roles.find((role) => role.name === "scribe");
  return {
    incident,
    open,
    severity: severityOf(waooaw, incident.severity),
    step: currentStep(incident),
    commanderId: incident.roles.find((holder) => holder.role === "commander")?.userId ?? null,
    others:
      scribe && incident.roles.some((holder) => holder.role === "scribe") ? [{ role: scribe, userId: "U0BEN" }] : [],
    affected: incident.affected.length > 0 ? ["Backend API", "Agent"] : [],
    updateOverdue: false,
    durationMinutes: open ? null : 65,
    missing: [],
    operations: [],
    openActionItems: 0,
    watch: null,
    links: [],
    ...rest,
  };
}

export const fresh: Partial<Incident> = {
  phase: "detected",
  summary: "",
  affected: [],
  roles: [],
  lastUpdate: null,
  channelId: null,
  channelName: null,
  times: { ...sampleIncident().times, acknowledgedAt: null },
};

export const resolved: Partial<Incident> = {
  phase: "resolved",
  nextUpdateAt: null,
  lastUpdate: "Rolled back to 41; error rate is normal.",
  times: { ...sampleIncident().times, mitigatedAt: at("02:40"), resolvedAt: at("03:05") },
};

export function sampleEntry(changes: Partial<TimelineEntry> = {}): TimelineEntry {
  return {
    id: "entry-1",
    incidentId: "inc-a",
    at: at("02:20"),
    recordedAt: at("02:20"),
    kind: "phase",
    actorId: "U0ANA",
    text: "Status is now mitigating: rolling back to 41",
    source: null,
    operationId: null,
    hidden: false,
    ...changes,
  };
}

export function sampleItem(changes: Partial<ActionItem> = {}): ActionItem {
  return {
    id: "item-1",
    incidentId: "inc-a",
    title: "Alarm on queue length",
    ownerId: "U0BEN",
    dueOn: "2026-12-01",
    doneAt: null,
    snoozedUntil: null,
    createdBy: "U0ANA",
    createdAt: at("02:30"),
    source: null,
    version: 1,
    ...changes,
  };
}

export function sampleTicket(changes: Partial<Counterpart> = {}): Counterpart {
  return {
    service: "jira",
    subject: "item-1",
    incidentId: "inc-42",
    state: "there",
    key: "OPS-7",
    url: "https://jira.example.com/browse/OPS-7",
    status: "open",
    seal: "made",
    version: null,
    askedBy: "U0ANA",
    askedAt: new Date("2026-11-22T02:00:00Z"),
    attemptedAt: null,
    checkedAt: null,
    trouble: null,
    ...changes,
  };
}
