import type { Place } from "../intent.ts";
import type { Target } from "../operation/operation.ts";

/**
 * What a person lays on a target or an environment, for a time: a lock keeps everybody else from changing it, a freeze
 * everybody.
 */
export interface Hold {
  readonly id: string;
  readonly kind: "lock" | "freeze";
  readonly scope: Scope;
  readonly byId: string;
  readonly reason: string;
  readonly since: Date;
  readonly until: Date;
  /** A lock that is an incident's: operations asked in its channel pass. */
  readonly incidentId: string | null;
  /** Where its card lives. */
  readonly place: Place;
  /** For which end its holder was told that it comes. */
  readonly noticedFor: Date | null;
  readonly endedAt: Date | null;
  /** Null where time ended it. */
  readonly endedBy: string | null;
  readonly endReason: string | null;
}

/** A thing of the catalog, an environment as a whole, or (freezes only) everything. */
export interface Scope {
  /** Null for every environment. */
  readonly environment: string | null;
  /** Null for all of it. */
  readonly target: string | null;
}

export interface HoldRecords {
  /** Null where one of that kind stands on that scope already. */
  readonly insert: (hold: Hold) => Promise<Hold | null>;
  /** Writes the changed facts of one that has not ended; null where it has. */
  readonly update: (
    id: string,
    changes: Partial<Pick<Hold, "until" | "reason" | "noticedFor" | "endedAt" | "endedBy" | "endReason">>,
  ) => Promise<Hold | null>;
  readonly byId: (id: string) => Promise<Hold | null>;
  /** Those that have not ended, the oldest first; one whose time is over may still be among them. */
  readonly standing: () => Promise<readonly Hold[]>;
}

/** How a scope is written: production/backend, production, everything. */
export function scopeName({ environment, target }: Scope): string {
  if (environment === null) return target ?? "everything";
  return target === null ? environment : `${environment}/${target}`;
}

/** Whether what holds for a scope holds for a target. */
export function isIn(scope: Scope, target: Pick<Target, "environment" | "name">): boolean {
  return (
    (scope.environment === null || scope.environment === target.environment) &&
    (scope.target === null || scope.target === target.name)
  );
}

/** Whether two scopes have a target in common. */
export function overlap(one: Scope, other: Scope): boolean {
  const meets = (left: string | null, right: string | null) => left === null || right === null || left === right;
  return meets(one.environment, other.environment) && meets(one.target, other.target);
}

/** Whether it holds at a moment: it has not ended, and its time is not over. */
export function stands(hold: Hold, now: Date): boolean {
  return hold.endedAt === null && hold.until > now;
}

/** Whether it lets through what a person asks in an incident's channel, or anywhere. */
export function letsThrough(
  hold: Hold,
  asked: { readonly callerId: string; readonly incidentId: string | null },
): boolean {
  if (hold.kind === "freeze") return false;
  return hold.incidentId === null ? hold.byId === asked.callerId : hold.incidentId === asked.incidentId;
}
