import { addMinutes } from "date-fns/addMinutes";
import { addSeconds } from "date-fns/addSeconds";
import { Refusal } from "../../errors.ts";
import { noteOnChange } from "../change/tie.ts";
import type { Configuration } from "../configuration.ts";
import type { Finding } from "../health/thresholds.ts";
import type { Place } from "../intent.ts";
import type { WatchStanding } from "../operation/own-ports.ts";
import { operatorsPlace } from "../operation/place.ts";
import type { App } from "../ports.ts";
import { announceSeen } from "./announcement.ts";
import { type Compared, gateState, type ReleaseVerdict, releaseVerdict, verdictWords } from "./comparison.ts";
import { mostMinutes, releaseCare, usualMinutes } from "./settings.ts";
import { judgedSteps, shareOf, stepVerdict, usualShares, type WatchStep } from "./steps.ts";

/** A deployment that is watched against its gates and against the time before it. */
export interface ReleaseWatch {
  readonly id: string;
  readonly service: string;
  readonly environment: string;
  /** What runs since, as people say it; null where nobody said. */
  readonly version: string | null;
  /** Who asked; null where it was seen to begin. */
  readonly byId: string | null;
  /** The moment the deployment began: what is before it is what it is held against. */
  readonly since: Date;
  readonly untilAt: Date;
  readonly state: "running" | "ended" | "stopped";
  readonly lookedAt: Date | null;
  readonly rows: readonly Compared[];
  readonly gates: readonly Finding[];
  /** Looks in a row at which a gate did not hold. */
  readonly red: number;
  readonly verdict: ReleaseVerdict | null;
  /** Steps that people recorded: the shares of a canary, switches. */
  readonly steps: readonly WatchStep[];
  /** The change that its steps are recorded on too. */
  readonly changeId?: string | null;
}

export interface ReleaseWatchRecords {
  readonly insert: (watch: ReleaseWatch) => Promise<void>;
  readonly byId: (id: string) => Promise<ReleaseWatch | null>;
  /** As byId, and keeps others from changing it until the transaction ends: read with this before a change. */
  readonly lock: (id: string) => Promise<ReleaseWatch | null>;
  readonly update: (watch: ReleaseWatch) => Promise<void>;
  readonly running: (service: string, environment: string) => Promise<ReleaseWatch | null>;
  /** The deployment of a service that was seen last; null before that. */
  readonly seen: (service: string, environment: string) => Promise<string | null>;
  readonly see: (service: string, environment: string, deployment: string) => Promise<void>;
}

const lookSeconds = 60;
/** A gate that does not hold is made sure of by another look before anybody is called. */
const redLooks = 2;

/** Where deployments are announced. */
export function deploymentsPlace(app: App): Place {
  return app.config.channels.deployments === null ? operatorsPlace(app) : { configured: "deployments" };
}

/**
 * Begins to watch a service after a deployment: against its gates, and against the half hour before `since`. One that
 * runs already for the same version goes on; for another version it is ended and a new one begins.
 */
export async function startReleaseWatch(
  app: App,
  ask: {
    readonly service: string;
    readonly environment: string;
    readonly version: string | null;
    readonly byId: string | null;
    /** Left out: now. */
    readonly since?: Date;
    /** Left out: as the configuration says, else 30. */
    readonly minutes?: number;
    readonly changeId?: string | null;
  },
): Promise<ReleaseWatch> {
  const minutes = ask.minutes ?? releaseCare(app.config, ask.service)?.minutes ?? usualMinutes;
  if (!Number.isInteger(minutes) || minutes < 5 || minutes > mostMinutes)
    throw new Refusal("bad_argument", "A deployment is watched for 5 minutes to 4 hours.", "Such as `--for 30m`.");
  const running = await app.releaseWatches.running(ask.service, ask.environment);
  if (running) {
    if (ask.version !== null && running.version === ask.version) return running;
    await stopReleaseWatch(app, running, ask.byId);
  }
  const since = ask.since ?? app.now;
  const watch: ReleaseWatch = {
    id: app.newId(),
    service: ask.service,
    environment: ask.environment,
    version: ask.version,
    byId: ask.byId,
    since,
    untilAt: addMinutes(app.now, minutes),
    state: "running",
    lookedAt: null,
    rows: [],
    gates: [],
    red: 0,
    verdict: null,
    steps: [],
    changeId: ask.changeId ?? null,
  };
  await app.releaseWatches.insert(watch);
  await app.audit.add({
    actor: ask.byId ?? "tocsin",
    action: "release.watched",
    subject: `${ask.environment}/${ask.service}`,
    details: { version: ask.version, minutes },
  });
  await showWatch(app, watch);
  await app.jobs.add("watch-release", { watchId: watch.id }, { key: watch.id });
  return watch;
}

