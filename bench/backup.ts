import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { chown, mkdir, mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { createServer } from "node:net";
import { cpus, tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { defaultBackups } from "../src/domain/backup/settings.ts";
import { providers } from "../src/providers/index.ts";
import { median } from "./load.ts";

const rows = 400_000;
const rounds = 3;
const nobody = 65_534;

/**
 * Dumps a database of a few hundred thousand rows to a folder the bot's way (counted, checksummed, synced, listed,
 * described) and by pg_dump run by hand, in turns: the median of each, and their ratio.
 */
export async function backup(): Promise<void> {
  const folders = (await readdir("/usr/lib/postgresql").catch(() => [])).map(Number).filter(Number.isInteger);
  const major = Math.max(0, ...folders);
  const programs = join("/usr/lib/postgresql", String(major), "bin");
  if (spawnSync(join(programs, "pg_dump"), ["--version"]).status !== 0) {
    process.stdout.write("backup: no PostgreSQL server with pg_dump here; apt-get install postgresql\n");
    return;
  }
  const folder = await mkdtemp(join(tmpdir(), "tocsin-bench-"));
  const port = await freePort();
  const server = await start(programs, folder, port);
  try {
    const url = `postgres://admin@127.0.0.1:${port}/postgres`;
    await fill(url);
    const dumps = join(folder, "dumps");
    await mkdir(dumps);
    const settings = {
      store: { kind: "directory" as const, path: dumps },
      programs,
      databases: new Map(),
      otherwise: defaultBackups,
    };
    const [bot, hand]: [number[], number[]] = [[], []];
    for (let round = 0; round < rounds; round += 1) {
      hand.push(await timed(() => byHand(programs, url, join(folder, `hand-${round}.dump`))));
      bot.push(await timed(() => byBot(url, settings, round)));
    }
    const written = (await stat(join(folder, "hand-0.dump"))).size;
    const [byUs, byThem] = [median(bot), median(hand)];
    const line = (name: string, one: number) => `  ${name.padEnd(46)} ${(one / 1000).toFixed(2).padStart(6)} s`;
    process.stdout.write(
      `${[
        `backup: ${rows} rows, ${(written / 1e6).toFixed(1)} MB written, ${rounds} rounds, PostgreSQL ${major}, ${cpus().length} cores (${cpus()[0]?.model ?? "unknown"})`,
        line("dumped, counted, checksummed, synced, listed", byUs),
        line("pg_dump --format=custom --file", byThem),
        `  ${(byUs / byThem).toFixed(2)} x`,
      ].join("\n")}\n`,
    );
  } finally {
    server.kill("SIGINT");
    await new Promise((resolve) => server.once("exit", resolve));
    await rm(folder, { recursive: true, force: true });
  }
}

async function byBot(url: string, backups: Parameters<typeof providers>[0]["backups"], round: number): Promise<void> {
  const at = { environment: "bench", provider: "postgres", at: { connection: "bench/shop" } };
  const all = providers({ aws: {}, connections: new Map([["bench/shop", url]]), prometheus: null, backups });
  const dumps = all.find(({ id }) => id === "postgres")?.dumps;
  const job = {
    operation: `0192aa00-0000-7000-8000-00000000000${round}`,
    name: `bench-shop-20261122T00000${round}Z-00000000000${round}.dump`,
    format: "custom" as const,
    at: new Date().toISOString(),
  };
  for (;;) {
    const seen = await dumps?.write.dump(at, job);
    if (seen?.done) return;
  }
}

async function byHand(programs: string, url: string, file: string): Promise<void> {
  await ran(join(programs, "pg_dump"), ["--format=custom", `--file=${file}`, url], {});
}

async function fill(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query("create table orders (id int primary key, customer int, note text)");
  await client.query(
    `insert into orders select i, i % 1000, md5(i::text) || md5((i * 7)::text) || md5((i * 13)::text) from generate_series(1, ${rows}) i`,
  );
  await client.end();
}

async function start(programs: string, folder: string, port: number): Promise<ChildProcess> {
  // The server refuses to run as root; nobody has no rights of its own that could be hurt.
  const isRoot = userInfo().uid === 0;
  const options = { ...(isRoot ? { uid: nobody, gid: nobody } : {}), cwd: folder };
  if (isRoot) await chown(folder, nobody, nobody);
  const data = join(folder, "data");
  await ran(join(programs, "initdb"), ["-D", data, "-U", "admin", "--auth=trust", "--no-sync", "-E", "UTF8"], options);
  const args = ["-D", data, "-p", String(port), "-k", folder, "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"];
  const server = spawn(join(programs, "postgres"), args, { ...options, stdio: "ignore" });
  for (let tries = 0; tries < 300; tries += 1) {
    const client = new pg.Client(`postgres://admin@127.0.0.1:${port}/postgres`);
    try {
      await client.connect();
      return server;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100));
    } finally {
      await client.end().catch(() => {});
    }
  }
  throw new Error("the server did not start");
}

async function ran(command: string, args: readonly string[], options: object): Promise<void> {
  const child = spawn(command, [...args], { ...options, stdio: "ignore" });
  const code = await new Promise((resolve) => {
    child.once("error", resolve);
    child.once("exit", resolve);
  });
  if (code !== 0) throw new Error(`${command} ended with ${code}`);
}

async function timed(work: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
