import { type Kysely, sql } from "kysely";

export async function up(db: Kysely<never>): Promise<void> {
  // Ids are handed out before commit, so a lower one can become visible later; the transaction's number tells which
  // entries can no longer be overtaken.
  await sql`
    create table audit (
      id bigint generated always as identity primary key,
      at timestamptz(3) not null,
      actor text not null,
      action text not null,
      subject text not null,
      details jsonb not null,
      transaction xid8 not null default pg_current_xact_id()
    )`.execute(db);
  await sql`create index audit_in_order on audit (transaction, id)`.execute(db);
  // No foreign key: what a removed entry leaves behind is how its removal is seen.
  await sql`
    create table audit_seal (
      position bigint primary key,
      entry_id bigint not null unique,
      hash text not null,
      sealed_at timestamptz(3) not null
    )`.execute(db);
  await sql`
    create function refuse_audit_change() returns trigger language plpgsql as $$
    begin
      raise exception 'audit entries are never changed or removed' using errcode = 'insufficient_privilege';
    end $$`.execute(db);
  for (const table of ["audit", "audit_seal"]) {
    await sql`
      create trigger ${sql.id(`${table}_is_append_only`)} before update or delete or truncate on ${sql.id(table)}
      for each statement execute function refuse_audit_change()`.execute(db);
  }
}
