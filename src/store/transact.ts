import type { App } from "../domain/ports.ts";
import { Refusal } from "../errors.ts";
import type { Database, RecordContext } from "./database.ts";
import { databaseAway } from "./database-away.ts";

/** A recording transaction that takes longer than this is rolled back, so that the person can still be told in time. */
const budgetMilliseconds = 2000;

/**
 * Makes the one way to record anything: a transaction with all records in it, committed together or not at all.
 * A database that is away is a Refusal "try_again".
 */
export function createTransact<A extends App>(options: {
  readonly db: Database;
  readonly now: () => Date;
  readonly newId: () => string;
  readonly app: (context: RecordContext) => A;
}): <T>(work: (app: A) => Promise<T>) => Promise<T> {
  return async (work) => {
    const afterwards = new Set<() => void>();
    const running = options.db.transaction().execute(async (trx) => {
      const afterCommit = (later: () => void) => void afterwards.add(later);
      const app = options.app({ db: trx, now: options.now(), newId: options.newId, afterCommit });
      return withinBudget(work(app));
    });
    try {
      const result = await running;
      for (const later of afterwards) later();
      return result;
    } catch (error) {
      throw databaseAway(error) ?? error;
    }
  };
}

async function withinBudget<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () =>
        reject(
          new Refusal("try_again", "The database is slow right now; nothing was recorded.", "Try again in a moment."),
        ),
      budgetMilliseconds,
    );
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
