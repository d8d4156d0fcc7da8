import type { Caller } from "../access/caller.ts";
import type { Placement } from "../configuration.ts";
import type { Place } from "../intent.ts";

/** Anything that survives JSON unchanged. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** What an operation is done to: one thing of the catalog in one environment. */
export interface Target {
  readonly kind: "service" | "database" | "cache" | "queue" | "secret";
  /** The catalog's name, such as backend. */
  readonly name: string;
  readonly environment: string;
  readonly production: boolean;
  readonly placement: Placement;
}

/** How a target is written in locks, policy and messages: production/backend. */
export function targetName(target: Pick<Target, "environment" | "name">): string {
  return `${target.environment}/${target.name}`;
}

export interface Change {
  readonly label: string;
  readonly from: string;
  readonly to: string;
}

/** An ask for an operation, as it is recorded and as an undo names it. */
export interface OperationRequest {
  readonly operation: string;
  readonly target: { readonly environment: string; readonly name: string };
  readonly input: Json;
}

/** Plain JSON: stored, hashed, shown, approved, then performed unchanged. */
export interface Plan {
  /** One sentence: "Scale backend in production from 4 to 6". */
  readonly summary: string;
  readonly changes: readonly Change[];
  /** What may go wrong, each a sentence with its figures. */
  readonly risks: readonly string[];
  /** What was seen and is worth knowing, each a sentence. */
  readonly observed: readonly string[];
  /** Read again before apply; a difference makes the plan stale. Never running counts. */
  readonly expects: Readonly<Record<string, string>>;
  /** What apply needs, decided while planning. */
  readonly steps: Json;
  readonly undo: OperationRequest | null;
  /** Set when the world is already as asked: why nothing will be done. */
  readonly nothingToDo: string | null;
  /** The count the policy's limits are held against, with the one before; null where counts have no meaning. */
  readonly count: Count | null;
  /** What of the target it works on, where that is less than all of it: operations on other parts run beside it. */
  readonly part?: string;
}

export interface Count {
  readonly from: number;
  readonly to: number;
  /** It was counted in the world and not given by the person, who can only narrow down what is counted. */
  readonly counted?: true;
}

/** What an operation holds while it runs: its target, or the part of it that the plan names. */
export function lockName(record: Pick<OperationRecord, "target" | "plan">): string {
  const part = record.plan?.part;
  return part === undefined ? targetName(record.target) : `${targetName(record.target)}#${part}`;
}

/** What a look at the world says of an operation that was applied. */
export interface Sighting {
  readonly verdict: "as-asked" | "on-the-way" | "reverted" | "failed";
  /** One line for the card: "running 5 of 6, pending 1". */
  readonly progress: string;
  /** Between 0 and 1, where it can be said. */
  readonly share: number | null;
  /** Evidence: new events of the platform, newest last. */
  readonly events: readonly { readonly at: string; readonly text: string }[];
  /** For reverted and failed: why, in the platform's words. */
  readonly reason: string | null;
  /** As asked in a way that nothing takes back (a session is gone): it need not be seen steady. */
  readonly final?: true;
  /** Seen at work at this moment: it may take longer than a change is waited for. */
  readonly working?: true;
}

/**
 * A verb that changes infrastructure. It supplies plan, apply and look; the domain does the rest, once, for all.
 * `R` and `W` are the read and write halves of the port it works on.
 */
export interface Operation<I, R, W> {
  /** Verb-noun: scale-service. */
  readonly name: string;
  /** The word typed after /ops: scale. */
  readonly verb: string;
  readonly summary: string;
  readonly targetKind: Target["kind"];
  /** Checks what was asked or stored; throws a Refusal. */
  readonly parse: (input: Json) => I;
  /** Reads the world and says what would change; throws a Refusal where it cannot be done at all. */
  readonly plan: (input: I, target: Target, see: R) => Promise<Plan>;
  /** Reads again what the plan expects; the keys are those of `plan.expects`. */
  readonly expectations: (plan: Plan, target: Target, see: R) => Promise<Readonly<Record<string, string>>>;
  /** Does it. Every write bears repeating: a crash may fall between a call and its record. */
  readonly apply: (plan: Plan, target: Target, act: W, run: Run) => Promise<void>;
  /** Looks at the world once; the domain decides how long it must stay as asked. */
  readonly look: (plan: Plan, target: Target, see: R, since: Date, operationId?: string) => Promise<Sighting>;
}

