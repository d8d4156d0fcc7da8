import { randomBytes } from "node:crypto";
import { type Connection, createConnection } from "mysql2/promise";
import type { BusyDatabase, BusySession } from "./busy-database.ts";
import type { TestMysql } from "./mysql.ts";
import { until } from "./person.ts";

/** What docs/providers/mysql.md tells people to grant; the test of the document holds the two together. */
export const grants = {
  mariadb: [
    "process, connection admin, replica monitor, binlog monitor on *.*",
    "select on performance_schema.*",
    "select on mysql.innodb_table_stats",
    "select on mysql.innodb_index_stats",
  ],
  mysql: [
    "process, connection_admin, replication client, optimize_local_table on *.*",
    "select on performance_schema.*",
    "select on mysql.innodb_table_stats",
    "select on mysql.innodb_index_stats",
  ],
};

/** Which of the two a server is: their names of rights differ. */
export async function flavourOf(admin: Connection): Promise<keyof typeof grants> {
  const [[row]] = (await admin.query("select version() as version")) as unknown as [[{ version: string }]];
  return /mariadb/i.test(row.version) ? "mariadb" : "mysql";
}

/**
 * A database of a MySQL or MariaDB server to be operated on. Its address is that of a user with the rights the
 * documentation names and no more; `query` asks as the administrator.
 */
export async function busyMysql(server: TestMysql, admin: Connection): Promise<BusyDatabase> {
  const name = `tocsin_test_${randomBytes(6).toString("hex")}`;
  const [bot, app] = [`bot_${name.slice(12)}`, `app_${name.slice(12)}`];
  const rights = grants[await flavourOf(admin)];
  await admin.query(`create database ${name}`);
  await admin.query(`create user ${bot}@'%' identified by 'bot'; create user ${app}@'%' identified by 'app'`);
  for (const right of rights) await admin.query(`grant ${right} to ${bot}@'%'`);
  await admin.query(`grant select, insert on ${name}.* to ${bot}@'%'; grant all on ${name}.* to ${app}@'%'`);
  await admin.query(`use ${name}`);
  const sessions: BusySession[] = [];
  const addressOf = (user: string, password: string) => {
    const url = new URL(`/${name}`, server.url);
    url.username = user;
    url.password = password;
    return url.href;
  };
  const query = async <T>(sql: string, values: readonly unknown[] = []): Promise<T[]> =>
    (await admin.query(sql, [...values]))[0] as T[];
  return {
    url: addressOf(bot, "bot"),
    appUrl: addressOf(app, "app"),
    query,
    session: async (program) => {
      const connection = await createConnection({
        uri: addressOf(app, "app"),
        multipleStatements: true,
        connectAttributes: { program_name: program },
      });
      connection.on("error", () => {});
      const pid = connection.threadId;
      let last: Promise<string> = Promise.resolve("nothing");
      const session: BusySession = {
        pid,
        run: async (sql) => void (await connection.query(sql)),
        at: async (sql) => {
          last = connection.query(sql).then(
            () => "done",
            (error: Error & { code?: string }) => error.code ?? error.message,
          );
          await until(`${program} to be at it`, async () => {
            const [row] = await query<{ command: string }>(
              "select command as command from information_schema.processlist where id = ?",
              [pid],
            );
            return row?.command === "Query";
          });
        },
        ended: () => last,
        close: async () => connection.destroy(),
      };
      sessions.push(session);
      return session;
    },
    drop: async () => {
      const left = await query<{ id: number }>(
        "select id as id from information_schema.processlist where user in (?, ?)",
        [bot, app],
      );
      for (const { id } of left) await admin.query(`kill ${id}`).catch(() => {});
      await Promise.all(sessions.map((session) => session.close()));
      await admin.query(`drop database ${name}; drop user ${bot}@'%'; drop user ${app}@'%'`);
    },
  };
}

/** Waits until so many sessions wait for a row's lock. */
export async function waitingInMysql(database: BusyDatabase, count: number): Promise<void> {
  await until(`${count} to wait for a lock`, async () => {
    // The server does not fill innodb_trx anew for who asks again within 100 ms.
    await database.query("do sleep(0.15)");
    const [row] = await database.query<{ count: number }>(
      "select count(*) as count from information_schema.innodb_trx where trx_state = 'LOCK WAIT'",
    );
    return Number(row?.count) === count;
  });
}
