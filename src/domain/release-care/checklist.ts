import { Refusal } from "../../errors.ts";
import { spanInWords } from "../backup/backup.ts";
import { changeName } from "../change/change.ts";
import type { Tick, Ticked } from "../checklist/checklist.ts";
import { whyNotNow } from "../guard/standing.ts";
import type { Finding } from "../health/thresholds.ts";
import { incidentName } from "../incident/incident.ts";
import { type OperationRecord, type OperationRequest, targetName } from "../operation/operation.ts";
import { stateInWords } from "../operation/record.ts";
import { actionOf } from "../operation/rights.ts";
import type { App } from "../ports.ts";
import { type DeploymentItem, type ItemProof, wantedIn } from "./settings.ts";

/** What was read of a service's figures for a checklist; the moment is ISO 8601, since it is stored. */
export interface Measured {
  readonly at: string;
  readonly findings: readonly Pick<Finding, "title" | "state" | "detail">[];
  /** Thresholds that hold for it and were not read. */
  readonly unread: readonly string[];
  /** The same of other services that the list is about. */
  readonly others?: Readonly<Record<string, Pick<Measured, "findings" | "unread">>>;
}

/** How an item stands. What nobody knows is unknown, and counts as open. */
export interface ItemStanding {
  readonly text: string;
  readonly required: boolean;
  /** Whether a person ticks it; else it is proven. */
  readonly byHand: boolean;
  readonly state: "done" | "open" | "unknown";
  /** What the proof rests on, or what it lacks. */
  readonly detail: string | null;
  readonly tick: Tick | null;
}

/** The list that a deployment's ticks are kept under. */
export function deploymentList(operationId: string): string {
  return `deploy:${operationId}`;
}

/** The items of a plan that people tick, in their order. */
export function itemsByHand(record: Pick<OperationRecord, "plan">): readonly string[] {
  return (record.plan?.checklist ?? []).filter(({ proof }) => proof === null).map(({ text }) => text);
}

/** Whether a list has items that figures prove: then the service is looked at. */
export function needsFigures(items: readonly DeploymentItem[]): boolean {
  return items.some(({ proof }) => proof?.kind === "normal");
}

/** Every item of an operation's checklist as it stands this moment; once it began, as it stood then. */
export async function checklistStanding(app: App, record: OperationRecord): Promise<readonly ItemStanding[]> {
  if (record.checked !== undefined) return record.checked;
  const items = record.plan?.checklist ?? [];
  if (items.length === 0) return [];
  const ticks = await app.ticks.of(deploymentList(record.id));
  const all: ItemStanding[] = [];
  for (const { text, required, proof, of } of items) {
    if (proof === null) {
      const tick = ticks.find(({ item }) => item === text) ?? null;
      all.push({ text, required, byHand: true, state: tick === null ? "open" : "done", detail: null, tick });
    } else {
      const { state, detail } = await proven(app, of === undefined ? record : seenFrom(record, of), proof);
      all.push({ text, required, byHand: false, state, detail: app.redact(detail), tick: null });
    }
  }
  return all;
}

/** The items that hold a deployment up; none where the glass was broken for that. */
export function holdingUp(
  record: Pick<OperationRecord, "breakGlass">,
  standing: readonly ItemStanding[],
): readonly ItemStanding[] {
  if (record.breakGlass?.lifts.includes("checklist")) return [];
  return standing.filter(({ required, state }) => required && state !== "done");
}

/** Refuses while a required item is open, and names each with what it lacks. */
export async function mustBeChecked(app: App, record: OperationRecord): Promise<void> {
  const open = holdingUp(record, await checklistStanding(app, record));
  if (open.length === 0) return;
  const glass = app.config.policy.some((rule) => rule.breakGlass?.lifts.includes("checklist"));
  throw new Refusal(
    "not_possible",
    `The checklist of ${record.code} is not done: ${open.map(itemInWords).join("; ")}.`,
    `Tick on its card what is done, and look again at what is proven.${glass ? ' In an emergency ask again with `--break-glass "reason"`, if the policy lets you.' : ""}`,
  );
}

/** “A backup of today” (the newest is 30 h old) */
export function itemInWords({ text, detail }: Pick<ItemStanding, "text" | "detail">): string {
  return detail === null ? `“${text}”` : `“${text}” (${detail})`;
}

/** The items that people tick with their ticks, as lists are drawn. */
export function tickedItems(standing: readonly ItemStanding[]): readonly Ticked[] {
  return standing.filter(({ byHand }) => byHand).map(({ text, tick }) => ({ item: text, tick }));
}

interface Proven {
  readonly state: ItemStanding["state"];
  readonly detail: string;
}

const done = (detail: string): Proven => ({ state: "done", detail });
const open = (detail: string): Proven => ({ state: "open", detail });
const unknown = (detail: string): Proven => ({ state: "unknown", detail });

/** The operation as if it were about another of its services. */
function seenFrom(record: OperationRecord, name: string): OperationRecord {
  const { measured, ...rest } = record;
  const others = measured?.others?.[name];
  const target = { ...record.target, name };
  return { ...rest, target, ...(measured && others ? { measured: { ...others, at: measured.at } } : {}) };
}