/** Takes one look; the last one ends the watch with its verdict. Two in a row at which a gate does not hold are told at once. */
export async function recordRelease(
  app: App,
  id: string,
  seen: { readonly rows: readonly Compared[]; readonly gates: readonly Finding[] },
): Promise<void> {
  const watch = await app.releaseWatches.lock(id);
  if (watch?.state !== "running") return;
  const gates = seen.gates.map((one) => ({ ...one, title: app.redact(one.title), detail: app.redact(one.detail) }));
  const red = gates.some(({ state }) => state === "critical") ? watch.red + 1 : 0;
  const over = app.now >= watch.untilAt;
  const verdict = releaseVerdict(seen.rows, gates);
  const looked: ReleaseWatch = {
    ...watch,
    rows: seen.rows,
    gates,
    red,
    lookedAt: app.now,
    verdict,
    steps: judgedSteps(watch.steps, verdict, gates),
    state: over ? "ended" : "running",
  };
  await app.releaseWatches.update(looked);
  await showWatch(app, looked, over ? "answer" : "cosmetic");
  if (red === redLooks) await under(app, looked, "release.gate", `red:${watch.id}:${app.now.getTime()}`);
  if (!over) {
    await app.jobs.add("watch-release", { watchId: id }, { key: id, after: addSeconds(app.now, lookSeconds) });
    return;
  }
  await closeStep(app, looked);
  await under(app, looked, "release.verdict", `verdict:${watch.id}`);
  await announceSeen(app, looked, "over");
  await app.audit.add({
    actor: "tocsin",
    action: "release.judged",
    subject: `${watch.environment}/${watch.service}`,
    details: { version: watch.version, verdict: looked.verdict },
  });
}

async function under(app: App, watch: ReleaseWatch, view: string, once: string): Promise<void> {
  await app.outbox.add({
    kind: "message",
    view: `ops.${view}`,
    subject: watch.id,
    place: deploymentsPlace(app),
    once,
    thread: { card: "ops.release", subject: watch.id },
  });
}

/** Watches a service for so long from now; where it is watched already, that watch goes on for at least so long. */
export async function watchOn(
  app: App,
  { name: service, environment }: { readonly name: string; readonly environment: string },
  asked: { readonly minutes: number; readonly byId: string | null; readonly changeId: string | null },
): Promise<ReleaseWatch> {
  const running = await app.releaseWatches.running(service, environment);
  if (running === null) return startReleaseWatch(app, { service, environment, version: null, ...asked });
  const until = addMinutes(app.now, asked.minutes);
  if (running.untilAt >= until) return running;
  const longer: ReleaseWatch = { ...((await app.releaseWatches.lock(running.id)) ?? running), untilAt: until };
  await app.releaseWatches.update(longer);
  await showWatch(app, longer);
  return longer;
}

/** How a watch stands; one that is not known any more was stopped. */
export async function watchStanding(app: App, id: string): Promise<WatchStanding> {
  const watch = await app.releaseWatches.byId(id);
  if (watch === null) return { state: "stopped", verdict: null, gates: "unknown", broken: [] };
  const broken = watch.gates.filter(({ state }) => watch.red >= redLooks && state === "critical");
  return {
    state: watch.state,
    verdict: watch.verdict === null ? null : verdictWords[watch.verdict],
    gates: gateState(watch.gates),
    broken: broken.map(({ title, detail }) => `${title}: ${detail}`),
  };
}

/** Ends a watch before its time. */
export async function stopReleaseWatch(app: App, watch: ReleaseWatch, byId: string | null): Promise<void> {
  const newest = (await app.releaseWatches.lock(watch.id)) ?? watch;
  const stopped: ReleaseWatch = { ...newest, state: "stopped", untilAt: app.now };
  await app.releaseWatches.update(stopped);
  await closeStep(app, stopped);
  await app.audit.add({
    actor: byId ?? "tocsin",
    action: "release.watch-stopped",
    subject: `${watch.environment}/${watch.service}`,
    details: { version: watch.version },
  });
  await showWatch(app, stopped);
}

/**
 * Records a step of a deployment that is watched, such as a share of a canary: with it the step before is over, and what
 * was seen in that stays. The watch goes on for its whole time from here.
 */
