import { ProviderError, type ProviderFault } from "../../errors.ts";

/** The server's number of an error; null where it is not the server's. */
export function errno(error: unknown): number | null {
  return error instanceof Error && "errno" in error && typeof error.errno === "number" && error.errno > 0
    ? error.errno
    : null;
}

/** What a server says in words may hold data, so that only its code is repeated, with words of our own. */
export function providerError(operation: string, error: unknown): unknown {
  if (error instanceof ProviderError || !(error instanceof Error)) return error;
  const word = "code" in error && typeof error.code === "string" ? error.code : null;
  const number = errno(error);
  if (word === null && number === null && !/connection|closed/i.test(error.message)) return error;
  const { fault, message } =
    lacking(number, error.message) ?? (number === null ? undefined : meanings[number]) ?? bySocket(word, number);
  return new ProviderError({
    provider: "MySQL",
    operation,
    fault,
    code: word ?? (number === null ? "ConnectionLost" : String(number)),
    message,
  });
}

/** Which right is lacking, where the server names it: names of rights are nobody's data. */
function lacking(number: number | null, words: string): Meaning | undefined {
  if (number !== 1227) return undefined;
  const rights = /\(at least one of\) the ((?:or |[A-Z_ ,]){3,120}) privilege/.exec(words)?.[1];
  return rights === undefined ? undefined : { fault: "denied", message: `The bot's user lacks the right ${rights}.` };
}

interface Meaning {
  readonly fault: ProviderFault;
  readonly message: string;
}

const denied: Meaning = { fault: "denied", message: "The bot's user lacks the right to do this." };
const full: Meaning = { fault: "full", message: "All its connections are taken, none is left for the bot." };
const readOnly: Meaning = { fault: "refused", message: "The server takes no changes: it is read-only or a replica." };
const tooLong: Meaning = { fault: "timeout", message: "The statement took too long and was cancelled." };

/** Source: dev.mysql.com/doc/mysql-errors/8.4/en/server-error-reference.html, mariadb.com/kb/en/mariadb-error-code-reference */
const meanings: Readonly<Record<number, Meaning>> = {
  1040: full,
  1044: { fault: "denied", message: "The bot's user may not use this database." },
  1045: { fault: "denied", message: "The user or the password was not accepted." },
  1049: { fault: "not_found", message: "There is no such database." },
  1053: { fault: "unreachable", message: "The server is shutting down." },
  1095: denied,
  1129: { fault: "denied", message: "The server blocks the bot's host after too many failed connections." },
  1130: { fault: "denied", message: "The server does not let anybody in from the bot's host." },
  1142: denied,
  1143: denied,
  1146: { fault: "not_found", message: "There is no such table." },
  1203: full,
  1205: { fault: "refused", message: "Something else holds the lock." },
  1226: full,
  1227: denied,
  1290: readOnly,
  1317: { fault: "timeout", message: "The statement was interrupted." },
  1370: denied,
  1698: { fault: "denied", message: "The user or the password was not accepted." },
  1792: readOnly,
  1836: readOnly,
  1969: tooLong,
  1979: denied,
  3024: tooLong,
  3159: { fault: "denied", message: "The server takes encrypted connections only; add ?ssl-mode=required." },
};

const sockets: Readonly<Record<string, Meaning>> = {
  ECONNREFUSED: { fault: "unreachable", message: "Nothing listens there." },
  ENOTFOUND: { fault: "unreachable", message: "The host is not known." },
  ECONNRESET: { fault: "unreachable", message: "The connection was cut." },
  EPIPE: { fault: "unreachable", message: "The connection was cut." },
  ETIMEDOUT: { fault: "timeout", message: "The server could not be reached in time." },
  PROTOCOL_CONNECTION_LOST: { fault: "unreachable", message: "The server ended the connection." },
  HANDSHAKE_NO_SSL_SUPPORT: { fault: "refused", message: "The server offers no encryption." },
  HANDSHAKE_SSL_ERROR: { fault: "denied", message: "The server's certificate was not accepted." },
};

function bySocket(word: string | null, number: number | null): Meaning {
  const known = word === null ? undefined : sockets[word];
  if (known) return known;
  if (number !== null) return { fault: "refused", message: "What the server says of it stays in its own log." };
  return { fault: "unreachable", message: "The connection was lost." };
}