async function proven(app: App, record: OperationRecord, proof: ItemProof): Promise<Proven> {
  switch (proof.kind) {
    case "normal":
      return normal(record.measured ?? null, proof.metrics);
    case "backup":
      return backedUp(app, record, proof);
    case "no-incident":
      return noIncident(app, record, proof.severities);
    case "no-freeze":
      return noFreeze(app, record);
    case "deployed-in":
      return deployed(app, record, { environment: proof.environment, name: record.target.name });
    case "deployed-first":
      return deployed(app, record, { environment: record.target.environment, name: proof.service });
    case "under-change":
      return underChange(app, record);
  }
}

function normal(measured: Measured | null, metrics: readonly string[] | null): Proven {
  if (measured === null) return unknown("not read yet");
  const same = (left: string, right: string) => left.toLowerCase() === right.toLowerCase();
  const found = measured.findings.filter(
    ({ title }) => metrics === null || metrics.some((metric) => same(title, metric)),
  );
  const missing = (metrics ?? measured.unread).filter((metric) => !found.some(({ title }) => same(title, metric)));
  const said = (one: Pick<Finding, "title" | "detail">) => `${one.title}: ${one.detail}`;
  const bad = found.filter(({ state }) => state === "critical" || state === "warning");
  if (bad.length > 0) return open(bad.slice(0, 3).map(said).join("; "));
  const dark = found.filter(({ state }) => state !== "ok");
  if (dark.length > 0) return unknown(dark.slice(0, 3).map(said).join("; "));
  if (missing.length > 0) return unknown(`not read: ${missing.slice(0, 5).join(", ")}`);
  if (found.length === 0) return unknown("nothing is measured of it");
  return done(found.slice(0, 3).map(said).join("; "));
}

async function backedUp(
  app: App,
  record: OperationRecord,
  { database, withinSeconds }: Extract<ItemProof, { readonly kind: "backup" }>,
): Promise<Proven> {
  const { environment } = record.target;
  const [newest] = await app.backups.list({ environment, name: database });
  if (newest === undefined) return open(`no backup of ${environment}/${database} was made from here`);
  const seconds = (app.now.getTime() - newest.takenAt.getTime()) / 1000;
  const age = `${newest.name} is ${spanInWords(seconds)} old`;
  return seconds <= withinSeconds ? done(age) : open(`${age}, and may be ${spanInWords(withinSeconds)}`);
}

async function noIncident(app: App, record: OperationRecord, severities: readonly string[]): Promise<Proven> {
  const { name } = record.target;
  const all = await app.incidents.list({ seenBy: "bot", open: true, affected: name, limit: 100 });
  const counted = all.filter(({ kind, severity }) => kind === "real" && severities.includes(severity));
  const words = severities.join(", ");
  if (counted.length === 0) return done(`none of ${words} is open on ${name}`);
  const named = counted.filter(({ isPrivate }) => !isPrivate).map((one) => `${incidentName(one)} (${one.severity})`);
  return open(named.length === 0 ? `an incident of ${words} is open` : `${named.slice(0, 5).join(", ")} open`);
}

async function noFreeze(app: App, record: OperationRecord): Promise<Proven> {
  const refusal = await whyNotNow(app, {
    action: actionOf(record.request.operation),
    target: record.target,
    callerId: record.requesterId,
    incidentId: record.incidentId,
    lifted: ["lock"],
  });
  return refusal === null ? done("no freeze holds") : open(refusal.message.replace(/^Denied: |\.$/g, ""));
}

/** Operations looked through for the last that changed the version there. */
const lookedThrough = 30;
const changesVersion = ["deploy-service", "rollback-service"];

async function deployed(app: App, record: OperationRecord, target: OperationRequest["target"]): Promise<Proven> {
  const where = target.name === record.target.name ? target.environment : targetName(target);
  const all = await app.operations.list({ target, limit: lookedThrough });
  const last = all.find((one) => one.appliedAt !== null && changesVersion.includes(one.request.operation));
  if (last === undefined) return open(`nothing was deployed from here in ${where}`);
  // What belongs to a private incident is not named.
  const incident = last.incidentId === null ? null : await app.incidents.byId(last.incidentId);
  const code = incident?.isPrivate ? "the last" : last.code;
  const said = `${code} in ${where}: ${versionOf(last) ?? last.request.operation}, ${stateInWords(last)}`;
  if (last.request.operation !== "deploy-service" || last.outcome !== "verified") return open(said);
  // Numbers of versions differ between environments; the words of images do not.
  const [wanted, there] = [versionOf(record), versionOf(last)];
  const comparable = [wanted, there].every((word) => word !== null && !/^([\w-]+:)?\d+$/.test(word));
  return comparable && wanted !== there ? open(`${said}, and this is ${wanted}`) : done(said);
}

function versionOf(record: OperationRecord): string | null {
  const wanted = wantedIn(record.request.input).find(({ name }) => name === record.target.name);
  if (wanted) return wanted.version;
  const version = (record.request.input as { readonly version?: unknown } | null)?.version;
  return typeof version === "string" ? version : null;
}

async function underChange(app: App, record: OperationRecord): Promise<Proven> {
  const change = record.changeId ? await app.changes.byId(record.changeId) : null;
  if (change === null) return open("it was asked without `--change CHG-n`");
  return change.state === "in-progress" ? done(`${changeName(change)} is in progress`) : open(changeName(change));
}
