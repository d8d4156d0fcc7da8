import pg from "pg";
import type { App } from "../domain/ports.ts";
import { Refusal } from "../errors.ts";
import { sendOn } from "./batch.ts";
import { databaseOn } from "./connection.ts";
import type { RecordContext } from "./database.ts";
import { databaseAway, isOutdated } from "./database-away.ts";

/** A recording transaction that takes longer than this is rolled back, so that the person can still be told in time. */
const budgetMilliseconds = 2000;

const begin = { sql: "begin", parameters: [] };
const commit = { sql: "commit", parameters: [] };
const rollback = { sql: "rollback", parameters: [] };

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
        const { client, watch, isSent } = sent;
        const app = options.app({
          db: databaseOn(client),
          now: options.now(),
          newId: options.newId,
          claim: { first: Promise.resolve(true) },
          afterCommit: (later) => void afterwards.add(later),
          send: (statement) => {
            const answer = sendOn(client, statement);
            isSent(answer);
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
  /** Work that may still have statements to send: it ends before the commit is sent. */
  readonly watch: (work: Promise<unknown>) => void;
  /** A statement that was sent: the commit follows it at once. */
  readonly isSent: (answer: Promise<unknown>) => void;
}

/**
 * Each wait for an answer costs more than its statement. So `begin` leaves together with the first one, and the commit
 * right behind what is only written: the server undoes the whole where one of them fails.
 */
async function within<T>(pool: pg.Pool, work: (sent: Sent) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  const sent: Promise<unknown>[] = [];
  const underWay: Promise<unknown>[] = [];
  // A statement that fails makes those after it fail with "transaction is aborted": the first word is the true one.
  let first: { readonly error: unknown } | null = null;
  const keepTo = (list: Promise<unknown>[]) => (answer: Promise<unknown>) => {
    list.push(answer);
    answer.catch((error: unknown) => {
      first ??= { error };
    });
  };
  const isSent = keepTo(sent);
  let broken = false;
  try {
    isSent(sendOn(client, begin));
    const result = await inBudget(async () => {
      const done = await work({ client, watch: keepTo(underWay), isSent });
      await Promise.all(underWay);
      return done;
    });
    await commitOn(client, sent);
    return result;
  } catch (error) {
    const failed = (first as { readonly error: unknown } | null)?.error ?? error;
    await sendOn(client, rollback).catch(() => {
      broken = true;
    });
    broken ||= isOutdated(failed);
    throw error instanceof Unsure ? error.refusal : failed;
  } finally {
    client.release(broken);
  }
}

/** The line broke with the commit under way. */
class Unsure extends Error {
  readonly refusal = new Refusal(
    "try_again",
    "The database went away while this was being recorded, so I cannot say whether it was.",
    "Look before you try again.",
  );
}

/** Sends the commit behind the statements that were sent, and waits for all of them. */
async function commitOn(client: pg.PoolClient, sent: readonly Promise<unknown>[]): Promise<void> {
  const answers = await Promise.allSettled([sendOn(client, commit), ...sent]);
  const [committed, ...statements] = answers;
  // What the server itself says of a statement is certain: the commit behind it undid everything.
  const refused = statements.find((one) => one.status === "rejected" && one.reason instanceof pg.DatabaseError);
  if (refused?.status === "rejected") throw refused.reason;
  if (committed?.status === "rejected") {
    if (!databaseAway(committed.reason)) throw committed.reason;
    const unsure = new Unsure();
    unsure.refusal.cause = committed.reason;
    throw unsure;
  }
  // The server's way to say that a statement had failed and nothing was kept.
  if (committed?.value.command === "ROLLBACK") throw new Error("The transaction had failed before its commit");
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
