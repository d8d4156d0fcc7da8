import { type ChildProcess, execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readdir, readFile, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { attachPrivatePostgres, type PrivatePostgres, startPrivatePostgres } from "../../src/store/private-postgres.ts";

interface Message {
  readonly connectionString?: string;
  readonly written?: number;
  readonly refused?: string;
  readonly log?: string;
}

let template: string;
let root: string;
let dataDir: string;
let lines: string[];
const servers = new Set<PrivatePostgres>();
const children = new Set<ChildProcess>();
const isRoot = process.getuid?.() === 0;
const log = (line: string) => lines.push(line);

beforeAll(async () => {
  template = await realpath(await mkdtemp(join(tmpdir(), "store-template-")));
  const server = await startPrivatePostgres({ dataDir: template, log: () => {}, fsync: false });
  await server.stop();
});

afterAll(() => rm(template, { recursive: true }));

beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), "store-")));
  // Whoever runs PostgreSQL for root has to pass through.
  await chmod(root, 0o755);
  dataDir = join(root, "the data");
  lines = [];
  // A created database, because initdb takes a second.
  await promisify(execFile)("cp", ["-a", template, dataDir]);
});

afterEach(async () => {
  for (const child of children) child.kill("SIGKILL");
  children.clear();
  for (const server of servers) await server.stop();
  servers.clear();
  // Ends what a killed child may have left behind.
  if (existsSync(join(dataDir, "postgres", "postmaster.pid"))) {
    const last = await attachPrivatePostgres({ dataDir, log });
    await last.stop();
  }
  vi.unstubAllEnvs();
  await rm(root, { recursive: true, force: true, maxRetries: 5 });
});

async function start(folder = dataDir): Promise<PrivatePostgres> {
  const server = await startPrivatePostgres({ dataDir: folder, log, fsync: false });
  servers.add(server);
  return server;
}

/** Starts it in another process, which can then be killed. */
function startProcess(task?: "write", environment: Record<string, string> = {}) {
  const script = fileURLToPath(new URL("../support/run-private-postgres.ts", import.meta.url));
  const child = spawn(process.execPath, [script, dataDir, ...(task ? [task] : [])], {
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.add(child);
  const messages: Message[] = [];
  createInterface({ input: child.stdout }).on("line", (line) => messages.push(JSON.parse(line)));
  const said = <Key extends keyof Message>(key: Key, count = 1) =>
    vi.waitFor(
      () => {
        const found = messages.flatMap((message) => message[key] ?? []);
        if (found.length < count) throw new Error(`waiting for ${key}: ${JSON.stringify(messages)}`);
        return found as NonNullable<Message[Key]>[];
      },
      { timeout: 20_000, interval: 5 },
    );
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  return { child, messages, said, ended };
}

/** A PATH on which the given programs fail, as they do where a container forbids them. */
async function without(...programs: readonly string[]): Promise<Record<string, string>> {
  const folder = join(root, "forbidden");
  await mkdir(folder);
  for (const program of programs) await writeFile(join(folder, program), "#!/bin/sh\nexit 1\n", { mode: 0o755 });
  return { PATH: `${folder}${delimiter}${process.env.PATH}` };
}

async function query<Row extends pg.QueryResultRow>(connectionString: string, sql: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString });
  // A killed server is reported twice: to the query and to the client.
  client.on("error", () => {});
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}

const eventually = <Result>(look: () => Promise<Result>) => vi.waitFor(look, { timeout: 15_000, interval: 20 });

async function postmaster(): Promise<number> {
  return Number((await readFile(join(dataDir, "postgres", "postmaster.pid"), "utf8")).split("\n")[0]);
}

test("a first start creates the database and a second finds what was written", async () => {
  await rm(dataDir, { recursive: true });
  const first = await start();
  await query(first.connectionString, "create table kept as select 42 as answer");
  await first.stop();
  const second = await start();
  expect(await query(second.connectionString, "select answer from kept")).toEqual([{ answer: 42 }]);
});

test("only this user's socket leads in, no port", async () => {
  const { connectionString } = await start();
  expect(await query(connectionString, "show listen_addresses")).toEqual([{ listen_addresses: "" }]);
  for (const folder of ["postgres", "socket"]) expect((await stat(join(dataDir, folder))).mode & 0o077).toBe(0);
});

test("after stop neither the server nor its lock is left", async () => {
  const server = await start();
  const pid = await postmaster();
  await server.stop();
  expect(() => process.kill(pid, 0)).toThrow("ESRCH");
  await expect(postmaster()).rejects.toThrow("ENOENT");
  await start();
});

