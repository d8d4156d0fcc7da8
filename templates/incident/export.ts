import { csv } from "../../src/domain/csv.ts";
import type { Incident } from "../../src/domain/incident/incident.ts";
import { incidentName } from "../../src/domain/incident/incident.ts";
import { currentStep } from "../../src/domain/incident/phases.ts";
import { commanderOf } from "../../src/domain/incident/roles.ts";
import { unpackQuery } from "../../src/domain/incident/search.ts";
import { durations } from "../../src/domain/postmortem/durations.ts";
import type { View } from "../views.ts";

/** More is not written into one file. */
export const mostExported = 5000;

export interface ExportSubject {
  readonly userId: string;
  readonly format: "csv" | "json";
  readonly packed: string;
}

/** Incidents as a file for one person: what that person may see when the file is written. Subject: an ExportSubject. */
export const exportView: View = async (app, subject) => {
  const { userId, format, packed } = JSON.parse(subject) as ExportSubject;
  const at = { offset: 0, limit: mostExported };
  const { incidents, more } = await app.search.page(unpackQuery(packed), { userId }, at);
  const people = [
    ...new Set(incidents.flatMap((incident) => [incident.reporterId, commanderOf(incident) ?? incident.reporterId])),
  ];
  const names = await app.names(people);
  const name = `incidents-${app.now.toISOString().slice(0, 10)}.${format}`;
  const content = format === "csv" ? incidentsAsCsv(incidents, names) : incidentsAsJson(incidents, names);
  const cutShort = more ? ` The newest ${mostExported}; narrow it for the rest.` : "";
  const comment = `${incidents.length} incident${incidents.length === 1 ? "" : "s"}.${cutShort}`;
  return { files: [{ name, title: name, content }], comment };
};

type Names = ReadonlyMap<string, string>;

function facts(incident: Incident, names: Names) {
  const commander = commanderOf(incident);
  const { times } = incident;
  const day = (at: Date | null): string | null => at?.toISOString() ?? null;
  const spans = new Map(durations(times).map((span) => [span.name, span.minutes]));
  return {
    incident: incidentName(incident),
    title: incident.title,
    severity: incident.severity,
    status: currentStep(incident).name,
    kind: incident.kind,
    private: incident.isPrivate ? "yes" : "no",
    affected: incident.affected,
    reporter: names.get(incident.reporterId) ?? incident.reporterId,
    commander: commander === null ? null : (names.get(commander) ?? commander),
    started: day(times.startedAt),
    detected: day(times.detectedAt),
    declared: day(times.declaredAt),
    acknowledged: day(times.acknowledgedAt),
    mitigated: day(times.mitigatedAt),
    resolved: day(times.resolvedAt),
    closed: day(times.closedAt),
    minutes_to_acknowledge: spans.get("acknowledge") ?? null,
    minutes_to_mitigate: spans.get("mitigate") ?? null,
    minutes_to_resolve: spans.get("resolve") ?? null,
    channel: incident.channelName,
    summary: incident.summary,
    last_update: incident.lastUpdate,
  };
}

export function incidentsAsCsv(incidents: readonly Incident[], names: Names): string {
  const columns = Object.keys(facts(emptyIncident, names)) as (keyof ReturnType<typeof facts>)[];
  const rows = incidents.map((incident) => {
    const of = facts(incident, names);
    return columns.map((column) => {
      const value = of[column];
      return Array.isArray(value) ? value.join(" ") : (value as string | number | null);
    });
  });
  return csv([columns, ...rows]);
}

export function incidentsAsJson(incidents: readonly Incident[], names: Names): string {
  return `${JSON.stringify(
    incidents.map((incident) => facts(incident, names)),
    null,
    2,
  )}\n`;
}

const epoch = new Date(0);
/** Only its columns count: a file without incidents has them too. */
const emptyIncident = {
  number: 0,
  title: "",
  affected: [],
  roles: [],
  reporterId: "",
  phase: "detected",
  times: {
    startedAt: epoch,
    detectedAt: epoch,
    declaredAt: epoch,
    acknowledgedAt: null,
    mitigatedAt: null,
    resolvedAt: null,
  },
} as unknown as Incident;
