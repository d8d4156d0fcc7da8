import { ApplicationAutoScalingClient } from "@aws-sdk/client-application-auto-scaling";
import {
  DescribeServicesCommand,
  DescribeTasksCommand,
  ECSClient,
  ListTasksCommand,
  type Service,
  type Task,
} from "@aws-sdk/client-ecs";
import { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import { onTestFinished } from "vitest";
import { type SandboxClock, startClock } from "../../../src/sandbox/clock.ts";
import { type CloudOptions, type SandboxCloud, startCloud } from "../../../src/sandbox/cloud/cloud.ts";

export const cluster = "waooaw-production";
export const backend = { cluster, service: "waooaw-backend" };
/** Where every test begins; the wall stands still, only `advance` moves the clock. */
export const beginning = Date.parse("2026-11-02T09:00:00Z");

export interface CloudBench {
  readonly cloud: SandboxCloud;
  readonly clock: SandboxClock;
  readonly ecs: ECSClient;
  readonly scaling: ApplicationAutoScalingClient;
  readonly balancing: ElasticLoadBalancingV2Client;
  readonly seconds: (count: number) => Promise<void>;
  readonly service: (name?: string) => Promise<Service>;
  /** Texts of the events since the beginning, oldest first. */
  readonly events: (name?: string) => Promise<readonly string[]>;
  readonly tasks: (desiredStatus: "RUNNING" | "STOPPED", name?: string) => Promise<readonly Task[]>;
}

/** A cloud of its own for one test, with the real clients pointed at it. */
export async function startBench(options: Partial<CloudOptions> = {}): Promise<CloudBench> {
  const clock = options.clock ?? startClock(() => beginning);
  const cloud = await startCloud({ ...options, clock });
  const { endpoint, region, credentials } = cloud;
  const settings = { endpoint, region, credentials, maxAttempts: 1 };
  const ecs = new ECSClient(settings);
  const scaling = new ApplicationAutoScalingClient(settings);
  const balancing = new ElasticLoadBalancingV2Client(settings);
  onTestFinished(async () => {
    for (const client of [ecs, scaling, balancing]) client.destroy();
    await cloud.stop();
  });

  async function service(name = backend.service): Promise<Service> {
    const { services } = await ecs.send(new DescribeServicesCommand({ cluster, services: [name] }));
    const [found] = services ?? [];
    if (!found) throw new Error(`${name} was not described`);
    return found;
  }

  return {
    cloud,
    clock,
    ecs,
    scaling,
    balancing,
    service,
    seconds: (count) => clock.advance(count * 1000),
    events: async (name) => {
      const { events = [] } = await service(name);
      return events
        .filter((event) => (event.createdAt?.getTime() ?? 0) > beginning)
        .map((event) => event.message ?? "")
        .reverse();
    },
    tasks: async (desiredStatus, name = backend.service) => {
      const listed = await ecs.send(new ListTasksCommand({ cluster, serviceName: name, desiredStatus }));
      if (!listed.taskArns?.length) return [];
      const described = await ecs.send(new DescribeTasksCommand({ cluster, tasks: listed.taskArns }));
      return described.tasks ?? [];
    },
  };
}
