import { randomBytes } from "node:crypto";
import pg from "pg";
import { until } from "./person.ts";
import { createTestDatabase, type TestDatabase } from "./postgres.ts";

/** A database to be operated on, with a user of an application's own rights and sessions that do as a test says. */
export interface BusyDatabase extends TestDatabase {
  /** The same database as the application's user, who is no superuser. */
  readonly appUrl: string;
  /** A session of the application's; `at` runs a statement without waiting for its end. */
  readonly session: (name: string) => Promise<BusySession>;
  readonly query: <T extends pg.QueryResultRow>(sql: string, values?: readonly unknown[]) => Promise<T[]>;
}

export interface BusySession {
  readonly pid: number;
  readonly run: (sql: string) => Promise<void>;
  /** Starts a statement; resolves when the server has it. What becomes of it is in `ended`. */
  readonly at: (sql: string) => Promise<void>;
  readonly ended: () => Promise<string>;
  readonly close: () => Promise<void>;
}

export async function busyDatabase(): Promise<BusyDatabase> {
  const database = await createTestDatabase();
  const role = `app_${randomBytes(6).toString("hex")}`;
  const admin = new pg.Client({ connectionString: database.url });
  admin.on("error", () => {});
  await admin.connect();
  await admin.query(`create role ${role} login password 'app'; grant all on schema public to ${role}`);
  const url = new URL(database.url);
  url.username = role;
  url.password = "app";
  const appUrl = url.href;
  const sessions: BusySession[] = [];
  const query = async <T extends pg.QueryResultRow>(sql: string, values: readonly unknown[] = []): Promise<T[]> =>
    (await admin.query<T>(sql, [...values])).rows;
  return {
    url: database.url,
    appUrl,
    query,
    session: async (name) => {
      const client = new pg.Client({ connectionString: appUrl, application_name: name });
      client.on("error", () => {});
      await client.connect();
      const { rows } = await client.query<{ pid: number }>("select pg_backend_pid() as pid");
      const pid = rows[0]?.pid ?? 0;
      let last: Promise<string> = Promise.resolve("nothing");
      const session: BusySession = {
        pid,
        run: async (sql) => void (await client.query(sql)),
        at: async (sql) => {
          last = client.query(sql).then(
            () => "done",
            (error: Error & { code?: string }) => error.code ?? error.message,
          );
          await until(`${name} to be at it`, async () => {
            const [row] = await query<{ state: string }>("select state from pg_stat_activity where pid = $1", [pid]);
            return row?.state === "active";
          });
        },
        ended: () => last,
        close: () => client.end().catch(() => {}),
      };
      sessions.push(session);
      return session;
    },
    drop: async () => {
      await admin.query("select pg_terminate_backend(pid) from pg_stat_activity where usename = $1", [role]);
      await Promise.all(sessions.map((session) => session.close()));
      await admin.query(`drop owned by ${role} cascade; drop role ${role}`);
      await admin.end();
      await database.drop();
    },
  };
}

/** Waits until so many sessions wait for a lock. */
export async function waiting(database: BusyDatabase, count: number): Promise<void> {
  await until(`${count} to wait for a lock`, async () => {
    const [row] = await database.query<{ count: string }>(
      "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()",
    );
    return Number(row?.count) === count;
  });
}
