import type { DumpKeeping, RunUnderWay } from "../../domain/platform/dump-keeping.ts";
import { dumpError } from "./dump-error.ts";

interface Run {
  readonly ended: Promise<void>;
  readonly abort: AbortController;
  result: { readonly value: unknown } | { readonly error: unknown } | null;
  text: string;
  askedAt: number;
}

const waitMilliseconds = 3000;
const forgottenMilliseconds = 60_000;

/** Work that goes on between the jobs that ask after it; what nobody asks after for a minute ends itself. */
export function createRuns(): Pick<DumpKeeping, "follow" | "stop"> {
  const runs = new Map<string, Run>();

  function begin(key: string, work: (run: RunUnderWay) => Promise<unknown>): Run {
    const abort = new AbortController();
    const say = (text: string) => {
      run.text = text;
    };
    // Begun in the next turn, since it may speak of the run at once.
    const done = Promise.resolve().then(() => work({ signal: abort.signal, say }));
    const ended = done.then(
      (value) => {
        run.result = { value };
      },
      (error: unknown) => {
        run.result = { error };
      },
    );
    const run: Run = { ended, abort, result: null, text: "begun", askedAt: performance.now() };
    const timer = setInterval(() => {
      if (performance.now() - run.askedAt < forgottenMilliseconds) return;
      abort.abort(dumpError("run", "refused", "Forgotten", "Nobody asked after it for a minute, so it was ended."));
      clearInterval(timer);
      void ended.then(() => runs.delete(key));
    }, 5000);
    timer.unref();
    void ended.then(() => {
      if (runs.get(key) !== run) clearInterval(timer);
    });
    runs.set(key, run);
    return run;
  }

  return {
    follow: async <T>(key: string, work: (run: RunUnderWay) => Promise<T>) => {
      const run = runs.get(key) ?? begin(key, work);
      run.askedAt = performance.now();
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, waitMilliseconds);
      });
      await Promise.race([run.ended, late]);
      clearTimeout(timer);
      if (run.result === null) return { text: run.text };
      runs.delete(key);
      if ("error" in run.result) throw run.result.error;
      return { value: run.result.value as T };
    },
    stop: async (prefix) => {
      for (const [key, run] of runs) {
        if (!key.startsWith(prefix)) continue;
        run.abort.abort(dumpError("run", "refused", "Stopped", "It was stopped."));
        await run.ended;
        runs.delete(key);
      }
    },
  };
}
