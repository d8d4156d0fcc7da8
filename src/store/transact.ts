import { CompiledQuery } from "kysely";
import type pg from "pg";
import type { App } from "../domain/ports.ts";
import { Refusal } from "../errors.ts";
import { databaseOn, sendOn } from "./connection.ts";
import type { RecordContext } from "./database.ts";
import { databaseAway } from "./database-away.ts";

/** A recording transaction that takes longer than this is rolled back, so that the person can still be told in time. */
const budgetMilliseconds = 2000;

const [begin, commit, rollback] = ["begin", "commit", "rollback"].map((word) => CompiledQuery.raw(word)) as [
  CompiledQuery,
  CompiledQuery,
  CompiledQuery,
];

/**
 * Makes the one way to record anything: a transaction with all records in it, committed together or not at all.
 * A database that is away is a Refusal "try_again".
 */
export function createTransact<A extends App>(options: {
  readonly pool: pg.Pool;
  readonly now: () => Date;
  readonly newId: () => string;
  readonly app: (context: RecordContext) => A;
}): <T>(work: (app: A) => Promise<T>) => Promise<T> {
  return async (work) => {
    const afterwards = new Set<() => void>();
    try {
      const result = await within(options.pool, (sent) => {
        const { client, watch } = sent;
        const app = options.app({
          db: databaseOn(client),
          now: options.now(),
          newId: options.newId,
          claim: { first: Promise.resolve(true) },
          afterCommit: (later) => void afterwards.add(later),
          send: (query) => {
            const answer = sendOn(client, query);
            watch(answer);
            return answer;
          },
          watch,
        });
        return work(app);
      });
      for (const later of afterwards) later();
      return result;
    } catch (error) {
      throw databaseAway(error) ?? error;
    }
  };
}

interface Sent {
  readonly client: pg.PoolClient;
  /** What the transaction has to wait for before it commits, and fails with. */
  readonly watch: (answer: Promise<unknown>) => void;
}

/**
 * Each wait for an answer costs more than its statement, so `begin` leaves together with the first one, and what is
 * only written is waited for once, before the commit.
 */
async function within<T>(pool: pg.Pool, work: (sent: Sent) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  const watched: Promise<unknown>[] = [];
  // A statement that fails makes those after it fail with "transaction is aborted": the first word is the true one.
  let first: { readonly error: unknown } | null = null;
  const watch = (answer: Promise<unknown>): void => {
    watched.push(answer);
    answer.catch((error: unknown) => {
      first ??= { error };
    });
  };
  let broken = false;
  try {
    watch(sendOn(client, begin));
    const result = await inBudget(async () => {
      const done = await work({ client, watch });
      await Promise.all(watched);
      return done;
    });
    await commitOn(client);
    return result;
  } catch (error) {
    const failed = first as { readonly error: unknown } | null;
    await sendOn(client, rollback).catch(() => {
      broken = true;
    });
    throw failed ? failed.error : error;
  } finally {
    client.release(broken);
  }
}

async function commitOn(client: pg.PoolClient): Promise<void> {
  const ended = await sendOn(client, commit).catch((error: unknown) => {
    if (!databaseAway(error)) throw error;
    const unsure = new Refusal(
      "try_again",
      "The database went away while this was being recorded, so I cannot say whether it was.",
      "Look before you try again.",
    );
    unsure.cause = error;
    throw unsure;
  });
  // The server's way to say that a statement had failed and nothing was kept.
  if (ended.command === "ROLLBACK") throw new Error("The transaction had failed before its commit");
}

async function inBudget<T>(work: () => Promise<T>): Promise<T> {
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
    return await Promise.race([work(), late]);
  } finally {
    clearTimeout(timer);
  }
}
