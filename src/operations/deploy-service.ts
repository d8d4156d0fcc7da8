import type { Service } from "../domain/configuration.ts";
import type { Json, Operation, Plan, Target } from "../domain/operation/operation.ts";
import type { Release, ReleaseChanges, Rollout, RunImage } from "../domain/platform/releases.ts";
import { Refusal } from "../errors.ts";
import { beforeInWords, beforeRisks, beforeTasks } from "./before-tasks.ts";
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
  releaseStep,
  rollOut,
  rolloutRisks,
  type VersionSteps,
  type VersionsRead,
  type VersionsWrite,
} from "./roll-out.ts";

export interface DeployInput {
  /** 43, backend:43, the full name, or the tag or digest of the image to run. */
  readonly version: string;
}

/** Rollouts looked through for what ran here and where it must have run before. */
const lookedThrough = 60;

/** Lets a service run a version: a registered one, or a copy of the current one with another image. */
export const deployService: Operation<DeployInput, VersionsRead, VersionsWrite> = {
  ...rollOut,
  name: "deploy-service",
  verb: "deploy",
  checklist: true,
  summary: "Let a service run a version: one that is registered, or another image",
  parse: (input) => {
    const { version } = (input ?? {}) as { readonly version?: Json };
    if (typeof version === "string" && version.trim() !== "") return { version: versionFrom(version) };
    const next = "Such as `/ops deploy backend 43` or `/ops deploy backend v43`.";
    throw new Refusal("missing_argument", "Say which version.", next);
  },
  plan,
};

/** What is to run: a version as it is, or as a copy with changes. */
interface Wanted {
  readonly release: Release;
  readonly images: readonly RunImage[];
  readonly copy: ReleaseChanges | null;
}

async function plan(input: DeployInput, target: Target, see: VersionsRead, entry?: Service | null): Promise<Plan> {
  const state = await describeReleasable(target, see);
  const [current, { rollouts, unread }, before] = await Promise.all([
    see.release(target.placement, null),
    knownRollouts(target, see, lookedThrough),
    healthNow(target, see),
  ]);
  const name = `${target.name} in ${target.environment}`;
  const wanted = await wantedOf(input.version, target, see, current, rollouts);
  const isCurrent = wanted.copy === null && wanted.release.revision === current.revision;
  if (isCurrent && primaryOf(state)?.state === "in-progress") {
    const next = "Watch it with `/ops status`.";
    throw new Refusal("not_possible", `${current.version} is being deployed already.`, next);
  }
  const promoted = await promotedFrom(wanted, target, see, entry);
  const from = { release: current, images: imagesOf(current, rollouts) };
  const difference = await see.difference(target.placement, current.revision, wanted.release.revision);
  const changes = changesOf(from, { release: wanted.release, images: wanted.images }, difference);
  const isSameThing = isCurrent || changes.length === 0;
  const goal = wordsOf(wanted);
  const tasks = isSameThing ? [] : beforeTasks(entry, wanted.release);
  const steps: VersionSteps = {
    from: { revision: current.revision, version: current.version, deployment: primaryOf(state)?.id ?? "" },
    to: { revision: wanted.release.revision, version: wanted.release.version },
    copy: wanted.copy,
    stop: null,
    before,
    ...(tasks.length === 0 ? {} : { tasks }),
  };
  return {
    summary: `Deploy ${goal} of ${name}, which runs ${current.version}`,
    changes: [...beforeInWords(tasks, goal), ...changes],
    risks: isSameThing
      ? []
      : [
          ...beforeRisks(tasks, target),
          ...rolloutRisks(state),
          ...failedBefore(wanted, rollouts),
          ...(unread === null
            ? []
            : [`What was deployed here could not be read (${unread}): whether this ran well before is not known.`]),
          ...unknownImages(wanted, from.images),
          ...(wanted.release.active || wanted.copy?.same !== true
            ? []
            : [`${wanted.release.version} was deregistered: a copy of it is registered first.`]),
          ...(entry?.deployedBy
            ? [`${entry.deployedBy} deploys it too: its next run brings its own version unless it is held.`]
            : []),
        ],
    observed: [
      ...(tasks.length === 0
        ? []
        : [
            `In this order: ${tasks.map(({ name }) => `the task ${name}`).join(", ")}, the deployment. It ends at the first that fails.`,
          ]),
      promoted,
      healthInWords(before),
    ],
    expects: expects(state),
    steps: steps as unknown as Json,
    undo: isSameThing
      ? null
      : {
          operation: "rollback-service",
          target: { environment: target.environment, name: target.name },
          input: { version: current.revision, left: wanted.release.revision },
        },
    undoLabel: `Roll back → ${current.version}`,
    ...(tasks.length === 0 ? {} : { undoAfter: releaseStep }),
    nothingToDo: isSameThing ? `${name} runs exactly that already, as ${current.version}.` : null,
    count: null,
  };
}

