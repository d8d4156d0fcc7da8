import type {
  OneOffTask,
  Release,
  ReleaseDifference,
  ReleasesRead,
  ReleasesWrite,
  Rollout,
} from "../../src/domain/platform/releases.ts";
import type { Provider, ServiceDeployment } from "../../src/domain/platform.ts";
import { fargateSizes } from "../../src/providers/ecs/fargate-sizes.ts";
import { fakeService, providerError } from "./fake-service.ts";

export const arn = (version: string) => `arn:aws:ecs:eu-west-1:123456789012:task-definition/waooaw-backend:${version}`;
const image = (version: string) => ({
  container: "backend",
  image: `backend:v${version}`,
  digest: `sha256:${version.padStart(64, "0")}`,
});

export function release(version: string, more: Partial<Release> = {}): Release {
  return {
    revision: arn(version),
    version: `waooaw-backend:${version}`,
    active: true,
    images: [{ ...image(version), digest: null }],
    cpu: 1024,
    memory: 2048,
    sizes: fargateSizes,
    main: "backend",
    madeBy: null,
    sameAs: null,
    sizedFrom: null,
    ...more,
  };
}

export function rollout(version: string, state: Rollout["state"] = "succeeded", more: Partial<Rollout> = {}): Rollout {
  return {
    id: `rollout-${version}`,
    state,
    revision: arn(version),
    version: `waooaw-backend:${version}`,
    images: [image(version)],
    startedAt: new Date("2026-11-20T10:00:00Z"),
    endedAt: null,
    reason: null,
    guarded: true,
    ...more,
  };
}

export function deployment(id: string, version: string, more: Partial<ServiceDeployment> = {}): ServiceDeployment {
  return {
    id,
    primary: true,
    state: "completed",
    reason: null,
    version: `waooaw-backend:${version}`,
    desired: 4,
    running: 4,
    pending: 0,
    failed: 0,
    since: new Date("2026-11-20T10:00:00Z"),
    ...more,
  };
}

const none = { added: [], removed: [], changed: [] };

/** A service with versions, in memory: it runs 42 after 41 and 40. */
export function fakeReleases() {
  const service = fakeService({ revision: arn("42"), deployments: [deployment("old", "42")] });
  const world = {
    releases: ["40", "41", "42"].map((version) => release(version)),
    rollouts: [rollout("42"), rollout("41"), rollout("40")] as Rollout[],
    difference: { environment: none, secrets: none, other: [] } as ReleaseDifference,
    copies: new Map<string, string>(),
    task: null as OneOffTask | null,
    writes: service.world.writes,
  };
  const read: ReleasesRead = {
    rollouts: async (_at, most) => world.rollouts.slice(0, most),
    release: async (_at, version) => {
      const wanted = version ?? service.world.state.revision;
      const found = world.releases.find((one) =>
        [one.revision, one.version, one.version.split(":")[1]].includes(wanted),
      );
      if (!found) throw providerError("not_found", "UnknownVersion");
      return found;
    },
    versions: async () =>
      world.releases
        .filter(({ active }) => active)
        .map(({ version }) => version)
        .toReversed(),
    difference: async () => world.difference,
    task: async () => world.task,
  };
  const write: ReleasesWrite = {
    stopRollout: async (_at, id) => void world.writes.push(`stop ${id}`),
    copy: async (_at, revision, changes, token) => {
      const known = world.copies.get(token);
      if (known !== undefined) return known;
      const original = world.releases.find((one) => one.revision === revision) ?? release("0");
      const made = release(String(40 + world.releases.length), {
        ...(changes.cpu === undefined ? {} : { cpu: changes.cpu }),
        ...(changes.memory === undefined ? {} : { memory: changes.memory }),
        images: original.images.map((one) => ({ ...one, image: changes.images?.[one.container] ?? one.image })),
        madeBy: token,
        sameAs: changes.same ? revision : null,
        sizedFrom: changes.cpu === undefined && changes.memory === undefined ? null : revision,
      });
      world.releases.push(made);
      world.copies.set(token, made.revision);
      world.writes.push(`copy ${revision.split(":").at(-1)} ${JSON.stringify(changes)}`);
      return made.revision;
    },
    release: async (_at, { from, to }) => {
      const { revision } = service.world.state;
      if (revision === to) return;
      if (revision !== from) throw providerError("refused", "DeploymentMoved");
      world.writes.push(`release ${to.split(":").at(-1)}`);
    },
    runTask: async (_at, task, token) => void world.writes.push(`task ${task.command.join(" ")} ${token}`),
    stopTask: async (_at, token, reason) => void world.writes.push(`stop task ${token}: ${reason}`),
  };
  const provider: Provider = { ...service.provider, releases: { read, write } };
  return {
    ...service,
    provider,
    versions: world,
    see: { ...service.port.read, ...read, measures: null },
    act: { ...service.port.read, ...read, ...service.port.write, ...write },
  };
}
