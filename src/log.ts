import { pino } from "pino";
import pretty from "pino-pretty";
import { createRedact, withoutSecrets } from "./domain/capture/redact.ts";
import type { Log } from "./domain/ports.ts";

export interface LogOptions {
  readonly level: string;
  /** Values that must never be printed, wherever they turn up. */
  readonly redactions: readonly string[];
  /** Where lines go; standard output by default, pretty on a terminal. */
  readonly to?: { readonly write: (line: string) => unknown };
}

const gone = "[redacted]";

/** JSON lines on standard output, pretty on a terminal. */
export function createLog(options: LogOptions): Log {
  // The values that are listed, and what looks like a secret though nobody listed it.
  const redact = createRedact(options.redactions);
  const clean = (line: string): string => `${JSON.stringify(withoutSecrets(redact, JSON.parse(line)))}\n`;
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
