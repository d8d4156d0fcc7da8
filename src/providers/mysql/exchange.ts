import type { Placement } from "../../domain/configuration.ts";
import { ProviderError } from "../../errors.ts";
import { besideTables, quoted, tablesOf, triggersOf } from "./dump-server.ts";
import { tell } from "./end.ts";
import { errno } from "./provider-error.ts";
import { madeBy, makeLike } from "./restored.ts";
import { type Client, type Connections, inSession } from "./session.ts";

/** So long it is tried, each time for 1 s: programs come back at once, and some are in a transaction again by then. */
const exchangeMilliseconds = 10_000;

/**
 * Exchanges the tables of two databases in one statement, which holds for all of them or for none. Views, routines and
 * events of the live one stay, so those of the other one have to be the same.
 */
export async function exchangeTables(
  connections: Connections,
  at: Placement,
  restored: string,
  aside: string,
  operation: string,
): Promise<void> {
  const options = { operation: "exchange tables", write: true, milliseconds: 25_000 };
  await inSession(connections, at, options, async (client) => {
    const live = client.server.database;
    const incoming = await tablesOf(client, restored);
    const makerAside = await madeBy(client, aside);
    if (incoming.length === 0 && makerAside !== undefined) return;
    if ((await madeBy(client, restored)) === undefined)
      throw refused("NoDatabase", `The database ${restored} is gone.`, "not_found");
    if (incoming.length === 0) throw refused("Empty", `The database ${restored} holds no tables.`);
    await refuseUnmovable(client, { live, restored });
    if (makerAside === undefined) await makeLike(client, { to: aside, operation });
    else if (makerAside !== operation) throw refused("NameTaken", `There is a database ${aside} already.`);
    const moves = [
      ...(await tablesOf(client, live)).map((table) => [live, aside, table] as const),
      ...incoming.map((table) => [restored, live, table] as const),
    ].map(([from, to, table]) => `${quoted(from)}.${quoted(table)} to ${quoted(to)}.${quoted(table)}`);
    try {
      await exchange(client, live, `rename table ${moves.join(", ")}`);
    } catch (error) {
      // A no of the server leaves all where it was: then an empty database would only be in the way.
      const isNo = error instanceof ProviderError || errno(error) !== null;
      if (isNo && (await tablesOf(client, aside)).length === 0)
        await client.ask(`drop database if exists ${quoted(aside)}`);
      throw error;
    }
  });
}

/** Ends who is in and renames, until nobody holds a table: an open transaction would see both sides of the exchange. */
async function exchange(client: Client, live: string, rename: string): Promise<void> {
  const end = performance.now() + exchangeMilliseconds;
  for (;;) {
    const left = await endSessions(client, live);
    try {
      await client.ask(rename);
      return;
    } catch (error) {
      // 1205: somebody holds one of the tables.
      if (errno(error) !== 1205) throw error;
      if (performance.now() > end) throw stillHeld(left);
    }
  }
}

/** Ends who is in the database; answers the users whose sessions the bot may not end. */
async function endSessions(client: Client, database: string): Promise<readonly string[]> {
  const rows = await client.ask(
    "select id as id, user as user from information_schema.processlist where db = ? and id <> connection_id()",
    [database],
  );
  const left = new Set<string>();
  for (const row of rows) {
    const id = Number(row.id);
    try {
      await tell(client, `kill connection ${id}`, `call mysql.rds_kill(${id})`);
    } catch (error) {
      // Denied: that session is one of an administrator's or of the server's own, and may well hold nothing.
      const number = errno(error);
      if (number !== 1095 && number !== 1227) throw error;
      left.add(String(row.user));
    }
  }
  return [...left];
}

function stillHeld(left: readonly string[]): ProviderError {
  return refused(
    "StillHeld",
    left.length > 0
      ? `Something holds its tables, and sessions of ${left.join(", ")} are on it, which the bot's user may not end. Close them, then ask again.`
      : "Something holds its tables that does not end: a session of another database, or a transaction prepared for two phases. See what it is with `/ops db`, then ask again.",
  );
}

async function refuseUnmovable(
  client: Client,
  { live, restored }: { readonly live: string; readonly restored: string },
): Promise<void> {
  const triggers = (await triggersOf(client, live)) + (await triggersOf(client, restored));
  if (triggers > 0) throw refused("NotMovable", `It has ${triggers} triggers, which cannot be moved.`);
  const referring = await referringTo(client, live);
  if (referring.length > 0) {
    throw refused(
      "NotMovable",
      `Foreign keys of ${referring.join(", ")} refer to it, and would go on referring to the tables set aside.`,
    );
  }
  const [now, then] = [await besideTables(client, live), await besideTables(client, restored)];
  const other = [...then].flatMap(([name, made]) => (now.get(name) === made && made !== null ? [] : [name]));
  if (other.length === 0) return;
  const named = `${other.slice(0, 5).join(", ")}${other.length > 5 ? ` and ${other.length - 5} more` : ""}`;
  throw refused(
    "NotMovable",
    `Only tables are exchanged, and these of the dump are not what the live one has: ${named}. Restore it beside the live one instead.`,
  );
}

/** Tables of other databases whose foreign keys refer to tables of this one, as the server calls them. */
async function referringTo({ ask, server }: Client, database: string): Promise<readonly string[]> {
  const isMaria = server.flavour === "mariadb";
  // MariaDB writes names here as it writes those of files.
  const name = isMaria
    ? database.replaceAll(/[^A-Za-z0-9_]/g, (one) => `@${one.charCodeAt(0).toString(16).padStart(4, "0")}`)
    : database;
  const rows = await ask(
    `select distinct for_name as name from information_schema.${isMaria ? "innodb_sys_foreign" : "innodb_foreign"}
     where substring_index(ref_name, '/', 1) = ? and substring_index(for_name, '/', 1) <> ? order by 1 limit 5`,
    [name, name],
  );
  return rows.map((row) => String(row.name).replace("/", "."));
}

function refused(code: string, message: string, fault: ProviderError["fault"] = "refused"): ProviderError {
  return new ProviderError({ provider: "MySQL", operation: "restore", fault, code, message });
}
