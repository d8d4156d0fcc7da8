import type { DatabaseSight, DatabasesRead, DatabaseView } from "../../domain/platform/databases.ts";
import { whyUnknown } from "./locks.ts";
import { maintenanceProgress, type Runs, relationByName } from "./maintenance.ts";
import { replication } from "./replication.ts";
import { type Client, type Connections, inSession } from "./session.ts";
import { blockingSessions, busySessions, sessionById } from "./sessions.ts";
import { explained, slowStatements } from "./statements.ts";
import { connections, indexes, sizes } from "./views.ts";

const sessionsShown = 100;

/** The read half for MySQL and MariaDB; each look is one short session that cannot change anything. */
export function mysqlRead(servers: Connections, runs: Runs): DatabasesRead {
  return {
    look: (at, view) => inSession(servers, at, { operation: `look at ${view}` }, (client) => look(client, view)),
    explain: (at, statement) =>
      inSession(servers, at, { operation: "explain" }, async (client) => {
        const { engine, database } = client.server;
        return { engine, database, view: "explain", ...(await explained(client, statement)) };
      }),
    session: (at, id) => inSession(servers, at, { operation: "session" }, (client) => sessionById(client, id)),
    relation: (at, name) => inSession(servers, at, { operation: "table" }, (client) => relationByName(client, name)),
    progress: (at, token) =>
      inSession(servers, at, { operation: "progress" }, (client) => maintenanceProgress(client, runs, token)),
    server: (at) =>
      inSession(servers, at, { operation: "version" }, async ({ server }) => ({
        engine: server.engine,
        verbs: ["analyze", "optimize"] as const,
      })),
  };
}

async function look(client: Client, view: DatabaseView): Promise<DatabaseSight> {
  const { engine, database } = client.server;
  const server = { engine, database };
  switch (view) {
    case "active":
      return { ...server, view, sessions: await busySessions(client, sessionsShown), hidden: 0 };
    case "slow": {
      const slow = await slowStatements(client);
      const longest = (await busySessions(client, sessionsShown)).filter(({ state }) => state === "active").slice(0, 5);
      return { ...server, view, ...slow, longest };
    }
    case "locks": {
      const sessions = await blockingSessions(client);
      const unheld = sessions.some(({ waiting, blockedBy }) => waiting !== null && blockedBy.length === 0);
      return { ...server, view, sessions, unknownHolders: unheld ? await whyUnknown(client) : null };
    }
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
