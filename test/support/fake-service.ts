import type { Placement } from "../../src/domain/configuration.ts";
import type {
  Autoscaling,
  Port,
  Provider,
  ServiceEvent,
  ServiceState,
  ServicesRead,
  ServicesWrite,
} from "../../src/domain/platform.ts";
import { ProviderError, type ProviderFault } from "../../src/errors.ts";

/** A service that lives in memory; what is set on it takes effect when a test says so. */
export function fakeService(start: Partial<ServiceState> = {}) {
  const world = {
    state: {
      status: "active",
      desired: 4,
      running: 4,
      pending: 0,
      version: "waooaw-backend:42",
      revision: "arn:aws:ecs:eu-west-1:123456789012:task-definition/waooaw-backend:42",
      images: ["backend:42"],
      deployments: [],
      lastDeployedAt: null,
      notScalable: null,
      ...start,
    } as ServiceState,
    autoscaling: null as Autoscaling | null,
    balancer: null as { healthy: number; total: number } | null,
    events: [] as ServiceEvent[],
    failures: [] as { at: Date; reason: string }[],
    /** Every write, in order. */
    writes: [] as string[],
    /** What the next calls by that name throw. */
    faults: new Map<string, Error[]>(),
  };
  const maybeFail = (name: string) => {
    const error = world.faults.get(name)?.shift();
    if (error) throw error;
  };
  const read: ServicesRead = {
    describe: async () => {
      maybeFail("describe");
      return world.state;
    },
    autoscaling: async () => world.autoscaling,
    balancer: async () => world.balancer,
    events: async (_at, since) => world.events.filter((event) => event.at >= since),
    failures: async (_at, since) => world.failures.filter((failure) => failure.at >= since),
  };
  const write: ServicesWrite = {
    setCount: async (_at, count, options) => {
      maybeFail("setCount");
      const { desired } = world.state;
      if (options && desired !== count && desired !== options.from) throw providerError("refused", "CountMoved");
      world.writes.push(`count ${count}`);
      world.state = { ...world.state, desired: count };
      maybeFail("setCount afterwards");
    },
    redeploy: async (_at, from) => {
      maybeFail("redeploy");
      if (world.state.deployments.find((one) => one.primary)?.id !== from.deployment) return;
      world.writes.push("redeploy");
    },
    setBounds: async (_at, { min, max }) => {
      maybeFail("setBounds");
      world.writes.push(`bounds ${min ?? "-"} ${max ?? "-"}`);
      if (world.autoscaling) {
        world.autoscaling = {
          ...world.autoscaling,
          min: min ?? world.autoscaling.min,
          max: max ?? world.autoscaling.max,
        };
      }
    },
  };
  const port: Port<ServicesRead, ServicesWrite> = { read, write };
  const provider: Provider = { id: "ecs", check: async () => [], services: port };
  return {
    world,
    provider,
    port,
    /** All tasks that were asked for are there. */
    settle: () => {
      world.state = { ...world.state, running: world.state.desired, pending: 0 };
      if (world.balancer) world.balancer = { healthy: world.state.desired, total: world.state.desired };
    },
    change: (state: Partial<ServiceState>) => {
      world.state = { ...world.state, ...state };
    },
    failNext: (name: string, error: Error) => {
      world.faults.set(name, [...(world.faults.get(name) ?? []), error]);
    },
  };
}

export function providerError(fault: ProviderFault, code: string): ProviderError {
  return new ProviderError({
    provider: "AWS",
    operation: "UpdateService",
    fault,
    code,
    message: "As AWS says it.",
    requestId: "req-1",
  });
}

export const backendPlacement: Placement = {
  environment: "production",
  provider: "ecs",
  at: { cluster: "waooaw-production", service: "waooaw-backend" },
};

export const autoscaled: Autoscaling = {
  min: 2,
  max: 8,
  suspended: false,
  policies: ["cpu at 60 %"],
  activities: [],
};
