import type { Caller } from "../../src/domain/access/caller.ts";
import { requireGroup } from "../../src/domain/alert/acknowledge.ts";
import { declarationOf, tieToIncident as tieAlerts } from "../../src/domain/alert/incident.ts";
import { maySee, requireMember } from "../../src/domain/incident/access.ts";
import type { Declaration } from "../../src/domain/incident/declare.ts";
import { type Incident, incidentName } from "../../src/domain/incident/incident.ts";
import { operationToDeclare, tieToIncident } from "../../src/domain/operation/evidence.ts";
import type { App } from "../../src/domain/ports.ts";
import { momentOf } from "../../src/domain/timeline/capture.ts";
import { shortcutMarked } from "../../src/domain/timeline/marks.ts";
import { Refusal } from "../../src/errors.ts";
import type { At, FormAsk } from "../../src/slack/command.ts";

/** What an incident's form was opened from: what is known from there, and what is to be done once it is declared. */
export interface Origin {
  readonly known: Pick<Declaration, "source" | "seenAt" | "startedAt" | "pageIds">;
  readonly after: (incident: Incident) => Promise<void>;
}

/** How the form says which operation, or which alerts, it came from. */
export const fromOperation = "operation:";
export const fromAlert = "alert:";

/** Reads what a form is about: a message, an operation, alerts, or nothing but where it was opened. */
export async function originOf({ app, caller, about }: FormAsk, summary: string): Promise<Origin> {
  if (about.id.startsWith(fromOperation)) return operationOrigin(app, about.id.slice(fromOperation.length));
  if (about.id.startsWith(fromAlert)) return alertOrigin(app, caller, about.id.slice(fromAlert.length));
  if (about.channel && /^\d+\.\d+/.test(about.id)) {
    return messageOrigin(app, caller, { channelId: about.channel, ...messageIds(about.id) }, summary);
  }
  const kinds = { home: "home", shortcut: "shortcut" } as const;
  const kind = kinds[about.id as keyof typeof kinds] ?? "form";
  return { known: { source: { kind, permalink: null, text: null }, seenAt: null }, after: async () => {} };
}

async function operationOrigin(app: App, id: string): Promise<Origin> {
  const operation = await operationToDeclare(app, id);
  return {
    known: { source: { kind: "operation", permalink: null, text: operation.code }, seenAt: null },
    after: (incident) => tieToIncident(app, operation, incident),
  };
}

/** Alerts an incident is to be declared about, with what it is filled in with; refused where they belong to one that goes on. */
export async function alertToDeclare(app: App, caller: Caller, id: string) {
  requireMember(caller);
  const group = await requireGroup(app, id);
  const incident = group.incidentId === null ? null : await app.incidents.byId(group.incidentId);
  if (incident && (await maySee(app, incident, caller.userId))) {
    throw new Refusal(
      "already_done",
      `This alert is part of ${incidentName(incident)} already.`,
      incident.channelId ? `It goes on in <#${incident.channelId}>.` : null,
    );
  }
  return { group, declaration: await declarationOf(app, group) };
}

async function alertOrigin(app: App, caller: Caller, id: string): Promise<Origin> {
  const { group, declaration } = await alertToDeclare(app, caller, id);
  const { source, seenAt, startedAt, pageIds } = declaration;
  return {
    known: { source, seenAt, startedAt, pageIds },
    after: (incident) => tieAlerts(app, group, incident, { tell: false }),
  };
}

interface MessageIds {
  readonly channelId: string;
  readonly ts: string;
  readonly threadTs: string | null;
}

function messageOrigin(app: App, caller: Caller, message: MessageIds, summary: string): Origin {
  const { channelId, ts, threadTs } = message;
  const permalink = app.workspace.permalink(channelId, ts, threadTs);
  return {
    known: { source: { kind: "message", permalink, text: summary || null }, seenAt: momentOf(ts) },
    after: async (incident) => {
      const eventTs = String(app.now.getTime() / 1000);
      await shortcutMarked(app, { channelId, ts, userId: caller.userId, on: true, eventTs }, incident.id);
    },
  };
}

// The form carries which message it came from, by its ids alone: ts, and for a reply the thread's ts.
export function messageAbout(at: At): { readonly id: string; readonly channel?: string } | null {
  if (!at.message || !at.channelId) return null;
  const { ts, threadTs } = at.message;
  return { id: threadTs && threadTs !== ts ? `${ts}/${threadTs}` : ts, channel: at.channelId };
}

function messageIds(id: string): { readonly ts: string; readonly threadTs: string | null } {
  const [ts = "", threadTs = null] = id.split("/");
  return { ts, threadTs };
}
