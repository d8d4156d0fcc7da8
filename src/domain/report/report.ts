import { Refusal } from "../../errors.ts";
import { withoutSecrets } from "../capture/redact.ts";
import type { Place } from "../intent.ts";
import { type Asked, placeFor } from "../operation/place.ts";
import type { App } from "../ports.ts";
import type { SecretSeen } from "./secrets.ts";

/** What a report is about: something that must be read outside, of more than one thing of the catalog. */
export type ReportQuestion = {
  readonly kind: "secrets";
  /** One of one environment; null for all. */
  readonly only: { readonly environment: string; readonly name: string } | null;
};

/** What was read for it. */
export type ReportSeen = { readonly kind: "secrets"; readonly secrets: readonly SecretSeen[] };

/** One report. It is read in the background; the message shows what was seen. */
export interface Report {
  readonly id: string;
  /** Null where the clock asked. */
  readonly askedBy: string | null;
  readonly askedAt: Date;
  readonly place: Place;
  readonly question: ReportQuestion;
  readonly found: { readonly at: Date; readonly seen: ReportSeen } | null;
}

export interface ReportRecords {
  readonly insert: (report: Report) => Promise<void>;
  readonly byId: (id: string) => Promise<Report | null>;
  readonly found: (id: string, found: NonNullable<Report["found"]>) => Promise<void>;
}

/** The card of a report. */
export function reportCard(report: Pick<Report, "id" | "place">) {
  return { kind: "card" as const, view: "ops.report", subject: report.id, place: report.place };
}

/** Records that somebody wants a report, and has it made in the background; the card is there at once. */
export async function requestReport(
  app: App,
  ask: { readonly userId: string; readonly asked: Asked; readonly question: ReportQuestion },
): Promise<Report> {
  const report: Report = {
    id: app.newId(),
    askedBy: ask.userId,
    askedAt: app.now,
    place: placeFor(app, ask.asked, ask.userId),
    question: ask.question,
    found: null,
  };
  await app.reports.insert(report);
  await app.outbox.add(reportCard(report), "answer");
  await app.jobs.add("make-report", { reportId: report.id }, { key: report.id });
  return report;
}

/** Makes the same report anew; its card is edited. */
export async function repeatReport(app: App, id: string): Promise<void> {
  if ((await app.reports.byId(id)) === null) {
    throw new Refusal("not_found", "This report is not known here any more.", "Ask for a new one.");
  }
  await app.jobs.add("make-report", { reportId: id }, { key: id });
}

/** What was read is shown. */
export async function recordReport(app: App, id: string, seen: ReportSeen): Promise<void> {
  const report = await app.reports.byId(id);
  if (report === null) return;
  await app.reports.found(id, { at: app.now, seen: withoutSecrets(app.redact, seen) });
  await app.outbox.add(reportCard(report), "answer");
}
