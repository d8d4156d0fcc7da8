import { errno } from "./provider-error.ts";
import type { Ask } from "./session.ts";

/** What kind of server it is, and what it lets be seen. */
export interface Server {
  readonly flavour: "mysql" | "mariadb" | "tidb";
  /** Its name with version: MariaDB 10.11.19. */
  readonly engine: string;
  readonly database: string;
  /** Why performance_schema says nothing; null where it does. */
  readonly noFigures: string | null;
}

/** Learns what the server is; performance_schema counts only where it is on and the bot may read it. */
export async function serverOf(ask: Ask): Promise<Server> {
  const [row] = await ask("select version() as version, database() as name, @@performance_schema as figures");
  const version = String(row?.version ?? "");
  const flavour = /mariadb/i.test(version) ? "mariadb" : /tidb/i.test(version) ? "tidb" : "mysql";
  const name = { mysql: "MySQL", mariadb: "MariaDB", tidb: "TiDB" }[flavour];
  const number = /tidb-v([\d.]+)/i.exec(version)?.[1] ?? /^[\d.]*\d/.exec(version)?.[0] ?? "";
  return {
    flavour,
    engine: `${name} ${number}`.trim(),
    database: String(row?.name ?? ""),
    noFigures: flavour === "tidb" ? null : Number(row?.figures) === 1 ? await whyHidden(ask) : off,
  };
}

const off =
  "performance_schema is off on this server; set performance_schema = ON in its configuration and restart the server";

async function whyHidden(ask: Ask): Promise<string | null> {
  try {
    await ask("select 1 from performance_schema.threads limit 1");
    return null;
  } catch (error) {
    if (errno(error) !== 1142) throw error;
    return "the bot's user may not read performance_schema; grant select on performance_schema.* to it";
  }
}
