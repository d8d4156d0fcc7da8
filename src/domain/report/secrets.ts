import type { Configuration, Placement } from "../configuration.ts";
import { ageInDays, type SecretState } from "../platform/secrets.ts";

/** A secret as it was seen, or why it could not be. */
export interface SecretSeen {
  readonly name: string;
  readonly title: string;
  readonly environment: string;
  /** Older than this many days it is overdue; null for never. */
  readonly maxAgeDays: number | null;
  /** Whether `/ops rotate` can be asked for it: the platform or the bot makes its new value. */
  readonly rotatable: boolean;
  readonly ageDays: number | null;
  /** How long a new value has been pending; null where none is or it is not known since when. */
  readonly pendingMinutes: number | null;
  readonly trouble: string | null;
  readonly state: SecretState | null;
}

/** How a secret stands, worst first in the order of these words. */
export type SecretCondition = "deleted" | "stuck" | "unknown" | "overdue" | "rotating" | "well";

/** A new value that is pending for longer is stuck: no function that rotates may run for more. Source: AWS Lambda quotas */
const stuckAfterMinutes = 15;

/** The secrets a report is about, in the catalog's order. */
export function secretsAsked(
  config: Configuration,
  only: { readonly environment: string; readonly name: string } | null,
): readonly (Pick<SecretSeen, "name" | "title" | "maxAgeDays"> & { readonly placement: Placement })[] {
  return config.resources
    .filter((one) => one.kind === "secret" && (only === null || one.name === only.name))
    .flatMap(({ name, title, maxAgeDays, runs }) =>
      runs
        .filter(({ environment }) => only === null || environment === only.environment)
        .map((placement) => ({ name, title, maxAgeDays: maxAgeDays ?? null, placement })),
    );
}

/** What was read of a secret, for a report. */
export function secretSeen(
  asked: ReturnType<typeof secretsAsked>[number],
  found: { readonly state: SecretState } | { readonly trouble: string },
  now: Date,
): SecretSeen {
  const { placement, ...rest } = asked;
  const state = "state" in found ? found.state : null;
  return {
    ...rest,
    environment: placement.environment,
    rotatable: (placement.rotation?.characters ?? null) !== null || (state?.rotation.by ?? null) !== null,
    ageDays: state === null ? null : ageInDays(state, now),
    pendingMinutes:
      state?.pendingSince == null ? null : Math.floor((now.getTime() - state.pendingSince.getTime()) / 60_000),
    trouble: "trouble" in found ? found.trouble : null,
    state,
  };
}

/** What is said of a secret at a glance. */
export function secretCondition({ state, ageDays, maxAgeDays, pendingMinutes }: SecretSeen): SecretCondition {
  if (state === null) return "unknown";
  if (state.deletedAt !== null) return "deleted";
  if (state.pending !== null) return (pendingMinutes ?? 0) > stuckAfterMinutes ? "stuck" : "rotating";
  if (maxAgeDays !== null && ageDays === null) return "unknown";
  return maxAgeDays !== null && ageDays !== null && ageDays > maxAgeDays ? "overdue" : "well";
}
