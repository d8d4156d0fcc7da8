import type { AutoscalerState, ScalableTargetRecord, ScheduledActionRecord } from "./autoscaler.ts";
import { nextTime, readSchedule } from "./schedule-expression.ts";
import type { World } from "./world.ts";

export interface ScheduledActions {
  /** Adds an action, or replaces the one of that name; what it had planned before does nothing. */
  readonly put: (action: Omit<ScheduledActionRecord, "arn" | "createdAt" | "nextAt">) => ScheduledActionRecord;
}

/** Carries scheduled actions out: at their time they move the bounds, and the bounds move the count. */
export function startScheduledActions(
  world: World,
  state: AutoscalerState,
  boundsChanged: (target: ScalableTargetRecord) => void,
): ScheduledActions {
  const { time, random } = world;
  const find = (resource: string, name: string) =>
    state.scheduledActions.find((one) => one.resource === resource && one.name === name);

  function plan(action: ScheduledActionRecord, after: number): void {
    action.nextAt = null;
    const schedule = readSchedule(action.schedule, action.timezone ?? "UTC");
    const start = action.startTime ?? action.createdAt;
    const next = schedule && nextTime(schedule, Math.max(after, start - 1), start);
    if (!next || (action.endTime != null && next > action.endTime)) return;
    action.nextAt = next;
    const wait = (next - time.now()) * time.speed();
    time.after(wait, "autoscaler.scheduled", JSON.stringify([action.resource, action.name, next]));
  }

  time.on("autoscaler.scheduled", (subject) => {
    const [resource, name, at] = JSON.parse(subject) as [string, string, number];
    const action = find(resource, name);
    if (!action || action.nextAt !== at) return;
    // The cloud's speed was turned down meanwhile: it is not yet time.
    if (time.now() < at - 1000) return plan(action, time.now());
    const target = state.targets.find((one) => one.resource === resource);
    if (target && !target.suspended.scheduled) carryOut(target, action);
    plan(action, Math.max(at, time.now()));
  });

  function carryOut(target: ScalableTargetRecord, action: ScheduledActionRecord): void {
    const min = action.min ?? target.min;
    const max = action.max ?? target.max;
    const cause = `scheduled action name ${action.name} was triggered`;
    const about = {
      id: [random.hex(8), random.hex(4), random.hex(4), random.hex(4), random.hex(12)].join("-"),
      resource: target.resource,
      cause,
      startedAt: time.now(),
      endedAt: time.now(),
    };
    if (min > max) {
      state.activities.unshift({
        ...about,
        description: `Attempting to set min capacity to ${min} and max capacity to ${max}`,
        code: "Failed",
        message: "Failed to set min capacity and max capacity. Reason: Maximum capacity cannot be less than minimum.",
      });
      return;
    }
    const words = `min capacity to ${min} and max capacity to ${max}`;
    state.activities.unshift({
      ...about,
      description: `Setting ${words}`,
      code: "Successful",
      message: `Successfully set ${words}`,
    });
    target.min = min;
    target.max = max;
    boundsChanged(target);
  }

  return {
    put: (asked) => {
      const known = find(asked.resource, asked.name);
      const { hex } = random;
      const uuid = [hex(8), hex(4), hex(4), hex(4), hex(12)].join("-");
      const place = `resource/ecs/${asked.resource}:scheduledActionName/${asked.name}`;
      const action: ScheduledActionRecord = {
        ...asked,
        arn: known?.arn ?? world.arn("autoscaling", `scheduledAction:${uuid}:${place}`),
        createdAt: known?.createdAt ?? time.now(),
        nextAt: null,
      };
      state.scheduledActions = [...state.scheduledActions.filter((one) => one !== known), action];
      plan(action, time.now());
      return action;
    },
  };
}
