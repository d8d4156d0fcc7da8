import { nearest } from "../domain/nearest.ts";
import type { Target } from "../domain/operation/operation.ts";
import type { Release, Rollout } from "../domain/platform/releases.ts";
import { ProviderError, Refusal } from "../errors.ts";
import type { VersionsRead } from "./roll-out.ts";

/** How a version is typed: a number, a full name, an image's tag or digest. */
export function versionFrom(text: string): string {
  const version = text.trim();
  if (/^[\w.:/@-]{1,300}$/.test(version)) return version;
  throw new Refusal("bad_argument", "A version is a number, an image's tag or its digest.", "Such as 41 or v41.");
}

/** Whether a version is named by its number, alone or behind its family: 41, backend:41. */
export const isNumbered = (word: string) => /^\d+$|^(?!sha256:).*:\d+$/.test(word);

/** The newest rollout of an image by its tag, or by its digest or the beginning of it. */
export function rolloutOfImage(word: string, rollouts: readonly Rollout[]): Rollout | undefined {
  return rollouts.find(({ images }) =>
    images.some(
      ({ image, digest }) => image.endsWith(`:${word}`) || (/^sha256:\w{6,}$/.test(word) && digest?.startsWith(word)),
    ),
  );
}

/** The version of this service by that name; Refusal where it has none, with the nearest. */
export async function versionNamed(
  word: string,
  target: Target,
  see: VersionsRead,
  current: Release,
): Promise<Release> {
  try {
    const found = await see.release(target.placement, word);
    if (familyOf(found.version) === familyOf(current.version)) return found;
    const known = await knownVersions(word, target, see);
    throw new Refusal("bad_argument", `${found.version} is no version of ${target.name}.`, known);
  } catch (error) {
    if (!(error instanceof ProviderError) || error.fault !== "not_found") throw error;
    const known = await knownVersions(word, target, see);
    throw new Refusal("not_found", `There is no version ${word} of ${target.name}.`, known);
  }
}

const familyOf = (version: string) => version.replace(/:\d+$/, "");

/** The versions nearest to what was typed, else the newest ones. */
async function knownVersions(word: string, target: Target, see: VersionsRead): Promise<string> {
  const versions = await see.versions(target.placement);
  const numbers = versions.map((version) => version.slice(version.lastIndexOf(":") + 1));
  const near = nearest(word.slice(word.lastIndexOf(":") + 1), numbers);
  const shown = near.length > 0 ? near : numbers.slice(0, 5);
  return shown.length === 0 ? "No version is registered." : `There is ${shown.join(", ")}.`;
}