export async function recordStep(app: App, id: string, text: string, byId: string): Promise<void> {
  const watch = await app.releaseWatches.lock(id);
  if (watch?.state !== "running") throw new Refusal("already_done", "This deployment is no longer watched.");
  const said = app.redact(text.trim().replaceAll(/\s+/g, " ")).slice(0, 200);
  if (said === "") throw new Refusal("missing_argument", "Say what the step is.", 'Such as `--step "canary 10 %"`.');
  const share = shareOf(said);
  const last = watch.steps.at(-1);
  if (share !== null && last?.share === share)
    throw new Refusal("already_done", `${share} % is the newest step already.`, "Look at the card.");
  await closeStep(app, watch);
  const minutes = releaseCare(app.config, watch.service)?.minutes ?? usualMinutes;
  const whole = addMinutes(app.now, minutes);
  const step: WatchStep = { at: app.now, text: said, byId, ...(share === null ? {} : { share }) };
  const next: ReleaseWatch = {
    ...watch,
    steps: [...watch.steps, step].slice(-20),
    untilAt: whole > watch.untilAt ? whole : watch.untilAt,
  };
  await app.releaseWatches.update(next);
  await app.audit.add({
    actor: byId,
    action: "release.step",
    subject: `${watch.environment}/${watch.service}`,
    details: { step: said, share, verdictBefore: watch.verdict },
  });
  if (watch.changeId) await noteOnChange(app, watch.changeId, { text: `${nameOf(watch)}: ${said}`, byId });
  await showWatch(app, next);
}

/** Has its steps recorded on a change from now on. */
export async function tieWatch(app: App, watch: ReleaseWatch, changeId: string): Promise<ReleaseWatch> {
  const tied: ReleaseWatch = { ...((await app.releaseWatches.lock(watch.id)) ?? watch), changeId };
  await app.releaseWatches.update(tied);
  return tied;
}

/** What was seen in the newest step is its last word: for the audit log, and for the change. */
async function closeStep(app: App, watch: ReleaseWatch): Promise<void> {
  const step = watch.steps.at(-1);
  if (step === undefined) return;
  const { verdict = null, broken = [] } = step;
  await app.audit.add({
    actor: "tocsin",
    action: "release.step-judged",
    subject: nameOf(watch),
    details: { step: step.text, share: step.share ?? null, verdict, broken },
  });
  if (!watch.changeId) return;
  const text = `${nameOf(watch)}: ${step.text} was ${stepVerdict(step)}`;
  await noteOnChange(app, watch.changeId, { text, byId: step.byId });
}

function nameOf({ environment, service }: Pick<ReleaseWatch, "environment" | "service">): string {
  return `${environment}/${service}`;
}

/** The shares of a canary that are offered: where the configuration names them, or somebody asked for the watch or recorded a step. */
export function sharesOf(config: Pick<Configuration, "releaseCare">, watch: ReleaseWatch): readonly number[] {
  const named = releaseCare(config, watch.service)?.shares ?? null;
  return named ?? (watch.byId !== null || watch.steps.length > 0 ? usualShares : []);
}

/** A deployment of a service was looked at: one that was not there before is watched; the first one that is ever seen is only kept. */
export async function deploymentSeen(
  app: App,
  at: { readonly service: string; readonly environment: string },
  deployment: { readonly id: string; readonly version: string; readonly since: Date },
): Promise<void> {
  const known = await app.releaseWatches.seen(at.service, at.environment);
  if (known === deployment.id) return;
  await app.releaseWatches.see(at.service, at.environment, deployment.id);
  if (known === null) return;
  const watch = await startReleaseWatch(app, {
    ...at,
    version: deployment.version,
    byId: null,
    since: deployment.since,
  });
  await announceSeen(app, watch, "begun");
}

/** Every minute what is deployed is looked at, where the configuration has deployments watched by themselves. */
export async function armDeploymentLooks(app: App, now = true): Promise<void> {
  if ((app.config.releaseCare?.size ?? 0) === 0) return;
  await app.jobs.add("see-deployments", {}, { key: "all", after: now ? app.now : addSeconds(app.now, lookSeconds) });
}

async function showWatch(app: App, watch: ReleaseWatch, lane: "answer" | "cosmetic" = "answer"): Promise<void> {
  await app.outbox.add({ kind: "card", view: "ops.release", subject: watch.id, place: deploymentsPlace(app) }, lane);
}
