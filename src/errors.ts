/**
 * The three kinds of trouble. A Refusal is the person's to put right, a ProviderError is what the outside said,
 * anything else is our bug and is shown with a reference number only.
 */

/** Every reason the product refuses for; closed, so that dashboards and tests can rely on it. */
export const refusalCodes = [
  "unknown_verb",
  "unknown_target",
  "unknown_environment",
  "unknown_severity",
  "unknown_person",
  "unknown_role",
  "unknown_incident",
  "unknown_option",
  "missing_argument",
  "bad_argument",
  "not_here",
  "not_allowed",
  "not_yours",
  "over_limit",
  "needs_reason",
  "needs_confirmation",
  "needs_factor",
  "already_done",
  "stale",
  "expired",
  "locked",
  "frozen",
  "outside_window",
  "not_possible",
  "not_found",
  "try_again",
] as const;
export type RefusalCode = (typeof refusalCodes)[number];

/** Something the person can put right: a plain sentence that says what is wrong, and the next step. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly code: RefusalCode;
  /** What to do instead, as a sentence; shown after the message. */
  readonly next: string | null;
  /** For forms: the input (by block id) the refusal belongs to. */
  readonly field: string | null;
  constructor(code: RefusalCode, message: string, next: string | null = null, field: string | null = null) {
    super(message);
    this.code = code;
    this.next = next;
    this.field = field;
  }
}

/** What kind of no it was, which decides whether asking again can help. */
export type ProviderFault =
  | "denied"
  | "expired"
  | "throttled"
  /** It lets nobody in because all its connections are taken. */
  | "full"
  | "not_found"
  | "refused"
  | "unreachable"
  | "timeout";

/** The outside said no; its own code and request id are kept for the person who has to ask it why. */
export class ProviderError extends Error {
  override readonly name = "ProviderError";
  readonly provider: string;
  readonly operation: string;
  readonly fault: ProviderFault;
  readonly code: string;
  readonly requestId: string | null;
  /** Seconds after which it may be asked again, where it said so. */
  readonly retryAfterSeconds: number | null;
  constructor(facts: {
    readonly provider: string;
    readonly operation: string;
    readonly fault: ProviderFault;
    readonly code: string;
    readonly message: string;
    readonly requestId?: string | null;
    readonly retryAfterSeconds?: number | null;
    readonly cause?: unknown;
  }) {
    super(facts.message, { cause: facts.cause });
    this.provider = facts.provider;
    this.operation = facts.operation;
    this.fault = facts.fault;
    this.code = facts.code;
    this.requestId = facts.requestId ?? null;
    this.retryAfterSeconds = facts.retryAfterSeconds ?? null;
  }
}

/** The configuration is wrong; every fault at once, each with file, line and field. Exit code 2. */
export class ConfigurationError extends Error {
  override readonly name = "ConfigurationError";
  readonly faults: readonly string[];
  constructor(faults: readonly string[]) {
    super(faults.join("\n"));
    this.faults = faults;
  }
}
