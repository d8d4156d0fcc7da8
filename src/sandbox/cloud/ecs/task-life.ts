import type { LoadBalancer } from "../load-balancer.ts";
import type { World } from "../world.ts";
import { addCounted, addEvent } from "./events.ts";
import { digestsOf } from "./images.ts";
import {
  ecsState,
  findTaskDefinition,
  type LastStatus,
  lastPart,
  type ServiceRecord,
  type TaskRecord,
} from "./state.ts";

/** Seconds a Fargate task spends in each state, from `low` to `high`: 30 to 45 s in all until it runs. */
const seconds = {
  provisioning: [10, 15],
  pulling: [16, 22],
  failingPull: [65, 80],
  activating: [2, 4],
  crashing: [4, 8],
  terminating: [2, 6],
  deprovisioning: [8, 12],
  /** A task run by hand does its work and ends. */
  working: [20, 40],
  containerHealth: [10, 15],
  failingContainerHealth: [35, 45],
} as const;
/** A task without any health check counts as healthy so long after it began to run (developer guide, circuit breaker). */
const healthyUnchecked = 40;
/** "at least one hour after they stop" (API reference, DescribeTasks). */
const stoppedKept = 60 * 60;

export interface Stop {
  readonly code: string;
  readonly reason: string;
  readonly exitCode?: number;
  readonly containerReason?: string;
}

export interface TaskLife {
  readonly start: (from: {
    readonly cluster: string;
    readonly service: ServiceRecord | null;
    readonly taskDefinition: string;
    readonly startedBy: string | null;
    readonly group: string;
    /** Milliseconds since it was created; none for a new one. */
    readonly age?: number;
    readonly overrides?: TaskRecord["overrides"];
    readonly clientToken?: string | undefined;
    /** Where it is registered, where those are not the service's own groups. */
    readonly groups?: ServiceRecord["loadBalancers"];
  }) => TaskRecord;
  readonly stop: (task: TaskRecord, stop: Stop) => void;
  /** A task that has been running for long: for the beginning of the world. */
  readonly place: (service: ServiceRecord, startedBy: string, age: number) => TaskRecord;
  /** The container ends by itself, which for a service is a failure whatever the exit code. */
  readonly crash: (task: TaskRecord, exitCode: number, containerReason?: string) => void;
  readonly onEvent: (listener: (task: TaskRecord, happened: TaskHappening) => void) => void;
}

/** `failed`: could not start, crashed or was unhealthy; `stopping`: told to stop for any reason. */
export type TaskHappening = "running" | "healthy" | "failed" | "stopping" | "stopped";

