import type { Change, Held, Json, Operation, Plan, Sighting, Target } from "../domain/operation/operation.ts";
import { type Beside, behindBalancer, beside } from "../domain/platform/beside.ts";
import type { Autoscaling, ServiceState, ServicesRead, ServicesWrite } from "../domain/platform.ts";
import { Refusal } from "../errors.ts";
import { changedSince, leasePlan, parseLease } from "./scale-lease.ts";

/** More than any service of one cluster may have. Source: docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html (5,000 tasks per service). */
export const largestCount = 5000;

interface Bounds {
  readonly min: number;
  readonly max: number;
}

export interface ScaleInput {
  readonly count: number;
  /** The autoscaler's bounds to leave behind; only a way back names them. */
  readonly bounds?: Bounds;
  /** For so long: then what was before comes back by itself. */
  readonly forSeconds?: number;
  /** What the lease had left that this ends. */
  readonly held?: Held;
}

/** What apply does, in this order: widen, set, narrow. The autoscaler moves a count that lies outside its bounds. */
interface Steps {
  readonly widen: { readonly min: number | null; readonly max: number | null } | null;
  readonly from: number;
  readonly count: number;
  readonly narrow: { readonly min: number | null; readonly max: number | null } | null;
}

/** Changes how many copies of a service run, and the autoscaler's bounds where they stand in the way. */
export const scaleService: Operation<ScaleInput, ServicesRead, ServicesWrite> = {
  name: "scale-service",
  verb: "scale",
  summary: "Change how many copies of a service run",
  targetKind: "service",
  parse,
  plan,
  expectations: async (plan, target, see) => {
    const [state, scaling] = await Promise.all([
      see.describe(target.placement),
      beside(see.autoscaling(target.placement)),
    ]);
    const now = expects(state, scaling);
    return Object.fromEntries(Object.keys(plan.expects).map((key) => [key, now[key] ?? "gone"]));
  },
  apply: async (plan, target, act, run) => {
    const { widen, from, count, narrow } = stepsOf(plan);
    if (widen)
      await run.step(`autoscaling widened to ${boundsInWords(widen)}`, () => act.setBounds(target.placement, widen));
    await run.step(`desired count set to ${count}`, () => act.setCount(target.placement, count, { from }));
    if (narrow) {
      await run.step(`autoscaling narrowed to ${boundsInWords(narrow)}`, () => act.setBounds(target.placement, narrow));
    }
  },
  look,
};

function parse(input: Json): ScaleInput {
  const given = input as { readonly count?: Json; readonly bounds?: Bounds } | null;
  const count = given?.count;
  if (typeof count !== "number" || !Number.isFinite(count)) {
    throw new Refusal("bad_argument", "The count must be a number, such as 6.", null, "count");
  }
  if (!Number.isInteger(count)) {
    throw new Refusal("bad_argument", `${count} is not a whole number.`, "Use a whole number, such as 6.", "count");
  }
  if (count < 0) throw new Refusal("bad_argument", "The count cannot be negative.", "Use 0 or more.", "count");
  if (count > largestCount) {
    throw new Refusal(
      "bad_argument",
      `${count} is more than a service can have.`,
      `Use at most ${largestCount}.`,
      "count",
    );
  }
  return {
    count,
    ...(given?.bounds ? { bounds: { min: given.bounds.min, max: given.bounds.max } } : {}),
    ...parseLease(input),
  };
}

async function plan(input: ScaleInput, target: Target, see: ServicesRead): Promise<Plan> {
  return planCount(input, target, see);
}

/** The plan for a count, whichever verb asks for it. */
export async function planCount(input: ScaleInput, target: Target, see: ServicesRead): Promise<Plan> {
  const [state, scaling, balancing] = await Promise.all([
    see.describe(target.placement),
    beside(see.autoscaling(target.placement)),
    beside(see.balancer(target.placement)),
  ]);
  refuseUnscalable(state, target);
  const { count } = input;
  const autoscaling = scaling.found;
  const bounds = autoscaling === null ? null : boundsFor(input, autoscaling);
  const steps = stepsFor(state.desired, count, autoscaling, bounds);
  const isDone = state.desired === count && steps.widen === null && steps.narrow === null;
  const changed = isDone || scaling.unread !== null ? null : changedSince(input.held, state, autoscaling, target);
  const lease = leaseOf(input, state, autoscaling, bounds);
  return {
    summary: `Scale ${target.name} in ${target.environment} from ${state.desired} to ${count}`,
    changes: changesFor(state.desired, count, autoscaling, bounds),
    risks: isDone ? [] : [...risksOf(state, input, target, autoscaling, bounds), ...unreadRisks(scaling)],
    observed: [...(isDone || lease === null ? [] : [lease.words]), ...observedOf(state, scaling, balancing)],
    expects: expects(state, scaling),
    steps: steps as unknown as Json,
    undo: isDone
      ? null
      : {
          operation: "scale-service",
          target: { environment: target.environment, name: target.name },
          input: {
            count: state.desired,
            ...(autoscaling !== null && bounds !== null
              ? { bounds: { min: autoscaling.min, max: autoscaling.max } }
              : {}),
          },
        },
    nothingToDo: isDone ? `${target.name} in ${target.environment} is already set to ${count}.` : changed,
    count: { from: state.desired, to: count },
    ...(isDone || changed !== null || lease?.lease === undefined ? {} : { lease: lease.lease }),
  };
}

