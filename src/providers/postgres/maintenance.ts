import type pg from "pg";
import type { Placement } from "../../domain/configuration.ts";
import {
  isMaintained,
  type Maintenance,
  type MaintenanceProgress,
  type Relation,
} from "../../domain/platform/databases.ts";
import { ProviderError } from "../../errors.ts";
import { type Connections, clientFor, close, providerError } from "./session.ts";

/** How the runs that this process started ended; one that is not here was started by another or has been forgotten. */
export type Runs = Map<string, { readonly error: ProviderError | null } | "running">;

const part = `(?:"[^"]{1,63}"|[A-Za-z_\\u0080-\\uffff][\\w$\\u0080-\\uffff]{0,62})`;
const relationName = new RegExp(`^${part}(?:\\.${part})?$`, "u");

const runsKept = 200;
/** How long a start is waited for, so that what is refused at once is told at once. */
const startMilliseconds = 1500;

/** A table or an index by the name people write: orders, public.orders, "Odd Name". */
export async function relationByName(client: pg.Client, name: string): Promise<Relation | null> {
  if (!relationName.test(name)) return null;
  const { rows } = await client.query<{
    name: string;
    kind: string;
    bytes: string;
    rows: string | null;
    dead: string | null;
    file: string;
    analyzed: string | null;
    vacuumed: string | null;
    invalid: readonly string[] | null;
  }>(
    `select format('%I.%I', n.nspname, c.relname) as name, c.relkind as kind, pg_total_relation_size(c.oid) as bytes,
       s.n_live_tup as rows, s.n_dead_tup as dead, concat_ws(',', pg_relation_filenode(c.oid),
         (select string_agg(pg_relation_filenode(i.indexrelid)::text, ',' order by i.indexrelid)
          from pg_index i where i.indrelid = c.oid and i.indisvalid)) as file,
       greatest(s.last_analyze, s.last_autoanalyze)::text as analyzed, greatest(s.last_vacuum, s.last_autovacuum)::text as vacuumed,
       (select array_agg(format('%I.%I', n.nspname, ic.relname) order by ic.relname)
        from pg_index i join pg_class ic on ic.oid = i.indexrelid
        where not i.indisvalid and ic.relname ~ '_cc(new|old)\\d*$'
          and i.indrelid = case when c.relkind in ('i', 'I') then (select indrelid from pg_index where indexrelid = c.oid)
                                else c.oid end) as invalid
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
       left join pg_stat_user_tables s on s.relid = c.oid
     where c.oid = to_regclass($1) and c.relkind in ('r', 'm', 'i') and n.nspname not like 'pg\\_%'
       and n.nspname <> 'information_schema'`,
    [name],
  );
  const [row] = rows;
  if (!row) return null;
  return {
    name: row.name,
    kind: row.kind === "i" ? "index" : "table",
    bytes: Number(row.bytes),
    rows: row.rows === null ? null : Number(row.rows),
    deadRows: row.dead === null ? null : Number(row.dead),
    file: row.file,
    analyzed: row.analyzed,
    vacuumed: row.vacuumed,
    invalid: row.invalid ?? [],
    rebuildsOnline: true,
  };
}

export function sessionName(token: string): string {
  // The server cuts names at 63 bytes. Source: postgresql.org/docs/current/runtime-config-logging.html#GUC-APPLICATION-NAME
  return `tocsin ${token}`.slice(0, 63);
}

/**
 * Starts maintenance in a session of its own, which lives as long as it takes. Statements of this kind take no
 * parameters, so the name is the server's own spelling of a relation that it found.
 */
