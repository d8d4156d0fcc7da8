import type { Target } from "../domain/operation/operation.ts";
import type { ReleasesRead, Rollout } from "../domain/platform/releases.ts";
import { ProviderError, type ProviderFault } from "../errors.ts";

/** What was brought out, newest first; where the platform does not tell at all, none, and its code for that. */
export interface KnownRollouts {
  readonly rollouts: readonly Rollout[];
  readonly unread: string | null;
}

/** A no for good. What may pass is no reason to go on without knowing. */
const forGood: readonly ProviderFault[] = ["denied", "refused", "not_found"];

/** What was brought out here, at most so many; without it where the role may not read it or the platform has no such call. */
export async function knownRollouts(
  target: Target,
  see: Pick<ReleasesRead, "rollouts">,
  most: number,
): Promise<KnownRollouts> {
  try {
    return { rollouts: await see.rollouts(target.placement, most), unread: null };
  } catch (error) {
    if (!(error instanceof ProviderError) || !forGood.includes(error.fault)) throw error;
    return { rollouts: [], unread: error.code };
  }
}