function leaseOf(input: ScaleInput, state: ServiceState, autoscaling: Autoscaling | null, bounds: Bounds | null) {
  if (input.forSeconds === undefined) return null;
  const before = autoscaling === null ? null : { min: autoscaling.min, max: autoscaling.max };
  return leasePlan(
    input.forSeconds,
    { count: input.count, bounds: before === null ? null : (bounds ?? before) },
    { count: state.desired, bounds: before },
  );
}

function unreadRisks(scaling: Beside<Autoscaling>): readonly string[] {
  return scaling.unread === null
    ? []
    : [`Whether autoscaling is on could not be read (${scaling.unread}): it may change the count again.`];
}

function refuseUnscalable(state: ServiceState, target: Target): void {
  const name = `${target.name} in ${target.environment}`;
  if (state.status !== "active") {
    throw new Refusal("not_possible", `${name} is ${state.status}, so it cannot be scaled.`);
  }
  if (state.notScalable !== null) throw new Refusal("not_possible", `${name} cannot be scaled: ${state.notScalable}.`);
}

/** The bounds to leave behind; null when they stay as they are. */
function boundsFor(input: ScaleInput, autoscaling: Autoscaling): Bounds | null {
  const wanted = input.bounds ?? autoscaling;
  // For a while the autoscaler takes nothing away of what was asked for.
  const raised = input.forSeconds !== undefined && input.count > wanted.min ? input.count : wanted.min;
  // A way back whose bounds no longer hold its count would be moved by the autoscaler at once.
  const bounds = { min: Math.min(raised, input.count), max: Math.max(wanted.max, input.count) };
  return bounds.min === autoscaling.min && bounds.max === autoscaling.max ? null : bounds;
}

function stepsFor(from: number, count: number, autoscaling: Autoscaling | null, bounds: Bounds | null): Steps {
  if (autoscaling === null || bounds === null) return { widen: null, from, count, narrow: null };
  const lower = bounds.min < autoscaling.min ? bounds.min : null;
  const higher = bounds.max > autoscaling.max ? bounds.max : null;
  const raise = bounds.min > autoscaling.min ? bounds.min : null;
  const drop = bounds.max < autoscaling.max ? bounds.max : null;
  return {
    widen: lower === null && higher === null ? null : { min: lower, max: higher },
    from,
    count,
    narrow: raise === null && drop === null ? null : { min: raise, max: drop },
  };
}

function stepsOf(plan: Plan): Steps {
  return plan.steps as unknown as Steps;
}

function boundsInWords(bounds: { readonly min: number | null; readonly max: number | null }): string {
  const words = [bounds.min === null ? null : `min ${bounds.min}`, bounds.max === null ? null : `max ${bounds.max}`];
  return words.filter((word) => word !== null).join(", ");
}

function changesFor(
  from: number,
  to: number,
  autoscaling: Autoscaling | null,
  bounds: Bounds | null,
): readonly Change[] {
  const changes: Change[] = from === to ? [] : [{ label: "Desired count", from: `${from}`, to: `${to}` }];
  if (autoscaling === null || bounds === null) return changes;
  if (bounds.min !== autoscaling.min) {
    changes.push({ label: "Autoscaling minimum", from: `${autoscaling.min}`, to: `${bounds.min}` });
  }
  if (bounds.max !== autoscaling.max) {
    changes.push({ label: "Autoscaling maximum", from: `${autoscaling.max}`, to: `${bounds.max}` });
  }
  return changes;
}

function risksOf(
  state: ServiceState,
  { count, forSeconds }: ScaleInput,
  target: Target,
  autoscaling: Autoscaling | null,
  bounds: Bounds | null,
): readonly string[] {
  const risks: string[] = [];
  if (count === 0) {
    risks.push(`Scaling to 0 stops ${target.name} completely${target.production ? " in production" : ""}.`);
  }
  const rolling = state.deployments.find((deployment) => deployment.state === "in-progress");
  if (rolling) {
    risks.push(
      `A deployment of ${rolling.version} is in progress (${rolling.running} of ${rolling.desired} running): its tasks and these will mix.`,
    );
  }
  const failed = state.deployments.find((deployment) => deployment.primary && deployment.state === "failed");
  if (failed) {
    risks.push(`The last deployment failed${failed.reason ? ` (${failed.reason})` : ""}: new tasks may not start.`);
  }
  if (autoscaling === null) return risks;
  const policies = autoscaling.policies.length > 0 ? ` (${autoscaling.policies.join(", ")})` : "";
  if (autoscaling.suspended) {
    risks.push("Autoscaling is suspended: nothing will correct this count until it is resumed.");
  } else {
    const { min, max } = bounds ?? autoscaling;
    risks.push(`Autoscaling${policies} may change the count again, between ${min} and ${max}.`);
  }
  if (bounds && (count > autoscaling.max || count < autoscaling.min)) {
    risks.push(
      `${count} is outside the autoscaler's ${autoscaling.min} to ${autoscaling.max}: its bounds are widened first, and stay so ${forSeconds === undefined ? "until this is undone" : "until then"}.`,
    );
  }
  return risks;
}

