import type { Placement } from "../configuration.ts";
import type { ServicesRead, ServicesWrite } from "../platform.ts";

/** What is known of a secret without its value. */
export interface SecretState {
  readonly createdAt: Date | null;
  readonly changedAt: Date | null;
  /** When a rotation last ended well; null where none ever did. */
  readonly rotatedAt: Date | null;
  /** Whether the platform rotates it by itself, how often, and when next. */
  readonly rotation: {
    readonly on: boolean;
    /** What carries a rotation out on the platform, by name; null where nothing does. */
    readonly by: string | null;
    readonly everyDays: number | null;
    readonly nextAt: Date | null;
  };
  /** Ids of versions by what they are for; they say nothing about values. */
  readonly current: string | null;
  readonly pending: string | null;
  /** When the pending version was made; null where none is or the platform does not say. */
  readonly pendingSince: Date | null;
  readonly previous: string | null;
  /** Set while it waits for its deletion. */
  readonly deletedAt: Date | null;
}

/** Reads dates and switches of secrets; none of these calls can see a value. */
export interface SecretsRead {
  /** Throws ProviderError not_found where there is none. */
  readonly describe: (at: Placement) => Promise<SecretState>;
}

/** Changes secrets. Every call bears repeating; new values are made inside and never handed out. */
export interface SecretsWrite {
  /** Has the platform rotate it, as a version of that id. One that is at it already is left alone. */
  readonly rotate: (at: Placement, version: string) => Promise<void>;
  /** Stores a random value of so many characters as the pending version of that id; where it is there, nothing. */
  readonly store: (at: Placement, version: string, characters: number) => Promise<void>;
  /** Makes a version current, where `from` or it is; ProviderError refused, code CurrentMoved, where another one is. */
  readonly makeCurrent: (at: Placement, versions: { readonly from: string; readonly to: string }) => Promise<void>;
  /** Ends the platform's rotation that is under way, if any, and its rotating by itself. The pending version stays. */
  readonly cancelRotation: (at: Placement) => Promise<void>;
  /** Takes the labels off a version that is not current, so that it cannot be read by them any more. */
  readonly revoke: (at: Placement, version: string) => Promise<void>;
}

/** What a rotation reads: the secret, and the services that read it at their start. */
export interface RotationRead extends SecretsRead {
  readonly services: (at: Placement) => ServicesRead;
}

/** What a rotation changes. */
export interface RotationWrite extends SecretsRead, SecretsWrite {
  readonly services: (at: Placement) => ServicesRead & ServicesWrite;
}

/** How old a secret's value is, in whole days; null where the platform does not say. */
export function ageInDays(state: Pick<SecretState, "createdAt" | "changedAt" | "rotatedAt">, now: Date): number | null {
  const since = state.rotatedAt ?? state.changedAt ?? state.createdAt;
  return since === null ? null : Math.floor((now.getTime() - since.getTime()) / 86_400_000);
}
