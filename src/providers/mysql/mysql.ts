import type { Placement } from "../../domain/configuration.ts";
import type { DumpKeeping } from "../../domain/platform/dump-keeping.ts";
import type { CheckResult, Provider } from "../../domain/platform.ts";
import { ProviderError } from "../../errors.ts";
import { mysqlDumps } from "./dumps.ts";
import { endSession } from "./end.ts";
import { type Runs, startMaintenance } from "./maintenance.ts";
import { mysqlRead } from "./read.ts";
import { type Connections, inSession } from "./session.ts";

/** MySQL and MariaDB servers anywhere, by the addresses of the configuration. Nothing is opened before the first use. */
export function mysqlProvider(connections: Connections, dumps?: DumpKeeping): Provider {
  const runs: Runs = new Map();
  return {
    id: "mysql",
    check: (placements) => Promise.all(placements.map((at) => check(connections, at))),
    ...(dumps === undefined ? {} : { dumps: mysqlDumps(connections, dumps) }),
    databases: {
      read: mysqlRead(connections, runs),
      write: {
        end: (at, session, how) =>
          inSession(connections, at, { operation: how, write: true }, (client) => endSession(client, session, how)),
        maintain: (at, work) => startMaintenance(connections, at, runs, work),
        // Nothing here is rebuilt beside the old one under a name of its own, so that nothing can be left behind.
        dropLeftovers: async () => [],
      },
    },
  };
}

const ownRights = `select privilege_type as name from information_schema.user_privileges
  where grantee = concat("'", replace(current_user(), '@', "'@'"), "'")`;

/** Rights by what they are for; one of each line is enough. The names differ between MySQL and MariaDB. */
const rights = [
  ["PROCESS"],
  ["CONNECTION_ADMIN", "CONNECTION ADMIN", "SUPER"],
  ["REPLICATION CLIENT", "SLAVE MONITOR", "REPLICA MONITOR", "SUPER"],
];

async function check(connections: Connections, at: Placement): Promise<CheckResult> {
  const what = `MySQL ${at.at.connection ?? "?"}`;
  try {
    return await inSession(connections, at, { operation: "check" }, async ({ ask, server }) => {
      const granted = (await ask(ownRights)).map(({ name }) => String(name));
      const missing = rights.filter((names) => !names.some((name) => granted.includes(name))).map(([name]) => name);
      const seen =
        server.noFigures === null ? "" : `; slow statements and use of indexes stay unknown: ${server.noFigures}`;
      if (missing.length === 0) return { what, ok: true, found: `${server.engine}${seen}`, fix: null };
      return {
        what,
        ok: false,
        found: `${server.engine}; the bot's user lacks ${missing.join(" and ")}${seen}`,
        fix: "Grant the bot's user what docs/providers/mysql.md lists.",
      };
    });
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    return {
      what,
      ok: false,
      found: `${error.code}: ${error.message}`,
      fix: "Put the address, the user or the network right; see docs/providers/mysql.md.",
    };
  }
}
