import type { Client } from "./session.ts";

/** What a dump would lack because the bot's user does not see it, each a sentence: the program leaves it out and says nothing. */
export async function unseen({ ask, server }: Client): Promise<readonly string[]> {
  const me = `concat("'", replace(current_user(), '@', "'@'"), "'")`;
  const rows = await ask(
    `select privilege_type as name, 'all' as place from information_schema.user_privileges where grantee = ${me}
     union select privilege_type, 'here' from information_schema.schema_privileges
     where grantee = ${me} and database() like table_schema
     union select privilege_type, 'proc' from information_schema.table_privileges
     where grantee = ${me} and table_schema = 'mysql' and table_name = 'proc'`,
  );
  const has = (name: string, ...places: readonly string[]) =>
    rows.some((row) => row.name === name && (places.length === 0 || places.includes(String(row.place))));
  const routines =
    has("SHOW_ROUTINE") ||
    has("SELECT", "all", "proc") ||
    ["EXECUTE", "CREATE ROUTINE", "ALTER ROUTINE", "SHOW CREATE ROUTINE"].some((name) => has(name));
  const way = server.flavour === "mysql" ? "show_routine on *.*" : "select on mysql.proc";
  return [
    ...(has("TRIGGER") ? [] : ["Triggers would not be in it, as the bot's user does not see any: grant trigger."]),
    ...(routines
      ? []
      : [`Procedures and functions would not be in it, as the bot's user does not see any: grant ${way}.`]),
  ];
}

/** Why what has triggers or functions is not restored there by the bot's user; empty where it is, or has none. */
export async function notRestorable({ ask, server }: Client): Promise<readonly string[]> {
  const [row] = await ask(
    `select @@log_bin as logged, @@log_bin_trust_function_creators as trusted,
       (select count(*) from information_schema.user_privileges where privilege_type = 'SUPER'
        and grantee = concat("'", replace(current_user(), '@', "'@'"), "'")) as super,
       (select count(*) from information_schema.triggers where trigger_schema = ?)
       + (select count(*) from information_schema.routines where routine_schema = ? and routine_type = 'FUNCTION') as made`,
    [server.database, server.database],
  );
  const isRefused =
    Number(row?.logged) === 1 && Number(row?.trusted) === 0 && Number(row?.super) === 0 && Number(row?.made) > 0;
  return isRefused
    ? [
        "It has triggers or functions and its server writes a binary log, so restoring it takes log_bin_trust_function_creators = 1 on the server.",
      ]
    : [];
}
