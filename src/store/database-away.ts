import { Refusal } from "../errors.ts";

/**
 * SQLSTATE classes and codes that say the server cannot serve us now, not that we asked for something wrong:
 * connection trouble, out of resources, shut down or starting, cancelled for taking too long, deadlock, read-only.
 * Source: postgresql.org/docs/current/errcodes-appendix.html
 */
const away = /^(?:08|53|57P0|57014|55P03|25006|40001|40P01|25P0[34])/;
const network = /^(?:ECONN|ETIMEDOUT|EPIPE|EHOSTUNREACH|ENETUNREACH|EAI_AGAIN|ENOTFOUND)/;
// node-postgres gives these no code (pg 8: lib/client.js, pg-pool: index.js), nor does pg-boss (12: db.js).
const spoken =
  /timeout exceeded when trying to connect|connection terminated|connection timeout|Cannot use a pool after|heartbeat timed out/i;

/**
 * Whether a table has changed since the connection prepared a statement on it: another version of the bot has migrated
 * the database. Nothing was recorded, and the connection is of no more use.
 */
export function isOutdated(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "0A000" && /cached plan/.test(error.message);
}

/** What to tell a person when the error means that the database is away; null when the error means something else. */
export function databaseAway(error: unknown): Refusal | null {
  if (!(error instanceof Error)) return null;
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  // A socket that is not there: the private server is being restarted.
  const noSocket = code === "ENOENT" && "syscall" in error && error.syscall === "connect";
  if (!away.test(code) && !network.test(code) && !noSocket && !spoken.test(error.message) && !isOutdated(error)) {
    return null;
  }
  const refusal = new Refusal(
    "try_again",
    "The database is not answering right now; nothing was recorded.",
    "Try again in a moment.",
  );
  refusal.cause = error;
  return refusal;
}
