import type { Change, Operation, Plan, Sighting, Target } from "../domain/operation/operation.ts";
import { compareHealth, type HealthFigures, healthFigures } from "../domain/operation/service-health.ts";
import { behindBalancer, beside } from "../domain/platform/beside.ts";
import type { MeasuresRead } from "../domain/platform/measures.ts";
import type {
  Names,
  Release,
  ReleaseChanges,
  ReleaseDifference,
  ReleasesRead,
  ReleasesWrite,
  Rollout,
  RunImage,
} from "../domain/platform/releases.ts";
import type { ServiceDeployment, ServiceState, ServicesRead, ServicesWrite } from "../domain/platform.ts";
import { ProviderError, Refusal } from "../errors.ts";
import { type BeforeTask, runBefore } from "./before-tasks.ts";
import { knownRollouts } from "./known-rollouts.ts";

/** What an operation sees that changes the version of a service. */
export type VersionsRead = ServicesRead & ReleasesRead & { readonly measures: MeasuresRead | null };
export type VersionsWrite = ServicesWrite & ReleasesWrite & Pick<ReleasesRead, "task">;

/** What apply and look need of a change of version. */
export interface VersionSteps {
  readonly from: { readonly revision: string; readonly version: string; readonly deployment: string };
  /** The version to run; where it must be copied first, the one that is copied. */
  readonly to: { readonly revision: string; readonly version: string };
  readonly copy: ReleaseChanges | null;
  /** The rollout to stop, which goes back by itself; else a new one is started. */
  readonly stop: string | null;
  readonly before: HealthFigures;
  /** Tasks that run first, in this order, with the version to run. */
  readonly tasks?: readonly BeforeTask[];
}

/** How the step is called with which the service itself is changed, as far as it is always the same. */
export const releaseStep = "deployment of ";

/** What is the same for every operation that lets a service run another version: how it is applied and watched. */
export const rollOut: Pick<
  Operation<unknown, VersionsRead, VersionsWrite>,
  "targetKind" | "ports" | "expectations" | "apply" | "look"
> = {
  targetKind: "service",
  ports: ["services", "releases"],
  expectations: async (_plan, target, see) => expects(await see.describe(target.placement)),
  apply: async (plan, target, act, run) => {
    const { from, to, copy, stop, tasks = [] } = stepsOf(plan);
    // The copy is made once, however often it is asked for with the same token.
    const revision = async () =>
      copy === null ? to.revision : act.copy(target.placement, to.revision, copy, run.operationId);
    if (stop !== null) {
      await run.step(`deployment of ${from.version} stopped`, () => act.stopRollout(target.placement, stop));
      return;
    }
    if (copy !== null) {
      await run.step(`copy of ${to.version} registered`, async () => {
        await revision();
      });
    }
    await runBefore(tasks, target, act, run, { revision, stays: from.version });
    await run.step(`${releaseStep}${copy === null ? to.version : "the copy"} started`, async () => {
      await act.release(target.placement, { from: from.revision, to: await revision() });
    });
  },
  look,
};

/** The service as it stands, when its version can be changed here at all. */
export async function describeReleasable(target: Target, see: VersionsRead): Promise<ServiceState> {
  const state = await see.describe(target.placement);
  const name = `${target.name} in ${target.environment}`;
  if (state.status !== "active")
    throw new Refusal("not_possible", `${name} is ${state.status}, so it runs no other version.`);
  if (state.notReleasable) {
    const why = `The version of ${name} cannot be changed from here: ${state.notReleasable}.`;
    throw new Refusal("not_possible", why, state.releaseInstead ?? null);
  }
  return state;
}

export function primaryOf(state: ServiceState): ServiceDeployment | undefined {
  return state.deployments.find((deployment) => deployment.primary);
}

export function expects(state: ServiceState): Readonly<Record<string, string>> {
  return { "task definition": state.version, deployment: primaryOf(state)?.id ?? "none" };
}

function stepsOf(plan: Plan): VersionSteps {
  return plan.steps as unknown as VersionSteps;
}

/** How the service is before it is touched. Alarms that cannot be read are unknown, and hold nothing up. */
export async function healthNow(target: Target, see: VersionsRead): Promise<HealthFigures> {
  const [state, balancer, failures, alarms] = await Promise.all([
    see.describe(target.placement),
    beside(see.balancer(target.placement)),
    // Those that stopped are listed for an hour.
    see.failures(target.placement, new Date(0)),
    alarmsOf(target, see),
  ]);
  return healthFigures({ state, balancer: balancer.found, failed: failures.length, alarms });
}

