import { sql } from "kysely";
import pg from "pg";
import type { CheckResult } from "../domain/platform.ts";
import { openDatabase } from "./database.ts";
import { migrationState } from "./migrate.ts";

/** What the tables and the job queue rely on; the contract with operators says the same. */
const oldestVersion = 15;
const patienceMilliseconds = 5000;

/**
 * For doctor: whether the database is reached, new enough, may be written to, and which migrations it has. Changes
 * nothing and never throws; says where the database is without its password.
 */
export async function checkDatabase(connectionString: string): Promise<readonly CheckResult[]> {
  const { host, port, database, user } = new pg.Client({ connectionString });
  const where = host.startsWith("/") ? `${database}, private` : `${database} on ${host}:${port}`;
  const pool = new pg.Pool({
    connectionString,
    max: 1,
    connectionTimeoutMillis: patienceMilliseconds,
    statement_timeout: patienceMilliseconds,
    application_name: "tocsin doctor",
  });
  pool.on("error", () => {});
  const db = openDatabase(pool);
  try {
    const { rows } = await sql<{ version: number; schemas: boolean; tables: boolean }>`
      select current_setting('server_version_num')::int as version,
        has_database_privilege(current_database(), 'create') as schemas,
        coalesce(has_schema_privilege(current_schema(), 'create'), false) as tables`.execute(db);
    const [server] = rows;
    if (!server) throw new Error("The server did not say its version.");
    return [
      { what: "PostgreSQL", ok: true, found: `reached (${where})`, fix: null },
      versionResult(server.version),
      rightsResult(server, String(database), String(user)),
      await migrationResult(await migrationState(db)),
    ];
  } catch (error) {
    return [
      { what: "PostgreSQL", ok: false, found: `${where}: ${reason(error)}`, fix: fixFor(error, String(database)) },
    ];
  } finally {
    await db.destroy();
  }
}

function versionResult(version: number): CheckResult {
  const major = Math.floor(version / 10_000);
  if (major >= oldestVersion) return { what: "Version", ok: true, found: String(major), fix: null };
  const fix = `Bring the server to PostgreSQL ${oldestVersion} or newer, or unset DATABASE_URL for the private one.`;
  return { what: "Version", ok: false, found: `${major}, older than ${oldestVersion}`, fix };
}

function rightsResult(
  has: { readonly schemas: boolean; readonly tables: boolean },
  database: string,
  user: string,
): CheckResult {
  if (has.schemas && has.tables) return { what: "Rights", ok: true, found: "may make its tables", fix: null };
  const fixes = [
    ...(has.schemas
      ? []
      : [`grant create on database ${pg.escapeIdentifier(database)} to ${pg.escapeIdentifier(user)};`]),
    ...(has.tables ? [] : [`grant create on schema public to ${pg.escapeIdentifier(user)};`]),
  ];
  return { what: "Rights", ok: false, found: `${user} may not make tables or schemas here`, fix: fixes.join("\n") };
}

function migrationResult(state: {
  readonly pending: readonly string[];
  readonly unknown: readonly string[];
}): CheckResult {
  if (state.unknown.length > 0) {
    const found = `the database is newer than this program (${state.unknown.join(", ")})`;
    return { what: "Migrations", ok: false, found, fix: "Start the newest version of Tocsin that was used with it." };
  }
  const { length } = state.pending;
  const found = length === 0 ? "all there" : `${length} to come, made by themselves at the next start`;
  return { what: "Migrations", ok: true, found, fix: null };
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

function reason(error: unknown): string {
  const code = codeOf(error);
  const message = error instanceof Error && error.message ? error.message : String(error);
  return code && !message.includes(code) ? `${message} (${code})` : message;
}

/** Source of the codes: postgresql.org/docs/current/errcodes-appendix.html. */
function fixFor(error: unknown, database: string): string {
  switch (codeOf(error)) {
    case "ECONNREFUSED":
    case "EHOSTUNREACH":
    case "ETIMEDOUT":
      return "Start the server, or put host and port in DATABASE_URL right; check that nothing between blocks them.";
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return "Put the host in DATABASE_URL right; its name cannot be resolved.";
    case "28P01":
    case "28000":
      return "Put user and password in DATABASE_URL right, or let the server's pg_hba.conf admit them.";
    case "42501":
      return "Use the user that owns Tocsin's tables in DATABASE_URL, or give this one rights on them.";
    case "3D000":
      return `Make the database: createdb ${database}`;
    case "53300":
      return "The server has no connection left; raise max_connections (Tocsin takes 13 for each process).";
    default:
      return "Check DATABASE_URL, and that the server is up and can be reached from here.";
  }
}
