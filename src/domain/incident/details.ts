import { createHash } from "node:crypto";
import { Refusal } from "../../errors.ts";
import type { Caller } from "../access/caller.ts";
import { diagnoseAffected } from "../health/diagnosis.ts";
import type { App } from "../ports.ts";
import { cleanLine, cleanText, escapeMrkdwn, shorten } from "../text.ts";
import { openForChange } from "./access.ts";
import { affectedTitles, incidentLinks, requireAffected } from "./affected.ts";
import { recordChange } from "./change.ts";
import type { Incident } from "./incident.ts";

export interface Details {
  readonly title: string;
  readonly summary: string;
  readonly affected: readonly string[];
  readonly startedAt: Date | null;
}

/** Changes with the details alone, so that a form is stale only when what it shows has changed. */
export function detailsVersion(incident: Incident): number {
  const shown = [incident.title, incident.summary, incident.affected, incident.times.startedAt.toISOString()];
  return createHash("sha256").update(JSON.stringify(shown)).digest().readUIntBE(0, 6);
}

/**
 * Changes title, summary, what is affected and when it began. Where somebody changed them since the person looked,
 * nothing is written and the incident as it is now is answered, so that it can be shown beside what they typed.
 */
export async function changeDetails(
  app: App,
  caller: Caller,
  incidentId: string,
  details: Details,
  seen: number,
): Promise<{ readonly changed: Incident } | { readonly newer: Incident }> {
  const incident = await openForChange(app, caller, incidentId);
  if (detailsVersion(incident) !== seen) return { newer: incident };
  const title = cleanLine(details.title);
  if (title === "") throw new Refusal("missing_argument", "An incident needs a title.", null, "title");
  const summary = cleanText(details.summary);
  const affected = requireAffected(app.config, details.affected);
  const startedAt = startOf(incident, details.startedAt);
  const said = [
    ...(title === incident.title ? [] : [`Changed the title to “${escapeMrkdwn(shorten(title, 300))}”`]),
    ...(same(affected, incident.affected) ? [] : [`Affected: ${named(app, affected)}`]),
    ...(startedAt === incident.times.startedAt
      ? []
      : [`It began at ${startedAt.toISOString().slice(0, 16).replace("T", " ")} UTC`]),
    ...(summary === incident.summary ? [] : ["Changed the summary"]),
  ];
  if (said.length === 0) return { changed: incident };
  const changed = await recordChange(app, incident, caller.userId, {
    changes: { title, summary, affected, times: { ...incident.times, startedAt } },
    entry: { kind: "update", text: said.join(". ") },
    audit: {
      action: "incident.details-changed",
      details: {
        from: { title: incident.title, summary: incident.summary, affected: incident.affected },
        to: { title, summary, affected },
        startedAt: startedAt.toISOString(),
      },
    },
    tell: true,
  });
  const before = new Set(incidentLinks(app.config, incident.affected).map((link) => link.url));
  for (const link of incidentLinks(app.config, affected).filter((one) => !before.has(one.url))) {
    await app.outbox.add({ kind: "bookmark", incident: incident.id, title: link.title, link: link.url }, "cosmetic");
  }
  await diagnoseAffected(
    app,
    changed,
    affected.filter((name) => !incident.affected.includes(name)),
  );
  return { changed };
}

function startOf(incident: Incident, typed: Date | null): Date {
  const { startedAt, detectedAt } = incident.times;
  // A form knows minutes only; a difference below one is none.
  if (!typed || Math.abs(typed.getTime() - startedAt.getTime()) < 60_000) return startedAt;
  if (typed > detectedAt) {
    throw new Refusal("bad_argument", "It cannot have begun after it was noticed.", null, "started");
  }
  return typed;
}

function same(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((name) => right.includes(name));
}

function named(app: App, affected: readonly string[]): string {
  return affected.length === 0
    ? "nothing of the catalog"
    : escapeMrkdwn(affectedTitles(app.config, affected).join(", "));
}