function observedOf(
  state: ServiceState,
  { found: autoscaling, unread }: Beside<Autoscaling>,
  { found: balancer, unread: balancerUnread }: Beside<{ readonly healthy: number; readonly total: number }>,
): readonly string[] {
  const observed = [
    `Running ${state.running} of ${state.desired}, pending ${state.pending}, version ${state.version || "not told"}.`,
  ];
  if (unread !== null) observed.push(`Autoscaling could not be read (${unread}).`);
  else if (autoscaling === null) observed.push("No autoscaling.");
  else {
    const policies = autoscaling.policies.length > 0 ? ` on ${autoscaling.policies.join(", ")}` : "";
    const suspended = autoscaling.suspended ? ", suspended" : "";
    observed.push(`Autoscaling between ${autoscaling.min} and ${autoscaling.max}${policies}${suspended}.`);
  }
  if (balancer) observed.push(`Load balancer: ${balancer.healthy} of ${balancer.total} targets healthy.`);
  if (balancerUnread !== null) observed.push(`The load balancer could not be read (${balancerUnread}).`);
  return observed;
}

function expects(state: ServiceState, { found, unread }: Beside<Autoscaling>): Readonly<Record<string, string>> {
  const range = found === null ? "none" : `${found.min} to ${found.max}`;
  return {
    "desired count": `${state.desired}`,
    "task definition": state.version,
    "autoscaling range": unread === null ? range : "not readable",
  };
}

/** Two signs that tasks cannot start are enough: waiting for the deadline would only cost time. */
const signsOfFailure = 2;

async function look(plan: Plan, target: Target, see: ServicesRead, since: Date): Promise<Sighting> {
  const { count } = stepsOf(plan);
  const [state, events, failures, balancer] = await Promise.all([
    see.describe(target.placement),
    see.events(target.placement, since),
    see.failures(target.placement, since),
    beside(see.balancer(target.placement)),
  ]);
  const behind = behindBalancer(balancer, count);
  const progress = `running ${state.running} of ${count}, pending ${state.pending}${behind.words}`;
  const ready = Math.min(state.running, balancer.found?.healthy ?? state.running);
  const from = stepsOf(plan).from;
  const seen = {
    progress,
    share: shareOf(from, count, count < from ? state.running + state.pending : ready),
    events: events.map((event) => ({ at: event.at.toISOString(), text: event.text })),
  };
  if (state.desired !== count) {
    const mover = await whoMoved(see, target, since);
    return {
      ...seen,
      verdict: "reverted",
      reason: `The desired count is ${state.desired}${state.desired === from ? " again" : ""}, not ${count}.${mover === null ? "" : ` The autoscaler changed it: ${mover}`}`,
    };
  }
  if (state.running === count && state.pending === 0 && behind.isWhole) {
    return { ...seen, verdict: "as-asked", share: 1, reason: null };
  }
  const troubles = events.filter((event) => event.trouble).map((event) => event.text);
  const stopped = failures.map((failure) => failure.reason);
  if (troubles.length + stopped.length >= signsOfFailure) {
    const why = sentence(stopped[0] ?? troubles.at(-1) ?? "");
    return {
      ...seen,
      verdict: "failed",
      reason: `New tasks do not stay up. ${why} The count stays ${count}: ${progress}.`,
    };
  }
  return { ...seen, verdict: "on-the-way", reason: troubles.at(-1) ?? stopped[0] ?? null };
}

/** What a platform says begins and ends as it likes. */
function sentence(text: string): string {
  const ended = /[.!?]$/.test(text.trim()) ? text.trim() : `${text.trim()}.`;
  return ended.charAt(0).toUpperCase() + ended.slice(1);
}

async function whoMoved(see: ServicesRead, target: Target, since: Date): Promise<string | null> {
  const { found } = await beside(see.autoscaling(target.placement));
  const newest = found?.activities
    .filter((activity) => activity.at >= since)
    .toSorted((left, right) => left.at.getTime() - right.at.getTime())
    .at(-1);
  return newest?.text ?? null;
}

function shareOf(from: number, to: number, running: number): number {
  if (from === to) return 1;
  return Math.min(1, Math.max(0, (running - from) / (to - from)));
}
