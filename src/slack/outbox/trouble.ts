/** Refusals that are about the bot as a whole and end when somebody mends them: what was to be sent is not to blame. */
const passing = new Set([
  "invalid_auth",
  "account_inactive",
  "token_revoked",
  "token_expired",
  "not_authed",
  "missing_scope",
  "team_access_not_granted",
]);

/** Whether Slack's refusal ends by itself or when an administrator mends the installation. */
export function isPassing(word: string): boolean {
  return passing.has(word);
}
