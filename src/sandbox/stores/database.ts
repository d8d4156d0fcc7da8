import pg from "pg";
import type { Trouble } from "./trouble.ts";

const name = "waooaw";
const role = "waooaw_app";
/** The instance of the cloud that this database stands for. */
const instance = "waooaw-postgres-production";

export interface DatabaseStore {
  readonly url: string;
  /** Makes it where it is not there yet, and opens an application's sessions. */
  readonly begin: () => Promise<readonly Trouble[]>;
  readonly stop: () => Promise<void>;
}

/**
 * A database of its own in the sandbox's PostgreSQL, made where it is not there yet, with some sessions of an
 * application. Its address is known at once; it is there once it was begun.
 */
export function startDatabase(postgresUrl: string): DatabaseStore {
  const url = new URL(postgresUrl);
  url.pathname = `/${name}`;
  const application = new URL(url);
  application.username = role;
  const open = async (): Promise<readonly pg.Client[]> => {
    await makeDatabase(postgresUrl, url.href);
    const sessions = await Promise.all(
      ["backend", "backend", "agent"].map((one) => openSession(application.href, one)),
    );
    for (const session of sessions) await session.query("select count(*) from orders where state = 'open'");
    return sessions;
  };
  let opened: Promise<readonly pg.Client[]> = Promise.resolve([]);
  return {
    url: url.href,
    begin: async () => {
      opened = open();
      await opened;
      return [slowQuery, lockChain, exhaustedPool].map((trouble) => trouble(application.href));
    },
    stop: async () => {
      await Promise.all((await opened.catch(() => [])).map(close));
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

/** A session as an application holds it; one that is ended stays ended, as its application would be without it. */
async function openSession(url: string, application: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, application_name: application });
  client.on("error", () => {});
  await client.connect();
  return client;
}

/** Sessions may be in the middle of a statement that takes minutes: they are ended by another one of their own role. */
async function close(session: pg.Client): Promise<void> {
  await session.end().catch(() => {});
}

async function closeBusy(url: string, sessions: readonly pg.Client[]): Promise<void> {
  const other = await openSession(url, "sandbox");
  for (const session of sessions) {
    const { processID } = session as unknown as { readonly processID: number };
    await other.query("select pg_terminate_backend($1)", [processID]);
  }
  await close(other);
}

/** It sleeps instead of computing: it looks the same from outside, and leaves the machine its processor. */
function slowQuery(url: string): Trouble {
  return {
    fault: "slow-query",
    target: instance,
    begin: async (over) => {
      const session = await openSession(url, "backend");
      const statement = "select count(*) from orders where total > 100 and pg_sleep(0.2) is not null";
      session.query(statement).then(over, over);
      return () => closeBusy(url, [session]);
    },
  };
}

/** One transaction that its application forgot holds a row; two others wait for it. */
function lockChain(url: string): Trouble {
  return {
    fault: "lock-chain",
    target: instance,
    begin: async (over) => {
      const [holder, ...waiting] = await Promise.all(
        ["agent", "backend", "backend"].map((one) => openSession(url, one)),
      );
      if (!holder) return async () => {};
      await holder.query("begin");
      await holder.query("update orders set state = 'paid' where id = 1");
      holder.on("end", over);
      for (const session of waiting) {
        session.query("update orders set state = 'sent' where id = 1").then(
          () => close(session),
          () => {},
        );
      }
      return () => closeBusy(url, [holder, ...waiting]);
    },
  };
}

/** Where the server keeps fewer for its superuser, as the bot is here, so many stay free. */
const spared = 10;
const mostSessions = 100;

/** All the connections that are left, each idle in a transaction, and those that come free: only who takes them can stop. */
function exhaustedPool(url: string): Trouble {
  return {
    fault: "pool-exhausted",
    target: instance,
    begin: async () => {
      const most = await mostToTake(url);
      const sessions = new Set<pg.Client>();
      const fill = async (): Promise<void> => {
        while (sessions.size < most) {
          const session = await openSession(url, "backend").catch(() => null);
          // Full. The server keeps the bot's own back.
          if (session === null) return;
          sessions.add(session);
          session.on("end", () => sessions.delete(session));
          await session.query("begin; select count(*) from customers");
        }
      };
      let filling = fill().catch(() => {});
      const again = setInterval(() => {
        filling = filling.then(fill).catch(() => {});
      }, 1000);
      return async () => {
        clearInterval(again);
        await filling;
        await Promise.all([...sessions].map(close));
      };
    },
  };
}

async function mostToTake(url: string): Promise<number> {
  const session = await openSession(url, "sandbox");
  const { rows } = await session.query<{ readonly most: number; readonly reserved: number; readonly open: number }>(`
    select current_setting('max_connections')::int as most,
      current_setting('superuser_reserved_connections')::int as reserved,
      (select count(*)::int from pg_stat_activity where backend_type = 'client backend') as open`);
  await close(session);
  const [{ most, reserved, open } = { most: 0, reserved: 0, open: 0 }] = rows;
  return reserved >= spared ? mostSessions : Math.min(mostSessions, most - spared - open);
}
