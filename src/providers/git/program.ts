import { execFile } from "node:child_process";
import type { GitIntegration } from "../../domain/integrations.ts";
import { ProviderError, type ProviderFault } from "../../errors.ts";

/** Runs git in one folder: arguments, never a shell. Throws ProviderError with git's own words, without the token. */
export type Git = (args: readonly string[], input?: string | Uint8Array) => Promise<Buffer>;

export interface GitOptions {
  readonly settings: GitIntegration;
  readonly folder: string;
  /** Ends whatever is under way. */
  readonly signal: AbortSignal;
}

const mostBytes = 64 * 1024 * 1024;

/** The token goes by the environment, which other users of the machine cannot read; nobody is asked for anything. */
export function gitIn({ settings, folder, signal }: GitOptions): Git {
  const { author, token, user } = settings;
  const isHttp = /^https?:/.test(settings.url);
  const entries = [
    // What else git could be told to run by an address stays out.
    ["protocol.allow", "never"],
    ...["https", "http", "ssh", "file"].map((name) => [`protocol.${name}.allow`, "always"]),
    ["core.hooksPath", "/dev/null"],
    ["gc.auto", "0"],
    ["credential.helper", ""],
    ...(token && isHttp
      ? [["http.extraHeader", `Authorization: Basic ${Buffer.from(`${user}:${token}`).toString("base64")}`]]
      : []),
  ];
  const { PATH = "", HOME = folder, SSH_AUTH_SOCK = "", HTTPS_PROXY, NO_PROXY, SSL_CERT_FILE } = process.env;
  const env: NodeJS.ProcessEnv = {
    PATH,
    HOME,
    LC_ALL: "C",
    GIT_DIR: folder,
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_TERMINAL_PROMPT: "0",
    GIT_SSH_COMMAND: "ssh -oBatchMode=yes -oConnectTimeout=8",
    GIT_AUTHOR_NAME: author.name,
    GIT_AUTHOR_EMAIL: author.email,
    GIT_COMMITTER_NAME: author.name,
    GIT_COMMITTER_EMAIL: author.email,
    GIT_CONFIG_COUNT: String(entries.length),
    ...Object.fromEntries(
      entries.flatMap(([key, value], index) => [
        [`GIT_CONFIG_KEY_${index}`, key],
        [`GIT_CONFIG_VALUE_${index}`, value],
      ]),
    ),
    ...(SSH_AUTH_SOCK ? { SSH_AUTH_SOCK } : {}),
    ...(HTTPS_PROXY ? { HTTPS_PROXY } : {}),
    ...(NO_PROXY ? { NO_PROXY } : {}),
    ...(SSL_CERT_FILE ? { SSL_CERT_FILE } : {}),
  };
  return (args, input) =>
    new Promise((resolve, reject) => {
      const options = { env, signal, maxBuffer: mostBytes, encoding: "buffer" } as const;
      const child = execFile("git", [...args], options, (error, stdout, stderr) => {
        if (!error) resolve(stdout);
        else reject(told(args[0] ?? "", error, stderr.toString("utf8"), token));
      });
      // It may end before it read all: what it says then is the trouble.
      child.stdin?.on("error", () => {});
      child.stdin?.end(input ?? "");
    });
}

function told(
  operation: string,
  error: Error & { code?: unknown },
  stderr: string,
  token: string | null,
): ProviderError {
  const [code, fault] = faultOf(error, stderr);
  const said = stderr
    .split("\n")
    .filter((line) => /^(fatal|error|remote|ssh|Permission|Host key| ! )/.test(line))
    .join("; ")
    .trim();
  const words: Readonly<Record<string, string>> = {
    "no-program": "the program git is not installed on the bot's machine",
    timeout: "no answer in time",
  };
  const message = words[code] ?? (said || `git ${operation} failed`);
  return new ProviderError({
    provider: "git",
    operation,
    fault,
    code,
    message: `Git: ${token ? message.replaceAll(token, "…") : message}`.slice(0, 400),
  });
}

function faultOf(error: Error & { code?: unknown }, stderr: string): readonly [code: string, fault: ProviderFault] {
  if (error.code === "ENOENT") return ["no-program", "refused"];
  if (error.name === "AbortError") return ["timeout", "timeout"];
  if (/\[rejected\]|fetch first|cannot lock ref|failed to update ref/.test(stderr)) return ["behind", "throttled"];
  if (
    /Authentication failed|could not read Username|Permission denied|returned error: 40[13]|Access denied/i.test(stderr)
  )
    return ["denied", "denied"];
  if (/returned error: 429/.test(stderr)) return ["429", "throttled"];
  if (
    /Could not resolve host|Connection (refused|reset|timed out)|Failed to connect|returned error: 5\d\d|Empty reply|unexpectedly|early EOF/i.test(
      stderr,
    )
  )
    return ["unreachable", "unreachable"];
  if (/not found|does not (exist|appear)|returned error: 404/i.test(stderr)) return ["not-found", "not_found"];
  return [String(error.code ?? "failed"), "refused"];
}
