import { pino } from "pino";
import pretty from "pino-pretty";
import type { Log } from "./domain/ports.ts";

export interface LogOptions {
  readonly level: string;
  /** Values that must never be printed, wherever they turn up. */
  readonly redactions: readonly string[];
  /** Where lines go; standard output by default, pretty on a terminal. */
  readonly to?: { readonly write: (line: string) => unknown };
}

/** Tokens of Slack and of AWS as they look; they are taken out even where nobody listed them. */
const secretShapes =
  /\b(xox[a-z]-[\w-]+|xapp-[\w-]+|(?:AKIA|ASIA)[A-Z0-9]{16})\b|https:\/\/hooks\.slack\.com\/[^\s"]+/g;
const gone = "[redacted]";

/** JSON lines on standard output, pretty on a terminal. */
export function createLog(options: LogOptions): Log {
  const secrets = options.redactions.filter((value) => value.length >= 6);
  const clean = (line: string): string =>
    secrets
      .reduce((text, secret) => text.replaceAll(JSON.stringify(secret).slice(1, -1), gone), line)
      .replace(secretShapes, gone);
  const out = options.to ?? (process.stdout.isTTY ? pretty({ sync: true, ignore: "pid,hostname" }) : process.stdout);
  return pino(
    {
      level: options.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: ["token", "response_url", "*.token", "*.response_url", "*.authorization"], censor: gone },
    },
    { write: (line: string) => void out.write(clean(line)) },
  );
}
