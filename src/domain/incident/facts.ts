import type { ChannelCondition } from "../capture/records.ts";
import type { Role, Severity } from "../configuration.ts";
import type { Counterpart } from "../counterpart/counterpart.ts";
import type { MissingPiece } from "../intent.ts";
import type { OperationRecord } from "../operation/operation.ts";
import type { App } from "../ports.ts";
import { affectedTitles } from "./affected.ts";
import { type Clock, clocksOf } from "./clocks.ts";
import type { CloseField } from "./close-fields.ts";
import { missingToClose } from "./closing.ts";
import { type Incident, isOpen } from "./incident.ts";
import { type LinkedIncident, linkedIncidents } from "./links.ts";
import { currentStep, type Step } from "./phases.ts";
import { commanderOf, roles } from "./roles.ts";
import { severityOf } from "./severity.ts";
import { incidentTicket } from "./ticket.ts";
import type { Watch } from "./watch-records.ts";

/** Everything an incident's card and announcement show, as it is now. */
export interface IncidentFacts {
  readonly incident: Incident;
  readonly open: boolean;
  readonly severity: Severity;
  readonly step: Step;
  readonly commanderId: string | null;
  /** Roles beside the commander that somebody holds. */
  readonly others: readonly { readonly role: Role; readonly userId: string }[];
  readonly affected: readonly string[];
  readonly updateOverdue: boolean;
  /** From start to resolution; null while it lasts. */
  readonly durationMinutes: number | null;
  readonly missing: readonly MissingPiece[];
  /** Newest first, at most three. */
  readonly operations: readonly OperationRecord[];
  readonly openActionItems: number;
  /** Other incidents it belongs together with, as everybody who sees it may know them. */
  readonly links: readonly LinkedIncident[];
  /** The newest watch over its health after resolving. */
  readonly watch: Watch | null;
  /** What its severity's clocks still ask for, and when it is, for knowing which ran out. */
  readonly clocks?: readonly Clock[];
  readonly now?: Date;
  /** What its severity asks for before it is closed and is not there yet; only once it is resolved. */
  readonly missingToClose?: readonly CloseField[];
  /** Its ticket in a tracker; null or left out where it has none. */
  readonly ticket?: Counterpart | null;
  /** What became of its channel by hand. */
  readonly channel?: ChannelCondition;
}

export async function incidentFacts(app: App, incidentId: string): Promise<IncidentFacts | null> {
  const incident = await app.incidents.byId(incidentId);
  if (!incident) return null;
  const { resolvedAt, startedAt } = incident.times;
  return {
    incident,
    open: isOpen(incident),
    severity: severityOf(app.config, incident.severity),
    step: currentStep(incident),
    commanderId: commanderOf(incident),
    others: roles(app.config).flatMap((role) => {
      const holder = incident.roles.find((held) => held.role === role.name && held.role !== "commander");
      return holder ? [{ role, userId: holder.userId }] : [];
    }),
    affected: affectedTitles(app.config, incident.affected),
    updateOverdue: incident.nextUpdateAt !== null && incident.nextUpdateAt <= app.now,
    durationMinutes: resolvedAt ? Math.round((resolvedAt.getTime() - startedAt.getTime()) / 60_000) : null,
    missing: await app.outbox.missing(incidentId),
    operations: await app.operations.list({ incidentId, limit: 3 }),
    openActionItems: (await app.actionItems.list({ incidentId, open: true })).length,
    links: await linkedIncidents(app, incident),
    watch: isOpen(incident) ? null : await app.watches.latest(incidentId),
    clocks: clocksOf(app.config, incident),
    now: app.now,
    missingToClose: incident.phase === "resolved" ? await missingToClose(app, incident) : [],
    ticket: await incidentTicket(app, incidentId),
    channel: await app.reconciliations.condition(incidentId),
  };
}
