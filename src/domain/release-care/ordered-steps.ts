import { Refusal } from "../../errors.ts";
import { databaseInput } from "../backup/input.ts";
import { backupsOf } from "../backup/settings.ts";
import type { Configuration, Service } from "../configuration.ts";
import { healthChecks } from "../health/health.ts";
import type { Json, Target } from "../operation/operation.ts";
import type { App } from "../ports.ts";

/** One step of a service's deployment, as the configuration orders them. */
export type DeploymentStep =
  | { readonly kind: "release" }
  | { readonly kind: "backup"; readonly database: string }
  /** All queues of a target, or those that are not critical. */
  | { readonly kind: "pause"; readonly queue: string; readonly only: "non-critical" | null }
  | { readonly kind: "resume"; readonly queue: string }
  /** An allowed task, run with the version that was brought out. */
  | { readonly kind: "task"; readonly task: string }
  | { readonly kind: "restart"; readonly service: string }
  | { readonly kind: "smoke-test" }
  | { readonly kind: "watch"; readonly minutes: number };

/** A service with the version it is to run. */
export interface Wanted {
  readonly name: string;
  readonly version: string;
}

/** One step as it is asked for: which operation, on what. */
export interface StepAsk {
  readonly what: string;
  /** The service it is a step of. */
  readonly of: string;
  readonly operation: string;
  readonly target: Target;
  readonly input: Json;
  /** The queues whose pause it takes back. */
  readonly resumes?: string;
}

/** What a deployment consists of, and what of it there is not in that environment, each a sentence. */
export interface OrderedSteps {
  readonly asks: readonly StepAsk[];
  readonly leftOut: readonly string[];
}

/** Whether deploying these takes more than one operation. */
export function isOrdered(
  config: Pick<Configuration, "services">,
  wanted: readonly { readonly name: string }[],
): boolean {
  return wanted.length > 1 || wanted.some(({ name }) => stepsOf(config, name).length > 1);
}

function stepsOf(config: Pick<Configuration, "services">, name: string): readonly DeploymentStep[] {
  return config.services.find((one) => one.name === name)?.steps ?? [{ kind: "release" }];
}

/** The steps of these deployments, one service after the other; a Refusal where a service does not run there. */
export function orderedSteps(
  app: Pick<App, "config" | "now">,
  environment: string,
  wanted: readonly Wanted[],
): OrderedSteps {
  const asks: StepAsk[] = [];
  const leftOut: string[] = [];
  for (const { name, version } of wanted) {
    const service = placed(app.config, "service", name, environment);
    if (service === null) throw new Refusal("unknown_target", `${name} does not run in ${environment}.`);
    for (const step of stepsOf(app.config, name)) {
      const ask = askOf(app, step, service, version);
      if (typeof ask === "string") leftOut.push(ask);
      else asks.push({ ...ask, of: name });
    }
  }
  return { asks, leftOut };
}

function askOf(
  app: Pick<App, "config" | "now">,
  step: DeploymentStep,
  service: Target,
  version: string,
): Omit<StepAsk, "of"> | string {
  const { name, environment } = service;
  const missing = (what: string, thing: string) => `Left out: ${what}, since ${thing} is not in ${environment}.`;
  switch (step.kind) {
    case "release":
      return { what: `Deploy ${version} on ${name}`, operation: "deploy-service", target: service, input: { version } };
    case "backup": {
      const what = `Back up ${step.database}`;
      const target = placed(app.config, "database", step.database, environment);
      return target === null ? missing(what, step.database) : { what, ...backupOf(app, target) };
    }
    case "pause":
    case "resume": {
      const what = `${step.kind === "pause" ? "Pause" : "Resume"} ${step.queue}`;
      const target = placed(app.config, "queue", step.queue, environment);
      if (target === null) return missing(what, step.queue);
      if (step.kind === "pause") {
        const only = step.only === null ? "" : `, the ${step.only} ones`;
        return { what: `${what}${only}`, operation: "pause-queues", target, input: { queues: step.only } };
      }
      return { what, operation: "resume-queues", target, input: { queues: null }, resumes: step.queue };
    }
    case "task":
      return {
        what: `Run ${step.task} beside ${name}: ${commandOf(app.config, name, step.task)}`,
        operation: "run-task",
        target: service,
        input: { name: step.task },
      };
    case "restart": {
      const what = `Restart ${step.service}`;
      const target = placed(app.config, "service", step.service, environment);
      return target === null ? missing(what, step.service) : { what, operation: "restart-service", target, input: {} };
    }
    case "smoke-test": {
      const checks = healthChecks(app.config, [name]).filter((one) => one.environment === environment);
      if (checks.every(({ source }) => source !== "http"))
        return `Left out: the smoke test of ${name}, since no health address is configured in ${environment}.`;
      return { what: `Smoke test of ${name}`, operation: "smoke-test", target: service, input: {} };
    }
    case "watch":
      return {
        what: `Watch ${name} for ${step.minutes} min`,
        operation: "watch-deployment",
        target: service,
        input: { minutes: step.minutes },
      };
  }
}

/** Part of what is approved: a task that comes to another command by its turn is not run. */
function commandOf(config: Configuration, service: string, task: string): string {
  const tasks = config.services.find((one) => one.name === service)?.tasks ?? [];
  return tasks.find((one) => one.name === task)?.command.join(" ") ?? "no longer configured";
}

/** A snapshot where its platform takes them, else a dump, as `/ops backup` does. */
function backupOf(app: Pick<App, "config" | "now">, target: Target): Pick<StepAsk, "operation" | "target" | "input"> {
  const { expireBefore = null, asked = null } = databaseInput(app, target.name);
  if (target.placement.provider === "rds") return { operation: "snapshot-database", target, input: { expireBefore } };
  const { format, testRestore } = backupsOf(app.config, target.name);
  return { operation: "dump-database", target, input: { expireBefore, asked, format, testRestore } };
}

function placed(
  config: Configuration,
  kind: "service" | "database" | "queue",
  name: string,
  environment: string,
): Target | null {
  const entries: readonly Pick<Service, "name" | "runs">[] =
    kind === "service" ? config.services : config.resources.filter((one) => one.kind === kind);
  const placement = entries.find((one) => one.name === name)?.runs.find((one) => one.environment === environment);
  if (!placement) return null;
  const production = config.environments.find((one) => one.name === environment)?.production ?? true;
  return { kind, name, environment, production, placement };
}
