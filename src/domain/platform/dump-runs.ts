import { ProviderError } from "../../errors.ts";
import type { Placement } from "../configuration.ts";
import type { DumpKeeping, DumpStore, RunUnderWay } from "./dump-keeping.ts";
import type { DumpFile, DumpJob, DumpsWrite, KeptDump, RestoreJob, RestoreReport } from "./dumps.ts";

/** What differs from one database server to the next. */
export interface DumpWork {
  /** What is said of a dump that is done: "written and listed". */
  readonly written: string;
  readonly dump: (at: Placement, job: DumpJob, run: RunUnderWay) => Promise<DumpFile>;
  readonly restore: (at: Placement, job: RestoreJob, run: RunUnderWay) => Promise<RestoreReport>;
}

/** The part of a dumps port that is the same for every server: work that outlasts a job, and what it leaves. */
export function dumpRuns(
  keeping: DumpKeeping,
  work: DumpWork,
): Pick<DumpsWrite, "dump" | "restore" | "stop" | "remove"> {
  const of = (at: Placement) => at.at.connection ?? "";
  return {
    dump: async (at, job) => {
      const seen = await keeping.follow(`${job.operation} dump ${job.name}`, (run) => work.dump(at, job, run));
      if ("text" in seen) return { done: false, text: seen.text, file: null, restored: null };
      return { done: true, text: work.written, file: seen.value, restored: null };
    },
    restore: async (at, job) => {
      const seen = await keeping.follow(`${job.operation} restore ${job.to}`, (run) => work.restore(at, job, run));
      if ("text" in seen) return { done: false, text: seen.text, file: null, restored: null };
      return { done: true, text: "restored", file: null, restored: seen.value };
    },
    stop: async (at, operation) => {
      await keeping.stop(`${operation} `);
      await keeping.store(at).sweep(of(at), operation);
    },
    remove: async (at, name) => {
      const store = keeping.store(at);
      // What nobody described as a dump of this database is somebody else's.
      if ((await store.list(of(at))).some((one) => one.name === name)) await store.remove(name);
    },
  };
}

/** The dump a restore was planned for, read through once; throws ProviderError where it is gone or not what it was. */
export async function plannedDump(
  provider: string,
  keeping: DumpKeeping,
  at: Placement,
  job: RestoreJob,
  run: RunUnderWay,
): Promise<{ readonly store: DumpStore; readonly file: KeptDump }> {
  const refused = (code: string, message: string, fault: ProviderError["fault"]) =>
    new ProviderError({ provider, operation: "restore", fault, code, message });
  const store = keeping.store(at);
  const file = (await store.list(at.at.connection ?? "")).find((one) => one.name === job.name);
  if (!file) throw refused("NoDump", `The dump ${job.name} is gone.`, "not_found");
  if (file.sha256 !== job.sha256)
    throw refused("Changed", `What is written beside ${job.name} is not what it was when this was planned.`, "refused");
  await keeping.intact(store, file, run);
  return { store, file };
}
