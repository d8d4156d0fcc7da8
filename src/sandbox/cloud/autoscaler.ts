import type { Scheduler } from "./ecs/scheduler.ts";
import { ecsState, type JsonObject, type ServiceRecord } from "./ecs/state.ts";
import { type ScheduledActions, startScheduledActions } from "./scheduled-actions.ts";
import type { World } from "./world.ts";

export interface ScalableTargetRecord {
  /** `service/<cluster>/<service>`. */
  readonly resource: string;
  readonly arn: string;
  readonly createdAt: number;
  min: number;
  max: number;
  suspended: { scaleIn: boolean; scaleOut: boolean; scheduled: boolean };
  roleArn: string;
  /** When, in cloud milliseconds, an alarm fires because the count is outside its bounds. */
  alarmAt: number | null;
}

export interface PolicyRecord {
  readonly resource: string;
  readonly name: string;
  readonly arn: string;
  readonly createdAt: number;
  type: "TargetTrackingScaling" | "StepScaling";
  configuration: JsonObject;
  readonly alarms: { AlarmName: string; AlarmARN: string }[];
}

export interface ScheduledActionRecord {
  readonly resource: string;
  readonly name: string;
  readonly arn: string;
  readonly createdAt: number;
  readonly schedule: string;
  /** IANA name; UTC where it names none. */
  readonly timezone?: string | null;
  readonly min: number | null;
  readonly max: number | null;
  readonly startTime?: number | null;
  readonly endTime?: number | null;
  /** When, by the clock, it is carried out next; null where it never comes again. */
  nextAt?: number | null;
}

export interface ActivityRecord {
  readonly id: string;
  readonly resource: string;
  readonly description: string;
  readonly cause: string;
  readonly startedAt: number;
  endedAt?: number;
  code: "InProgress" | "Successful" | "Overridden" | "Failed";
  message: string;
}

export interface AutoscalerState {
  targets: ScalableTargetRecord[];
  policies: PolicyRecord[];
  scheduledActions: ScheduledActionRecord[];
  /** Newest first, six weeks on AWS; here the newest hundred. */
  activities: ActivityRecord[];
}

/** Application Auto Scaling: it moves desired counts by itself. */
export interface Autoscaler {
  readonly state: AutoscalerState;
  readonly scheduled: ScheduledActions;
  /** Moves the count into the bounds at once when it is outside of them. */
  readonly boundsChanged: (target: ScalableTargetRecord) => void;
  readonly serviceOf: (resource: string) => ServiceRecord | undefined;
  /** A move of the autoscaler, with the activity it leaves behind. */
  readonly move: (target: ScalableTargetRecord, count: number, cause: string) => void;
}

/** The alarms of target tracking: 3 minutes above the target, 15 minutes well below it. */
const highAlarmAfter = 3 * 60 * 1000;
const lowAlarmAfter = 15 * 60 * 1000;
const fightsBackAfter = 60 * 1000;
const kept = 100;

export const resourceOf = (service: ServiceRecord) => `service/${service.cluster}/${service.name}`;

