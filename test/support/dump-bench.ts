import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BackupSettings, noBackups } from "../../src/domain/backup/settings.ts";
import type { Target } from "../../src/domain/operation/operation.ts";
import type { DumpKeeping } from "../../src/domain/platform/dump-keeping.ts";
import type { Provider } from "../../src/domain/platform.ts";
import { dumpKeeping } from "../../src/providers/dumps/keeping.ts";
import type { Bench } from "./killable.ts";

const asked = "2026-11-22T10:00:00.000Z";
/** What a dump is asked for with, and what a restore of it. */
export const dumping = { expireBefore: "2026-10-22T10:00:00.000Z", format: null, testRestore: true, asked };
export const restoring = { stamp: "202611221000", asked, validate: [], rtoSeconds: null, rpoSeconds: null };

/** A folder that dumps of one database go to, and what carries operations on it out. */
export async function dumpBench(
  provider: string,
  url: string,
  made: (connections: ReadonlyMap<string, string>, keeping: DumpKeeping) => Provider,
) {
  const folder = await mkdtemp(join(tmpdir(), "tocsin-killed-"));
  const settings: BackupSettings = { ...noBackups, store: { kind: "directory", path: folder } };
  const connections = new Map([["production/main", url]]);
  const none = () => {
    throw new Error("There is no bucket here.");
  };
  const placement = { environment: "production", provider, at: { connection: "production/main" } };
  const target: Target = { kind: "database", name: "main", environment: "production", production: true, placement };
  return {
    folder,
    bench: (operation: string, input: Bench["input"]): Bench => ({
      // What runs is remembered by the process that began it, and dies with it.
      providers: () => [made(connections, dumpKeeping(settings, none))],
      target,
      operation,
      input,
      // Work that outlasts a job takes the time of the machine, not the bot's.
      advance: () => new Promise((resolve) => setTimeout(resolve, 100)),
    }),
  };
}
