import type { PersonEntry } from "../configuration.ts";
import type { App } from "../ports.ts";
import type { Caller } from "./caller.ts";

type Account = Pick<Caller, "userId" | "email">;

/**
 * Whether two accounts are one person's: the same account, the same mailbox (what follows a + in it does not count),
 * or accounts that the configuration says belong together.
 */
export function isSamePerson(people: readonly PersonEntry[], one: Account, other: Account): boolean {
  if (one.userId === other.userId) return true;
  const mailbox = mailboxOf(one.email);
  if (mailbox !== null && mailbox === mailboxOf(other.email)) return true;
  return people.some(({ reference, accounts = [] }) => {
    const own = [reference, ...accounts];
    return own.some((word) => isMeant(one, word)) && own.some((word) => isMeant(other, word));
  });
}

/** Whether an account is the caller's own, or another one of the same person as far as that is known. */
export async function isOwnAccount(
  app: Pick<App, "config" | "people">,
  caller: Caller,
  userId: string,
): Promise<boolean> {
  const known = await app.people.known([userId]);
  return isSamePerson(app.config.people, caller, known.get(userId) ?? { userId, email: null });
}

function isMeant(account: Account, word: string): boolean {
  return word === account.userId || (mailboxOf(word) !== null && mailboxOf(word) === mailboxOf(account.email));
}

function mailboxOf(email: string | null): string | null {
  const [, name, host] = /^([^@+]+)(?:\+[^@]*)?@(.+)$/.exec(email?.trim().toLowerCase() ?? "") ?? [];
  return name && host ? `${name}@${host}` : null;
}