test("every committed row outlives a kill -9 of the bot", async () => {
  for (const rows of [1, 40, 150]) {
    const writer = startProcess("write");
    const written = await writer.said("written", rows);
    writer.child.kill("SIGKILL");
    await writer.ended;
    const last = Math.max(...written, ...writer.messages.flatMap((message) => message.written ?? []));
    const { connectionString, stop } = await start();
    const [found] = await query<{ last: string }>(connectionString, "select max(id) as last from written");
    expect(Number(found?.last)).toBeGreaterThanOrEqual(last);
    await stop();
  }
});

test("every committed row outlives a kill -9 of the bot and of all of PostgreSQL at once", async () => {
  for (const rows of [1, 60]) {
    const writer = startProcess("write");
    await writer.said("written", rows);
    const [connectionString = ""] = await writer.said("connectionString");
    const activity = await query<{ pid: number }>(connectionString, "select pid from pg_stat_activity");
    const pids = [writer.child.pid ?? 0, await postmaster(), ...activity.map(({ pid }) => pid)];
    for (const pid of pids) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // The connection that asked has ended by itself.
      }
    }
    await writer.ended;
    const last = Math.max(...writer.messages.flatMap((message) => message.written ?? []));
    const server = await start();
    const [found] = await query<{ last: string }>(server.connectionString, "select max(id) as last from written");
    expect(Number(found?.last)).toBeGreaterThanOrEqual(last);
    await server.stop();
  }
});

test.each(["SIGKILL", "SIGTERM", "SIGINT", "SIGQUIT"] as const)(
  "a pool finds its way back after the server got %s",
  async (signal) => {
    const { connectionString } = await start();
    const pool = new pg.Pool({ connectionString, max: 3 });
    const lost: Error[] = [];
    pool.on("error", (error) => lost.push(error));
    await pool.query("create table kept as select 42 as answer");
    const before = await postmaster();
    process.kill(before, signal);
    await eventually(async () => {
      expect(await postmaster()).not.toBe(before);
      expect((await pool.query("select answer from kept")).rows).toEqual([{ answer: 42 }]);
    });
    expect(lost).not.toEqual([]);
    expect(lines.join("\n")).toContain("is started again");
    await pool.end();
  },
);

test("a pool finds its way back after one of its connections was killed in the server", async () => {
  const { connectionString } = await start();
  const pool = new pg.Pool({ connectionString, max: 2 });
  pool.on("error", () => {});
  const before = await postmaster();
  const { rows } = await pool.query<{ pid: number }>("select pg_backend_pid() as pid");
  process.kill(rows[0]?.pid ?? 0, "SIGKILL");
  await eventually(async () => {
    const again = await pool.query<{ pid: number }>("select pg_backend_pid() as pid");
    expect(again.rows[0]?.pid).not.toBe(rows[0]?.pid);
  });
  expect(await postmaster()).toBe(before);
  await pool.end();
});

test("a first start that was killed half-way leaves nothing in the way of the next", async () => {
  await rm(dataDir, { recursive: true });
  let killed = 0;
  for (const part of [0.1, 0.5, 0.9]) {
    const child = startProcess();
    // How far initdb has come shows in what it has written: some 950 files.
    await eventually(async () => {
      const names = await readdir(dataDir);
      const temporary = names.find((name) => name.startsWith("postgres-new-"));
      if (!temporary) expect(names).toContain("postgres");
      else expect((await readdir(join(dataDir, temporary), { recursive: true })).length).toBeGreaterThan(950 * part);
    });
    child.child.kill("SIGKILL");
    await child.ended;
    if (!(await readdir(dataDir)).includes("postgres")) killed += 1;
    await rm(join(dataDir, "postgres"), { recursive: true, force: true });
  }
  expect(killed).toBeGreaterThan(0);
  const { connectionString } = await start();
  expect(await query(connectionString, "select 1 as one")).toEqual([{ one: 1 }]);
  expect((await readdir(dataDir)).filter((name) => name.startsWith("postgres-new-"))).toEqual([]);
});

test("a second bot on the same folder is refused in one line and harms nothing", async () => {
  const { connectionString } = await start();
  const second = startProcess();
  const [refusal = ""] = await second.said("refused");
  expect(refusal).toBe(
    `Another Tocsin (process ${process.pid}) is using ${dataDir}: stop it first, or set DATA_DIR to another folder.`,
  );
  expect(await query(connectionString, "select 1 as one")).toEqual([{ one: 1 }]);
});

