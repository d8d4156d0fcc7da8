import type { Client } from "./session.ts";

/** Modes of metadata locks that keep ordinary statements out. Source: dev.mysql.com/doc/refman/8.4/en/performance-schema-metadata-locks-table.html */
const strong = "('EXCLUSIVE', 'SHARED_NO_WRITE', 'SHARED_NO_READ_WRITE')";

const rowLocks = {
  mariadb: `select r.trx_mysql_thread_id as waiting, b.trx_mysql_thread_id as holding
    from information_schema.innodb_lock_waits w
      join information_schema.innodb_trx r on r.trx_id = w.requesting_trx_id
      join information_schema.innodb_trx b on b.trx_id = w.blocking_trx_id`,
  mysql: `select r.processlist_id as waiting, coalesce(b.processlist_id, 0) as holding
    from performance_schema.data_lock_waits w
      join performance_schema.threads r on r.thread_id = w.requesting_thread_id
      left join performance_schema.threads b on b.thread_id = w.blocking_thread_id`,
};

/** One who wants a table for himself waits for all who use it; the others wait for one who wants it for himself. */
const metadataLocks = `select r.processlist_id as waiting, b.processlist_id as holding
  from performance_schema.metadata_locks p
    join performance_schema.metadata_locks g on g.object_type = p.object_type and g.object_schema = p.object_schema
      and g.object_name = p.object_name and g.owner_thread_id <> p.owner_thread_id
    join performance_schema.threads r on r.thread_id = p.owner_thread_id
    join performance_schema.threads b on b.thread_id = g.owner_thread_id
  where p.lock_status = 'PENDING' and p.object_type = 'TABLE' and b.processlist_id is not null
    and case when p.lock_type in ${strong} then g.lock_status = 'GRANTED' else g.lock_type in ${strong} end`;

/** Who waits for whom, by the numbers of sessions; a prepared transaction goes by 0. */
export async function blockers(client: Client): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const { flavour, noFigures } = client.server;
  const asked = [
    ...(flavour === "mariadb" ? [rowLocks.mariadb] : noFigures === null ? [rowLocks.mysql] : []),
    ...(noFigures === null ? [metadataLocks] : []),
  ];
  const waits = new Map<string, Set<string>>();
  for (const sql of asked) {
    for (const { waiting, holding } of await client.ask(sql)) {
      const held = waits.get(String(waiting)) ?? new Set();
      waits.set(String(waiting), held.add(String(holding)));
    }
  }
  return waits;
}

/** Why it is not known who holds a lock that somebody waits for. */
export async function whyUnknown(client: Client): Promise<string> {
  if (client.server.noFigures !== null) return client.server.noFigures;
  const [row] = await client.ask(
    "select enabled from performance_schema.setup_instruments where name = 'wait/lock/metadata/sql/mdl'",
  );
  if (row?.enabled === "YES") return "the server does not say who holds it";
  return "the server does not record who holds a table's metadata lock; switch on the instrument wait/lock/metadata/sql/mdl";
}
