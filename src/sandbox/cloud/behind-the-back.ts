import type { Cloud } from "./api.ts";
import { resourceOf } from "./autoscaler.ts";
import { beginDeployment } from "./ecs/deployments.ts";
import { ecsState, findTaskDefinition, isRunning, type ServiceRecord, type TaskRecord, tasksOf } from "./ecs/state.ts";

/** What somebody else does to the account while nobody looks: no call is logged, no bucket is touched. */
export interface BehindTheBack {
  readonly setDesiredCount: (service: string, count: number) => void;
  readonly deploy: (service: string, taskDefinition: string) => void;
  /** Changes deployment settings, such as `{ minimumHealthyPercent: 50, maximumPercent: 100 }`. */
  readonly configure: (
    service: string,
    change: Partial<
      Pick<
        ServiceRecord,
        | "minimumHealthyPercent"
        | "maximumPercent"
        | "circuitBreaker"
        | "healthCheckGracePeriodSeconds"
        | "schedulingStrategy"
      >
    >,
  ) => void;
  /** The container of that many running tasks ends. */
  readonly crashTasks: (service: string, count: number, exitCode?: number) => void;
  /** That many running tasks begin to fail the load balancer's health check. */
  readonly makeUnhealthy: (service: string, count: number) => void;
  /** It stays there to be described, as INACTIVE. */
  readonly deleteService: (service: string) => void;
  readonly deregisterTaskDefinition: (name: string) => void;
  readonly setBounds: (service: string, min: number, max: number) => void;
  readonly removeScalableTarget: (service: string) => void;
  /** Listed by DescribeScheduledActions; it is never carried out. */
  readonly addScheduledAction: (
    service: string,
    action: { readonly name: string; readonly schedule: string; readonly min?: number; readonly max?: number },
  ) => void;
  /** The autoscaler moves the count, as after an alarm. */
  readonly autoscale: (service: string, count: number) => void;
}

export function behindTheBack(cloud: Cloud, settle: () => void): BehindTheBack {
  const { world, scheduler, tasks, loadBalancer, autoscaler } = cloud;
  const state = ecsState(world);

  function need(name: string): ServiceRecord {
    const service = state.services.find((one) => one.name === name || one.arn === name);
    if (!service) throw new Error(`There is no service ${name}`);
    return service;
  }

  function targetOf(name: string) {
    const target = autoscaler.state.targets.find((one) => one.resource === resourceOf(need(name)));
    if (!target) throw new Error(`${name} has no scalable target`);
    return target;
  }

  function running(name: string, count: number): readonly TaskRecord[] {
    const found = tasksOf(world, need(name)).filter(isRunning).slice(0, count);
    if (found.length < count) throw new Error(`${name} has only ${found.length} running tasks`);
    return found;
  }

  /** Time first catches up, so that the change happens now and not before what was already due. */
  function change(work: () => void): void {
    settle();
    work();
    settle();
  }

  return {
    setDesiredCount: (service, count) => change(() => scheduler.setDesiredCount(need(service), count)),
    deploy: (service, name) =>
      change(() => {
        const definition = findTaskDefinition(world, name);
        if (!definition) throw new Error(`There is no task definition ${name}`);
        beginDeployment(world, need(service), definition.arn);
        scheduler.nudgeSoon(need(service));
      }),
    configure: (service, settings) => change(() => void Object.assign(need(service), settings)),
    crashTasks: (service, count, exitCode = 137) =>
      change(() => {
        for (const task of running(service, count)) tasks.crash(task, exitCode);
      }),
    makeUnhealthy: (service, count) =>
      change(() => {
        for (const task of running(service, count)) {
          for (const { targetGroupArn } of need(service).loadBalancers) {
            loadBalancer.setFailing(targetGroupArn, task.address, true);
          }
        }
      }),
    deleteService: (name) =>
      change(() => {
        const service = need(name);
        service.desiredCount = 0;
        service.status = "INACTIVE";
        for (const task of tasksOf(world, service)) {
          tasks.stop(task, { code: "ServiceSchedulerInitiated", reason: "Service deleted" });
        }
      }),
    deregisterTaskDefinition: (name) =>
      change(() => {
        const definition = findTaskDefinition(world, name);
        if (!definition) throw new Error(`There is no task definition ${name}`);
        definition.status = "INACTIVE";
        definition.deregisteredAt = world.time.now();
      }),
    setBounds: (service, min, max) =>
      change(() => {
        const target = targetOf(service);
        target.min = min;
        target.max = max;
        autoscaler.boundsChanged(target);
      }),
    removeScalableTarget: (service) =>
      change(() => {
        const target = targetOf(service);
        autoscaler.state.targets.splice(autoscaler.state.targets.indexOf(target), 1);
      }),
    addScheduledAction: (service, { name, schedule, min, max }) =>
      change(() => {
        const resource = resourceOf(need(service));
        autoscaler.state.scheduledActions.push({
          resource,
          name,
          arn: world.arn(
            "autoscaling",
            `scheduledAction:${world.random.hex(32)}:resource/ecs/${resource}:scheduledActionName/${name}`,
          ),
          createdAt: world.time.now(),
          schedule,
          min: min ?? null,
          max: max ?? null,
        });
      }),
    autoscale: (service, count) =>
      change(() => {
        const target = targetOf(service);
        const high = count > need(service).desiredCount;
        const alarm = `TargetTracking-${target.resource}-${high ? "AlarmHigh" : "AlarmLow"}`;
        autoscaler.move(target, count, `monitor alarm ${alarm} in state ALARM triggered policy cpu-60`);
      }),
  };
}