export async function startMaintenance(
  connections: Connections,
  at: Placement,
  runs: Runs,
  work: Maintenance,
): Promise<void> {
  if (runs.get(work.token) === "running") return;
  const operation = work.verb;
  const client = clientFor(connections, at, operation, sessionName(work.token));
  try {
    await client.connect();
    const { rowCount } = await client.query(
      "select 1 from pg_stat_activity where application_name = $1 and pid <> pg_backend_pid()",
      [sessionName(work.token)],
    );
    if (rowCount) return close(client);
    const relation = await relationByName(client, work.relation);
    if (!relation) throw gone(operation);
    // Told a second time because the answer to the first was lost: done by now, or broken off with something left.
    if (isMaintained(work.verb, work.before, relation)) return close(client);
    if (work.verb === "reindex" && relation.invalid.length > 0) await dropLeftovers(client, work.relation);
    await client.query("set statement_timeout = '12h'; set lock_timeout = '10s'");
    runs.set(work.token, "running");
    forgetOldest(runs);
    const done = client.query(statementFor(work.verb, relation)).then(
      () => void runs.set(work.token, { error: null }),
      (error: unknown) => {
        const told = providerError(operation, error);
        runs.set(work.token, { error: told instanceof ProviderError ? told : lost(operation) });
      },
    );
    void done.finally(() => close(client));
    await Promise.race([done, new Promise((resolve) => setTimeout(resolve, startMilliseconds))]);
  } catch (error) {
    close(client);
    throw providerError(operation, error);
  }
  const run = runs.get(work.token);
  if (run !== undefined && run !== "running" && run.error) throw run.error;
}

function statementFor(verb: Maintenance["verb"], relation: Relation): string {
  if (verb === "analyze") return `analyze ${relation.name}`;
  if (verb === "vacuum") return `vacuum (analyze) ${relation.name}`;
  if (verb === "reindex") return `reindex ${relation.kind} concurrently ${relation.name}`;
  throw new ProviderError({
    provider: "PostgreSQL",
    operation: verb,
    fault: "refused",
    code: "NotKnown",
    message: `PostgreSQL knows no ${verb}.`,
  });
}

/** Drops what a broken REINDEX CONCURRENTLY left; without blocking writes. Source: postgresql.org/docs/current/sql-reindex.html#SQL-REINDEX-CONCURRENTLY */
export async function dropLeftovers(client: pg.Client, name: string): Promise<readonly string[]> {
  const relation = await relationByName(client, name);
  const dropped: string[] = [];
  await client.query("set statement_timeout = '20s'; set lock_timeout = '5s'");
  for (const index of relation?.invalid ?? []) {
    await client.query(`drop index concurrently if exists ${index}`);
    dropped.push(index);
  }
  return dropped;
}

/** Where a run stands: by the server's own report while it runs, by what this process remembers after. */
export async function maintenanceProgress(client: pg.Client, runs: Runs, token: string): Promise<MaintenanceProgress> {
  const { rows } = await client.query<{ phase: string | null; done: string | null; total: string | null }>(
    `select coalesce(v.phase, i.phase, a.phase) as phase,
       coalesce(v.heap_blks_scanned, i.blocks_done, a.sample_blks_scanned) as done,
       coalesce(v.heap_blks_total, i.blocks_total, a.sample_blks_total) as total
     from pg_stat_activity s
       left join pg_stat_progress_vacuum v on v.pid = s.pid
       left join pg_stat_progress_create_index i on i.pid = s.pid
       left join pg_stat_progress_analyze a on a.pid = s.pid
     where s.application_name = $1 and s.state = 'active' limit 1`,
    [sessionName(token)],
  );
  const [row] = rows;
  if (row) {
    const share = row.total !== null && Number(row.total) > 0 ? Number(row.done) / Number(row.total) : null;
    const text = `${row.phase ?? "working"}${share === null ? "" : `, ${Math.round(share * 100)} %`}`;
    return { state: "running", text, share };
  }
  const run = runs.get(token);
  if (run !== undefined && run !== "running" && run.error) {
    return { state: "failed", text: `${run.error.message} (${run.error.code})`, share: null };
  }
  return { state: "gone", text: "no longer running", share: null };
}

function forgetOldest(runs: Runs): void {
  for (const [token, run] of runs) {
    if (runs.size <= runsKept) return;
    if (run !== "running") runs.delete(token);
  }
}

function gone(operation: string): ProviderError {
  return new ProviderError({
    provider: "PostgreSQL",
    operation,
    fault: "not_found",
    code: "42P01",
    message: "There is no such table or index any more.",
  });
}

function lost(operation: string): ProviderError {
  return new ProviderError({
    provider: "PostgreSQL",
    operation,
    fault: "unreachable",
    code: "ConnectionLost",
    message: "The connection was lost.",
  });
}
