import type { ConnectionOptions } from "mysql2";
import { ProviderError } from "../../errors.ts";

type Address = Pick<ConnectionOptions, "host" | "port" | "user" | "password" | "database" | "ssl">;

/** Source: dev.mysql.com/doc/refman/8.4/en/connection-options.html#option_general_ssl-mode */
const modes: Readonly<Record<string, NonNullable<ConnectionOptions["ssl"]> | null>> = {
  disabled: null,
  required: { rejectUnauthorized: false },
  verify_ca: { rejectUnauthorized: true },
  verify_identity: { rejectUnauthorized: true, verifyIdentity: true },
};

/** The parts of an address. A parameter that means nothing here is refused: it might have asked for encryption. */
export function addressOf(url: string, operation: string): Address {
  const { hostname, port, username, password, pathname, searchParams } = new URL(url);
  let ssl: NonNullable<ConnectionOptions["ssl"]> | null = null;
  for (const [name, value] of searchParams) {
    const mode = name === "ssl-mode" ? modes[value.toLowerCase()] : undefined;
    if (mode === undefined) throw unknownParameter(name, operation);
    ssl = mode;
  }
  return {
    host: decodeURIComponent(hostname.replace(/^\[(.*)\]$/, "$1")),
    port: port === "" ? 3306 : Number(port),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    ...(pathname.length > 1 ? { database: decodeURIComponent(pathname.slice(1)) } : {}),
    ...(ssl === null ? {} : { ssl }),
  };
}

function unknownParameter(name: string, operation: string): ProviderError {
  const known = `ssl-mode with one of ${Object.keys(modes).join(", ")}`;
  return new ProviderError({
    provider: "MySQL",
    operation,
    fault: "refused",
    code: "BadAddress",
    message: `Its address has ${name === "ssl-mode" ? "an ssl-mode" : "a parameter"} that is not known here; known is ${known}.`,
  });
}
