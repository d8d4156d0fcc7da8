import pg from "pg";
import type { Placement } from "../../domain/configuration.ts";
import type { Bytes, DumpKeeping, RunUnderWay } from "../../domain/platform/dump-keeping.ts";
import { plannedDump } from "../../domain/platform/dump-runs.ts";
import type { DumpFile, RestoreJob, RestoreReport } from "../../domain/platform/dumps.ts";
import { ProviderError } from "../../errors.ts";
import { runChecks } from "./checks.ts";
import { countRows, dumpServer, inDatabase, inLongSession, notRestorable, programEnvironment } from "./dump-server.ts";
import { postgresProgram } from "./dumps.ts";
import { type Connections, inSession, providerError } from "./session.ts";

const mark = "tocsin: made by operation ";
const countSeconds = 120;

/** The operation a database was made by; null where it was not made from here, undefined where there is none. */
export async function madeBy(client: pg.Client, name: string): Promise<string | null | undefined> {
  const { rows } = await client.query<{ comment: string | null }>(
    "select shobj_description(oid, 'pg_database') as comment from pg_database where datname = $1",
    [name],
  );
  if (rows.length === 0) return undefined;
  const comment = rows[0]?.comment;
  return comment?.startsWith(mark) ? comment.slice(mark.length) : null;
}

/** Restores a dump into a new database and compares it with what was counted when it was made. */
export async function restoreDump(
  connections: Connections,
  keeping: DumpKeeping,
  at: Placement,
  job: RestoreJob,
  run: RunUnderWay,
): Promise<RestoreReport> {
  const started = performance.now();
  const { store, file } = await plannedDump("PostgreSQL", keeping, at, job, run);
  const server = await dumpServer(connections, at);
  const [why] = notRestorable(server);
  if (why !== undefined) throw refused("NoRight", why, "denied");
  const name = file.format === "custom" ? "pg_restore" : "psql";
  const program = await postgresProgram(keeping, name, server);
  await dropRestored(connections, at, job.to, job.operation);
  await inLongSession(connections, at, "make the database", (client) => makeLike(client, server.database, job));
  try {
    const call = {
      program: program.path,
      args:
        name === "pg_restore"
          ? ["--exit-on-error", "--no-password", `--dbname=${job.to}`]
          : ["--no-psqlrc", "--quiet", "--no-password", "--set=ON_ERROR_STOP=1", "--output=/dev/null"],
      env: programEnvironment(connections, at, job.to),
      signal: run.signal,
    };
    const raw = await store.read(file.name);
    const isPacked = file.format === "gzip" || file.format === "schema";
    // pg_restore stops reading at the end of the archive; psql reads all there is.
    await keeping.input(call, watched(isPacked ? keeping.gunzip(raw) : raw, run), { some: name === "pg_restore" });
    const found = await inLongSession(inDatabase(connections, at, job.to), at, "look at what was restored", (client) =>
      report(client, file, job, run),
    );
    return { ...found, seconds: (performance.now() - started) / 1000 };
  } catch (error) {
    await dropRestored(connections, at, job.to, job.operation);
    throw error;
  }
}

async function* watched(bytes: Bytes, run: RunUnderWay): AsyncGenerator<Uint8Array> {
  let read = 0;
  for await (const chunk of bytes) {
    read += chunk.length;
    run.say(`${(read / 1e6).toFixed(1)} MB of the dump restored`);
    yield chunk;
  }
}

async function report(
  client: pg.Client,
  file: DumpFile,
  job: RestoreJob,
  run: RunUnderWay,
): Promise<Omit<RestoreReport, "seconds">> {
  run.say("counting what was restored");
  await client.query("begin read only");
  const counted =
    file.format === "schema" ? {} : await countRows(client, { signal: run.signal, seconds: countSeconds });
  const { rows } = await client.query<{ bytes: number }>(
    "select pg_database_size(current_database())::float8 as bytes",
  );
  await client.query("rollback");
  const checks = file.format === "schema" ? [] : await runChecks(client, job.validate);
  const names = Object.keys(file.rows).filter((name) => Object.hasOwn(counted, name));
  const differences = Object.entries(file.rows).flatMap(([name, rows]) => {
    const now = counted[name];
    if (now === rows || (now === undefined && Object.keys(counted).length === 0 && file.format === "schema")) return [];
    return [now === undefined ? `${name} was not counted` : `${name} has ${now} rows, and had ${rows}`];
  });
  return {
    bytes: rows[0]?.bytes ?? 0,
    tables: names.length,
    rows: names.reduce((sum, name) => sum + (counted[name] ?? 0), 0),
    differences,
    checks,
  };
}

