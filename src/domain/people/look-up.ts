import type { PersonReference } from "../configuration.ts";
import type { Identify, Transact } from "../ports.ts";

/**
 * Looks up in Slack who each reference stands for and what kind of person that is, and keeps it. Never inside a
 * transaction. Throws where Slack is away; what was known before stays.
 */
export async function lookUpPeople(
  needs: {
    readonly transact: Transact;
    readonly identify: Identify;
    readonly people: (reference: PersonReference) => Promise<readonly string[]>;
  },
  references: readonly PersonReference[],
): Promise<void> {
  for (const reference of new Set(references)) {
    const userIds = await needs.people(reference);
    const callers = await Promise.all(userIds.map((userId) => needs.identify(userId)));
    await needs.transact(async (app) => {
      for (const caller of callers) await app.people.keep(caller);
      await app.people.keepMeant(reference, userIds);
    });
  }
}
