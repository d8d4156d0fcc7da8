import type { ProviderFault } from "../../errors.ts";

interface Meaning {
  readonly fault: ProviderFault;
  readonly message: string;
}

/** Source: what pg_dump 15, pg_restore 15, psql 15, mariadb-dump 10.11 and mysqldump 9.7 say; MySQL's numbers are its server's. */
const known: readonly (readonly [RegExp, Meaning])[] = [
  [
    /Access denied for user .* to database/i,
    { fault: "denied", message: "The bot's user may not do this in that database; see docs/providers/dumps.md." },
  ],
  [
    // So the server says of a view over a view whose definer is not there.
    /ERROR 1045 \(\w+\) at line \d+/,
    { fault: "denied", message: "A view's definer is not on this server, or may not read what the view shows." },
  ],
  [
    /insuff?ici?ent privileges to SHOW CREATE/i,
    { fault: "denied", message: "The bot's user may not read its routines; see docs/providers/dumps.md." },
  ],
  [
    /log_bin_trust_function_creators/,
    {
      fault: "denied",
      message:
        "It has triggers or functions, and the server writes a binary log: that takes log_bin_trust_function_creators = 1 on the server.",
    },
  ],
  [
    /without a primary key|sql_require_primary_key/,
    { fault: "refused", message: "A table has no primary key, and the server demands one (sql_require_primary_key)." },
  ],
  [
    /Unknown collation|Unknown character set|Unknown command '\\-'/,
    {
      fault: "refused",
      message:
        "It uses what this server does not know: it is from a newer server, or MariaDB's for MySQL or the other way.",
    },
  ],
  [
    /password authentication failed|Access denied for user/i,
    { fault: "denied", message: "The user or the password was not accepted." },
  ],
  [
    /permission denied|must be owner|command denied|Access denied; you need/i,
    { fault: "denied", message: "The bot's user lacks a right that this needs; see docs/providers." },
  ],
  [/No space left on device|disk full/i, { fault: "refused", message: "A disk is full." }],
  [
    /canceling statement due to lock timeout|lock timeout/i,
    { fault: "refused", message: "Something else holds a lock on one of its tables." },
  ],
  [/server version mismatch/i, { fault: "refused", message: "The program is older than the server." }],
  [
    /connection refused|could not connect|Can't connect|could not translate host name/i,
    { fault: "unreachable", message: "The server could not be reached." },
  ],
  [
    /server closed the connection|terminating connection|Lost connection|gone away/i,
    { fault: "unreachable", message: "The server ended the connection." },
  ],
  [
    /role ".*?" does not exist/i,
    { fault: "refused", message: "A role that owns or may use something in it does not exist on this server." },
  ],
  [
    /does not appear to be a valid archive|unexpected end of file|could not read from input file|unsupported version/i,
    { fault: "refused", message: "The file is no whole dump of this format." },
  ],
];

/** What a program said, in our words; of its own only the first line, without anything that may be data or a secret. */
export function meaningOf(words: string, secrets: readonly string[]): Meaning {
  // Named, since nobody guesses it: it takes a superuser, or to be left out of the database.
  const extension = /permission denied to create extension "([\w-]{1,63})"/.exec(words)?.[1];
  if (extension !== undefined) {
    return {
      fault: "denied",
      message: `The bot's user may not create the extension ${extension}, which the dump holds.`,
    };
  }
  // Names of rights are nobody's data.
  const right = /\(at least one of\) the ((?:or |[A-Z_ ,]){3,120}) privilege/.exec(words)?.[1];
  if (right !== undefined) {
    return { fault: "denied", message: `The bot's user lacks the right ${right}; see docs/providers/dumps.md.` };
  }
  const found = known.find(([pattern]) => pattern.test(words));
  if (found) return found[1];
  const line = words.split("\n").find((one) => /error|fatal/i.test(one)) ?? words.split("\n")[0] ?? "";
  let safe = line
    .replaceAll(/"[^"]*"/g, '"…"')
    .replaceAll(/'[^']*'/g, "'…'")
    .replaceAll(/\([^)]*\)=\([^)]*\)/g, "(…)=(…)");
  for (const secret of secrets) if (secret.length > 3) safe = safe.replaceAll(secret, "…");
  safe = safe.trim().slice(0, 200);
  return { fault: "refused", message: safe === "" ? "It does not say why." : `It says: ${safe}` };
}
