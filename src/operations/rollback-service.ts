import type { Service } from "../domain/configuration.ts";
import type { Json, Operation, Plan, Target } from "../domain/operation/operation.ts";
import type { Release, ReleaseChanges, Rollout } from "../domain/platform/releases.ts";
import { ProviderError, Refusal } from "../errors.ts";
import { knownRollouts } from "./known-rollouts.ts";
import { isNumbered, rolloutOfImage, versionFrom, versionNamed } from "./named-version.ts";
import {
  changesOf,
  describeReleasable,
  expects,
  healthInWords,
  healthNow,
  imageInWords,
  imagesOf,
  isSame,
  primaryOf,
  rollOut,
  rolloutRisks,
  shortDigest,
  type VersionSteps,
  type VersionsRead,
  type VersionsWrite,
} from "./roll-out.ts";

export interface RollbackInput {
  /** 41, backend:41, the full name, an image's tag or digest; null for the last good one. */
  readonly version: string | null;
  /** The version that was left behind by what this takes back; only a way back names it. */
  readonly left?: string;
}

/** Rollouts looked through for the last good one: more than a service sees in months. */
const lookedThrough = 60;

/** Lets a service run an earlier version again: what is on its way is stopped, else the last good one is deployed. */
export const rollbackService: Operation<RollbackInput, VersionsRead, VersionsWrite> = {
  ...rollOut,
  name: "rollback-service",
  verb: "rollback",
  summary: "Let a service run an earlier version again",
  parse: (input) => {
    const given = input as { readonly version?: Json; readonly left?: Json } | null;
    const version = typeof given?.version === "string" && given.version.trim() !== "" ? given.version.trim() : null;
    if (version !== null) versionFrom(version);
    return { version, ...(typeof given?.left === "string" ? { left: given.left } : {}) };
  },
  plan,
};

async function plan(input: RollbackInput, target: Target, see: VersionsRead, entry?: Service | null): Promise<Plan> {
  const state = await describeReleasable(target, see);
  const [current, { rollouts, unread }, before] = await Promise.all([
    see.release(target.placement, null),
    knownRollouts(target, see, lookedThrough),
    healthNow(target, see),
  ]);
  const running = rollouts.find(({ state: is }) => is === "in-progress");
  if (input.version === null && rollouts.some(({ state: is }) => is === "rolling-back")) {
    throw new Refusal("not_possible", "A rollback is on its way already.", "Watch it with `/ops status`.");
  }
  const stop = input.version === null && running?.revision === current.revision ? running : null;
  const { to, gone } =
    input.version === null && unread === null
      ? await lastGood(target, see, current, rollouts)
      : {
          gone: [],
          to:
            input.version === null
              ? await registeredBefore(target, see, current, unread ?? "")
              : await wanted(input.version, target, see, current, rollouts),
        };
  if (to.revision === current.revision) {
    const isOn = primaryOf(state)?.state === "in-progress" ? "being deployed already" : "what it runs";
    throw new Refusal("not_possible", `${to.version} is ${isOn}.`, "See `/ops deploys` for what ran before.");
  }
  const difference = await see.difference(target.placement, current.revision, to.revision);
  const [from, goal] = [
    { release: current, images: imagesOf(current, rollouts) },
    { release: to, images: imagesOf(to, rollouts) },
  ];
  const pins = movedTags(from.images, goal.images);
  const changes = changesOf(from, goal, difference);
  refuseNothing(changes.length, from.images, target);
  const copy: ReleaseChanges | null =
    stop !== null || (to.active && Object.keys(pins).length === 0) ? null : { images: pins, same: true };
  const steps: VersionSteps = {
    from: { revision: current.revision, version: current.version, deployment: primaryOf(state)?.id ?? "" },
    to: { revision: to.revision, version: to.version },
    copy,
    stop: stop?.id ?? null,
    before,
  };
  const name = `${target.name} in ${target.environment}`;
  return {
    summary:
      stop === null
        ? `Roll ${name} back from ${current.version} to ${to.version}`
        : `Stop the deployment of ${current.version} of ${name} and go back to ${to.version}`,
    changes,
    risks: [
      ...(unread === null ? [] : [unknownHistory(input, to, current, unread)]),
      ...goneRisks(gone, to),
      ...drift(input, current),
      ...(stop === null ? rolloutRisks(state) : []),
      ...copyRisks(to, pins, goal.images),
      ...tagRisks(from.images, goal.images, pins),
      ...(entry?.deployedBy
        ? [`${entry.deployedBy} deploys it: its next run brings ${current.version} back unless it is held.`]
        : []),
      "Changes to a database that came with the newer version are not taken back.",
    ],
    observed: [
      ...(unread === null
        ? [
            input.version === null
              ? `${to.version} is the last version ${gone.length === 0 ? "" : "still there "}that was deployed well before ${current.version}.`
              : whenRan(to, rollouts),
          ]
        : []),
      healthInWords(before),
    ],
    expects: expects(state),
    steps: steps as unknown as Json,
    undo: {
      operation: "rollback-service",
      target: { environment: target.environment, name: target.name },
      input: { version: current.revision, left: to.revision },
    },
    undoLabel: `Forward again → ${current.version}`,
    nothingToDo: null,
    count: null,
  };
}

