import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ConfigurationError } from "../errors.ts";

/** What the process was started with: read once from the environment, complete. */
export type Settings = CommonSettings &
  (
    | { readonly mode: "sandbox" }
    | {
        readonly mode: "socket";
        readonly slack: { readonly botToken: string; readonly appToken: string } & SlackAddress;
      }
    | {
        readonly mode: "http";
        readonly slack: { readonly botToken: string; readonly signingSecret: string } & SlackAddress;
      }
  );

interface SlackAddress {
  /** Base of the Web API, with the slash at its end. */
  readonly apiUrl: string;
}

interface CommonSettings {
  readonly host: string;
  /** 0 asks the system for a free one. */
  readonly port: number;
  /** Null: a private PostgreSQL under `dataDirectory`. */
  readonly databaseUrl: string | null;
  /** The sandbox has its own, below the one DATA_DIR names. */
  readonly dataDirectory: string;
  /** `named` is true when TOCSIN_CONFIG said so: then the file must exist. */
  readonly configuration: { readonly path: string; readonly named: boolean };
  readonly logLevel: LogLevel;
  readonly metricsToken: string | null;
  /** Null: what asks for a second factor is refused. */
  readonly secondFactor: SecondFactorSettings | null;
  readonly production: boolean;
  /** Values that must never be printed. */
  readonly redactions: readonly string[];
  /** Variables that are set and deliberately not looked at, for the start-up line. */
  readonly ignored: readonly string[];
}

/** What second factors are kept and reached with. */
export interface SecondFactorSettings {
  /** Encrypts the secrets of authenticator apps. */
  readonly key: string;
  /** Where browsers reach this process, without a slash at its end; null: at its own address. */
  readonly site: string | null;
}

export const logLevels = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;
export type LogLevel = (typeof logLevels)[number];

export type Environment = Readonly<Record<string, string | undefined>>;

const secretNames = [
  "SLACK_BOT_TOKEN",
  "SLACK_APP_TOKEN",
  "SLACK_SIGNING_SECRET",
  "DATABASE_URL",
  "METRICS_TOKEN",
  "SECOND_FACTOR_KEY",
  // Read by the AWS SDK itself; what answers may repeat them.
  "AWS_SECRET_ACCESS_KEY",
  "AWS_SESSION_TOKEN",
  "AWS_CONTAINER_AUTHORIZATION_TOKEN",
];
/** Made up, like the sandbox's other credentials: it guards nothing. */
const sandboxFactorKey = "the sandbox's own key, which guards nothing";

/** The configuration the sandbox runs when TOCSIN_CONFIG names no other. */
export const sandboxConfiguration = fileURLToPath(new URL("../../examples/waooaw/tocsin.yaml", import.meta.url));

/**
 * Reads the environment; a variable that is empty counts as not set. Throws ConfigurationError with everything that
 * is wrong at once; never puts a value into a message, because most of them are secrets.
 */
export function readSettings(environment: Environment): Settings {
  const faults: string[] = [];
  const value = (name: string): string | null => environment[name]?.trim() || null;
  const production = value("NODE_ENV") === "production";
  const slackNames = Object.keys(environment).filter((name) => name.startsWith("SLACK_") && value(name));
  const sandbox = slackNames.length === 0 && !production;
  const named = value("TOCSIN_CONFIG");
  const dataDirectory = value("DATA_DIR") ?? "./data";
  const common: CommonSettings = {
    host: sandbox ? "127.0.0.1" : (value("HOST") ?? "0.0.0.0"),
    port: readPort(value("PORT"), faults),
    databaseUrl: sandbox ? null : readDatabaseUrl(value("DATABASE_URL"), faults),
    dataDirectory: sandbox ? join(dataDirectory, "sandbox") : dataDirectory,
    configuration: { path: named ?? (sandbox ? sandboxConfiguration : "./tocsin.yaml"), named: named !== null },
    logLevel: readLogLevel(value("LOG_LEVEL"), faults),
    metricsToken: value("METRICS_TOKEN"),
    secondFactor: sandbox
      ? { key: sandboxFactorKey, site: null }
      : readSecondFactor(value("SECOND_FACTOR_KEY"), value("PUBLIC_URL"), faults),
    production,
    redactions: [...secretNames.flatMap((name) => value(name) ?? []), ...passwordOf(value("DATABASE_URL"))],
    ignored: sandbox
      ? Object.keys(environment)
          .filter((name) => (name === "DATABASE_URL" || name === "HOST" || name.startsWith("AWS_")) && value(name))
          .sort()
      : [],
  };
  if (sandbox) {
    if (faults.length > 0) throw new ConfigurationError(faults);
    return { ...common, mode: "sandbox" };
  }

  const botToken = value("SLACK_BOT_TOKEN");
  const appToken = value("SLACK_APP_TOKEN");
  const signingSecret = value("SLACK_SIGNING_SECRET");
  const apiUrl = readApiUrl(value("SLACK_API_URL"), faults);
  if (!botToken) faults.push(missing("SLACK_BOT_TOKEN", "the bot token (xoxb-…)", slackNames));
  if (!appToken && !signingSecret)
    faults.push(
      missing("SLACK_APP_TOKEN or SLACK_SIGNING_SECRET", "an app token (xapp-…) or a signing secret", slackNames),
    );
  // The two tokens swapped is the commonest mistake, and Slack's own answer (not_allowed_token_type) comes late.
  if (botToken && /^(xapp|xoxp)-/.test(botToken))
    faults.push("SLACK_BOT_TOKEN holds another kind of token; the bot token starts with xoxb-.");
  if (appToken && /^xox[a-z]-/.test(appToken))
    faults.push("SLACK_APP_TOKEN holds another kind of token; the app token starts with xapp-.");
  if (faults.length > 0 || !botToken) throw new ConfigurationError(faults);
  if (appToken) return { ...common, mode: "socket", slack: { botToken, appToken, apiUrl } };
  return { ...common, mode: "http", slack: { botToken, signingSecret: signingSecret ?? "", apiUrl } };
}

