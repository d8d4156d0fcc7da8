import type { DatabasesWrite } from "../../domain/platform/databases.ts";
import { ProviderError } from "../../errors.ts";
import { errno } from "./provider-error.ts";
import type { Client } from "./session.ts";
import { sessionById } from "./sessions.ts";

type Meant = Parameters<DatabasesWrite["end"]>[1];
type How = Parameters<DatabasesWrite["end"]>[2];

/**
 * Ends a session or its statement if it still is the one meant. MariaDB is told the statement's own number, which is
 * never another's; elsewhere the number is compared one statement before.
 */
export async function endSession(client: Client, meant: Meant, how: How): Promise<"told" | "gone"> {
  const now = await sessionById(client, meant.id);
  if (now === null || now.since !== meant.since || now.spared !== null) return "gone";
  if (how === "terminate") return tell(client, `kill connection ${now.id}`, `call mysql.rds_kill(${now.id})`);
  if (now.state !== "active") return "gone";
  if (now.statementSince === null) {
    throw new ProviderError({
      provider: "MySQL",
      operation: how,
      fault: "refused",
      code: "NotKnown",
      message:
        "Without performance_schema one statement cannot be told from the session's next: terminate the session instead.",
    });
  }
  if (now.statementSince !== meant.statementSince) return "gone";
  const number = now.statementSince.replace(/^number /, "");
  const byNumber = client.server.flavour === "mariadb" && /^\d+$/.test(number);
  return tell(
    client,
    byNumber ? `kill query id ${number}` : `kill query ${now.id}`,
    `call mysql.rds_kill_query(${now.id})`,
  );
}

/** Where the bot's user may not end sessions itself, a server hosted at AWS has a procedure for it. */
export async function tell(client: Client, sql: string, hosted: string): Promise<"told" | "gone"> {
  try {
    await client.ask(sql);
    return "told";
  } catch (error) {
    const number = errno(error);
    // 1094: no such session; 1957: no such statement. Source: mariadb.com/kb/en/mariadb-error-code-reference
    if (number === 1094 || number === 1957) return "gone";
    // Somebody else's session (1095) or statement (1979), or a right that is lacking (1227).
    if (number !== 1095 && number !== 1979 && number !== 1227) throw error;
    return tellHosted(client, hosted, error);
  }
}

async function tellHosted(client: Client, sql: string, denied: unknown): Promise<"told" | "gone"> {
  try {
    await client.ask(sql);
    return "told";
  } catch (error) {
    const number = errno(error);
    if (number === 1094) return "gone";
    // 1305: there is no such procedure, so the first answer is the one that counts; 1370: not for the bot's user.
    throw number === 1305 || number === 1370 ? denied : error;
  }
}