/**
 * The newest version that was deployed well before the current one and is still there, with the newer ones that were
 * deleted since. One that ran between two deployments of the current one was left for a reason, so that rolling back
 * twice goes further back and not forward again.
 */
async function lastGood(
  target: Target,
  see: Pick<VersionsRead, "release">,
  current: Release,
  rollouts: readonly Rollout[],
): Promise<{ readonly to: Release; readonly gone: readonly string[] }> {
  const isCurrent = ({ revision }: Rollout) => revision === current.revision || revision === current.sameAs;
  // One that was never seen to go well this time was not come back to: what ran right before it counts.
  const cameBack = rollouts.find(isCurrent)?.state === "succeeded";
  const first = cameBack ? rollouts.findLastIndex(isCurrent) : -1;
  const good = rollouts
    .slice(first + 1)
    .filter((one) => !isCurrent(one) && one.state === "succeeded" && one.revision !== "");
  const gone: string[] = [];
  for (const revision of new Set(good.map((one) => one.revision))) {
    const to = await unlessDeleted(see.release(target.placement, revision));
    if (to !== null) return { to, gone };
    gone.push(good.find((one) => one.revision === revision)?.version ?? revision);
  }
  const why = gone.length === 0 ? "" : `: ${gone.join(", ")} ${gone.length === 1 ? "was" : "were"} deleted since`;
  throw new Refusal(
    "not_possible",
    `No version of ${target.name} is known that was deployed well before ${current.version}${why}.`,
    `Name one yourself: \`/ops rollback ${target.name} <version>\`.`,
  );
}

async function unlessDeleted(reading: Promise<Release>): Promise<Release | null> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof ProviderError && error.fault === "not_found") return null;
    throw error;
  }
}

function goneRisks(gone: readonly string[], to: Release): readonly string[] {
  if (gone.length === 0) return [];
  return [
    `${gone.join(", ")} ran well later, and ${gone.length === 1 ? "was" : "were"} deleted since: this goes further back, to ${to.version}.`,
  ];
}

/** Where nothing tells what ran, the newest version that was registered before the one it runs. */
async function registeredBefore(target: Target, see: VersionsRead, current: Release, unread: string): Promise<Release> {
  const number = (version: string) => Number(version.slice(version.lastIndexOf(":") + 1));
  const earlier = (await see.versions(target.placement)).find((one) => number(one) < number(current.version));
  if (earlier !== undefined) return see.release(target.placement, earlier);
  throw new Refusal(
    "not_possible",
    `What was deployed on ${target.name} could not be read (${unread}), and no version was registered before ${current.version}.`,
    `Name one yourself: \`/ops rollback ${target.name} <version>\`.`,
  );
}

function unknownHistory(input: RollbackInput, to: Release, current: Release, unread: string): string {
  const why = `What was deployed here could not be read (${unread})`;
  return input.version === null
    ? `${why}: ${to.version} is only the one registered before ${current.version}. Whether it ever ran well is not known.`
    : `${why}: whether ${to.version} ever ran well is not known.`;
}