function missing(name: string, what: string, present: readonly string[]): string {
  if (present.length === 0)
    return `${name} is missing and NODE_ENV is production, where the sandbox does not start; set ${what}.`;
  const others = `${present.join(", ")} ${present.length === 1 ? "is" : "are"} set`;
  return `${name} is missing while ${others}; set ${what}, or unset every SLACK_ variable for the sandbox.`;
}

function readPort(text: string | null, faults: string[]): number {
  if (text === null) return 3000;
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65535) return port;
  faults.push("PORT is not a port; write a number from 0 to 65535 (0 picks a free one), such as 3000.");
  return 3000;
}

const shortestKey = 32;

function readSecondFactor(key: string | null, address: string | null, faults: string[]): SecondFactorSettings | null {
  const site = address === null ? null : readSite(address, faults);
  if (key === null) return null;
  if (key.length < shortestKey)
    faults.push(
      `SECOND_FACTOR_KEY is too short; write at least ${shortestKey} characters that nobody can guess, such as openssl rand -base64 32 makes.`,
    );
  if (address === null)
    faults.push(
      "PUBLIC_URL is missing while SECOND_FACTOR_KEY is set; set the address at which people's browsers reach this process.",
    );
  return { key, site };
}

/** Browsers let passkeys be used over https only, and on localhost. Source: w3.org/TR/secure-contexts */
function readSite(address: string, faults: string[]): string | null {
  const url = URL.canParse(address) ? new URL(address) : null;
  const isSafe = url?.protocol === "https:" || (url?.protocol === "http:" && url.hostname === "localhost");
  if (url && isSafe && url.pathname === "/" && url.search === "" && url.hash === "" && url.username === "")
    return url.origin;
  faults.push(
    "PUBLIC_URL is not an address browsers can use; write https and a name without a path, such as https://tocsin.example.com.",
  );
  return null;
}

function readDatabaseUrl(text: string | null, faults: string[]): string | null {
  if (text === null) return null;
  if (/^postgres(ql)?:\/\/./.test(text) && URL.canParse(text)) return text;
  faults.push("DATABASE_URL is not a PostgreSQL address; write postgres://user:password@host:5432/name.");
  return null;
}

/** The password of an address, as it stands there and as it is meant. */
function passwordOf(address: string | null): readonly string[] {
  const written = address && URL.canParse(address) ? new URL(address).password : "";
  if (written === "") return [];
  try {
    return [...new Set([written, decodeURIComponent(written)])];
  } catch {
    // A stray % sign: PostgreSQL's driver takes the password as it stands, too.
    return [written];
  }
}

function readApiUrl(text: string | null, faults: string[]): string {
  if (text === null) return "https://slack.com/api/";
  if (/^https?:\/\/./.test(text) && URL.canParse(text)) return text.endsWith("/") ? text : `${text}/`;
  faults.push("SLACK_API_URL is not an address; write one such as https://slack.com/api/, or unset it.");
  return text;
}

function readLogLevel(text: string | null, faults: string[]): LogLevel {
  const level = logLevels.find((known) => known === (text ?? "info").toLowerCase());
  if (level) return level;
  faults.push(`LOG_LEVEL is not a level; write one of ${logLevels.join(", ")}.`);
  return "info";
}
