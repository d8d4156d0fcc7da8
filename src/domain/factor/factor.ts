/** A second factor: what somebody has beside their Slack session, and what it is kept and checked with. */

/** A code of an authenticator app (RFC 6238), or a passkey (WebAuthn). */
export type FactorKind = "code" | "passkey";

/** What a rule of the policy asks for: either kind, or a passkey alone, which no false page can ask for. */
export type FactorNeed = "any" | "passkey";

/** What is kept of a passkey: its public half. */
export interface Passkey {
  /** base64url, as the browser names it. */
  readonly credentialId: string;
  /** base64url of the COSE key. */
  readonly publicKey: string;
  /** The authenticator's own count of uses; 0 for those that do not count. */
  readonly counter: number;
  readonly transports: readonly string[];
}

/** A second factor somebody has set up. */
export interface Factor {
  readonly id: string;
  readonly userId: string;
  readonly kind: FactorKind;
  readonly addedAt: Date;
  readonly usedAt: Date | null;
  /** For codes: the secret, encrypted with the key of the environment. */
  readonly sealed: string | null;
  /** For passkeys. */
  readonly passkey: Passkey | null;
  readonly removedAt: Date | null;
  /** Slack user id. */
  readonly removedBy: string | null;
  readonly removedWhy: string | null;
}

/** What a link decides where it does not only set factors up: one person's word on exactly one plan. */
export interface LinkDecision {
  readonly operationId: string;
  readonly verb: "confirm" | "approve";
  readonly planHash: string;
}

/** A link to the bot's own pages, for one person and one use. */
export interface FactorLink {
  readonly id: string;
  readonly userId: string;
  /** Null: for setting factors up. */
  readonly decision: LinkDecision | null;
  /** Of the link, and after it was opened of the page. */
  readonly expiresAt: Date;
  readonly openedAt: Date | null;
  /** When a factor there was already was shown on its page. */
  readonly provedAt: Date | null;
  /** What the browser's passkey has to sign. */
  readonly challenge: string | null;
  /** A new secret that waits for its first code, encrypted. */
  readonly sealed: string | null;
  /** Set once nothing more is done through it. */
  readonly endedAt: Date | null;
}

/** Wrong codes since the last right one. */
export interface Tries {
  readonly wrong: number;
  /** No code is taken before. */
  readonly lockedUntil: Date | null;
}

export interface FactorRecords {
  /** Those that stand, oldest first. */
  readonly of: (userId: string) => Promise<readonly Factor[]>;
  readonly byId: (id: string) => Promise<Factor | null>;
  /** Null where that passkey is known already, whoever's it is. */
  readonly insert: (factor: Factor) => Promise<Factor | null>;
  /** Takes the 30-second step a code belongs to; false where that step or a later one was taken before. */
  readonly takeStep: (id: string, step: number, at: Date) => Promise<boolean>;
  /** Notes a use of a passkey with the count it gave; false where another use came between. */
  readonly takeCounter: (id: string, before: number, counter: number, at: Date) => Promise<boolean>;
  /** Others of the same person that were taken away with it. */
  readonly removedWith: (factor: Factor) => Promise<readonly Factor[]>;
  readonly remove: (
    ids: readonly string[],
    removed: { readonly at: Date; readonly by: string; readonly why: string | null },
  ) => Promise<void>;
  /** Wrong codes of a person; whoever asks next waits until this transaction is over. */
  readonly tries: (userId: string) => Promise<Tries>;
  readonly setTries: (userId: string, tries: Tries) => Promise<void>;
  /** Keeps a link under the hash of its token. */
  readonly addLink: (link: FactorLink, tokenHash: string) => Promise<void>;
  readonly linkByToken: (tokenHash: string) => Promise<FactorLink | null>;
  /** Opens a link for the browser that has the session; null where it was opened before. */
  readonly openLink: (id: string, sessionHash: string, changes: Partial<FactorLink>) => Promise<FactorLink | null>;
  /** The link that was opened with the session; whoever asks next waits until this transaction is over. */
  readonly linkBySession: (sessionHash: string) => Promise<FactorLink | null>;
  readonly updateLink: (id: string, changes: Partial<Omit<FactorLink, "id" | "userId">>) => Promise<void>;
  /** Ends every link of a person. */
  readonly endLinks: (userId: string, at: Date) => Promise<void>;
}

/** A new secret for an authenticator app, as its person sees it this once. */
export interface NewSecret {
  /** What is kept. */
  readonly sealed: string;
  /** base32, for typing. */
  readonly text: string;
  /** otpauth://, as the app reads it. */
  readonly uri: string;
  /** The same as a QR code, SVG. */
  readonly picture: string;
}

/** Makes and checks what second factors are made of; null in App where the installation has no key for them. */
export interface Authenticator {
  /** The address of one of the bot's pages, as people's browsers reach it. */
  readonly address: (path: string) => string;
  /** Unguessable, fit for addresses. */
  readonly newToken: () => string;
  readonly newSecret: (person: { readonly userId: string; readonly account: string }) => NewSecret;
  /** The 30-second step a code belongs to, at most one step beside the moment; null where it is wrong. */
  readonly stepOf: (factor: Pick<Factor, "sealed" | "userId">, code: string, at: Date) => number | null;
  /** Resolves once passkeys can be made and checked at once; the first time that takes longer than a transaction may. */
  readonly ready: () => Promise<void>;
  /** What the browser is told to make a passkey with (PublicKeyCredentialCreationOptionsJSON). */
  readonly registration: (person: {
    readonly userId: string;
    readonly name: string;
    readonly known: readonly Passkey[];
  }) => Promise<BrowserOptions>;
  /** The passkey a browser made; null where what it sent does not hold. */
  readonly registered: (answer: unknown, challenge: string) => Promise<Passkey | null>;
  /** What the browser is told to sign with one of those (PublicKeyCredentialRequestOptionsJSON). */
  readonly assertion: (known: readonly Passkey[]) => Promise<BrowserOptions>;
  /** The count the passkey gave; null where what the browser sent does not hold. */
  readonly asserted: (answer: unknown, challenge: string, passkey: Passkey) => Promise<number | null>;
}

/** Options for navigator.credentials, with the challenge in them. */
export interface BrowserOptions {
  readonly challenge: string;
  readonly options: object;
}