/** An operation of any kind, as lists and the domain hold it; what goes in comes from its own `parse` and port. */
export type AnyOperation = Operation<unknown, unknown, unknown>;

/** Lets an operation stand in a list with others: its own types are kept by whoever declares it. */
export function anyOperation<I, R, W>(operation: Operation<I, R, W>): AnyOperation {
  return operation as unknown as AnyOperation;
}

export interface Run {
  /** Stable for the life of the operation: derive idempotency tokens from it. */
  readonly operationId: string;
  /** Does a named step once; after a restart a recorded step is skipped. */
  readonly step: (name: string, work: () => Promise<void>) => Promise<void>;
  /**
   * Does a long step in slices of a few seconds. Where the last one ended is recorded, so that a restart goes on from
   * there, and a person may stop it between two.
   */
  readonly slices: (name: string, work: (cursor: Json) => Promise<Slice>) => Promise<void>;
}

export interface Slice {
  /** Where the next slice goes on; null when all is done. It starts as null. */
  readonly cursor: Json;
  /** "120,000 of 1,000,000 deleted" */
  readonly progress: string;
  readonly share: number | null;
}

export const operationStates = [
  "requested",
  "planning",
  "planned",
  "awaiting-approval",
  "approved",
  "applying",
  "verifying",
  "ended",
  "refused",
  "expired",
  "stale",
] as const;
export type OperationState = (typeof operationStates)[number];

export type Outcome =
  | "verified"
  | "applied-then-reverted"
  | "applied-not-verified"
  | "failed-no-change"
  | "failed-partial"
  | "cancelled"
  | "nothing-to-do";

export interface Approval {
  readonly userId: string;
  readonly at: Date;
  readonly planHash: string;
}

/** An operation as it is recorded. */
export interface OperationRecord {
  readonly id: string;
  /** Short and speakable, such as op-7F3K; for people. */
  readonly code: string;
  readonly request: OperationRequest;
  readonly target: Target;
  readonly reason: string | null;
  readonly requesterId: string;
  /** Who the requester was when asking, for the policy. */
  readonly caller: Caller;
  readonly incidentId: string | null;
  /** Where it was asked; null where Slack does not say. */
  readonly channelId: string | null;
  /** Where its card lives: where it was asked, or where the bot can post instead. */
  readonly place: Place;
  readonly state: OperationState;
  readonly outcome: Outcome | null;
  readonly plan: Plan | null;
  readonly planHash: string | null;
  /** What the policy asked for when it was planned. */
  readonly ruling: Ruling | null;
  readonly approvals: readonly Approval[];
  readonly stepsDone: readonly string[];
  /** How far the long step at hand has come; where it goes on after a restart. */
  readonly cursor?: Json;
  /** `--yes`: apply as soon as it is planned, where policy asks for no click. */
  readonly skipConfirm: boolean;
  readonly progress: string | null;
  readonly share: number | null;
  readonly events: readonly { readonly at: string; readonly text: string }[];
  /** Why it ended as it did, in words. */
  readonly detail: string | null;
  readonly requestedAt: Date;
  readonly plannedAt: Date | null;
  readonly appliedAt: Date | null;
  /** Since when the world has been as asked. */
  readonly steadySince: Date | null;
  readonly endedAt: Date | null;
  readonly expiresAt: Date | null;
  /** The operation this one undoes. */
  readonly undoOf: string | null;
  readonly version: number;
}

/** What the policy says of one plan. */
export interface Ruling {
  readonly rule: string;
  readonly approvals: number;
  readonly approvers: readonly string[];
  readonly confirm: "none" | "click" | "type";
}