export function startTaskLife(world: World, loadBalancer: LoadBalancer): TaskLife {
  const { time, random } = world;
  const state = ecsState(world);
  const listeners: ((task: TaskRecord, happened: TaskHappening) => void)[] = [];
  const zones = ["a", "b", "c"].map((letter) => `${world.region}${letter}`);

  const serviceOf = (task: TaskRecord) =>
    state.services.find((service) => service.name === task.service && service.cluster === task.cluster);
  const groupsOf = (task: TaskRecord) => task.groups ?? serviceOf(task)?.loadBalancers ?? [];
  const faultOn = (name: string, task: TaskRecord) =>
    world.faultOn(name, task.service ?? "", lastPart(task.taskDefinition));
  const tell = (task: TaskRecord, happened: TaskHappening) => {
    for (const listener of listeners) listener(task, happened);
  };

  function enter(task: TaskRecord, status: LastStatus): void {
    task.lastStatus = status;
    task.version += 1;
  }

  function later(task: TaskRecord, [low, high]: readonly [number, number], step: string): void {
    time.after(random.between(low, high) * 1000, `task.${step}`, `${task.id} ${task.version}`);
  }

  /** Steps of a task that has moved on in the meantime do nothing. */
  function on(step: string, work: (task: TaskRecord) => void): void {
    time.on(`task.${step}`, (subject) => {
      const [id, version] = subject.split(" ");
      const task = state.tasks.find((one) => one.id === id);
      if (task && String(task.version) === version) work(task);
    });
  }

  function make(from: Parameters<TaskLife["start"]>[0]): TaskRecord {
    const id = random.hex(32);
    const used = zones.map(
      (zone) =>
        state.tasks.filter(
          (one) => one.service === from.service?.name && one.zone === zone && one.desiredStatus === "RUNNING",
        ).length,
    );
    const emptiest = used.indexOf(Math.min(...used));
    const task: TaskRecord = {
      id,
      arn: world.arn("ecs", `task/${from.cluster}/${id}`),
      cluster: from.cluster,
      service: from.service?.name ?? null,
      startedBy: from.startedBy,
      group: from.group,
      taskDefinition: from.taskDefinition,
      zone: zones[emptiest] ?? `${world.region}a`,
      address: freeAddress(emptiest),
      attachment: [random.hex(8), random.hex(4), random.hex(4), random.hex(4), random.hex(12)].join("-"),
      createdAt: time.now() - (from.age ?? 0),
      lastStatus: "PROVISIONING",
      desiredStatus: "RUNNING",
      version: 1,
      healthy: false,
      digests: digestsFor(from),
      ...(from.overrides ? { overrides: from.overrides } : {}),
      ...(from.groups ? { groups: from.groups } : {}),
      ...(from.clientToken === undefined ? {} : { clientToken: from.clientToken }),
    };
    state.tasks.push(task);
    return task;
  }

  /** A service runs what its tags named when it was deployed; a task run by hand what they name now. */
  function digestsFor({ service, startedBy, taskDefinition }: Parameters<TaskLife["start"]>[0]) {
    const revision = service?.deployments.find((one) => one.id === startedBy)?.revision;
    return state.revisions.find((one) => one.arn === revision)?.digests ?? digestsOf(world, taskDefinition);
  }

  /** Each zone has its own quarter of the network. */
  function freeAddress(zone: number): string {
    const address = `10.0.${zone * 64 + Math.floor(random.between(0, 64))}.${Math.floor(random.between(4, 254))}`;
    const taken = state.tasks.some((one) => one.address === address && one.lastStatus !== "STOPPED");
    return taken ? freeAddress(zone) : address;
  }

  on("provisioned", (task) => {
    enter(task, "PENDING");
    task.pullStartedAt = time.now();
    const failing = faultOn("image-pull-fails", task);
    later(task, failing ? seconds.failingPull : seconds.pulling, failing ? "pull-failed" : "pulled");
  });

  on("pull-failed", (task) => {
    const body = findTaskDefinition(world, task.taskDefinition)?.body;
    const image = (body?.containerDefinitions as { image?: string }[] | undefined)?.[0]?.image ?? "";
    stop(task, {
      code: "TaskFailedToStart",
      reason: `CannotPullContainerError: pull image manifest has been retried 7 time(s): failed to resolve ref ${image}: ${image}: not found`,
    });
    tell(task, "failed");
  });

  on("pulled", (task) => {
    task.pullStoppedAt = time.now();
    enter(task, "ACTIVATING");
    const failing = faultOn("failing-health-check", task);
    for (const { targetGroupArn, containerPort } of groupsOf(task)) {
      loadBalancer.register(targetGroupArn, task.address, containerPort, task.zone, failing);
      const service = serviceOf(task);
      if (service)
        addCounted(world, service, (count) => `registered ${count} targets in (target-group ${targetGroupArn})`);
    }
    later(task, seconds.activating, "activated");
  });

  on("activated", (task) => {
    enter(task, "RUNNING");
    task.startedAt = time.now();
    tell(task, "running");
    if (faultOn("crash-on-start", task)) later(task, seconds.crashing, "crashed");
    else if (task.service === null) later(task, workingOf(task) ?? seconds.working, "finished");
    else if (hasContainerCheck(world, task)) {
      const failing = faultOn("failing-health-check", task) && groupsOf(task).length === 0;
      if (failing) later(task, seconds.failingContainerHealth, "container-unhealthy");
      else later(task, seconds.containerHealth, "container-healthy");
    } else if (groupsOf(task).length === 0) later(task, [healthyUnchecked, healthyUnchecked], "container-healthy");
    else becomeHealthyIfTargetsAre(task);
  });

  on("crashed", (task) => crash(task, 1));
  on("finished", (task) => crash(task, exitCodeOf(task)));

  on("container-healthy", (task) => becomeHealthyIfTargetsAre(task));

  on("container-unhealthy", (task) => {
    const service = serviceOf(task);
    if (service) addEvent(world, service, `(task ${task.id}) failed container health checks.`);
    unhealthy(task, "Task failed container health checks");
  });

  on("grace-over", (task) => {
    const sick = groupsOf(task).find(
      ({ targetGroupArn }) => loadBalancer.target(targetGroupArn, task.address)?.state === "unhealthy",
    );
    const service = serviceOf(task);
    if (!sick || !service) return;
    const group = `(target-group ${sick.targetGroupArn})`;
    addEvent(
      world,
      service,
      `(task ${task.id}) (port ${sick.containerPort}) is unhealthy in ${group} due to (reason Health checks failed with these codes: [503]).`,
    );
    unhealthy(task, `Task failed ELB health checks in ${group}`);
  });

  on("terminated", (task) => {
    task.executionStoppedAt = time.now();
    task.exitCode ??= 0;
    deprovision(task);
  });
  on("deprovisioned", (task) => {
    enter(task, "STOPPED");
    task.stoppedAt = time.now();
    tell(task, "stopped");
    later(task, [stoppedKept, stoppedKept], "forgotten");
  });
  on("forgotten", (task) => void state.tasks.splice(state.tasks.indexOf(task), 1));

  loadBalancer.onChange((target, change) => {
    const task = state.tasks.find((one) => one.address === target.address && one.lastStatus !== "STOPPED");
    if (!task) return;
    if (change === "drained" && task.lastStatus === "DEACTIVATING") terminate(task);
    if (change === "healthy" && task.lastStatus === "RUNNING") becomeHealthyIfTargetsAre(task);
    if (change === "unhealthy" && task.desiredStatus === "RUNNING") {
      const grace = serviceOf(task)?.healthCheckGracePeriodSeconds ?? 0;
      const waited = (time.now() - (task.startedAt ?? time.now())) / 1000;
      const left = Math.max(1, grace - waited);
      later(task, [left, left + 2], "grace-over");
    }
  });

  function becomeHealthyIfTargetsAre(task: TaskRecord): void {
    const well = groupsOf(task).every(
      ({ targetGroupArn }) => loadBalancer.target(targetGroupArn, task.address)?.state === "healthy",
    );
    if (!well || task.healthy || task.desiredStatus === "STOPPED") return;
    task.healthy = true;
    tell(task, "healthy");
  }

  function unhealthy(task: TaskRecord, reason: string): void {
    const service = serviceOf(task);
    if (service) {
      service.unhealthyToReplace += 1;
      addEvent(world, service, `has stopped 1 running tasks: (task ${task.id}).`);
    }
    stop(task, { code: "ServiceSchedulerInitiated", reason });
    tell(task, "failed");
  }

  function crash(task: TaskRecord, exitCode: number, containerReason?: string): void {
    task.executionStoppedAt = time.now();
    task.exitCode = exitCode;
    if (containerReason !== undefined) task.containerReason = containerReason;
    stop(task, { code: "EssentialContainerExited", reason: "Essential container in task exited" });
    tell(task, "failed");
  }

  function stop(task: TaskRecord, { code, reason }: Stop): void {
    if (task.desiredStatus === "STOPPED") return;
    const ran = task.lastStatus === "RUNNING";
    task.desiredStatus = "STOPPED";
    task.healthy = false;
    task.stopCode = code;
    task.stoppedReason = reason;
    task.stoppingAt = time.now();
    const draining = deregister(task);
    if (!ran) {
      task.executionStoppedAt ??= time.now();
      deprovision(task);
    } else if (task.executionStoppedAt !== undefined) {
      // Nothing is left to drain: the container is gone.
      deprovision(task);
    } else if (draining) {
      enter(task, "DEACTIVATING");
    } else terminate(task);
    tell(task, "stopping");
  }

  function deregister(task: TaskRecord): boolean {
    const service = serviceOf(task);
    let draining = false;
    for (const { targetGroupArn } of groupsOf(task)) {
      if (!loadBalancer.deregister(targetGroupArn, task.address)) continue;
      draining = true;
      if (!service) continue;
      addCounted(world, service, (count) => `deregistered ${count} targets in (target-group ${targetGroupArn})`);
      if (task.startedBy)
        addCounted(world, service, (count) => `has begun draining connections on ${count} tasks.`, task.startedBy);
    }
    return draining;
  }

  function terminate(task: TaskRecord): void {
    enter(task, "STOPPING");
    later(task, seconds.terminating, "terminated");
  }

  function deprovision(task: TaskRecord): void {
    enter(task, "DEPROVISIONING");
    later(task, seconds.deprovisioning, "deprovisioned");
  }

  return {
    start: (from) => {
      const task = make(from);
      later(task, seconds.provisioning, "provisioned");
      return task;
    },
    place: (service, startedBy, age) => {
      const task = make({
        cluster: service.cluster,
        service,
        taskDefinition: service.taskDefinition,
        startedBy,
        group: `service:${service.name}`,
        age,
      });
      enter(task, "RUNNING");
      task.startedAt = task.createdAt;
      task.pullStartedAt = task.createdAt;
      task.pullStoppedAt = task.createdAt;
      task.healthy = true;
      for (const { targetGroupArn, containerPort } of service.loadBalancers) {
        loadBalancer.place(targetGroupArn, task.address, containerPort, task.zone);
      }
      return task;
    },
    stop,
    crash,
    onEvent: (listener) => void listeners.push(listener),
  };
}

/** A command that says how it ends (`sh -c "… exit 3"`, `false`) ends so; every other one ends well. */
function exitCodeOf(task: TaskRecord): number {
  const command = (task.overrides?.[0]?.command ?? []).join(" ");
  return Number(/\bexit (\d{1,3})\b/.exec(command)?.[1] ?? (/^false\b/.test(command) ? 1 : 0));
}

/** `sleep 600` takes as long as it says. */
function workingOf(task: TaskRecord): readonly [number, number] | null {
  const slept = /\bsleep (\d+)\b/.exec((task.overrides?.[0]?.command ?? []).join(" "))?.[1];
  return slept === undefined ? null : [Number(slept), Number(slept)];
}

/** Whether its containers check their own health. */
export function hasContainerCheck(world: World, task: TaskRecord): boolean {
  const body = findTaskDefinition(world, task.taskDefinition)?.body;
  const containers = body?.containerDefinitions;
  return (
    Array.isArray(containers) &&
    containers.some((one) => one !== null && typeof one === "object" && "healthCheck" in one)
  );
}