/** Makes an empty database with the owner, encoding, locale, rights and settings of another. */
async function makeLike(client: pg.Client, like: string, job: RestoreJob): Promise<void> {
  // to_jsonb, since what is known of a locale differs from version to version.
  const { rows } = await client.query<{
    found: Readonly<Record<string, string | null>>;
    owner: string;
    encoding: string;
  }>(
    `select to_jsonb(d) - 'datacl' as found, pg_get_userbyid(datdba) as owner, pg_encoding_to_char(encoding) as encoding
     from pg_database d where datname = $1`,
    [like],
  );
  const [row] = rows;
  if (!row) throw refused("NoDatabase", `There is no database ${like}.`, "not_found");
  const { escapeIdentifier: name, escapeLiteral: text } = client;
  const { datcollate, datctype, datlocprovider, daticulocale, datlocale } = row.found;
  const locale = datlocale ?? daticulocale;
  const provider =
    datlocprovider === "i" && locale
      ? ` locale_provider icu icu_locale ${text.call(client, locale)}`
      : datlocprovider === "b" && locale
        ? ` locale_provider builtin builtin_locale ${text.call(client, locale)}`
        : "";
  await client.query(
    `create database ${name.call(client, job.to)} template template0 owner ${name.call(client, row.owner)}
     encoding ${text.call(client, row.encoding)} lc_collate ${text.call(client, datcollate ?? "C")}
     lc_ctype ${text.call(client, datctype ?? "C")}${provider}`,
  );
  const to = name.call(client, job.to);
  await client.query(`comment on database ${to} is ${text.call(client, `${mark}${job.operation}`)}`);
  const granted = await client.query<{ sql: string }>(
    `select 'revoke all on database ' || $2 || ' from public' as sql from pg_database where datname = $1 and datacl is not null
     union all
     select format('grant %s on database %s to %s%s', a.privilege_type, $2,
       case when a.grantee = 0 then 'public' else quote_ident(pg_get_userbyid(a.grantee)) end,
       case when a.is_grantable then ' with grant option' else '' end)
     from pg_database d, aclexplode(d.datacl) a where datname = $1`,
    [like, to],
  );
  for (const { sql } of granted.rows) await client.query(sql);
  const set = await client.query<{ role: string | null; setting: string }>(
    `select case when s.setrole = 0 then null else pg_get_userbyid(s.setrole) end as role, unnest(s.setconfig) as setting
     from pg_db_role_setting s join pg_database d on d.oid = s.setdatabase where d.datname = $1`,
    [like],
  );
  for (const { role, setting } of set.rows) {
    const [key = "", ...rest] = setting.split("=");
    // Lists of names are kept as they are written: quoted as one they would mean another thing.
    const value = /^(search_path|temp_tablespaces|\w+_preload_libraries)$/.test(key)
      ? rest.join("=")
      : text.call(client, rest.join("="));
    if (!/^[\w.]+$/.test(key) || value === "" || value.includes(";")) continue;
    const whose = role === null ? `database ${to}` : `role ${name.call(client, role)} in database ${to}`;
    await client.query(`alter ${whose} set ${key} to ${value}`);
  }
}

/** Drops a database that this operation made; one that is gone is fine. */
export async function dropRestored(
  connections: Connections,
  at: Placement,
  database: string,
  operation: string,
): Promise<void> {
  await inSession(
    connections,
    at,
    { operation: "drop the database", write: true, milliseconds: 25_000 },
    async (client) => {
      const maker = await madeBy(client, database);
      if (maker === undefined) return;
      if (maker !== operation)
        throw refused("NotOurs", `The database ${database} was not made by this, so it was left alone.`);
      await client.query(`drop database if exists ${client.escapeIdentifier(database)} with (force)`);
    },
  );
}

/** So long it is tried, each time for up to 5 s: the server waits that long for sessions to leave. All of it stays within a step's time. */
const exchangeMilliseconds = 10_000;
const betweenEnds = 250;

/**
 * Exchanges two databases by their names, in one transaction. While it is open nobody new is let in, and whoever is in
 * is ended from a second session: cut off anywhere, the live one is as it was.
 */