/** A registered version by number or name or by an image that ran here before; else the current one with another image. */
async function wantedOf(
  word: string,
  target: Target,
  see: VersionsRead,
  current: Release,
  rollouts: readonly Rollout[],
): Promise<Wanted> {
  const ran = isNumbered(word) ? undefined : rolloutOfImage(word, rollouts);
  if (isNumbered(word) || ran !== undefined) {
    const release = await versionNamed(ran?.revision ?? word, target, see, current);
    return { release, images: imagesOf(release, rollouts), copy: release.active ? null : { same: true } };
  }
  const main = current.images.find(({ container }) => container === current.main);
  if (!main) {
    const names = current.images.map(({ container }) => container).join(", ");
    throw new Refusal(
      "not_possible",
      `Which container of ${target.name} gets the image is not clear: it has ${names}.`,
      "Register a version with it, and deploy that by its number.",
    );
  }
  if (word.startsWith("sha256:") && !/^sha256:[0-9a-f]{64}$/.test(word)) {
    throw new Refusal("bad_argument", `${word} is no whole digest, and no image that ran here begins so.`, null);
  }
  const repository = main.image.replace(/@sha256:.*$/, "").replace(/:[^:/]+$/, "");
  const image = word.startsWith("sha256:") ? `${repository}@${word}` : `${repository}:${word}`;
  const digest = word.startsWith("sha256:") ? word : null;
  const images = imagesOf(current, rollouts).map((one) =>
    one.container === main.container ? { container: one.container, image, digest } : one,
  );
  return { release: current, images, copy: { images: { [main.container]: image } } };
}

function wordsOf({ release, images, copy }: Wanted): string {
  const [container] = Object.keys(copy?.images ?? {});
  const image = images.find((one) => one.container === container);
  return image ? imageInWords(image).replace(" (digest not known)", "") : release.version;
}

/** Where it ran well before, in words; Refusal where the configuration wants that and it did not. */
async function promotedFrom(
  wanted: Wanted,
  target: Target,
  see: VersionsRead,
  entry: Service | null | undefined,
): Promise<string> {
  const before = entry?.requires ?? null;
  if (before === null || !target.production || before === target.environment) {
    return "The configuration asks for no environment in which it must have run before (`requires`).";
  }
  const place = entry?.runs.find(({ environment }) => environment === before);
  if (!place || place.provider !== target.placement.provider) {
    throw new Refusal(
      "not_possible",
      `Whether it ran well in ${before} cannot be seen: ${target.name} does not run there on the same platform.`,
      "Correct `requires` in the configuration.",
    );
  }
  const there = await see.rollouts(place, lookedThrough);
  // What has the newest word on it there: one that went well once and was rolled back since has not passed.
  const last = there.find(({ images }) =>
    wanted.images.every((image) => images.some((one) => isThatImage(one, image))),
  );
  const goal = wordsOf(wanted);
  if (last?.state === "succeeded") return `${goal} was deployed well in ${before} as ${last.version}.`;
  throw new Refusal(
    "not_possible",
    last
      ? `${goal} did not go well in ${before} (${last.state}), and has to before it comes to ${target.environment}.`
      : `${goal} has not been deployed in ${before}, and has to before it comes to ${target.environment}.`,
    `Deploy it there first: \`/ops deploy ${target.name} <version> --env ${before}\`.`,
  );
}

/** By digest where both are known, else by the name and tag alone: registries may differ between environments. */
function isThatImage(one: RunImage, other: RunImage): boolean {
  if (one.digest !== null && other.digest !== null) return one.digest === other.digest;
  const short = ({ image }: RunImage) => image.slice(image.lastIndexOf("/") + 1);
  return short(one) === short(other);
}

function failedBefore(wanted: Wanted, rollouts: readonly Rollout[]): readonly string[] {
  if (wanted.copy?.images) return [];
  const last = rollouts.find(({ revision }) => revision === wanted.release.revision);
  if (!last || last.state === "succeeded" || last.state === "in-progress") return [];
  return [`Its last deployment here did not go well (${last.state})${last.reason ? `: ${last.reason}` : ""}.`];
}

function unknownImages(wanted: Wanted, before: readonly RunImage[]): readonly string[] {
  return wanted.images.flatMap((image) => {
    const was = before.find(({ container }) => container === image.container);
    if (image.digest !== null || (was && isSame(was, image))) return [];
    return [
      `Whether there is an image ${imageInWords(image).replace(" (digest not known)", "")} is seen only when its tasks start.`,
    ];
  });
}
