import { describe, expect, test } from "vitest";
import type { Placement } from "../../src/domain/configuration.ts";
import type { Json, Run, Target } from "../../src/domain/operation/operation.ts";
import type { RotationRead, RotationWrite, SecretState } from "../../src/domain/platform/secrets.ts";
import type { ServiceDeployment } from "../../src/domain/platform.ts";
import { rotateSecret } from "../../src/operations/rotate-secret.ts";
import { fakeService } from "../support/fake-service.ts";

const state: SecretState = {
  createdAt: new Date("2026-01-01T00:00:00Z"),
  changedAt: null,
  rotatedAt: null,
  rotation: { on: false, by: null, everyDays: null, nextAt: null },
  current: "v1",
  pending: null,
  pendingSince: null,
  previous: null,
  deletedAt: null,
};
const backend: Placement = { environment: "production", provider: "ecs", at: { cluster: "c", service: "backend" } };

const failed: ServiceDeployment = {
  id: "new",
  primary: true,
  state: "failed",
  reason: "exit 1",
  version: "backend:42",
  desired: 4,
  running: 0,
  pending: 0,
  failed: 4,
  since: new Date("2026-11-22T10:00:00Z"),
};

function secret(characters: number | null, consumers = [{ name: "backend", placement: backend }]): Target {
  return {
    kind: "secret",
    name: "key",
    environment: "production",
    production: true,
    placement: {
      environment: "production",
      provider: "secrets-manager",
      at: { id: "key" },
      rotation: { characters, consumers },
    },
  };
}

function ports(service: ReturnType<typeof fakeService>, found: Partial<SecretState> = {}) {
  const done: string[] = [];
  const seen = { ...state, ...found };
  const read: RotationRead = { describe: async () => seen, services: () => service.port.read };
  const write: RotationWrite = {
    describe: async () => seen,
    rotate: async () => void done.push("rotate"),
    store: async () => void done.push("store"),
    cancelRotation: async () => {},
    makeCurrent: async (_at, { from, to }) => void done.push(`current ${from} to ${to}`),
    revoke: async (_at, version) => void done.push(`revoke ${version}`),
    services: () => ({
      ...service.port.read,
      ...service.port.write,
      redeploy: async () => {
        done.push("redeploy");
        service.change({ deployments: [failed] });
      },
    }),
  };
  return { read, write, done };
}

const run: Run = {
  operationId: "op",
  step: (_name, work) => work(),
  slices: async (_name, work) => {
    for (let cursor: Json = null; ; ) {
      cursor = (await work(cursor, new Date(0))).cursor;
      if (cursor === null) return;
    }
  },
};

describe("a rotation by steps", () => {
  test("makes the old value current again when a reader does not come up with the new one", async () => {
    const { read, write, done } = ports(fakeService({}));
    const plan = await rotateSecret.plan({ strict: false }, secret(40), read);
    await expect(rotateSecret.apply(plan, secret(40), write, run)).rejects.toThrow(
      "New tasks of backend do not stay up (exit 1). The old value was made current again.",
    );
    expect(done).toEqual(["store", "current v1 to op", "redeploy", "current op to v1"]);
  });
});

describe("the plan", () => {
  test.each([
    [{ pending: "v2" }, 40, /under way or got stuck/],
    [{ deletedAt: new Date(0) }, 40, /about to be deleted/],
    [{ current: null }, 40, /no value yet/],
    [{}, null, /Nothing is set up that rotates/],
  ])("is refused for %j", async (found, characters, why) => {
    const { read } = ports(fakeService({}), found);
    await expect(rotateSecret.plan({ strict: false }, secret(characters), read)).rejects.toThrow(why);
  });

  test("is confirmed by typing after a breach, and warns where no reader is known", async () => {
    const { read } = ports(fakeService({}));
    const plan = await rotateSecret.plan({ strict: true }, secret(40, []), read);
    expect(plan.confirm).toBe("type");
    expect(plan.risks.join()).toContain("No service is known to read it");
    expect((await rotateSecret.plan({ strict: false }, secret(40), read)).confirm).toBeUndefined();
  });
});
