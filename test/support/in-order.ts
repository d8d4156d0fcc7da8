/** Deployments in ordered steps on the sandbox's cloud: the reference platform's services, and a bench that deploys two of them. */
import type { Configuration, Service } from "../../src/domain/configuration.ts";
import type { Target } from "../../src/domain/operation/operation.ts";
import { ecsProvider } from "../../src/providers/ecs/ecs.ts";
import { startClock } from "../../src/sandbox/clock.ts";
import { type SandboxCloud, startCloud } from "../../src/sandbox/cloud/cloud.ts";
import type { Bench } from "./killable.ts";
import { servicesNamed } from "./operations-app.ts";

const beginning = Date.parse("2026-11-22T10:00:00Z");

const placed = (name: string) => ({
  environment: "production",
  provider: "ecs",
  at: { cluster: "waooaw-production", service: `waooaw-${name}` },
});
const target: Target = {
  kind: "service",
  name: "backend",
  environment: "production",
  production: true,
  placement: placed("backend"),
};

/** The task that services of the bench may run once. */
export const index = {
  name: "index",
  summary: "",
  command: ["reindex"],
  container: null,
  timeoutSeconds: 300,
  lines: 20,
};

/** Deploys the backend with these steps, and then the agent, on a cloud of its own that the caller stops. */
export async function inOrder(options: {
  readonly steps: Service["steps"];
  readonly config?: Partial<Configuration>;
}): Promise<{ readonly bench: Bench; readonly cloud: SandboxCloud }> {
  const clock = startClock(() => beginning);
  const cloud = await startCloud({ clock });
  const aws = { region: cloud.region, endpoint: cloud.endpoint, credentials: cloud.credentials };
  const { steps, config } = options;
  const services = servicesNamed(["backend", "agent", "grafana"]).map((service) => ({
    ...service,
    runs: [placed(service.name)],
    tasks: [index],
    ...(service.name === "backend" && steps ? { steps } : {}),
  }));
  return {
    cloud,
    bench: {
      providers: () => [ecsProvider(aws)],
      advance: (seconds: number) => clock.advance(seconds * 1000),
      target,
      operation: "deploy-in-order",
      input: {
        services: [
          { name: "backend", version: "v43" },
          { name: "agent", version: "v18" },
        ],
      },
      config: { services, ...config },
    },
  };
}

/** A freeze of everything from a moment on, for so many hours. */
export function freezeFrom(from: Date, hours = 1): Configuration["freezes"][number] {
  const to = new Date(from.getTime() + hours * 3_600_000);
  return { name: "year end", environments: null, targets: null, except: [], times: { kind: "once", from, to } };
}
