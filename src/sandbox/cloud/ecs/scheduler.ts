import type { LoadBalancer } from "../load-balancer.ts";
import type { World } from "../world.ts";
import { bluePhase, groupsFor, shiftTo } from "./blue-green.ts";
import { bakeLeft } from "./deployment-alarms.ts";
import { completeDeployment, countFailure, onRollbackRequested, openServiceDeployment } from "./deployments.ts";
import { addEvent, addTrouble, steadyText, taskList } from "./events.ts";
import {
  type DeploymentRecord,
  ecsState,
  isLive,
  isPending,
  isRunning,
  primaryOf,
  type ServiceDeploymentRecord,
  type ServiceRecord,
  type TaskRecord,
  tasksOf,
} from "./state.ts";
import type { TaskLife } from "./task-life.ts";
import { hasTaskSets, lookAtTaskSets } from "./task-sets.ts";

/** Tasks started or stopped in one pass; the rest follows in the next. */
const perPass = 25;
const betweenPasses = 3000;
/** Steady services say so again every six hours (developer guide, service event messages). */
const steadyAgain = 6 * 60 * 60 * 1000;
/** Starts after the third round of failures wait twice as long each time, up to 15 minutes. */
const longestBackoff = 15 * 60 * 1000;
const consistentlyFailing = 3;

export interface Scheduler {
  /** The service has changed: look at it after so many cloud milliseconds. */
  readonly nudge: (service: ServiceRecord, milliseconds: number) => void;
  /** How soon the scheduler notices a call of the API. */
  readonly nudgeSoon: (service: ServiceRecord) => void;
  readonly setDesiredCount: (service: ServiceRecord, count: number) => void;
  /** Told whenever a desired count has been changed, with what it was. */
  readonly onDesiredCount: (listener: (service: ServiceRecord, before: number) => void) => void;
  /** Told when a service has become steady. */
  readonly onSteady: (listener: (service: ServiceRecord) => void) => void;
  /** Told when a service deployment begins to be carried out. */
  readonly onBegin: (listener: (service: ServiceRecord, begun: ServiceDeploymentRecord) => void) => void;
}

