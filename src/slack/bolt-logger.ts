import type { Logger, LogLevel } from "@slack/bolt";
import type { Log } from "../domain/ports.ts";

/**
 * Bolt's own lines, as debug lines of ours: what matters of them is logged where we handle it. At level info Bolt
 * builds no debug lines, which hold whole payloads.
 */
export function boltLogger(log: Log): Logger {
  const say = (...parts: readonly unknown[]) => log.debug({ said: parts.map(String).join(" ") }, "bolt");
  return {
    debug: () => {},
    info: say,
    warn: say,
    error: say,
    setLevel: () => {},
    getLevel: () => "info" as LogLevel,
    setName: () => {},
  };
}
