import type { Connections, Indexes, Sizes, TableSize } from "../../domain/platform/databases.ts";
import { errno } from "./provider-error.ts";
import type { Client, Row } from "./session.ts";

/** Schemas of the server's own. */
export const systemSchemas = "('mysql', 'sys', 'information_schema', 'performance_schema')";

export async function connections(client: Client): Promise<Connections> {
  const figures = client.server.noFigures === null;
  const [limit] = await client.ask("select @@max_connections as most");
  const program = figures
    ? "coalesce(a.attr_value, substring_index(p.host, ':', 1))"
    : "substring_index(p.host, ':', 1)";
  const attributes = figures
    ? "left join performance_schema.session_connect_attrs a on a.processlist_id = p.id and a.attr_name = 'program_name'"
    : "";
  const rows = await client.ask(
    `select p.user as user, ${program} as application, t.trx_id is not null as open,
       case when p.command in ('Query', 'Execute') then 'active' else lower(p.command) end as state, count(*) as count
     from information_schema.processlist p
       left join information_schema.innodb_trx t on t.trx_mysql_thread_id = p.id ${attributes}
     where p.id <> connection_id() and p.command <> 'Daemon' and p.user not in ('system user', 'event_scheduler')
     group by 1, 2, 3, 4`,
  );
  const state = (row: Row) =>
    row.state === "sleep" ? (row.open ? "idle in transaction" : "idle") : String(row.state ?? "unknown");
  return {
    used: rows.reduce((sum, row) => sum + Number(row.count), 0),
    limit: Number(limit?.most ?? 0),
    groups: [
      ...grouped("state", rows, state),
      ...grouped("user", rows, (row) => String(row.user)),
      ...grouped("application", rows, (row) => String(row.application)).slice(0, 10),
    ],
  };
}

function grouped(
  by: Connections["groups"][number]["by"],
  rows: readonly Row[],
  nameOf: (row: Row) => string,
): Connections["groups"] {
  const counts = new Map<string, number>();
  for (const row of rows) counts.set(nameOf(row), (counts.get(nameOf(row)) ?? 0) + Number(row.count));
  return [...counts]
    .map(([name, count]) => ({ by, name, count }))
    .toSorted((left, right) => right.count - left.count || (left.name < right.name ? -1 : 1));
}

export async function sizes(client: Client): Promise<Sizes> {
  await withFreshFigures(client);
  const rows = await client.ask(
    `select t.table_name as name, t.data_length + t.index_length as bytes, t.index_length as index_bytes,
       coalesce(t.table_rows, 0) as row_count
     from information_schema.tables t where t.table_schema = database() and t.table_type = 'BASE TABLE'
     order by 2 desc`,
  );
  const source = client.server.flavour === "mariadb" ? "information_schema" : "performance_schema";
  const reads = await client.ask(
    `select lower(variable_name) as name, variable_value as value from ${source}.global_status
     where variable_name in ('Innodb_buffer_pool_read_requests', 'Innodb_buffer_pool_reads')`,
  );
  const asked = Number(reads.find(({ name }) => name === "innodb_buffer_pool_read_requests")?.value ?? 0);
  const missed = Number(reads.find(({ name }) => name === "innodb_buffer_pool_reads")?.value ?? 0);
  return {
    databaseBytes: rows.reduce((sum, row) => sum + Number(row.bytes), 0),
    cacheHit: asked > 0 ? Math.max(0, 1 - missed / asked) : null,
    tables: rows.slice(0, 30).map(
      (row): TableSize => ({
        name: String(row.name),
        bytes: Number(row.bytes),
        indexBytes: Number(row.index_bytes),
        rows: Number(row.row_count),
        deadRows: null,
        vacuumedSecondsAgo: null,
        analyzedSecondsAgo: null,
      }),
    ),
    wraparound: null,
  };
}

/** MySQL 8 shows sizes of up to a day ago unless it is told not to; others do not know the setting (1193). */
export async function withFreshFigures(client: Client): Promise<void> {
  if (client.server.flavour === "mariadb") return;
  await orNothing(client.ask("set session information_schema_stats_expiry = 0"), [1193]);
}

/** What is asked, or no rows where the server refuses with one of these numbers. */
export async function orNothing(asked: Promise<readonly Row[]>, numbers: readonly number[]): Promise<readonly Row[]> {
  try {
    return await asked;
  } catch (error) {
    const number = errno(error);
    if (number === null || !numbers.includes(number)) throw error;
    return [];
  }
}

/** Rows read from end to end, as often as the table's rows go into them, stand for scans: the server counts rows. */
export async function indexes(client: Client): Promise<Indexes> {
  const none = { invalid: [], unused: [], scanned: [], resetSecondsAgo: null };
  if (client.server.noFigures !== null) return { ...none, unknown: client.server.noFigures };
  const unused = await client.ask(
    `select distinct u.index_name as name, u.object_name as owner
     from performance_schema.table_io_waits_summary_by_index_usage u
       join information_schema.statistics s on s.table_schema = u.object_schema and s.table_name = u.object_name
         and s.index_name = u.index_name and s.seq_in_index = 1 and s.non_unique = 1
     where u.object_schema = database() and u.count_star = 0
       and not exists (select 1 from information_schema.key_column_usage k where k.table_schema = s.table_schema
         and k.table_name = s.table_name and k.column_name = s.column_name and k.referenced_table_name is not null)
     order by 2, 1 limit 30`,
  );
  const pages = await orNothing(
    client.ask(
      `select table_name as owner, index_name as name, stat_value * @@innodb_page_size as bytes
       from mysql.innodb_index_stats where database_name = database() and stat_name = 'size'`,
    ),
    [1142, 1143],
  );
  const sizeOf = (row: Row) => pages.find((one) => one.owner === row.owner && one.name === row.name)?.bytes ?? null;
  const scanned = await client.ask(
    `select t.table_name as owner, floor(u.count_read / t.table_rows) as scans, t.table_rows as row_count
     from performance_schema.table_io_waits_summary_by_index_usage u
       join information_schema.tables t on t.table_schema = u.object_schema and t.table_name = u.object_name
     where u.object_schema = database() and u.index_name is null and t.table_rows > 1000
       and u.count_read > 50 * t.table_rows
     order by u.count_read desc limit 10`,
  );
  const source = client.server.flavour === "mariadb" ? "information_schema" : "performance_schema";
  const [up] = await client.ask(
    `select variable_value as value from ${source}.global_status where variable_name = 'Uptime'`,
  );
  return {
    invalid: [],
    unused: unused.map((row) => {
      const bytes = sizeOf(row);
      return { name: String(row.name), table: String(row.owner), bytes: bytes === null ? null : Number(bytes) };
    }),
    scanned: scanned.map((row) => ({
      table: String(row.owner),
      scans: Number(row.scans),
      rows: Number(row.row_count),
    })),
    resetSecondsAgo: up ? Number(up.value) : null,
    unknown: null,
  };
}
