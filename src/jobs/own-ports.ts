import { type HealthCheck, healthChecks } from "../domain/health/health.ts";
import { subjectOf } from "../domain/health/subjects.ts";
import type { AnyOperation, OperationRecord, OwnPortName, Target } from "../domain/operation/operation.ts";
import type { HealthRead, StepsRead, StepsWrite, WatchesRead, WatchesWrite } from "../domain/operation/own-ports.ts";
import { callOffStep, carryOutStep } from "../domain/operation/sequence.ts";
import type { Port } from "../domain/platform.ts";
import { orderedSteps } from "../domain/release-care/ordered-steps.ts";
import { releaseCare } from "../domain/release-care/settings.ts";
import { watchOn, watchStanding } from "../domain/release-care/watch.ts";
import { Refusal } from "../errors.ts";
import type { OperationContext } from "./operation-context.ts";

type Asked = Pick<OperationRecord, "id" | "request" | "target">;
type Tools = (asked: Asked) => {
  readonly operation: AnyOperation;
  readonly port: Port<unknown, unknown>;
  readonly target: Target;
};

/** What an operation of the bot itself works on; `tools` finds those of the operations that are its steps. */
export function ownPort(
  context: OperationContext,
  name: OwnPortName,
  record: Asked,
  tools: Tools,
): Port<unknown, unknown> {
  if (name === "steps") return stepsPort(context, record, tools);
  return name === "health" ? healthPort(context) : watchesPort(context, record);
}

function stepsPort(context: OperationContext, { id }: Asked, tools: Tools): Port<StepsRead, StepsWrite> {
  const { transact, operations } = context;
  return {
    read: {
      asks: (environment, wanted) => transact(async (app) => orderedSteps(app, environment, wanted)),
      plan: async ({ operation: name, target, input }) => {
        const request = { operation: name, target: { environment: target.environment, name: target.name }, input };
        const { operation, port, target: placed } = tools({ id, request, target });
        const config = await transact(async (app) => app.config);
        const entry = config.services.find((one) => one.name === target.name) ?? null;
        return operation.plan(operation.parse(input), placed, port.read, target.kind === "service" ? entry : null);
      },
      expectations: async ({ plan, ...step }) => {
        if (plan === null) return {};
        const { operation, port, target } = tools({ id, ...step });
        return operation.expectations(plan, target, port.read);
      },
      verbOf: (name) => {
        const found = operations.find((one) => one.name === name);
        if (found) return found.verb;
        throw new Refusal("not_possible", `This version knows no operation "${name}".`);
      },
    },
    write: {
      carryOut: (index) => transact((app) => carryOutStep(app, id, index)),
      callOff: (index) => transact((app) => callOffStep(app, id, index)),
    },
  };
}

function healthPort(context: OperationContext): Port<HealthRead, HealthRead> {
  const source = context.providers.find((one) => one.health?.id === "http")?.health;
  const checks = (target: Target): Promise<readonly HealthCheck[]> =>
    context.transact(async (app) =>
      healthChecks(app.config, [target.name]).filter(
        (check) => check.environment === target.environment && check.source === "http",
      ),
    );
  const read: HealthRead = {
    titles: async (target) => (await checks(target)).map(({ title }) => title),
    look: async (target) => {
      const all = await checks(target);
      const readings = await Promise.all(all.map((check) => source?.read(check) ?? []));
      return readings.flat();
    },
  };
  return { read, write: read };
}

function watchesPort({ transact }: OperationContext, record: Asked): Port<WatchesRead, WatchesWrite> {
  return {
    read: {
      gates: (target) =>
        transact(async (app) => {
          const own = releaseCare(app.config, target.name)?.gates ?? [];
          if (own.length > 0) return own.map(({ metric }) => metric);
          return (subjectOf(app.config, target)?.thresholds ?? []).map(({ threshold }) => threshold.metric);
        }),
    },
    write: {
      begin: (target, minutes) =>
        transact(async (app) => {
          const asked = await app.operations.byId(record.id);
          return (
            await watchOn(app, target, { minutes, byId: asked?.requesterId ?? null, changeId: asked?.changeId ?? null })
          ).id;
        }),
      standing: (id) => transact((app) => watchStanding(app, id)),
    },
  };
}
