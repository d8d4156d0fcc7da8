/** Where an account's calls are looked up: with an environment's credentials, in its region. */
export interface TrailPlace {
  readonly environment: string;
  /** Null for the usual one. */
  readonly region: string | null;
}

/** Changes: everything that is not read-only; sign-ins to the console; reads that were refused. */
export type TrailQuestion = "changes" | "sign-ins" | "denied";

/** One call that somebody made in the account. */
export interface TrailEvent {
  readonly id: string;
  readonly at: Date;
  /** ecs:UpdateService */
  readonly what: string;
  /** Full name of the identity; of a service of the platform its own name. */
  readonly who: string;
  /** For whom a role was assumed, where that was said. */
  readonly person: string | null;
  /** The address it came from. */
  readonly address: string | null;
  readonly region: string;
  /** Done by the platform itself, such as its autoscaling. */
  readonly byPlatform: boolean;
  /** The platform's word for why it failed; null where it did not. */
  readonly error: string | null;
  /** What it was about, in a few words; empty where nothing says. */
  readonly about: string;
}

export interface TrailSeen {
  /** Newest first. */
  readonly events: readonly TrailEvent[];
  /** What is missing of what was asked for, in words; empty where nothing is. */
  readonly gaps: readonly string[];
  /** Who the bot itself is there; null where that could not be found out. */
  readonly own: string | null;
}

export interface TrailRead {
  /** Calls between two moments; ends within 22 s and says what it did not get to. Throws ProviderError where nothing can be read. */
  readonly read: (
    at: TrailPlace,
    wanted: { readonly what: TrailQuestion; readonly from: Date; readonly until: Date },
  ) => Promise<TrailSeen>;
}

/** How far back a trail goes at all: 90 days. Source: docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html */
export const trailDays = 90;
