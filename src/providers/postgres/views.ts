import type pg from "pg";
import type { Connections, Indexes, Replication, Sizes, TableSize } from "../../domain/platform/databases.ts";

export async function connections(client: pg.Client): Promise<Connections> {
  const { rows: limits } = await client.query<{ limit: number; used: string }>(
    `select (select setting::int from pg_settings where name = 'max_connections')
          - coalesce((select sum(setting::int)::int from pg_settings
                      where name in ('superuser_reserved_connections', 'reserved_connections')), 0) as limit,
       (select count(*) from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()) as used`,
  );
  const { rows } = await client.query<{ by: "state" | "user" | "application"; name: string; count: string }>(
    `with clients as (select coalesce(state, 'hidden') as state, coalesce(usename, 'unknown') as usename,
                             coalesce(nullif(application_name, ''), 'unnamed') as application
                      from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid())
     select 'state' as by, state as name, count(*) from clients group by state
     union all select 'user', usename, count(*) from clients group by usename
     union all (select 'application', application, count(*) from clients group by application order by 3 desc limit 10)
     order by by, count desc, name`,
  );
  return {
    used: Number(limits[0]?.used ?? 0),
    limit: limits[0]?.limit ?? 0,
    groups: rows.map(({ by, name, count }) => ({ by, name, count: Number(count) })),
  };
}

export async function sizes(client: pg.Client): Promise<Sizes> {
  const { rows: whole } = await client.query<{ bytes: string; hit: number | null; age: number; limit: number }>(
    `select pg_database_size(current_database()) as bytes, age(d.datfrozenxid) as age, 2146483648 as limit,
       (select (sum(heap_blks_hit) / nullif(sum(heap_blks_hit) + sum(heap_blks_read), 0))::float8
        from pg_statio_user_tables) as hit
     from pg_database d where d.datname = current_database()`,
  );
  const { rows } = await client.query<Record<string, string | null>>(
    `select format('%I.%I', schemaname, relname) as name, pg_total_relation_size(relid) as bytes,
       pg_indexes_size(relid) as index_bytes, n_live_tup as rows, n_dead_tup as dead,
       extract(epoch from clock_timestamp() - greatest(last_vacuum, last_autovacuum))::bigint as vacuumed,
       extract(epoch from clock_timestamp() - greatest(last_analyze, last_autoanalyze))::bigint as analyzed
     from pg_stat_user_tables order by pg_total_relation_size(relid) desc limit 30`,
  );
  const [database] = whole;
  return {
    databaseBytes: Number(database?.bytes ?? 0),
    cacheHit: database?.hit ?? null,
    tables: rows.map(
      (row): TableSize => ({
        name: row.name ?? "",
        bytes: Number(row.bytes),
        indexBytes: Number(row.index_bytes),
        rows: Number(row.rows),
        deadRows: Number(row.dead),
        vacuumedSecondsAgo: numeric(row.vacuumed),
        analyzedSecondsAgo: numeric(row.analyzed),
      }),
    ),
    wraparound: database ? { age: database.age, limit: Number(database.limit) } : null,
  };
}

export async function indexes(client: pg.Client): Promise<Indexes> {
  const { rows } = await client.query<{ name: string; table: string; bytes: string; invalid: boolean }>(
    `select format('%I.%I', s.schemaname, s.indexrelname) as name, format('%I.%I', s.schemaname, s.relname) as table,
       pg_relation_size(s.indexrelid) as bytes, not i.indisvalid as invalid
     from pg_stat_user_indexes s join pg_index i on i.indexrelid = s.indexrelid
     where not i.indisvalid
        or (s.idx_scan = 0 and not i.indisunique and not i.indisprimary
            and not exists (select 1 from pg_constraint c where c.conindid = s.indexrelid))
     order by 3 desc limit 30`,
  );
  const { rows: scanned } = await client.query<{ table: string; scans: string; rows: string }>(
    `select format('%I.%I', schemaname, relname) as table, seq_scan as scans, n_live_tup as rows
     from pg_stat_user_tables
     where n_live_tup > 1000 and seq_scan > 50 and seq_scan > coalesce(idx_scan, 0)
     order by seq_tup_read desc limit 10`,
  );
  const { rows: reset } = await client.query<{ ago: string | null }>(
    `select extract(epoch from clock_timestamp() - stats_reset)::bigint as ago
     from pg_stat_database where datname = current_database()`,
  );
  const plain = ({ name, table, bytes }: (typeof rows)[number]) => ({ name, table, bytes: Number(bytes) });
  return {
    invalid: rows.filter(({ invalid }) => invalid).map(plain),
    unused: rows.filter(({ invalid }) => !invalid).map(plain),
    scanned: scanned.map((row) => ({ table: row.table, scans: Number(row.scans), rows: Number(row.rows) })),
    resetSecondsAgo: numeric(reset[0]?.ago),
  };
}

export async function replication(client: pg.Client): Promise<Replication> {
  const { rows: role } = await client.query<{ replica: boolean }>("select pg_is_in_recovery() as replica");
  const isReplica = role[0]?.replica ?? false;
  const here = isReplica ? "pg_last_wal_receive_lsn()" : "pg_current_wal_lsn()";
  const { rows: replicas } = await client.query<Record<string, string | null>>(
    `select coalesce(nullif(application_name, ''), 'unnamed') as name, coalesce(state, 'hidden') as state,
       pg_wal_lsn_diff(${here}, replay_lsn)::bigint as bytes, extract(epoch from replay_lag)::float8 as seconds
     from pg_stat_replication order by 3 desc nulls first limit 20`,
  );
  const { rows: slots } = await client.query<{ name: string; active: boolean; bytes: string | null }>(
    `select slot_name as name, active, pg_wal_lsn_diff(${here}, restart_lsn)::bigint as bytes
     from pg_replication_slots order by 3 desc nulls last limit 20`,
  );
  return {
    role: isReplica ? "replica" : "primary",
    replicas: replicas.map((row) => ({
      name: row.name ?? "",
      state: row.state ?? "",
      lagBytes: numeric(row.bytes),
      lagSeconds: numeric(row.seconds),
    })),
    receiving: isReplica ? await receiving(client) : null,
    slots: slots.map((row) => ({ name: row.name, active: row.active, retainedBytes: numeric(row.bytes) })),
  };
}

/** Where nothing arrives, being up to date with what did arrive says nothing: then the lag is unknown. */
async function receiving(client: pg.Client): Promise<Replication["receiving"]> {
  const { rows } = await client.query<{ streaming: boolean; lag: number | null }>(
    `select exists (select 1 from pg_stat_wal_receiver where status = 'streaming') as streaming,
       case when pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() then 0
            else extract(epoch from clock_timestamp() - pg_last_xact_replay_timestamp()) end::float8 as lag`,
  );
  const connected = rows[0]?.streaming ?? false;
  return { connected, lagSeconds: connected ? (rows[0]?.lag ?? null) : null };
}

function numeric(value: string | number | null | undefined): number | null {
  return value === null || value === undefined ? null : Number(value);
}
