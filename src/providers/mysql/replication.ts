import type { Replication } from "../../domain/platform/databases.ts";
import { errno } from "./provider-error.ts";
import type { Client, Row } from "./session.ts";

/** MariaDB shows all its sources at once; MySQL renamed its statement in 8.0.22. Source: dev.mysql.com/doc/refman/8.4/en/show-replica-status.html */
const statements = {
  mariadb: ["show all slaves status"],
  mysql: ["show replica status", "show slave status"],
};

export async function replication(client: Client): Promise<Replication> {
  const { flavour } = client.server;
  const sources = await firstUnderstood(client, statements[flavour === "mariadb" ? "mariadb" : "mysql"]);
  const dumps = await client.ask(
    `select user as user, host as host, coalesce(state, '') as state from information_schema.processlist
     where command in ('Binlog Dump', 'Binlog Dump GTID') order by id limit 20`,
  );
  return {
    role: sources.length > 0 ? "replica" : "primary",
    replicas: dumps.map((row) => ({
      name: `${row.user}@${String(row.host).replace(/:\d+$/, "")}`,
      state: String(row.state),
      // The primary does not know how far its replicas are; they do.
      lagBytes: null,
      lagSeconds: null,
    })),
    receiving: sources.length > 0 ? receiving(sources) : null,
    slots: [],
  };
}

async function firstUnderstood(client: Client, asked: readonly string[]): Promise<readonly Row[]> {
  const [sql = "", ...others] = asked;
  try {
    return await client.ask(sql);
  } catch (error) {
    if (errno(error) !== 1064 || others.length === 0) throw error;
    return firstUnderstood(client, others);
  }
}

/** The worst of its sources. A lag of NULL means that it is broken, and is not known rather than nothing. */
function receiving(sources: readonly Row[]): NonNullable<Replication["receiving"]> {
  const all = sources.map((row) => ({
    receives: (row.Replica_IO_Running ?? row.Slave_IO_Running) === "Yes",
    applies: (row.Replica_SQL_Running ?? row.Slave_SQL_Running) === "Yes",
    lag: row.Seconds_Behind_Source ?? row.Seconds_Behind_Master ?? null,
    errors: [row.Last_IO_Errno, row.Last_SQL_Errno].map(Number).filter((number) => number > 0),
  }));
  const connected = all.every(({ receives }) => receives);
  const lags = all.map(({ lag }) => lag);
  const known = connected && lags.every((lag) => lag !== null);
  const errors = [...new Set(all.flatMap((one) => one.errors))];
  const why = errors.length > 0 ? ` (error ${errors.join(", ")})` : "";
  return {
    connected,
    lagSeconds: known ? Math.max(...lags.map(Number)) : null,
    trouble: !connected
      ? `receives nothing${why}`
      : all.every(({ applies }) => applies)
        ? null
        : `does not apply what it receives${why}`,
  };
}
