import { access } from "node:fs/promises";
import { join } from "node:path";
import { type Connection, createConnection } from "mysql2/promise";
import { freePort, programAt, ran, type Server, startServer } from "./server.ts";
import type { StoreBeside } from "./stores.ts";

const name = "warehouse";
const patience = { looks: 120, milliseconds: 250 } as const;

export interface WarehouseStore {
  readonly store: StoreBeside;
  /** Starts it: a first start makes the server's own tables, for seconds in which nothing else gets anywhere. */
  readonly begin: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

/**
 * A MariaDB with a database of reports, where one is installed; else null. Its address is known at once, and it answers
 * some seconds after it was begun.
 */
export async function startWarehouse(dataDirectory: string): Promise<WarehouseStore | null> {
  const [program, installer] = await Promise.all([programAt("mariadbd"), programAt("mariadb-install-db")]);
  if (!program || !installer) return null;
  const folder = join(dataDirectory, "mariadb");
  const port = await freePort();
  const url = `mysql://root@127.0.0.1:${port}`;
  const sessions: Connection[] = [];
  let reading: NodeJS.Timeout | undefined;
  let started: Promise<Server | null> = Promise.resolve(null);
  const open = async (): Promise<Server | null> => {
    const server = await start({ program, installer, folder, port });
    const first = await connected(url);
    await makeDatabase(first);
    sessions.push(first);
    reading = setInterval(
      () => void first.query("select city, sum(total) from sales group by city").catch(() => {}),
      2000,
    );
    return server;
  };
  return {
    store: {
      kind: "database",
      name,
      title: "Warehouse",
      provider: "mysql",
      at: { database: name },
      url: `${url}/${name}`,
    },
    begin: async () => {
      started = open();
      await started;
    },
    stop: async () => {
      const server = await started.catch(() => null);
      clearInterval(reading);
      for (const session of sessions) session.destroy();
      await server?.stop();
    },
  };
}

interface Start {
  readonly program: string;
  readonly installer: string;
  readonly folder: string;
  readonly port: number;
}

async function start({ program, installer, folder, port }: Start): Promise<Server | null> {
  const data = join(folder, "data");
  // Neither runs as root unless it is told to.
  const own = ["--no-defaults", ...(process.getuid?.() === 0 ? ["--user=root"] : []), `--datadir=${data}`];
  const isMade = await access(join(data, "mysql")).then(
    () => true,
    () => false,
  );
  if (!isMade) await ran(installer, [...own, "--auth-root-authentication-method=normal", "--skip-test-db"]);
  return await startServer(program, folder, [
    ...own,
    `--port=${port}`,
    "--bind-address=127.0.0.1",
    "--skip-name-resolve",
    // A socket's path must be short, and nobody needs one.
    "--socket=",
    `--pid-file=${join(folder, "pid")}`,
    "--innodb-buffer-pool-size=16M",
    "--performance-schema=ON",
  ]);
}

async function connected(url: string): Promise<Connection> {
  for (let look = 1; ; look += 1) {
    try {
      return await createConnection({ uri: url, connectAttributes: { program_name: "reporting" } });
    } catch (error) {
      if (look === patience.looks) throw error;
      await new Promise((resolve) => setTimeout(resolve, patience.milliseconds));
    }
  }
}

async function makeDatabase(connection: Connection): Promise<void> {
  connection.on("error", () => {});
  await connection.query(`create database if not exists ${name}`);
  await connection.query(`use ${name}`);
  const [tables] = await connection.query("show tables like 'sales'");
  if ((tables as readonly unknown[]).length > 0) return;
  await connection.query(
    "create table sales (id int auto_increment primary key, day date not null, city varchar(40), total decimal(10, 2), key by_day (day), key by_city (city))",
  );
  const cities = Array.from({ length: 2000 }, (_, row) => [
    new Date(Date.UTC(2026, 0, 1 + (row % 300))),
    `city ${row % 40}`,
    (row * 37) % 5000,
  ]);
  await connection.query("insert into sales (day, city, total) values ?", [cities]);
}
