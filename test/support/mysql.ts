import { spawn } from "node:child_process";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { type Connection, createConnection } from "mysql2/promise";
import { afterAll } from "vitest";
import { freePort } from "../../src/sandbox/stores/server.ts";
import { until } from "./person.ts";

export interface TestMysql {
  /** The address of its administrator, without a database. */
  readonly url: string;
  /** Whether it is one of this file's own, which may be set up as a test needs it. */
  readonly own: boolean;
}

/** An ordinary user's path may leave out where Debian puts servers. */
const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/usr/local/sbin` };

/**
 * A MySQL or MariaDB server of this test file's own: the one TOCSIN_TEST_MYSQL_URL names, else one started from the
 * program TOCSIN_TEST_MYSQLD names or an installed mariadbd or mysqld, on a free port. Null, said loudly, where there is neither; in CI that is a failure.
 */
export async function testMysql(settings: readonly string[] = ["--performance-schema=ON"]): Promise<TestMysql | null> {
  const named = process.env.TOCSIN_TEST_MYSQL_URL;
  if (named) return { url: named, own: false };
  const program = process.env.TOCSIN_TEST_MYSQLD;
  for (const server of program ? [program] : ["mariadbd", "mysqld"]) {
    const url = await startServer(server, settings);
    if (url !== null) return { url, own: true };
  }
  if (process.env.CI) throw new Error("CI has no mariadbd: apt-get install mariadb-server");
  process.stderr.write(
    "SKIPPED: no mariadbd or mysqld. apt-get install mariadb-server, or set TOCSIN_TEST_MYSQL_URL.\n",
  );
  return null;
}

async function startServer(server: string, settings: readonly string[]): Promise<string | null> {
  const folder = await mkdtemp(join(tmpdir(), "tocsin-mysql-"));
  afterAll(() => rm(folder, { recursive: true, force: true }));
  // Neither server runs as root; nobody has no rights of its own that could be hurt.
  const asNobody = userInfo().uid === 0 ? ["--user=nobody"] : [];
  if (asNobody.length > 0) await chmod(folder, 0o777);
  const data = join(folder, "data");
  if (!(await initialized(server, data, asNobody))) return null;
  const port = await freePort();
  const child = spawn(
    server,
    [
      "--no-defaults",
      ...asNobody,
      `--datadir=${data}`,
      `--port=${port}`,
      "--bind-address=127.0.0.1",
      `--socket=${join(folder, "socket")}`,
      `--pid-file=${join(folder, "pid")}`,
      // MySQL makes its administrator for localhost by name only, and would take another port for its X protocol.
      isMariadb(server) ? "--skip-name-resolve" : "--mysqlx=OFF",
      "--innodb-flush-log-at-trx-commit=0",
      "--innodb-buffer-pool-size=32M",
      ...settings,
    ],
    { stdio: "ignore", env },
  );
  child.once("error", () => {});
  afterAll(async () => {
    if (child.exitCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await ended;
  });
  const url = `mysql://root@127.0.0.1:${port}`;
  await until(`${server} to answer`, async () => {
    try {
      await (await createConnection(url)).end();
      return true;
    } catch {
      return false;
    }
  });
  return url;
}

/** Makes the server's own tables; false where there is no such server. */
async function initialized(server: string, data: string, asNobody: readonly string[]): Promise<boolean> {
  const own = [...asNobody, `--datadir=${data}`];
  if (!isMariadb(server)) return ran(server, ["--no-defaults", "--initialize-insecure", ...own]);
  const how = ["--auth-root-authentication-method=normal", "--skip-test-db", "--skip-name-resolve"];
  return ran("mariadb-install-db", ["--no-defaults", ...how, ...own]);
}

function isMariadb(server: string): boolean {
  return /mariadbd$/.test(server);
}

function ran(command: string, args: readonly string[]): Promise<boolean> {
  const child = spawn(command, [...args], { stdio: "ignore", env });
  return new Promise((resolve) => {
    child.once("error", () => resolve(false));
    child.once("exit", (code) => resolve(code === 0));
  });
}

/** What the server calls its version; MariaDB's names it. */
export async function versionOf(server: TestMysql): Promise<string> {
  const connection = await createConnection({ uri: server.url });
  const [[row]] = (await connection.query("select version() as version")) as unknown as [[{ version: string }]];
  await connection.end();
  return row.version;
}

/** A connection of the administrator's, closed after the file's tests. */
export async function mysqlAdministrator(server: TestMysql): Promise<Connection> {
  const connection = await createConnection({ uri: server.url, multipleStatements: true });
  afterAll(() => connection.end());
  return connection;
}
