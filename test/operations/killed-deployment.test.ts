import { expect, test } from "vitest";
import type { Target } from "../../src/domain/operation/operation.ts";
import { ecsProvider } from "../../src/providers/ecs/ecs.ts";
import { startClock } from "../../src/sandbox/clock.ts";
import { startCloud } from "../../src/sandbox/cloud/cloud.ts";
import type { EcsState } from "../../src/sandbox/cloud/ecs/state.ts";
import { killedEverywhere, said, unless, verified, type World } from "../support/killed-everywhere.ts";
import { servicesNamed } from "../support/operations-app.ts";

const cleanUp: (() => Promise<unknown>)[] = [];
const placement = {
  environment: "production",
  provider: "ecs",
  at: { cluster: "waooaw-production", service: "waooaw-backend" },
};
const target: Target = { kind: "service", name: "backend", environment: "production", production: true, placement };

/** A deployment of another image, with a checklist and a task that has to end well first. */
async function deploying(): Promise<World> {
  const beginning = Date.parse("2026-11-22T10:00:00Z");
  const clock = startClock(() => beginning);
  const cloud = await startCloud({ clock });
  cleanUp.push(() => cloud.stop());
  const aws = { region: cloud.region, endpoint: cloud.endpoint, credentials: cloud.credentials };
  const did = (operation: string): number =>
    cloud.calls().filter((call) => call.operation === operation && call.error === null).length;
  const migrate = {
    name: "migrate",
    summary: "",
    command: ["python", "manage.py", "migrate"],
    container: null,
    timeoutSeconds: 300,
    lines: 20,
  };
  const before = [{ task: "migrate", back: null }];
  const proof = { kind: "no-freeze" } as const;
  return {
    bench: {
      providers: () => [ecsProvider(aws)],
      advance: (seconds: number) => clock.advance(seconds * 1000),
      target,
      operation: "deploy-service",
      input: { version: "v43" },
      config: {
        services: servicesNamed(["backend"]).map((service) => ({ ...service, tasks: [migrate], before })),
        deploymentChecklist: [{ text: "No freeze", required: true, proof, service: null, environments: null }],
      },
    },
    flaws: async (record) => {
      const once = (operation: string) =>
        unless(did(operation) === 1, `${operation} was carried out ${did(operation)} times`);
      // A repeated call with the same token starts nothing; what was started is what counts.
      const runs = (cloud.dump().world.parts.ecs as EcsState).tasks.filter((task) => task.service === null);
      const [ran = 0, released = 0] = ["RunTask", "UpdateService"].map((operation) =>
        cloud.calls().findLastIndex((call) => call.operation === operation),
      );
      return [
        ...verified(record),
        ...once("RegisterTaskDefinition"),
        ...once("UpdateService"),
        ...unless(runs.length === 1, `the task ran ${runs.length} times`),
        ...unless(ran < released, "it was deployed before the task"),
        ...unless(/task migrate: exit code 0/.test(said(record)), `it says ${said(record)}`),
        ...unless(record.checked?.[0]?.state === "done", "the checklist was not kept"),
      ];
    },
  };
}

test("a deployment that is killed in the middle runs its task once, and then deploys once", {
  timeout: 240_000,
}, async () => {
  expect(await killedEverywhere(deploying, cleanUp)).toEqual([]);
});
