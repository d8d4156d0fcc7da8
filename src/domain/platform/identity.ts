/** Who the bot is to a platform while it works for somebody. */

/** How much a call may do: look, change what can be taken back, or delete, interrupt and make void. */
export const tiers = ["read", "operate", "destructive"] as const;
export type Tier = (typeof tiers)[number];

/** The roles that calls to one environment are made with, instead of the bot's own credentials. */
export interface AccessRoles {
  /** Full name of the role of each tier; null where there is none, so that nothing of that tier can be done. */
  readonly roles: Readonly<Record<Tier, string | null>>;
  /** What the roles ask for beside the name; null where they do not. */
  readonly externalId: string | null;
  /** How long credentials last until they are renewed; 900 to 43,200. */
  readonly sessionSeconds: number;
}

/** For whom and for what calls are made. */
export interface Acting {
  /** scale-service */
  readonly operation: string;
  /** Slack user id. */
  readonly person: string;
}

/** Runs work whose calls to platforms carry the name of the operation and of the person, where the platform keeps such names. */
export type ActAs = <T>(acting: Acting, work: () => Promise<T>) => Promise<T>;
