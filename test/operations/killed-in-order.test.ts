import { expect, test } from "vitest";
import type { Target } from "../../src/domain/operation/operation.ts";
import { ecsProvider } from "../../src/providers/ecs/ecs.ts";
import { startClock } from "../../src/sandbox/clock.ts";
import { startCloud } from "../../src/sandbox/cloud/cloud.ts";
import type { EcsState } from "../../src/sandbox/cloud/ecs/state.ts";
import { killedEverywhere, unless, verified, type World } from "../support/killed-everywhere.ts";
import { servicesNamed } from "../support/operations-app.ts";

const cleanUp: (() => Promise<unknown>)[] = [];
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

/** The backend with a task after it, which is planned when its turn comes, and then the agent. */
async function deploying(): Promise<World> {
  const beginning = Date.parse("2026-11-22T10:00:00Z");
  const clock = startClock(() => beginning);
  const cloud = await startCloud({ clock });
  cleanUp.push(() => cloud.stop());
  const aws = { region: cloud.region, endpoint: cloud.endpoint, credentials: cloud.credentials };
  const did = (operation: string): readonly string[] =>
    cloud
      .calls()
      .filter((call) => call.operation === operation && call.error === null)
      .map(({ input }) => `${(input as { readonly service?: string }).service}`);
  const index = { name: "index", summary: "", command: ["reindex"], container: null, timeoutSeconds: 300, lines: 20 };
  return {
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
      config: {
        services: servicesNamed(["backend", "agent"]).map((service) => ({
          ...service,
          runs: [placed(service.name)],
          tasks: [index],
          ...(service.name === "backend"
            ? { steps: [{ kind: "release" as const }, { kind: "task" as const, task: "index" }] }
            : {}),
        })),
      },
    },
    flaws: async (record) => {
      const runs = (cloud.dump().world.parts.ecs as EcsState).tasks.filter((task) => task.service === null);
      const released = did("UpdateService").join(", ");
      return [
        ...verified(record),
        ...unless(/backend, .*agent$/.test(released) && did("UpdateService").length === 2, `released ${released}`),
        ...unless(did("RegisterTaskDefinition").length === 2, "versions were registered more than once"),
        ...unless(runs.length === 1, `the task ran ${runs.length} times`),
        ...unless(record.parts?.length === 3, `it has ${record.parts?.length} parts`),
      ];
    },
  };
}

test("[O21] ordered steps that are killed in the middle are each done once, in their order", {
  timeout: 400_000,
}, async () => {
  expect(await killedEverywhere(deploying, cleanUp)).toEqual([]);
});