/** The version a person named: by number or name, one of another family where it ran here, or by the tag or digest of an image that was deployed. */
async function wanted(
  word: string,
  target: Target,
  see: VersionsRead,
  current: Release,
  rollouts: readonly Rollout[],
): Promise<Release> {
  const ran = rollouts.find(({ version, revision }) => word === version || word === revision);
  if (ran && ran.revision !== "") {
    const release = await unlessDeleted(see.release(target.placement, ran.revision));
    if (release !== null) return release;
  }
  const byImage = isNumbered(word) ? undefined : rolloutOfImage(word, rollouts);
  return versionNamed(byImage?.revision ?? word, target, see, current);
}

/** Images whose tag names another image today than when the version ran: by container, the one that ran, by digest. */
function movedTags(from: Release["images"], to: Release["images"]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    to.flatMap(({ container, image, digest }) => {
      const now = from.find((one) => one.image === image)?.digest;
      if (image.includes("@") || digest === null || now === undefined || now === null || now === digest) return [];
      return [[container, `${image.replace(/:[^:/]+$/, "")}@${digest}`]];
    }),
  );
}

function refuseNothing(changes: number, images: Release["images"], target: Target): void {
  if (changes > 0) return;
  const digests = images.flatMap(({ digest }) => (digest === null ? [] : [shortDigest(digest)]));
  const both =
    digests.length > 0 ? `both run ${digests.join(", ")}` : `both name ${images.map(({ image }) => image).join(", ")}`;
  throw new Refusal(
    "not_possible",
    `Rolling ${target.name} back would change nothing: ${both}.`,
    "Name another version, or restart it with `/ops restart`.",
  );
}

function drift(input: RollbackInput, current: Release): readonly string[] {
  if (input.left === undefined || [current.revision, current.sameAs].includes(input.left)) return [];
  return [`It runs ${current.version} now, which is not what was left behind: somebody deployed it since.`];
}

function copyRisks(to: Release, pins: Readonly<Record<string, string>>, images: Release["images"]): readonly string[] {
  const risks: string[] = [];
  if (!to.active) risks.push(`${to.version} was deregistered: a copy of it is registered first.`);
  for (const container of Object.keys(pins)) {
    const image = images.find((one) => one.container === container);
    if (image)
      risks.push(
        `The tag of ${imageInWords({ image: image.image, digest: null }).replace(" (digest not known)", "")} was moved since: a copy of ${to.version} names the image that ran then, ${shortDigest(image.digest ?? "")}.`,
      );
  }
  return risks;
}

function tagRisks(
  from: Release["images"],
  to: Release["images"],
  pins: Readonly<Record<string, string>>,
): readonly string[] {
  const sameNames = to.filter((image) => from.some((one) => isSame(one, image)));
  const unknown = sameNames.filter(({ digest, image }) => digest === null && !image.includes("@"));
  if (sameNames.length === to.length && unknown.length > 0) {
    const names = [...new Set(unknown.map(({ image }) => image.slice(image.lastIndexOf("/") + 1)))].join(", ");
    return [
      `Both versions name ${names}, and which image that was could not be read: its tasks run what the tag names now, so the code may stay as it is.`,
    ];
  }
  return to.flatMap((image) => {
    if (image.image.includes("@") || pins[image.container] !== undefined) return [];
    const before = from.find(({ container }) => container === image.container);
    if (before && isSame(before, image)) return [];
    return image.digest === null
      ? [
          `Which image ${image.image.slice(image.image.lastIndexOf("/") + 1)} is could not be read: its tasks run what the tag names now.`,
        ]
      : [];
  });
}

function whenRan(to: Release, rollouts: readonly Rollout[]): string {
  const last = rollouts.find(({ revision }) => revision === to.revision);
  if (!last) return `No deployment of ${to.version} is known.`;
  return `${to.version} was last deployed on ${last.startedAt.toISOString().slice(0, 10)}: ${wordsFor[last.state]}.`;
}

const wordsFor: Readonly<Record<Rollout["state"], string>> = {
  "in-progress": "still in progress",
  succeeded: "it went well",
  stopped: "it was stopped",
  "rolling-back": "it is being rolled back",
  "rolled-back": "it was rolled back",
  "rollback-failed": "it failed, and so did going back",
};
