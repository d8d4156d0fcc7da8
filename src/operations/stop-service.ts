import type { Held, Json, Operation, Plan, Target } from "../domain/operation/operation.ts";
import type { ServicesRead, ServicesWrite } from "../domain/platform.ts";
import { leasePlan } from "./scale-lease.ts";
import { planCount, type ScaleInput, scaleService } from "./scale-service.ts";

/** Stops a service: no copy runs and the autoscaler starts none, until it is started with what was remembered. */
export const stopService: Operation<Record<string, never>, ServicesRead, ServicesWrite> = {
  ...scaleService,
  name: "stop-service",
  verb: "stop",
  summary: "Stop a service, and remember its count and its autoscaler's bounds",
  parse: () => ({}),
  plan: async (_input, target, see) => {
    const made = await planCount({ count: 0, bounds: { min: 0, max: 0 } }, target, see);
    const name = `${target.name} in ${target.environment}`;
    const summary = `Stop ${name}`;
    if (made.nothingToDo !== null) return { ...made, summary, nothingToDo: `${name} is set to 0 already.` };
    const before = beforeOf(made);
    const { lease, words } = leasePlan(
      null,
      { count: 0, bounds: before.bounds === null ? null : { min: 0, max: 0 } },
      before,
    );
    return {
      ...made,
      summary,
      risks: made.risks.filter((risk) => !/autoscal/i.test(risk) || /could not be read/.test(risk)),
      observed: [words, ...made.observed],
      undo: made.undo === null ? null : { ...made.undo, operation: "start-service" },
      undoLabel: `Start → ${before.count}`,
      confirm: "type",
      ...(lease === undefined ? {} : { lease }),
    };
  },
};

/** What the way back names: the count, and the bounds where there are any. */
function beforeOf(plan: Plan): Held {
  const input = plan.undo?.input as unknown as ScaleInput | undefined;
  return { count: input?.count ?? 0, bounds: input?.bounds ?? null };
}

/** Starts a service that was stopped: the remembered count and bounds come back. */
export const startService: Operation<ScaleInput, ServicesRead, ServicesWrite> = {
  ...scaleService,
  name: "start-service",
  verb: "start",
  summary: "Start a service that was stopped, with the count and the bounds it had",
  parse: (input: Json) => scaleService.parse(input),
  plan: async (input: ScaleInput, target: Target, see: ServicesRead) => {
    const made = await planCount(input, target, see);
    const tasks = input.count === 1 ? "1 task" : `${input.count} tasks`;
    return {
      ...made,
      summary: `Start ${target.name} in ${target.environment} with ${tasks}`,
      undo: made.undo === null ? null : { ...made.undo, operation: "stop-service", input: {} },
      undoLabel: "Stop again",
    };
  },
};