test("of bots that start in the same instant exactly one gets the folder", async () => {
  await rm(dataDir, { recursive: true });
  for (let round = 0; round < 3; round += 1) {
    const bots = [startProcess(), startProcess(), startProcess()];
    const answers = await Promise.all(
      bots.map((bot) =>
        Promise.any([bot.said("connectionString").then(() => "started"), bot.said("refused").then(() => "refused")]),
      ),
    );
    expect(answers.sort()).toEqual(["refused", "refused", "started"]);
    for (const bot of bots) bot.child.kill("SIGTERM");
    await Promise.all(bots.map((bot) => bot.ended));
  }
});

test("a pid file left behind does not keep it from starting, whoever has that number now", async () => {
  const first = await start();
  const pidFile = join(dataDir, "postgres", "postmaster.pid");
  const left = await readFile(pidFile, "utf8");
  await first.stop();
  // Our own parent is alive and no PostgreSQL.
  await writeFile(pidFile, left.replace(/^\d+/, String(process.ppid)), { mode: 0o600 });
  const second = await start();
  expect(await query(second.connectionString, "select 1 as one")).toEqual([{ one: 1 }]);
});

test("a server that outlived its bot is replaced and what it had committed is there", async () => {
  const writer = startProcess("write", await without("setpriv"));
  await writer.said("written", 20);
  const orphan = await postmaster();
  writer.child.kill("SIGKILL");
  await writer.ended;
  const last = Math.max(...writer.messages.flatMap((message) => message.written ?? []));
  process.kill(orphan, 0);
  const { connectionString } = await start();
  expect(lines).toContain("A PostgreSQL that an earlier run left behind is stopped");
  const [found] = await query<{ last: string }>(connectionString, "select max(id) as last from written");
  expect(Number(found?.last)).toBeGreaterThanOrEqual(last);
});

test.runIf(isRoot)("root without unshare runs it as nobody, and with unshare again later", async () => {
  const forbidden = startProcess("write", await without("unshare"));
  await forbidden.said("written", 3);
  expect((await stat(`/proc/${await postmaster()}`)).uid).not.toBe(0);
  forbidden.child.kill("SIGTERM");
  await forbidden.ended;
  const { connectionString } = await start();
  expect((await query(connectionString, "select id from written limit 3")).length).toBe(3);
});

test("attaching shares the server that a bot runs and leaves it running", async () => {
  const bot = startProcess();
  await bot.said("connectionString");
  const attached = await attachPrivatePostgres({ dataDir, log });
  expect(await query(attached.connectionString, "select 1 as one")).toEqual([{ one: 1 }]);
  await attached.stop();
  const [connectionString = ""] = await bot.said("connectionString");
  expect(await query(connectionString, "select 1 as one")).toEqual([{ one: 1 }]);
});

test("attaching waits for a bot that is still starting", async () => {
  const bot = startProcess();
  await eventually(async () => expect(await readdir(dataDir)).toContain("in-use.json"));
  const attached = await attachPrivatePostgres({ dataDir, log });
  expect(await query(attached.connectionString, "select 1 as one")).toEqual([{ one: 1 }]);
  expect(bot.messages.flatMap((message) => message.refused ?? [])).toEqual([]);
});

test("attaching starts the server where nobody does, and a bot waits for its end", async () => {
  const visit = await attachPrivatePostgres({ dataDir, log, fsync: false });
  const bot = startProcess();
  expect(await query(visit.connectionString, "select 1 as one")).toEqual([{ one: 1 }]);
  await visit.stop();
  await bot.said("connectionString");
});

test.each(["long ".repeat(30).trim(), "with, comma", "ünï cödé 'quoted' & 100%"])(
  "a folder named %s works and leaves no socket folder behind",
  async (name) => {
    const temporary = join(root, "t");
    await mkdir(temporary);
    vi.stubEnv("TMPDIR", temporary);
    const folder = join(root, name);
    await rename(dataDir, folder);
    const server = await start(folder);
    expect(await query(server.connectionString, "select 1 as one")).toEqual([{ one: 1 }]);
    await server.stop();
    expect(await readdir(temporary)).toEqual([]);
  },
);

test("data of another PostgreSQL version is refused in one line", async () => {
  await writeFile(join(dataDir, "postgres", "PG_VERSION"), "12\n");
  await expect(start()).rejects.toThrow(
    /^The data in .* was written by PostgreSQL 12 and the installed one is \d+: .*DATABASE_URL\.$/,
  );
});
