import type { RefusalCode } from "../../errors.ts";
import type { Caller } from "../access/caller.ts";
import type { Lift, Placement, Service } from "../configuration.ts";
import type { FactorKind, FactorNeed } from "../factor/factor.ts";
import type { Place } from "../intent.ts";
import type { RememberedRoute } from "../platform/traffic.ts";
import type { App } from "../ports.ts";
import type { ItemStanding, Measured } from "../release-care/checklist.ts";
import type { DeploymentItem } from "../release-care/settings.ts";
import type { SequenceStep } from "./sequence.ts";

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
  /** Set where the target's name must be typed to confirm, whatever the policy says. */
  readonly confirm?: "type";
  /** How many other people must approve at least, whatever the policy says; only broken glass lifts it. */
  readonly approvals?: number;
  /** What of the target it works on, where that is less than all of it: operations on other parts run beside it. */
  readonly part?: string;
  /** What was before comes back by itself: after so many seconds, or with null when somebody asks for it. */
  readonly lease?: { readonly seconds: number | null; readonly held: Held };
  /** What the button for the way back says, where that is not the count before. */
  readonly undoLabel?: string;
  /** Only from the step on that begins so there is something to undo; left out: from the first. */
  readonly undoAfter?: string;
  /** What has to be done before it may be confirmed, as the configuration said when it was planned. */
  readonly checklist?: readonly DeploymentItem[];
  /** Other operations that it carries out one after the other, each verified before the next begins. */
  readonly sequence?: readonly SequenceStep[];
}

/** A service's count and its autoscaler's bounds as a lease left them; null where nothing scales it. */
export interface Held {
  readonly count: number;
  /** The size its tasks were given, and the full name of the version that has the one before; where that is what is held. */
  readonly size?: { readonly cpu: number; readonly memory: number; readonly of: string };
  readonly bounds: { readonly min: number; readonly max: number } | null;
  /** What led requests to it, exactly as it was; where it was taken out of its load balancer. The count is then that of its targets. */
  readonly routes?: readonly RememberedRoute[];
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
  /** As asked, and to be seen so for longer than usual before it counts: there is something left to wait for. */
  readonly steadySeconds?: number;
  /** As asked as far as can be now: the platform itself goes on later, and then it is looked at again. ISO 8601. */
  readonly againAt?: string;
  /** What was found out and is to be kept: handed to the operation's `keep`. */
  readonly facts?: Json;
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
  /** It brings something new: the checklist of the configuration is done before it. */
  readonly checklist?: true;
  /** The ports it works on, where that is not the one of its target's kind. */
  readonly ports?: readonly PortName[];
  /** What of the bot itself it works on, instead of a platform's port. */
  readonly own?: OwnPortName;
  /** Checks what was asked or stored; throws a Refusal. */
  readonly parse: (input: Json) => I;
  /**
   * Reads the world and says what would change; throws a Refusal where it cannot be done at all. `entry` is what the
   * configuration says of the service as it is now.
   */
  readonly plan: (input: I, target: Target, see: R, entry?: Service | null) => Promise<Plan>;
  /** Reads again what the plan expects; the keys are those of `plan.expects`. */
  readonly expectations: (plan: Plan, target: Target, see: R) => Promise<Readonly<Record<string, string>>>;
  /** Does it. Every write bears repeating: a crash may fall between a call and its record. */
  readonly apply: (plan: Plan, target: Target, act: W, run: Run) => Promise<void>;
  /** Looks at the world once; the domain decides how long it must stay as asked. `facts` are what its steps found out. */
  readonly look: (
    plan: Plan,
    target: Target,
    see: R,
    since: Date,
    operationId?: string,
    facts?: OperationRecord["facts"],
  ) => Promise<Sighting>;
  /** Writes what is to be known of it later into the records, in the transaction in which a look settles it. */
  readonly keep?: (app: App, record: OperationRecord, seen: Sighting) => Promise<void>;
}

/** A port of a platform that operations work on. */
export type PortName =
  | "services"
  | "releases"
  | "traffic"
  | "databases"
  | "caches"
  | "queues"
  | "secrets"
  | "snapshots"
  | "sizes"
  | "nodes"
  | "dumps";

/** What operations of the bot itself work on: other operations, health addresses, watches of deployments. */
export type OwnPortName = "steps" | "health" | "watches";

/** An operation of any kind, as lists and the domain hold it; what goes in comes from its own `parse` and port. */
export type AnyOperation = Operation<unknown, unknown, unknown>;

/** Lets an operation stand in a list with others: its own types are kept by whoever declares it. */
export function anyOperation<I, R, W>(operation: Operation<I, R, W>): AnyOperation {
  return operation as unknown as AnyOperation;
}

