import type pg from "pg";
import type { DatabaseSight, DatabasesRead, DatabaseView } from "../../domain/platform/databases.ts";
import { maintenanceProgress, type Runs, relationByName } from "./maintenance.ts";
import { type Connections, inSession } from "./session.ts";
import { blockingSessions, busySessions, sessionById } from "./sessions.ts";
import { explained, slowStatements } from "./statements.ts";
import { connections, indexes, replication, sizes } from "./views.ts";

const sessionsShown = 100;

/** The read half for PostgreSQL; each look is one short session that cannot change anything. */
export function postgresRead(servers: Connections, runs: Runs): DatabasesRead {
  return {
    look: (at, view) => inSession(servers, at, { operation: `look at ${view}` }, (client) => look(client, view)),
    explain: (at, statement) =>
      inSession(servers, at, { operation: "explain" }, async (client) => ({
        ...(await serverOf(client)),
        view: "explain",
        ...(await explained(client, statement)),
      })),
    session: (at, id) => inSession(servers, at, { operation: "session" }, (client) => sessionById(client, id)),
    relation: (at, name) => inSession(servers, at, { operation: "table" }, (client) => relationByName(client, name)),
    progress: (at, token) =>
      inSession(servers, at, { operation: "progress" }, (client) => maintenanceProgress(client, runs, token)),
    server: (at) =>
      inSession(servers, at, { operation: "version" }, async (client) => ({
        engine: (await serverOf(client)).engine,
        verbs: ["analyze", "vacuum", "reindex"] as const,
      })),
  };
}

async function serverOf(client: pg.Client): Promise<{ readonly engine: string; readonly database: string }> {
  const { rows } = await client.query<{ version: string; database: string }>(
    "select split_part(current_setting('server_version'), ' ', 1) as version, current_database() as database",
  );
  return { engine: `PostgreSQL ${rows[0]?.version ?? ""}`, database: rows[0]?.database ?? "" };
}

async function look(client: pg.Client, view: DatabaseView): Promise<DatabaseSight> {
  const server = await serverOf(client);
  switch (view) {
    case "active": {
      const all = await busySessions(client, sessionsShown);
      return { ...server, view, sessions: all, hidden: all.filter((session) => session.statement === null).length };
    }
    case "slow": {
      const slow = await slowStatements(client);
      const longest = (await busySessions(client, sessionsShown)).filter(({ state }) => state === "active").slice(0, 5);
      return { ...server, view, ...slow, longest };
    }
    case "locks":
      return { ...server, view, sessions: await blockingSessions(client) };
    case "connections":
      return { ...server, view, connections: await connections(client) };
    case "sizes":
      return { ...server, view, sizes: await sizes(client) };
    case "indexes":
      return { ...server, view, indexes: await indexes(client) };
    case "replication":
      return { ...server, view, replication: await replication(client) };
  }
}
