import { expect, test } from "vitest";
import type { Configuration } from "../../src/domain/configuration.ts";
import type { OperationRecord } from "../../src/domain/operation/operation.ts";
import type { SandboxCloud } from "../../src/sandbox/cloud/cloud.ts";
import type { EcsState } from "../../src/sandbox/cloud/ecs/state.ts";
import { freezeFrom, inOrder } from "../support/in-order.ts";
import { killedEverywhere, said, unless, verified, type World } from "../support/killed-everywhere.ts";

const cleanUp: (() => Promise<unknown>)[] = [];
const steps = [{ kind: "release" as const }, { kind: "task" as const, task: "index" }];

/** What was done in the cloud: the services that got another version, in order, and how often the task ran. */
function doneIn(cloud: SandboxCloud) {
  const did = (operation: string): readonly string[] =>
    cloud
      .calls()
      .filter((call) => call.operation === operation && call.error === null)
      .map(({ input }) => `${(input as { readonly service?: string }).service}`);
  return {
    released: did("UpdateService"),
    registered: did("RegisterTaskDefinition").length,
    runs: (cloud.dump().world.parts.ecs as EcsState).tasks.filter((task) => task.service === null).length,
  };
}

/** The backend with a task after it, which is planned when its turn comes, and then the agent. */
async function deploying(): Promise<World> {
  const { bench, cloud } = await inOrder({ steps });
  cleanUp.push(() => cloud.stop());
  return {
    bench,
    flaws: async (record) => {
      const { released, registered, runs } = doneIn(cloud);
      return [
        ...verified(record),
        ...unless(/backend, .*agent$/.test(released.join(", ")) && released.length === 2, `released ${released}`),
        ...unless(registered === 2, "versions were registered more than once"),
        ...unless(runs === 1, `the task ran ${runs} times`),
        ...unless(record.parts?.length === 3, `it has ${record.parts?.length} parts`),
      ];
    },
  };
}

/** The same, with a freeze that begins while the bot is dead. */
async function frozenMeanwhile(): Promise<World> {
  const freezes: Configuration["freezes"][number][] = [];
  const { bench, cloud } = await inOrder({ steps, config: { freezes } });
  cleanUp.push(() => cloud.stop());
  return {
    bench,
    meanwhile: async () => void freezes.push(freezeFrom(new Date("2026-11-22T00:00:00Z"), 48)),
    flaws: async (record, deaths) => (deaths === 0 ? verified(record) : heldUp(record, doneIn(cloud))),
  };
}

/** What had begun is gone on with and told as it is; nothing further begins, nothing is done twice. */
function heldUp(record: OperationRecord, { released, registered, runs }: ReturnType<typeof doneIn>): readonly string[] {
  const isOver = record.outcome === "verified";
  return [
    ...unless(isOver || /the freeze “year end” holds/.test(record.detail ?? ""), `not told: ${said(record)}`),
    ...unless(isOver || record.outcome === "failed-partial" || record.state === "refused", `${record.outcome}`),
    ...unless(new Set(released).size === released.length, `released ${released}`),
    ...unless(isOver || !released.includes("waooaw-agent"), `released ${released}`),
    ...unless(registered <= released.length + 1 && runs <= 1, `registered ${registered}, the task ran ${runs} times`),
  ];
}

test("[O21] ordered steps that are killed in the middle are each done once, in their order", {
  timeout: 400_000,
}, async () => {
  expect(await killedEverywhere(deploying, cleanUp)).toEqual([]);
});

test("[O21] a freeze that began while the bot was dead holds up what had not begun, and is told", {
  timeout: 400_000,
}, async () => {
  expect(await killedEverywhere(frozenMeanwhile, cleanUp)).toEqual([]);
});
