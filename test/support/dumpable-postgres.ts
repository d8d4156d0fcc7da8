import { spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { chmod, chown, mkdtemp, rm } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll } from "vitest";
import { freePort } from "../../src/sandbox/stores/server.ts";
import { until } from "./person.ts";

const installed = "/usr/lib/postgresql";
const nobody = 65_534;

export interface DumpablePostgres {
  /** The address of its administrator, without a database. */
  readonly url: string;
  /** /usr/lib/postgresql/15/bin */
  readonly programs: string;
  readonly major: number;
}

/**
 * A PostgreSQL server of this test file's own whose client programs are on the machine too: the newest one installed,
 * with a password, on a free port. Null, said loudly, where there is none; in CI that is a failure.
 */
export async function dumpablePostgres(): Promise<DumpablePostgres | null> {
  const majors = existsSync(installed) ? readdirSync(installed).map(Number).filter(Number.isInteger) : [];
  for (const major of majors.toSorted((one, other) => other - one)) {
    const programs = join(installed, String(major), "bin");
    if (!["initdb", "postgres", "pg_dump", "pg_restore", "psql"].every((one) => existsSync(join(programs, one))))
      continue;
    return { url: await startServer(programs), programs, major };
  }
  if (process.env.CI)
    throw new Error("CI has no PostgreSQL server with its client programs: apt-get install postgresql");
  process.stderr.write(
    "SKIPPED: no PostgreSQL server with pg_dump in /usr/lib/postgresql. apt-get install postgresql\n",
  );
  return null;
}

async function startServer(programs: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "tocsin-dumpable-"));
  afterAll(() => rm(folder, { recursive: true, force: true }));
  // The server refuses to run as root; nobody has no rights of its own that could be hurt.
  const asNobody = userInfo().uid === 0 ? { uid: nobody, gid: nobody } : {};
  if (userInfo().uid === 0) {
    await chown(folder, nobody, nobody);
    await chmod(folder, 0o700);
  }
  const data = join(folder, "data");
  await ran(
    join(programs, "initdb"),
    ["-D", data, "-U", "admin", "--auth=trust", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8"],
    {
      ...asNobody,
      cwd: folder,
    },
  );
  const port = await freePort();
  const child = spawn(
    join(programs, "postgres"),
    ["-D", data, "-p", String(port), "-k", folder, "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"],
    { ...asNobody, cwd: folder, stdio: "ignore" },
  );
  afterAll(async () => {
    if (child.exitCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGINT");
    await ended;
  });
  const url = `postgres://admin:pl4nted-admin-pw@127.0.0.1:${port}`;
  await until("PostgreSQL to answer", async () => {
    const client = new pg.Client({ connectionString: `${url}/postgres` });
    try {
      await client.connect();
      return true;
    } catch {
      return false;
    } finally {
      await client.end().catch(() => {});
    }
  });
  return url;
}

async function ran(command: string, args: readonly string[], options: object): Promise<void> {
  const child = spawn(command, [...args], { ...options, stdio: "ignore" });
  const code = await new Promise((resolve) => {
    child.once("error", resolve);
    child.once("exit", resolve);
  });
  if (code !== 0) throw new Error(`${command} ended with ${code}`);
}