async function alarmsOf(target: Target, see: VersionsRead) {
  if (see.measures === null) return null;
  try {
    const { alarms, all } = await see.measures.alarms(target.placement);
    return all ? alarms : null;
  } catch (error) {
    if (error instanceof ProviderError) return null;
    throw error;
  }
}

export function healthInWords(health: HealthFigures): string {
  const alarms =
    health.alarms === null
      ? "alarms unknown"
      : health.alarms.length === 0
        ? "no alarm on"
        : `alarms on: ${health.alarms.join(", ")}`;
  const healthy = health.healthy === null ? "" : `, healthy ${health.healthy} of ${health.desired}`;
  return `Running ${health.running} of ${health.desired}${healthy}, ${health.failed} failed tasks in the last hour, ${alarms}.`;
}

/** The images of a version with the digests they had when it was last brought out. */
export function imagesOf(
  release: Pick<Release, "images" | "revision">,
  rollouts: readonly Rollout[],
): readonly RunImage[] {
  const last = rollouts.find((one) => one.revision === release.revision && one.images.length > 0);
  return release.images.map((image) => ({
    ...image,
    digest: image.digest ?? last?.images.find(({ container }) => container === image.container)?.digest ?? null,
  }));
}

/** What would change, for the plan: images by digest, CPU and memory, and names of variables without their values. */
export function changesOf(
  from: { readonly images: readonly RunImage[]; readonly release: Release },
  to: { readonly images: readonly RunImage[]; readonly release: Release },
  difference: ReleaseDifference,
): readonly Change[] {
  const changes: Change[] = [];
  const several = to.images.length > 1;
  for (const image of to.images) {
    const before = from.images.find(({ container }) => container === image.container);
    if (before && isSame(before, image)) continue;
    changes.push({
      label: several ? `Image of ${image.container}` : "Image",
      from: before ? imageInWords(before) : "none",
      to: imageInWords(image),
    });
  }
  for (const [label, before, after] of [
    ["CPU", from.release.cpu, to.release.cpu],
    ["Memory", from.release.memory, to.release.memory],
  ] as const) {
    if (before !== after)
      changes.push({
        label,
        from: before === null ? "not set" : `${before}`,
        to: after === null ? "not set" : `${after}`,
      });
  }
  return [
    ...changes,
    ...namesInWords("Environment", difference.environment),
    ...namesInWords("Secrets", difference.secrets),
    ...(difference.other.length === 0
      ? []
      : [{ label: "Also different", from: "now", to: [...new Set(difference.other)].join(", ") }]),
  ];
}

/** Whether two images are one and the same: by digest, and by name where a digest is not known. */
export function isSame(left: RunImage, right: RunImage): boolean {
  if (left.digest !== null && right.digest !== null) return left.digest === right.digest;
  return left.image === right.image;
}

/** An image as people tell it from others: v42 (sha256:1a2b3c4d5e6f). */
export function imageInWords({ image, digest }: Pick<RunImage, "image" | "digest">): string {
  const name = image.slice(image.lastIndexOf("/") + 1).replace(/@sha256:.*$/, "");
  return digest === null ? `${name} (digest not known)` : `${name} (${shortDigest(digest)})`;
}

export function shortDigest(digest: string): string {
  return digest.slice(0, "sha256:".length + 12);
}

function namesInWords(label: string, { added, removed, changed }: Names): readonly Change[] {
  const parts = [
    ["added", added],
    ["removed", removed],
    ["changed", changed],
  ] as const;
  const words = parts.flatMap(([word, names]) => (names.length === 0 ? [] : [`${word} ${names.join(", ")}`]));
  return words.length === 0 ? [] : [{ label: `${label} (names only)`, from: "now", to: words.join("; ") }];
}

/** What is said of a deployment in progress that another one replaces, and of one that failed. */
export function rolloutRisks(state: ServiceState): readonly string[] {
  const primary = primaryOf(state);
  if (primary?.state !== "in-progress") return besideRisks(state);
  return [
    ...besideRisks(state),
    `A deployment of ${primary.version} is in progress (${primary.running} of ${primary.desired} running): it is replaced by this one.`,
  ];
}

/** What a deployment means that brings the new tasks up beside the old ones. */
export function besideRisks({ beside, desired }: ServiceState): readonly string[] {
  if (!beside) return [];
  const bake = beside.bakeMinutes === 0 ? "then" : `${beside.bakeMinutes} min later`;
  return [
    `It is deployed ${beside.strategy}: ${desired} new tasks run beside the old ones until they get the requests; the old ones go ${bake}.`,
  ];
}

