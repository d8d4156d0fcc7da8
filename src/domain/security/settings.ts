/** How security incidents are looked into, and watched afterwards. */
export interface SecuritySettings {
  /** How long before an incident's start evidence is gathered from, in seconds. */
  readonly lookbackSeconds: number;
  /** What lines of access logs that tell of a failed authentication hold, each in exactly these letters. */
  readonly logWords: readonly string[];
  /** How long health is at least watched after resolving, in minutes. */
  readonly watchMinutes: number;
}

/** Of an installation that says nothing else. */
export const usualSecurity: SecuritySettings = {
  lookbackSeconds: 86_400,
  logWords: [
    "authentication failed",
    "Authentication failed",
    "login failed",
    "Unauthorized",
    "Forbidden",
    " 401 ",
    " 403 ",
  ],
  watchMinutes: 120,
};
