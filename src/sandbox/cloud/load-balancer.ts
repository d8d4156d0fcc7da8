import { forwardTo, type RuleAction, type RuleRecord, reachOf, weightsOf } from "./listener-rules.ts";
import type { World } from "./world.ts";

export interface TargetGroupRecord {
  readonly arn: string;
  readonly name: string;
  readonly loadBalancerArn: string;
  readonly port: number;
  readonly vpc: string;
  readonly healthCheckPath: string;
  readonly intervalSeconds: number;
  readonly timeoutSeconds: number;
  readonly healthyThreshold: number;
  readonly unhealthyThreshold: number;
  readonly deregistrationDelaySeconds: number;
}

export interface TargetRecord {
  readonly targetGroupArn: string;
  readonly address: string;
  readonly port: number;
  readonly zone: string;
  state: "initial" | "healthy" | "unhealthy" | "draining";
  /** Its health checks are answered with 503. */
  failing: boolean;
  /** When, in cloud milliseconds, its state changes next. */
  changesAt: number | null;
}

export type TargetChange = "healthy" | "unhealthy" | "drained";

export interface ListenerRecord {
  readonly arn: string;
  readonly loadBalancerArn: string;
  readonly protocol: "HTTP" | "HTTPS";
  readonly port: number;
}

interface LoadBalancerState {
  groups: TargetGroupRecord[];
  targets: TargetRecord[];
  listeners?: ListenerRecord[];
  rules?: RuleRecord[];
}

/** Target groups and the health of what is registered in them, through time. */
export interface LoadBalancer {
  readonly groups: () => readonly TargetGroupRecord[];
  readonly group: (arn: string) => TargetGroupRecord | undefined;
  readonly targets: (groupArn: string) => readonly TargetRecord[];
  readonly target: (groupArn: string, address: string) => TargetRecord | undefined;
  readonly addGroup: (group: TargetGroupRecord) => void;
  readonly register: (groupArn: string, address: string, port: number, zone: string, failing: boolean) => void;
  /** Puts a target there that has been healthy for long. */
  readonly place: (groupArn: string, address: string, port: number, zone: string) => void;
  /** Lets the health checks of a registered target fail from now on, or pass again. */
  readonly setFailing: (groupArn: string, address: string, failing: boolean) => void;
  /** Starts draining; false when it was not registered. */
  readonly deregister: (groupArn: string, address: string) => boolean;
  readonly listeners: () => readonly ListenerRecord[];
  /** Adds a listener with what it does where no rule holds. */
  readonly addListener: (listener: ListenerRecord, otherwise: RuleAction) => void;
  readonly rules: () => readonly RuleRecord[];
  readonly addRule: (rule: RuleRecord) => void;
  readonly removeRule: (ruleArn: string) => void;
  /** Whether a rule of any listener names the group: only then its targets are checked. */
  readonly isUsed: (groupArn: string) => boolean;
  /** The share of the requests of any of these groups that get there, from 0 to 1; all where there are no listeners. */
  readonly reach: (groupArns: readonly string[]) => number;
  /** Lets a rule send everything to one group. */
  readonly route: (ruleArn: string, groupArn: string) => void;
  readonly onChange: (listener: (target: TargetRecord, change: TargetChange) => void) => void;
}

export function startLoadBalancer(world: World): LoadBalancer {
  const state = world.part<LoadBalancerState>("elasticloadbalancing", () => ({ groups: [], targets: [] }));
  const listeners: ((target: TargetRecord, change: TargetChange) => void)[] = [];

  const group = (arn: string) => state.groups.find((one) => one.arn === arn);
  const target = (groupArn: string, address: string) =>
    state.targets.find((one) => one.targetGroupArn === groupArn && one.address === address);

  function change(record: TargetRecord, afterSeconds: number): void {
    const subject = JSON.stringify([record.targetGroupArn, record.address]);
    record.changesAt = world.time.after(afterSeconds * 1000, "load-balancer.target", subject);
  }

  /** Checks that agree, one an interval, until the threshold is met. */
  function check(record: TargetRecord): void {
    const rules = group(record.targetGroupArn);
    if (!rules) return;
    const checks = record.failing ? rules.unhealthyThreshold : rules.healthyThreshold;
    change(record, checks * rules.intervalSeconds * world.random.between(0.85, 1.05));
  }

  world.time.on("load-balancer.target", (subject) => {
    const [groupArn, address] = JSON.parse(subject) as [string, string];
    const record = target(groupArn, address);
    if (!record || record.changesAt !== world.time.elapsed()) return;
    record.changesAt = null;
    let happened: TargetChange = record.failing ? "unhealthy" : "healthy";
    if (record.state === "draining") {
      state.targets.splice(state.targets.indexOf(record), 1);
      happened = "drained";
    } else {
      record.state = record.failing ? "unhealthy" : "healthy";
    }
    for (const listener of listeners) listener(record, happened);
  });

  return {
    groups: () => state.groups,
    group,
    target,
    targets: (groupArn) => state.targets.filter((one) => one.targetGroupArn === groupArn),
    addGroup: (record) => void state.groups.push(record),
    register: (targetGroupArn, address, port, zone, failing) => {
      const record: TargetRecord = { targetGroupArn, address, port, zone, state: "initial", failing, changesAt: null };
      state.targets.push(record);
      check(record);
    },
    place: (targetGroupArn, address, port, zone) => {
      state.targets.push({ targetGroupArn, address, port, zone, state: "healthy", failing: false, changesAt: null });
    },
    setFailing: (groupArn, address, failing) => {
      const record = target(groupArn, address);
      if (!record || record.state === "draining") return;
      record.failing = failing;
      check(record);
    },
    deregister: (groupArn, address) => {
      const record = target(groupArn, address);
      if (!record || record.state === "draining") return false;
      record.state = "draining";
      change(record, group(groupArn)?.deregistrationDelaySeconds ?? 300);
      return true;
    },
    listeners: () => state.listeners ?? [],
    addListener: (listener, otherwise) => {
      state.listeners = [...(state.listeners ?? []), listener];
      const arn = `${listener.arn.replace(":listener/", ":listener-rule/")}/${defaultRule}`;
      const record = { arn, listenerArn: listener.arn, priority: null, conditions: [], actions: [otherwise], tags: [] };
      state.rules = [...(state.rules ?? []), record];
    },
    rules: () => state.rules ?? [],
    addRule: (rule) => {
      state.rules = [...(state.rules ?? []), rule];
    },
    removeRule: (ruleArn) => {
      state.rules = (state.rules ?? []).filter(({ arn }) => arn !== ruleArn);
    },
    isUsed: (groupArn) =>
      state.listeners === undefined ||
      (state.rules ?? []).some((rule) => weightsOf(rule).some((one) => one.targetGroupArn === groupArn)),
    reach: (groupArns) => {
      if (state.listeners === undefined) return 1;
      const shares = groupArns.map((arn) => reachOf(state.rules ?? [], arn));
      return Math.min(
        1,
        shares.reduce((sum, share) => sum + share, 0),
      );
    },
    route: (ruleArn, groupArn) => {
      for (const rule of state.rules ?? []) {
        if (rule.arn !== ruleArn) continue;
        const to = weightsOf(rule).map((one) => ({ ...one, weight: one.targetGroupArn === groupArn ? 100 : 0 }));
        rule.actions = [forwardTo(to)];
      }
    },
    onChange: (listener) => void listeners.push(listener),
  };
}

/** The last part of a default rule's name. */
const defaultRule = "d0d0d0d0d0d0d0d0";
