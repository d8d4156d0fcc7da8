/**
 * Who asks, as Slack itself says. Unknown means no: a person whose kind could not be learned is `unknown` and may
 * do nothing.
 */
export interface Caller {
  readonly userId: string;
  readonly teamId: string;
  /** The name people know them by. */
  readonly name: string;
  readonly email: string | null;
  readonly kind: "member" | "admin" | "guest" | "outsider" | "deleted" | "bot" | "unknown";
  /** Ids of the user groups they are in. */
  readonly groupIds: readonly string[];
  /** Handles of the same groups, without the @; the configuration names groups by handle. */
  readonly groupHandles?: readonly string[];
  /** What could not be told of their groups; left out where all of it is known. */
  readonly groupsInDoubt?: GroupDoubt;
  /** IANA name; UTC where Slack does not say. */
  readonly timezone: string;
}

/** Groups that somebody counts as not being in because it is not certain that they are meant. */
export interface GroupDoubt {
  /** Handles without the @, in lower case; `all` where nothing is known of any group. */
  readonly handles: readonly string[] | "all";
  /** A sentence without its full stop, such as "Slack did not say who is in which user group". */
  readonly why: string;
  readonly next: string;
}

/** What asking for a verb takes at the least; what an operation may do is decided by the policy. */
export type Right = "anyone" | "member";
