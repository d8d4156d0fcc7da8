import { pino } from "pino";
import { createRedact, withoutSecrets } from "./domain/capture/redact.ts";
import type { Log } from "./domain/ports.ts";

/** Where lines go. */
export interface Output {
  readonly write: (line: string) => unknown;
}

export interface LogOptions {
  readonly level: string;
  /** Values that must never be printed, wherever they turn up. */
  readonly redactions: readonly string[];
  readonly to: Output;
}

const gone = "[redacted]";

/** Standard output, on a terminal such that a person can read it. */
export async function standardOutput(): Promise<Output> {
  if (!process.stdout.isTTY) return process.stdout;
  // Thirty modules that only a terminal needs.
  const { default: pretty } = await import("pino-pretty");
  return pretty({ sync: true, ignore: "pid,hostname" });
}

/** JSON lines without secrets. */
export function createLog(options: LogOptions): Log {
  // The values that are listed, and what looks like a secret though nobody listed it.
  const redact = createRedact(options.redactions);
  const clean = (line: string): string => `${JSON.stringify(withoutSecrets(redact, JSON.parse(line)))}\n`;
  return pino(
    {
      level: options.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: ["token", "response_url", "*.token", "*.response_url", "*.authorization"], censor: gone },
    },
    { write: (line: string) => void options.to.write(clean(line)) },
  );
}
