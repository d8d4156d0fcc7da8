import { describe, expect, test } from "vitest";
import type { Placement, Service } from "../../src/domain/configuration.ts";
import type { Rollout } from "../../src/domain/platform/releases.ts";
import { deployService } from "../../src/operations/deploy-service.ts";
import { arn, fakeReleases, release, rollout } from "../support/fake-releases.ts";
import { backend } from "../support/operations-app.ts";

type World = ReturnType<typeof fakeReleases>;
const plan = (world: World, version: string, entry: Partial<Service> = {}, see: Partial<World["see"]> = {}) =>
  deployService.plan({ version }, backend, { ...world.see, ...see }, entry as Service);

const staging: Placement = { ...backend.placement, environment: "staging" };
const promoted = { requires: "staging", runs: [backend.placement, staging] };
/** Staging has had these rollouts. */
const inStaging = (world: World, rollouts: readonly Rollout[]) => ({
  rollouts: async (at: Placement) => (at.environment === "staging" ? rollouts : world.versions.rollouts),
});

describe("the version", () => {
  test.each(["41", "waooaw-backend:41", "v41", `sha256:${"41".padStart(64, "0")}`])(
    "%s is a registered one",
    async (word) => {
      const made = await plan(fakeReleases(), word);
      expect(made.steps).toMatchObject({ to: { revision: arn("41") }, copy: null });
      expect(made.undo).toMatchObject({
        operation: "rollback-service",
        input: { version: arn("42"), left: arn("41") },
      });
    },
  );

  test("a tag that never ran here is a copy of the current one with that image", async () => {
    const world = fakeReleases();
    world.versions.releases[2] = release("42", {
      images: [{ container: "backend", image: "host:5000/backend:v42", digest: null }],
    });
    const made = await plan(world, "v43");
    expect(made.steps).toMatchObject({
      to: { revision: arn("42") },
      copy: { images: { backend: "host:5000/backend:v43" } },
    });
    expect(made.summary).toBe("Deploy backend:v43 of backend in production, which runs waooaw-backend:42");
    expect(made.risks.join()).toContain("Whether there is an image backend:v43 is seen only when its tasks start");
    const digest = `sha256:${"a".repeat(64)}`;
    expect((await plan(world, digest)).steps).toMatchObject({
      copy: { images: { backend: `host:5000/backend@${digest}` } },
    });
  });

  test("what cannot be is refused with the way out", async () => {
    const world = fakeReleases();
    await expect(plan(world, "49")).rejects.toThrow(/There is no version 49 of backend/);
    await expect(plan(world, "sha256:abcdef")).rejects.toThrow(/no whole digest/);
    world.versions.releases[2] = release("42", { main: null });
    await expect(plan(world, "v43")).rejects.toThrow(/Which container of backend gets the image is not clear/);
    expect(() => deployService.parse({ version: "a b" })).toThrow(/A version is/);
    expect(() => deployService.parse({})).toThrow(/which version/);
  });

  test("what runs already is nothing to do", async () => {
    expect((await plan(fakeReleases(), "42")).nothingToDo).toContain("runs exactly that already");
  });

  test("one whose last deployment failed here is deployed with a warning", async () => {
    const world = fakeReleases();
    world.versions.rollouts = [rollout("42"), rollout("41", "rolled-back", { reason: "5xx" })];
    expect((await plan(world, "41")).risks.join()).toContain("did not go well (rolled-back): 5xx");
  });
});

describe("production", () => {
  test("gets what went well where the configuration says it must have run", async () => {
    const world = fakeReleases();
    const see = inStaging(world, [rollout("41", "succeeded", { version: "staging-backend:7" })]);
    expect((await plan(world, "41", promoted, see)).observed[0]).toBe(
      "waooaw-backend:41 was deployed well in staging as staging-backend:7.",
    );
  });

  test.each([
    ["never ran there", [rollout("40")], /has not been deployed in staging/],
    ["was rolled back there since", [rollout("41", "rolled-back"), rollout("41")], /did not go well in staging/],
    ["is still on its way there", [rollout("41", "in-progress")], /did not go well in staging \(in-progress\)/],
    [
      "has another digest there under the same tag",
      [rollout("41", "succeeded", { images: [{ container: "backend", image: "backend:v41", digest: "sha256:ff" }] })],
      /has not been deployed in staging/,
    ],
  ] as const)("refuses one that %s", async (_why, there, words) => {
    const world = fakeReleases();
    await expect(plan(world, "41", promoted, inStaging(world, there))).rejects.toThrow(words);
  });

  test("refuses where that cannot be seen, and says where nothing is asked for", async () => {
    const elsewhere = { requires: "staging", runs: [backend.placement, { ...staging, provider: "kubernetes" }] };
    await expect(plan(fakeReleases(), "41", elsewhere)).rejects.toThrow(/cannot be seen/);
    expect((await plan(fakeReleases(), "41")).observed[0]).toContain("asks for no environment");
  });
});