export function startAutoscaler(world: World, scheduler: Scheduler): Autoscaler {
  const { time, random } = world;
  const state = world.part<AutoscalerState>("application-autoscaling", () => ({
    targets: [],
    policies: [],
    scheduledActions: [],
    activities: [],
  }));
  /** Set while the autoscaler itself changes a count, so that it does not react to its own doing. */
  let moving = false;

  const targetOf = (resource: string) => state.targets.find((one) => one.resource === resource);
  const serviceOf = (resource: string) => ecsState(world).services.find((one) => resourceOf(one) === resource);
  const policyOf = (resource: string) => state.policies.find((one) => one.resource === resource);

  function move(target: ScalableTargetRecord, count: number, cause: string): void {
    const service = serviceOf(target.resource);
    if (!service || service.desiredCount === count) return;
    for (const activity of state.activities) {
      if (activity.resource !== target.resource || activity.code !== "InProgress") continue;
      activity.code = "Overridden";
      activity.endedAt = time.now();
    }
    state.activities.unshift({
      id: [random.hex(8), random.hex(4), random.hex(4), random.hex(4), random.hex(12)].join("-"),
      resource: target.resource,
      description: `Setting desired count to ${count}.`,
      cause,
      startedAt: time.now(),
      code: "InProgress",
      message: `Successfully set desired count to ${count}. Waiting for change to be fulfilled by ecs.`,
    });
    state.activities.length = Math.min(state.activities.length, kept);
    moving = true;
    scheduler.setDesiredCount(service, count);
    moving = false;
  }

  scheduler.onSteady((service) => {
    for (const activity of state.activities) {
      if (activity.resource !== resourceOf(service) || activity.code !== "InProgress") continue;
      activity.code = "Successful";
      activity.endedAt = time.now();
      activity.message = `Successfully set desired count to ${service.desiredCount}. Change successfully fulfilled by ecs.`;
    }
    const target = targetOf(resourceOf(service));
    if (target) watch(target);
  });

  scheduler.onDesiredCount((service, before) => {
    const target = targetOf(resourceOf(service));
    if (!target || moving) return;
    if (world.faultOn("autoscaler-fights", service.name)) {
      time.after(fightsBackAfter, "autoscaler.fight", `${target.resource} ${before} ${service.desiredCount}`);
    }
    watch(target);
  });

  time.on("autoscaler.fight", (subject) => {
    const [resource = "", before, since] = subject.split(" ");
    const target = targetOf(resource);
    const service = serviceOf(resource);
    if (!target || !service || String(service.desiredCount) !== since) return;
    const out = Number(before) > service.desiredCount;
    if (out ? target.suspended.scaleOut : target.suspended.scaleIn) return;
    move(target, Number(before), alarmCause(resource, out));
  });

  /** The load here never changes; an alarm fires only because the count is out of bounds. */
  function watch(target: ScalableTargetRecord): void {
    const service = serviceOf(target.resource);
    if (!service || !policyOf(target.resource)) return;
    const below = service.desiredCount < target.min;
    if (!below && service.desiredCount <= target.max) {
      target.alarmAt = null;
      return;
    }
    target.alarmAt = time.after(below ? highAlarmAfter : lowAlarmAfter, "autoscaler.alarm", target.resource);
  }

  time.on("autoscaler.alarm", (resource) => {
    const target = targetOf(resource);
    const service = serviceOf(resource);
    if (!target || !service || target.alarmAt !== time.elapsed()) return;
    target.alarmAt = null;
    const { min, max, suspended } = target;
    // Scale-in is off while a deployment runs; the alarm is looked at again when the service is steady.
    const deploying = service.deployments[0]?.rolloutState === "IN_PROGRESS";
    if (service.desiredCount < min && !suspended.scaleOut) move(target, min, alarmCause(resource, true));
    else if (service.desiredCount > max && !suspended.scaleIn && !deploying)
      move(target, max, alarmCause(resource, false));
  });

  function alarmCause(resource: string, high: boolean): string {
    const policy = policyOf(resource);
    const alarm = policy?.alarms.find(({ AlarmName }) => AlarmName.includes(high ? "AlarmHigh" : "AlarmLow"));
    const name = alarm?.AlarmName ?? `TargetTracking-${resource}-${high ? "AlarmHigh" : "AlarmLow"}`;
    return `monitor alarm ${name} in state ALARM triggered policy ${policy?.name ?? "target-tracking"}`;
  }

  function boundsChanged(target: ScalableTargetRecord): void {
    const count = serviceOf(target.resource)?.desiredCount;
    if (count === undefined) return;
    if (count < target.min) move(target, target.min, `minimum capacity was set to ${target.min}`);
    else if (count > target.max) move(target, target.max, `maximum capacity was set to ${target.max}`);
    else watch(target);
  }

  return { state, move, serviceOf, boundsChanged, scheduled: startScheduledActions(world, state, boundsChanged) };
}