export interface Run {
  /** Stable for the life of the operation: derive idempotency tokens from it. */
  readonly operationId: string;
  /** A process ended in the middle of it before: what the step at hand had done by then is not counted. */
  readonly interrupted?: boolean;
  /** Something was sent before whose answer is not known: it may have been done. */
  readonly inDoubt?: boolean;
  /** When it began to be carried out, by the bot's clock, before its first call. */
  readonly begunAt?: Date;
  /** Who asked and for which incident, for labels on what is made. */
  readonly askedBy?: string;
  readonly incidentId?: string | null;
  /** Does a named step once; after a restart a recorded step is skipped. */
  readonly step: (name: string, work: () => Promise<void>) => Promise<void>;
  /**
   * Does a long step in slices of a few seconds. Where the last one ended is recorded, so that a restart goes on from
   * there, and a person may stop it between two: then `stopped` clears away what is under way. `at` is the moment by
   * the bot's clock.
   */
  readonly slices: (
    name: string,
    work: (cursor: Json, at: Date) => Promise<Slice>,
    stopped?: () => Promise<void>,
  ) => Promise<void>;
}

/** Stands before what a long step has counted: what an interrupted slice had done by then is not in it. */
export function atLeast(run: Pick<Run, "interrupted">): string {
  return run.interrupted === true ? "at least " : "";
}

export interface Slice {
  /** Where the next slice goes on; null when all is done. It starts as null. */
  readonly cursor: Json;
  /** "120,000 of 1,000,000 deleted" */
  readonly progress: string;
  readonly share: number | null;
  /** There is nothing to do for so long but to wait; the next slice comes after that. */
  readonly waitSeconds?: number;
  /** What was found out and is to be kept: added to the record's facts. */
  readonly facts?: { readonly [name: string]: Json };
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
  /** The rules it counts for, where several want approvals of their own. */
  readonly rules?: readonly string[];
  /** The second factor that was shown with it. */
  readonly factor?: FactorKind | null;
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
  /** The second factor that the requester showed, and for which plan. */
  readonly confirmedWith?: { readonly factor: FactorKind; readonly planHash: string };
  /** Of a refused one, the kind of refusal. */
  readonly refusedFor?: RefusalCode;
  readonly stepsDone: readonly string[];
  /** How far the long step at hand has come; where it goes on after a restart. */
  readonly cursor?: Json;
  /** A process is at it, or ended while it was: the next one to take it up finds the mark. */
  readonly underWay?: boolean;
  /** How often a process ended in the middle of it. */
  readonly interruptions?: number;
  /** Something was sent whose answer is not known: it may have changed something. */
  readonly inDoubt?: boolean;
  /** What its steps found out. */
  readonly facts?: { readonly [name: string]: Json };
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
  /** When everything was sent and watching began. */
  readonly verifyingAt?: Date;
  /** Since when the step at hand gets no answer. */
  readonly troubledAt?: Date | null;
  /** Since when the world has been as asked. */
  readonly steadySince: Date | null;
  readonly endedAt: Date | null;
  readonly expiresAt: Date | null;
  /** The operation this one undoes. */
  readonly undoOf: string | null;
  /** Set when it was asked for with the glass broken. */
  readonly breakGlass?: BreakGlass | null;
  /** The change it is carried out under. */
  readonly changeId?: string | null;
  /** What was last read of the figures that its checklist asks for. */
  readonly measured?: Measured;
  /** The operations that its steps are, as far as they were begun: their ids. */
  readonly parts?: readonly string[];
  /** The operation it is a step of; what was confirmed and approved there holds for it. */
  readonly partOf?: { readonly id: string; readonly step: number };
  /** Its checklist as it stood when it began. */
  readonly checked?: readonly ItemStanding[];
  /** The lease it ends. What comes back was granted with the lease where that says so, and needs no click. */
  readonly restores?: { readonly leaseId: string; readonly granted: boolean };
  readonly version: number;
}

/** Protections lifted for one operation in an emergency, and the review that this owes. */
export interface BreakGlass {
  readonly reason: string;
  readonly rule: string;
  readonly lifts: readonly Lift[];
  readonly until: Date;
  readonly reviewers: readonly string[];
  /** yyyy-MM-dd */
  readonly reviewBy: string;
  readonly reviewed: { readonly byId: string; readonly at: Date; readonly note: string | null } | null;
  /** The action item of the incident it was done in. */
  readonly actionItemId: string | null;
}

/** What the policy says of one plan. */
export interface Ruling {
  readonly rule: string;
  readonly approvals: number;
  readonly approvers: readonly string[];
  /** Where several rules decide, for different people to approve: each wants its own. Approvers are then all of them. */
  readonly each?: readonly Pick<Ruling, "rule" | "approvals" | "approvers">[];
  readonly confirm: "none" | "click" | "type";
  /** An approval counts for so many minutes; null or left out: as long as the plan. */
  readonly approvalMinutes?: number | null;
  /** What whoever confirms and whoever approves has to show beside their Slack session. */
  readonly secondFactor?: FactorNeed | null;
}
