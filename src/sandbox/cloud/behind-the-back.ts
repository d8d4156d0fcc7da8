import type { Cloud } from "./api.ts";
import { resourceOf } from "./autoscaler.ts";
import { useBlueGreen } from "./ecs/blue-green.ts";
import { beginDeployment } from "./ecs/deployments.ts";
import { pushImage } from "./ecs/images.ts";
import { ecsState, findTaskDefinition, isRunning, type ServiceRecord, type TaskRecord, tasksOf } from "./ecs/state.ts";
import { handOver } from "./ecs/task-sets.ts";
import { forwardTo } from "./listener-rules.ts";
import type { InstanceRecord } from "./rds/state.ts";
import type { Role } from "./sts.ts";
import type { ForeignEvent } from "./trail.ts";

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
        | "alarms"
        | "healthCheckGracePeriodSeconds"
        | "schedulingStrategy"
      >
    >,
  ) => void;
  /** The container of that many running tasks ends. */
  readonly crashTasks: (service: string, count: number, exitCode?: number) => void;
  /** That many running tasks begin to fail the load balancer's health check. */
  readonly makeUnhealthy: (service: string, count: number) => void;
  /** From now on its deployments are made from outside: what runs is its primary task set. */
  readonly handOver: (service: string, controller: "CODE_DEPLOY" | "EXTERNAL") => void;
  /** From now on ECS deploys it blue/green: it gets an alternate target group and a listener's rule between both. */
  readonly useBlueGreen: (service: string, bakeTimeInMinutes: number) => void;
  /** It stays there to be described, as INACTIVE. */
  readonly deleteService: (service: string) => void;
  readonly deregisterTaskDefinition: (name: string) => void;
  /** Builds an image anew and pushes it under the name it had. */
  readonly pushImage: (image: string) => void;
  readonly setBounds: (service: string, min: number, max: number) => void;
  readonly removeScalableTarget: (service: string) => void;
  readonly addScheduledAction: (
    service: string,
    action: {
      readonly name: string;
      readonly schedule: string;
      readonly timezone?: string;
      readonly min?: number;
      readonly max?: number;
    },
  ) => void;
  /** Lets a rule of HTTPS 443, the default one for null, forward to groups by their names; what is not there is made, a rule for `host`. */
  readonly forwardRule: (priority: number | null, weights: Readonly<Record<string, number>>, host?: string) => void;
  /** A database's server is other than it was, such as `{ instanceClass: "db.m6g.4xlarge" }`; what takes time is skipped. */
  readonly changeInstance: (
    id: string,
    change: Partial<Pick<InstanceRecord, "instanceClass" | "allocatedStorage" | "pending" | "status" | "multiAz">>,
  ) => void;
  /** Takes a rule of HTTPS 443 away. */
  readonly removeRule: (priority: number) => void;
  /** Somebody does something with credentials of the account; CloudTrail tells of it about five minutes later. */
  readonly happened: (event: ForeignEvent) => void;
  /** Gives a role a trust policy and policies of its own. */
  readonly setRole: (role: Role) => void;
  /** Every session of a role expires at once. */
  readonly endSessions: (role: string) => void;
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

  const https = () => loadBalancer.listeners().find(({ port }) => port === 443)?.arn ?? "";
  const ruleAt = (priority: number | null) =>
    loadBalancer.rules().find((one) => one.listenerArn === https() && one.priority === priority);

  function groupNamed(name: string): string {
    const [some] = loadBalancer.groups();
    const found = loadBalancer.groups().find((one) => one.name === name);
    if (found || !some) return found?.arn ?? "";
    const arn = world.arn("elasticloadbalancing", `targetgroup/${name}/${"4".repeat(16)}`);
    loadBalancer.addGroup({ ...some, arn, name });
    return arn;
  }

  /** Time first catches up, so that the change happens now and not before what was already due. */
  function change(work: () => void): void {
    settle();
    work();
    settle();
  }

  return {
    happened: cloud.trail.happened,
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
    handOver: (service, controller) => change(() => handOver(world, need(service), controller)),
    useBlueGreen: (service, bakeTimeInMinutes) => change(() => useBlueGreen(cloud, need(service), bakeTimeInMinutes)),
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
    pushImage: (image) => change(() => pushImage(world, image)),
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
    addScheduledAction: (service, { name, schedule, timezone, min, max }) =>
      change(() => {
        autoscaler.scheduled.put({
          resource: resourceOf(need(service)),
          name,
          schedule,
          timezone: timezone ?? null,
          min: min ?? null,
          max: max ?? null,
          startTime: null,
          endTime: null,
        });
      }),
    forwardRule: (priority, weights, host = "www.waooaw.example") =>
      change(() => {
        const to = Object.entries(weights).map(([name, weight]) => ({ targetGroupArn: groupNamed(name), weight }));
        const actions = [forwardTo(to)];
        const known = ruleAt(priority);
        if (known) Object.assign(known, { actions });
        else {
          const arn = `${https().replace(":listener/", ":listener-rule/")}/${String(priority).padStart(16, "0")}`;
          const conditions = [{ Field: "host-header", HostHeaderConfig: { Values: [host] } }];
          loadBalancer.addRule({ arn, listenerArn: https(), priority, conditions, actions, tags: [] });
        }
      }),
    changeInstance: (id, to) =>
      change(() => {
        const instance = cloud.databases.instance(id);
        if (!instance) throw new Error(`There is no instance ${id}`);
        Object.assign(instance, to);
      }),
    removeRule: (priority) => change(() => loadBalancer.removeRule(ruleAt(priority)?.arn ?? "")),
    setRole: cloud.sessions.setRole,
    endSessions: cloud.sessions.end,
    autoscale: (service, count) =>
      change(() => {
        const target = targetOf(service);
        const high = count > need(service).desiredCount;
        const alarm = `TargetTracking-${target.resource}-${high ? "AlarmHigh" : "AlarmLow"}`;
        autoscaler.move(target, count, `monitor alarm ${alarm} in state ALARM triggered policy cpu-60`);
      }),
  };
}
