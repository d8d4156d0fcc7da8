/** What each item of a review says of what was read for it. */
import { newestGood, spanInWords } from "../backup/backup.ts";
import type { BackupsSight } from "../backup/sight.ts";
import type { Configuration } from "../configuration.ts";
import { costAccount } from "../cost/costs.ts";
import { type CostSight, costFindings, moneyInWords, monthToDate, tellingFindings } from "../cost/sight.ts";
import { dayAt } from "../follow-up.ts";
import { countsOf, overall } from "../health/diagnosis.ts";
import type { Subject } from "../health/subjects.ts";
import type { Finding } from "../health/thresholds.ts";
import { incidentName } from "../incident/incident.ts";
import type { App } from "../ports.ts";
import { upkeepTask } from "../upkeep/task.ts";
import { isOverdue } from "../upkeep/turns.ts";
import type { ReviewRow } from "./reviews.ts";

const named = 5;

/** One thing of the catalog: its verdict, and what is wrong with its figures. */
export function healthRow(
  subject: Pick<Subject, "kind" | "title" | "environment">,
  findings: readonly Finding[],
): ReviewRow {
  const wrong = findings.filter(({ state }) => state === "critical" || state === "warning");
  const shown = wrong.slice(0, named).map(({ title, detail }) => `${title}: ${detail.split("; ")[0]}`);
  const more = wrong.length > named ? [`${wrong.length - named} more`] : [];
  return {
    item: subject.kind === "queue" ? "queues" : "health",
    title: `${subject.title} in ${subject.environment}`,
    state: overall(findings),
    detail: [countsOf(findings), ...shown, ...more].join("; "),
  };
}

/** The newest good backup against the RPO; where the backups could not be seen it is unknown. */
export function backupRow(title: string, sight: BackupsSight, now: Date): ReviewRow {
  const row = { item: "backups" as const, title: `Backups of ${title}` };
  const newest = newestGood(sight.rows.map(({ name, at, good, own }) => ({ name, at: new Date(at), good, own })));
  const unseen = sight.unseen.length > 0 ? `; ${sight.unseen.join("; ")}` : "";
  if (newest === null) {
    const state = sight.unseen.length > 0 ? "unknown" : "critical";
    return { ...row, state, detail: `no good backup is seen${unseen}` };
  }
  const seconds = Math.max(0, (now.getTime() - newest.at.getTime()) / 1000);
  const age = `the newest good one is ${spanInWords(seconds)} old`;
  const { rpoSeconds } = sight;
  if (rpoSeconds === null) return { ...row, state: "unknown", detail: `${age}, no RPO is configured${unseen}` };
  const late = seconds > rpoSeconds;
  const blind = late && sight.unseen.length > 0;
  const against = `RPO ${spanInWords(rpoSeconds)}`;
  return { ...row, state: blind ? "unknown" : late ? "critical" : "ok", detail: `${age}, ${against}${unseen}` };
}

/** Error lines of the last hour. */
export function errorsRow(title: string, count: number, most: number, whole: boolean): ReviewRow {
  const said = `${whole ? "" : "at least "}${count} error ${count === 1 ? "line" : "lines"} in the last hour, normal up to ${most}`;
  return {
    item: "errors",
    title: `Errors of ${title}`,
    state: count > most ? "warning" : whole ? "ok" : "unknown",
    detail: said,
  };
}

/** What an environment costs: what is over, or that nothing is. */
export function costsRow(config: Configuration, environment: string, sight: CostSight, at: Date): readonly ReviewRow[] {
  const account = costAccount(config, environment);
  if (account === null) return [];
  const findings = costFindings(account, sight, at);
  const telling = tellingFindings(findings);
  const month = monthToDate(sight, at);
  const sum = month === null ? "not known this month" : `${moneyInWords(month, sight.unit)} this month`;
  const more = telling.slice(0, named).map(({ title, detail }) => `${title}: ${detail}`);
  return [
    {
      item: "costs",
      title: `Costs of ${environment}`,
      state: overall(findings),
      detail: [sum, ...(more.length > 0 ? more : ["nothing is over"])].join("; "),
    },
  ];
}

/** Open incidents that everybody may know of, without drills. */
export async function incidentsRow(app: App): Promise<ReviewRow> {
  const open = await app.incidents.list({ seenBy: "anyone", open: true, limit: 50 });
  const real = open.filter(({ kind }) => kind !== "drill");
  const shown = real.slice(0, named).map((one) => `${incidentName(one)} ${one.severity} ${one.title}`);
  const more = real.length > named ? [`${real.length - named} more`] : [];
  return {
    item: "incidents",
    title: "Open incidents",
    state: real.length > 0 ? "warning" : "ok",
    detail: real.length > 0 ? [...shown, ...more].join("; ") : "none",
  };
}

/** Maintenance that should have been done by now. */
export async function maintenanceRow(app: App): Promise<ReviewRow> {
  const overdue = (await app.turns.open()).filter((turn) => {
    const task = upkeepTask(app.config, turn.task);
    return task !== null && isOverdue(turn, task, app.now);
  });
  const shown = overdue.slice(0, named).map(({ task, dueAt }) => `${task} (since ${dueAt.toISOString().slice(0, 10)})`);
  const more = overdue.length > named ? [`${overdue.length - named} more`] : [];
  return {
    item: "maintenance",
    title: "Overdue maintenance",
    state: overdue.length > 0 ? "warning" : "ok",
    detail: overdue.length > 0 ? [...shown, ...more].join("; ") : "none",
  };
}

/** Action items past their day. */
export async function actionItemsRow(app: App): Promise<ReviewRow> {
  const today = dayAt(app.now, app.config.followUp);
  const { items, more } = await app.actionItems.page(
    { seenBy: "anyone", open: true, dueBefore: today },
    { offset: 0, limit: 20 },
  );
  const shown = items.slice(0, named).map(({ title, dueOn }) => `${title} (due ${dueOn ?? "some day"})`);
  const rest = items.length > named ? [`${items.length - named}${more ? " and more" : " more"}`] : [];
  return {
    item: "action_items",
    title: "Overdue action items",
    state: items.length > 0 ? "warning" : "ok",
    detail: items.length > 0 ? [...shown, ...rest].join("; ") : "none",
  };
}