export async function swapDatabases(
  connections: Connections,
  at: Placement,
  restored: string,
  aside: string,
  _operation: string,
): Promise<void> {
  const live = decodeURIComponent(
    new URL(connections.get(at.at.connection ?? "") ?? "postgres://x/").pathname.slice(1),
  );
  if (live === "") throw refused("NoName", "Its address names no database, so it is not known which one is live.");
  const options = { operation: "exchange databases", write: true, milliseconds: 25_000 };
  const there = await maintenance(connections, at);
  await inSession(there, at, options, async (client) => {
    const { rows } = await client.query<{ name: string }>(
      "select datname as name from pg_database where datname = any($1)",
      [[live, restored, aside]],
    );
    const names = new Set(rows.map(({ name }) => name));
    if (!names.has(restored) && names.has(aside) && names.has(live)) return;
    if (!names.has(restored)) throw refused("NoDatabase", `The database ${restored} is gone.`, "not_found");
    if (names.has(aside)) throw refused("NameTaken", `There is a database ${aside} already.`);
    const exchanged = { live, restored, aside, isThere: names.has(live) };
    await inSession(there, at, options, (ender) => exchange(client, ender, exchanged));
  });
}

interface Exchanged {
  readonly live: string;
  readonly restored: string;
  readonly aside: string;
  readonly isThere: boolean;
}

async function exchange(client: pg.Client, ender: pg.Client, names: Exchanged): Promise<void> {
  const name = (one: string) => client.escapeIdentifier(one);
  const end = performance.now() + exchangeMilliseconds;
  for (;;) {
    const ending = endSessions(ender, names);
    try {
      await client.query("begin; set local lock_timeout = '4s'");
      if (names.isThere) await client.query(`alter database ${name(names.live)} rename to ${name(names.aside)}`);
      await client.query(`alter database ${name(names.restored)} rename to ${name(names.live)}`);
      await client.query("commit");
      return;
    } catch (error) {
      await client.query("rollback");
      // 55006: somebody is still connected. 55P03: somebody is just coming in.
      if (!(error instanceof pg.DatabaseError) || !["55006", "55P03"].includes(error.code ?? "")) throw error;
      if (performance.now() > end) throw await stillConnected(client, names);
    } finally {
      await ending.stop();
    }
  }
}

/** Ends who is in, again and again until told to stop: programs come back at once. */
function endSessions(ender: pg.Client, { live, restored }: Exchanged): { readonly stop: () => Promise<void> } {
  let stopped = false;
  const rounds = async (): Promise<void> => {
    while (!stopped) {
      // Not what only a superuser ends: asking for it would end this. The server moves its own workers out of the way.
      await ender.query(`select pg_terminate_backend(pid) from (${sessionsOn}) s where not out_of_reach`, [
        [live, restored],
      ]);
      await new Promise((resolve) => setTimeout(resolve, betweenEnds));
    }
  };
  const ended = rounds();
  // Told when it is stopped.
  ended.catch(() => {});
  return {
    stop: () => {
      stopped = true;
      return ended;
    },
  };
}

/** People's and programs' sessions on databases, and which of them only a superuser may end. The server's own workers are nobody's. */
const sessionsOn = `select a.pid, a.usename, r.rolsuper and not me.rolsuper as out_of_reach
  from pg_stat_activity a join pg_roles r on r.oid = a.usesysid, pg_roles me
  where me.rolname = current_user and a.datname = any($1) and a.pid <> pg_backend_pid()`;

async function stillConnected(client: pg.Client, { live, restored }: Exchanged): Promise<ProviderError> {
  const { rows } = await client.query<{ who: string | null }>(
    `select string_agg(distinct usename, ', ') as who from (${sessionsOn}) s where out_of_reach`,
    [[live, restored]],
  );
  const who = rows[0]?.who;
  return refused(
    "StillConnected",
    who
      ? `Sessions of ${who} are on it, which the bot's user may not end since they are a superuser's. Close them, then ask again.`
      : "Something on it does not end: a session, or a transaction prepared for two phases. See what it is, then ask again.",
  );
}

/** A database to stand in while others are renamed. */
async function maintenance(connections: Connections, at: Placement): Promise<Connections> {
  for (const name of ["postgres", "template1"]) {
    const there = inDatabase(connections, at, name);
    try {
      await inSession(there, at, { operation: "connect" }, (client) => client.query("select 1"));
      return there;
    } catch (error) {
      const told = providerError("connect", error);
      const isElsewhere = told instanceof ProviderError && (told.code === "3D000" || told.code === "42501");
      if (!isElsewhere || name === "template1") throw told;
    }
  }
  throw new Error("not reached");
}

function refused(code: string, message: string, fault: ProviderError["fault"] = "refused"): ProviderError {
  return new ProviderError({ provider: "PostgreSQL", operation: "restore", fault, code, message });
}
