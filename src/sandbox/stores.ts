/** Real data stores for the sandbox to be operated on: a database of its own in the sandbox's PostgreSQL, and a Redis where one is installed. */
import { spawn } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import pg from "pg";

export interface SandboxStores {
  /** Where each is reached, by the kind of thing of the catalog. */
  readonly database: string;
  readonly cache: string | null;
  readonly stop: () => Promise<void>;
}

const name = "waooaw";
const role = "waooaw_app";

/** Makes what is not there yet, and lets some sessions of an application work in it. */
export async function startStores(options: {
  readonly postgresUrl: string;
  readonly dataDirectory: string;
}): Promise<SandboxStores> {
  const url = new URL(options.postgresUrl);
  url.pathname = `/${name}`;
  await makeDatabase(options.postgresUrl, url.href);
  const application = new URL(url);
  application.username = role;
  const [sessions, cache] = await Promise.all([startSessions(application.href), startRedis(options.dataDirectory)]);
  return {
    database: url.href,
    cache: cache?.url ?? null,
    stop: async () => {
      await Promise.all([...sessions.map((session) => session.end().catch(() => {})), cache?.stop()]);
    },
  };
}

async function makeDatabase(serverUrl: string, url: string): Promise<void> {
  const server = new pg.Client({ connectionString: serverUrl });
  await server.connect();
  try {
    const { rowCount } = await server.query("select 1 from pg_database where datname = $1", [name]);
    if (rowCount) return;
    await server.query(`do $$ begin create role ${role} login; exception when duplicate_object then null; end $$`);
    await server.query(`create database ${name}`);
  } finally {
    await server.end();
  }
  const database = new pg.Client({ connectionString: url });
  await database.connect();
  try {
    await database.query(`
      create table customers (id serial primary key, name text not null, city text);
      create table orders (id serial primary key, customer_id int references customers, state text, total numeric, at timestamptz);
      create index orders_by_customer on orders (customer_id);
      create index orders_by_total on orders (total);
      insert into customers (name, city) select 'customer ' || i, 'city ' || i % 40 from generate_series(1, 2000) i;
      insert into orders (customer_id, state, total, at)
        select 1 + i % 2000, (array['open', 'paid', 'sent'])[1 + i % 3], i % 500, timestamp '2026-01-01' + i * interval '1 minute'
        from generate_series(1, 20000) i;
      grant all on all tables in schema public to ${role};
      grant all on all sequences in schema public to ${role};
      create extension pg_stat_statements;
      select pg_stat_statements_reset();`);
  } finally {
    await database.end();
  }
}

/** Sessions as an application holds them; one that is ended stays ended, as its application would be without it. */
async function startSessions(url: string): Promise<readonly pg.Client[]> {
  const clients = ["backend", "backend", "agent"].map((one) => {
    const client = new pg.Client({ connectionString: url, application_name: one });
    client.on("error", () => {});
    return client;
  });
  for (const client of clients) {
    await client.connect();
    await client.query("select count(*) from orders where state = 'open'");
  }
  return clients;
}

async function startRedis(dataDirectory: string) {
  const folder = join(dataDirectory, "redis");
  await mkdir(folder, { recursive: true });
  const port = await freePort();
  const child = spawn(
    "redis-server",
    ["--port", String(port), "--bind", "127.0.0.1", "--dir", folder, "--save", "60 1", "--appendonly", "no"],
    { stdio: "ignore" },
  );
  const there = await new Promise<boolean>((resolve) => {
    child.once("error", () => resolve(false));
    child.once("spawn", () => resolve(true));
  });
  if (!there) return null;
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  return {
    url: `redis://127.0.0.1:${port}/0`,
    stop: async () => {
      child.kill("SIGTERM");
      await ended;
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("There is no free port");
  return address.port;
}
