import type { Operation, Plan, Sighting, Target } from "../domain/operation/operation.ts";
import { behindBalancer, beside } from "../domain/platform/beside.ts";
import type { ServiceDeployment, ServiceState, ServicesRead, ServicesWrite } from "../domain/platform.ts";
import { Refusal } from "../errors.ts";
import { besideRisks } from "./roll-out.ts";

/** What apply and look need: the deployment and the revision that ran when it was planned. */
interface Steps {
  readonly deployment: string;
  readonly revision: string;
}

/** Replaces all copies of a service by new ones of the same version, as its deployment settings let it. */
export const restartService: Operation<Record<string, never>, ServicesRead, ServicesWrite> = {
  name: "restart-service",
  verb: "restart",
  summary: "Replace all copies of a service by new ones of the same version",
  targetKind: "service",
  parse: () => ({}),
  plan,
  expectations: async (_plan, target, see) => expects(await see.describe(target.placement)),
  apply: async (plan, target, act, run) => {
    await run.step("new deployment started", () => act.redeploy(target.placement, stepsOf(plan)));
  },
  look,
};

async function plan(_input: Record<string, never>, target: Target, see: ServicesRead): Promise<Plan> {
  const state = await see.describe(target.placement);
  const name = `${target.name} in ${target.environment}`;
  if (state.status !== "active") {
    throw new Refusal("not_possible", `${name} is ${state.status}, so it cannot be restarted.`);
  }
  if (state.notReleasable) {
    const why = `${name} cannot be restarted from here: ${state.notReleasable}.`;
    throw new Refusal("not_possible", why, state.releaseInstead ?? null);
  }
  const primary = primaryOf(state);
  if (!primary) throw new Refusal("not_possible", `${name} has no deployment of its own that could be made anew.`);
  if (primary.state === "in-progress") {
    throw new Refusal(
      "not_possible",
      `A deployment of ${primary.version} is in progress (${primary.running} of ${primary.desired} running): its tasks are new already.`,
      "Wait until it is over, then ask again.",
    );
  }
  const isDone = state.desired === 0;
  return {
    summary: `Restart ${name}: ${state.desired} new ${state.desired === 1 ? "task" : "tasks"} of ${state.version}`,
    changes: isDone ? [] : [{ label: "Tasks", from: `${state.running} running`, to: `${state.desired} new` }],
    risks: isDone ? [] : risksOf(state, primary),
    observed: [`Running ${state.running} of ${state.desired}, pending ${state.pending}, version ${state.version}.`],
    expects: expects(state),
    steps: { deployment: primary.id, revision: state.revision },
    undo: null,
    nothingToDo: isDone ? `${name} is set to 0: there is nothing to restart.` : null,
    count: null,
  };
}

function risksOf(state: ServiceState, primary: ServiceDeployment): readonly string[] {
  const risks = ["A restart cannot be undone: the tasks that run now are stopped.", ...besideRisks(state)];
  if (primary.state === "failed") {
    risks.push(`The last deployment failed${primary.reason ? ` (${primary.reason})` : ""}: new tasks may not start.`);
  }
  const mutable = state.images.filter((image) => !image.includes("@"));
  if (mutable.length > 0) {
    risks.push(
      `The image is named by a tag (${mutable.join(", ")}): if it was moved, the new tasks run what it names now.`,
    );
  }
  return risks;
}

function primaryOf(state: ServiceState): ServiceDeployment | undefined {
  return state.deployments.find((deployment) => deployment.primary);
}

function expects(state: ServiceState): Readonly<Record<string, string>> {
  return {
    "desired count": `${state.desired}`,
    "task definition": state.version,
    deployment: primaryOf(state)?.id ?? "none",
  };
}

function stepsOf(plan: Plan): Steps {
  return plan.steps as unknown as Steps;
}

/** Two signs that tasks cannot start are enough: waiting for the deadline would only cost time. */
const signsOfFailure = 2;

async function look(plan: Plan, target: Target, see: ServicesRead, since: Date): Promise<Sighting> {
  const before = stepsOf(plan);
  const [state, events, failures, balancer] = await Promise.all([
    see.describe(target.placement),
    see.events(target.placement, since),
    see.failures(target.placement, since),
    beside(see.balancer(target.placement)),
  ]);
  const primary = primaryOf(state);
  const fresh = primary && primary.id !== before.deployment ? primary : null;
  const running = fresh?.running ?? 0;
  const behind = behindBalancer(balancer, state.desired);
  const progress = `new tasks ${running} of ${state.desired}, running ${state.running}${behind.words}`;
  const seen = {
    progress,
    share: state.desired === 0 ? 1 : Math.min(1, running / state.desired),
    events: events.map((event) => ({ at: event.at.toISOString(), text: event.text })),
  };
  if (state.revision !== before.revision) {
    return { ...seen, verdict: "reverted", reason: `Meanwhile ${state.version} was deployed instead.` };
  }
  if (fresh === null) {
    return { ...seen, verdict: "reverted", reason: "The deployment from before the restart is the current one again." };
  }
  const broken = state.deployments.find((one) => one.id !== before.deployment && one.state === "failed");
  const troubles = [
    ...failures.map((failure) => failure.reason),
    ...events.filter((event) => event.trouble).map((event) => event.text),
  ];
  if (broken || troubles.length >= signsOfFailure) {
    const why = broken?.reason ?? troubles[0] ?? "";
    return { ...seen, verdict: "failed", reason: `New tasks do not stay up. ${why} It stands so: ${progress}.` };
  }
  const isWhole = fresh.state === "completed" && fresh.running === state.desired && state.running === state.desired;
  if (isWhole && state.pending === 0 && behind.isWhole) return { ...seen, verdict: "as-asked", share: 1, reason: null };
  const isBaking = state.beside != null && fresh.state === "in-progress" && running === state.desired;
  return { ...seen, verdict: "on-the-way", reason: troubles[0] ?? null, ...(isBaking ? { working: true } : {}) };
}