/** Two signs that tasks cannot start are enough: waiting for the deadline would only cost time. */
const signsOfFailure = 2;
/** So long an alarm that was on may take to go off before the verdict is given. */
const alarmSeconds = 300;

async function look(
  plan: Plan,
  target: Target,
  see: VersionsRead,
  since: Date,
  operationId?: string,
): Promise<Sighting> {
  const { from, to, copy, stop, before } = stepsOf(plan);
  const [state, events, failures, balancer, alarms, running] = await Promise.all([
    see.describe(target.placement),
    see.events(target.placement, since),
    see.failures(target.placement, since),
    beside(see.balancer(target.placement)),
    alarmsOf(target, see),
    copy === null ? null : see.release(target.placement, null),
  ]);
  const isOurs = copy === null ? state.revision === to.revision : running?.madeBy === operationId;
  const primary = primaryOf(state);
  const fresh = isOurs && primary && primary.id !== from.deployment ? primary : null;
  const behind = behindBalancer(balancer, state.desired);
  const old = state.deployments.filter((one) => one.id !== fresh?.id).reduce((sum, one) => sum + one.running, 0);
  const leaving = old > 0 ? `, ${old} of before still running` : "";
  const progress = `${fresh?.version ?? to.version} ${fresh?.running ?? 0} of ${state.desired}${leaving}${behind.words}`;
  const seen = {
    progress,
    share: state.desired === 0 ? 1 : Math.min(1, (fresh?.running ?? 0) / state.desired),
    events: events.map((event) => ({ at: event.at.toISOString(), text: event.text })),
  };
  const troubles = events
    .filter((event) => event.trouble && !/rolling back to/.test(event.text))
    .map(({ text }) => text);
  if (!isOurs) {
    if (stop !== null && state.revision === from.revision) {
      return { ...seen, verdict: "on-the-way", reason: "the rollback was asked for" };
    }
    const known = state.revision === from.revision ? await knownRollouts(target, see, 1) : null;
    const why = known?.rollouts[0]?.reason ?? troubles[0];
    const reason =
      state.revision === from.revision
        ? `${from.version} is current again.${why ? ` ${sentence(why)}` : ""}`
        : `Meanwhile ${state.version} was deployed instead.`;
    return { ...seen, verdict: "reverted", reason };
  }
  const broken = fresh?.state === "failed" ? fresh : null;
  // Tasks of the version that is being left fail for reasons of their own: only those of the new one count.
  const isFailing = (fresh?.failed ?? 0) >= signsOfFailure;
  const signs = isFailing ? [...failures.map(({ reason }) => reason), ...troubles] : [];
  const isGuarded = isFailing && !broken && (await knownRollouts(target, see, 1)).rollouts[0]?.guarded === true;
  if (broken || (isFailing && !isGuarded)) {
    const why = broken?.reason ?? signs[0] ?? "";
    return {
      ...seen,
      verdict: "failed",
      reason: `New tasks do not stay up. ${sentence(why)} It stands so: ${progress}.`,
    };
  }
  const isWhole = fresh?.state === "completed" && fresh.running === state.desired && state.running === state.desired;
  if (!isWhole || state.pending > 0 || !behind.isWhole) {
    // All that is new runs and the platform still watches it before it ends the old: that takes as long as it is set to.
    const isBaking =
      state.beside != null && fresh?.state === "in-progress" && fresh.running === state.desired && !isFailing;
    return {
      ...seen,
      progress: isBaking ? `${progress}, watched by the platform before it counts as completed` : progress,
      verdict: "on-the-way",
      reason: signs[0] ?? troubles[0] ?? null,
      ...(isBaking ? { working: true } : {}),
    };
  }
  const { verdict, words } = compareHealth(
    before,
    healthFigures({ state, balancer: balancer.found, failed: fresh.failed, alarms }),
  );
  const hasWaiting = alarms?.some(({ name, state: is }) => is === "alarm" && before.alarms?.includes(name)) ?? false;
  return {
    ...seen,
    progress: `${progress}. Health is ${verdict === "same" ? "the same as" : `${verdict} than`} before: ${words}`,
    verdict: "as-asked",
    share: 1,
    reason: null,
    ...(hasWaiting ? { steadySeconds: alarmSeconds } : {}),
  };
}

/** What a platform says begins and ends as it likes. */
function sentence(text: string): string {
  const ended = /[.!?]$/.test(text.trim()) ? text.trim() : `${text.trim()}.`;
  return ended.charAt(0).toUpperCase() + ended.slice(1);
}