export function startScheduler(world: World, tasks: TaskLife, loadBalancer: LoadBalancer): Scheduler {
  const { time, random } = world;
  const state = ecsState(world);
  const countListeners: ((service: ServiceRecord, before: number) => void)[] = [];
  const steadyListeners: ((service: ServiceRecord) => void)[] = [];
  const beginListeners: ((service: ServiceRecord, begun: ServiceDeploymentRecord) => void)[] = [];
  const byArn = (arn: string) => state.services.find((service) => service.arn === arn);

  function nudge(service: ServiceRecord, milliseconds: number): void {
    const at = time.elapsed() + milliseconds;
    if (service.nudgeAt !== null && service.nudgeAt <= at) return;
    service.nudgeAt = time.after(milliseconds, "service.look", service.arn);
  }

  time.on("service.look", (arn) => {
    const service = byArn(arn);
    if (!service || service.nudgeAt !== time.elapsed()) return;
    service.nudgeAt = null;
    if (service.status === "ACTIVE") look(service);
  });

  time.on("service.steady-again", (subject) => {
    const [arn = "", since] = subject.split(" ");
    const service = byArn(arn);
    const last = service?.events.find((event) => event.message.endsWith(steadyText));
    if (!service?.steady || String(last?.createdAt) !== since) return;
    sayIsSteady(service);
  });

  onRollbackRequested(world, (service) => nudge(service, 1000));

  tasks.onEvent((task, happened) => {
    const service = state.services.find((one) => one.name === task.service && one.cluster === task.cluster);
    if (!service) return;
    const deployment = service.deployments.find((one) => one.id === task.startedBy);
    if (happened === "healthy") {
      service.backoff = { rounds: 0, since: 0, nextStartAt: 0 };
      if (deployment && service.circuitBreaker.resetOnHealthyTask) deployment.failedTasks = 0;
    }
    if (happened === "failed") noteFailure(service, deployment, task);
    if (happened !== "stopped" && happened !== "healthy") service.steady &&= happened === "running";
    nudge(service, happened === "stopped" ? 500 : 1500);
  });

  function noteFailure(service: ServiceRecord, deployment: DeploymentRecord | undefined, task: TaskRecord): void {
    if (task.stopCode === "TaskFailedToStart") {
      addTrouble(world, service, `was unable to place a task. Reason: ${task.stoppedReason}.`);
    }
    const slow = task.stopCode === "TaskFailedToStart";
    holdBack(service, slow ? 30_000 : 8000, task.createdAt);
    if (deployment) countFailure(world, service, deployment);
  }

  /** Failures of tasks that were started together are one round. */
  function holdBack(service: ServiceRecord, wait: number, startedAt: number): void {
    const { backoff } = service;
    if (backoff.rounds > 0 && startedAt < backoff.since) return;
    const rounds = backoff.rounds + 1;
    const delay = Math.min(longestBackoff, wait * 2 ** Math.max(0, rounds - consistentlyFailing));
    service.backoff = { rounds, since: time.now(), nextStartAt: time.elapsed() + delay };
    if (rounds >= consistentlyFailing) addTrouble(world, service, inconsistent);
  }

  function look(service: ServiceRecord): void {
    if (hasTaskSets(service)) {
      lookAtTaskSets(world, tasks, service);
      return;
    }
    const primary = primaryOf(service);
    const record = openServiceDeployment(world, service);
    if (record?.status === "PENDING") {
      record.status = "IN_PROGRESS";
      record.startedAt = time.now();
      record.updatedAt = time.now();
      for (const listener of beginListeners) listener(service, record);
    }
    const all = tasksOf(world, service);
    const live = all.filter(isLive);
    const mine = live.filter((task) => task.startedBy === primary.id);
    const old = live.filter((task) => task.startedBy !== primary.id);
    const ceiling = Math.floor((service.desiredCount * service.maximumPercent) / 100);
    const floor = Math.ceil((service.desiredCount * service.minimumHealthyPercent) / 100);
    const missing = primary.rolloutState === "FAILED" ? 0 : service.desiredCount - mine.length;
    const room = Math.max(0, ceiling - live.length);

    if (missing > 0 && room > 0) start(service, primary, Math.min(missing, room));
    else if (missing < 0) stopSome(service, mine, -missing, primary);
    if (service.strategy === "BLUE_GREEN" && record?.rollback) shiftTo(loadBalancer, service, primary);
    const blue =
      service.strategy === "BLUE_GREEN" && record?.status === "IN_PROGRESS"
        ? bluePhase(world, loadBalancer, service, record, primary, mine)
        : null;
    if (blue !== null && blue > 0) nudge(service, blue);
    // Blue stays whole until green has taken over and has baked.
    if (blue !== null) return;
    if (old.length > 0) stopOld(service, primary, mine, old, missing > room ? floor : service.desiredCount);
    leaveOld(service, primary);
    // Whoever has just been started or stopped has to be seen running or gone first.
    if (live.length === tasksOf(world, service).filter(isLive).length) settle(service, primary);
  }

  function start(service: ServiceRecord, primary: DeploymentRecord, wanted: number): void {
    service.steady = false;
    const wait = service.backoff.nextStartAt - time.elapsed();
    if (wait > 0) {
      nudge(service, wait);
      return;
    }
    if (world.faultOn("no-capacity", service.name)) {
      addTrouble(world, service, `was unable to place a task. Reason: ${noCapacity}`);
      holdBack(service, 30_000, time.now());
      countFailure(world, service, primary);
      nudge(service, Math.max(1000, service.backoff.nextStartAt - time.elapsed()));
      return;
    }
    const count = Math.min(wanted, perPass);
    const started = Array.from({ length: count }, () =>
      tasks.start({
        cluster: service.cluster,
        service,
        taskDefinition: primary.taskDefinition,
        startedBy: primary.id,
        group: `service:${service.name}`,
        ...(service.strategy === "BLUE_GREEN" ? { groups: groupsFor(service, primary) } : {}),
      }),
    );
    const replaced = Math.min(service.unhealthyToReplace, count);
    service.unhealthyToReplace -= replaced;
    const suffix = replaced > 0 ? ` Amazon ECS replaced ${replaced} tasks due to an unhealthy status.` : "";
    addEvent(world, service, `has started ${count} tasks: ${taskList(started)}.${suffix}`);
    if (wanted > count) nudge(service, betweenPasses);
  }

  /** Not yet running ones first, then from the zone that has most, the oldest first. */
  function stopSome(service: ServiceRecord, from: readonly TaskRecord[], count: number, by: DeploymentRecord): void {
    service.steady = false;
    const left = [...from];
    const chosen: TaskRecord[] = [];
    const inZone = new Map<string, number>();
    for (const { zone } of left) inZone.set(zone, (inZone.get(zone) ?? 0) + 1);
    const crowd = (task: TaskRecord) => inZone.get(task.zone) ?? 0;
    for (let index = 0; index < Math.min(count, perPass) && left.length > 0; index += 1) {
      const next = left.reduce((best, task) => {
        if (isPending(task) !== isPending(best)) return isPending(task) ? task : best;
        return crowd(task) > crowd(best) ? task : best;
      });
      inZone.set(next.zone, crowd(next) - 1);
      left.splice(left.indexOf(next), 1);
      chosen.push(next);
    }
    const pending = chosen.filter(isPending);
    const running = chosen.filter((task) => !isPending(task));
    if (pending.length > 0) addEvent(world, service, `stopped ${pending.length} pending tasks.`);
    if (running.length > 0) {
      addEvent(world, service, `has stopped ${running.length} running tasks: ${taskList(running)}.`);
    }
    for (const task of chosen) {
      tasks.stop(task, {
        code: "ServiceSchedulerInitiated",
        reason: `Scaling activity initiated by (deployment ${by.id})`,
      });
    }
    if (count > chosen.length) nudge(service, betweenPasses);
  }

  /** Tasks of replaced deployments go as healthy new ones come, and never below what must stay healthy. */
  function stopOld(
    service: ServiceRecord,
    primary: DeploymentRecord,
    mine: readonly TaskRecord[],
    old: readonly TaskRecord[],
    mustStay: number,
  ): void {
    const useless = old.filter((task) => !task.healthy);
    const serving = old.length - useless.length + mine.filter((task) => task.healthy).length;
    const count = Math.min(old.length, useless.length + Math.max(0, serving - mustStay));
    const candidates = [...useless, ...old.filter((task) => task.healthy)].slice(0, count);
    if (candidates.length > 0) stopSome(service, candidates, candidates.length, primary);
  }

  function leaveOld(service: ServiceRecord, primary: DeploymentRecord): void {
    for (const deployment of service.deployments) {
      if (deployment === primary) continue;
      deployment.desiredCount = tasksOf(world, service, deployment).filter(isLive).length;
    }
    service.deployments = service.deployments.filter((deployment) => {
      if (deployment === primary) return true;
      return tasksOf(world, service, deployment).some((task) => task.lastStatus !== "STOPPED");
    });
  }

  function settle(service: ServiceRecord, primary: DeploymentRecord): void {
    const live = tasksOf(world, service).filter(isLive);
    const healthy = live.filter((task) => task.healthy && task.startedBy === primary.id && isRunning(task));
    const settled = live.length === service.desiredCount && healthy.length === service.desiredCount;
    if (!settled || service.deployments.length > 1 || service.steady) return;
    const baking = primary.rolloutState === "IN_PROGRESS" ? bakeLeft(world, service) : 0;
    if (baking > 0) {
      nudge(service, baking);
      return;
    }
    if (primary.rolloutState === "IN_PROGRESS") completeDeployment(world, service);
    service.steady = true;
    service.unhealthyToReplace = 0;
    sayIsSteady(service);
    for (const listener of steadyListeners) listener(service);
  }

  function sayIsSteady(service: ServiceRecord): void {
    addEvent(world, service, steadyText);
    time.after(steadyAgain, "service.steady-again", `${service.arn} ${service.events[0]?.createdAt}`);
  }

  const nudgeSoon = (service: ServiceRecord) => nudge(service, random.between(2000, 5000));

  return {
    nudge,
    nudgeSoon,
    setDesiredCount: (service, count) => {
      const before = service.desiredCount;
      const primary = service.deployments.find(({ status }) => status === "PRIMARY");
      service.desiredCount = count;
      if (primary) primary.desiredCount = count;
      if (before !== count) {
        if (primary) primary.updatedAt = time.now();
        service.steady = false;
      }
      nudgeSoon(service);
      if (before !== count) for (const listener of countListeners) listener(service, before);
    },
    onDesiredCount: (listener) => void countListeners.push(listener),
    onSteady: (listener) => void steadyListeners.push(listener),
    onBegin: (listener) => void beginListeners.push(listener),
  };
}

const inconsistent =
  "is unable to consistently start tasks successfully. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.";
const noCapacity =
  "Capacity is unavailable at this time. Please try again later or in a different availability zone. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.";
