import { keptHours } from "../domain/health/samples.ts";
import type { Subject } from "../domain/health/subjects.ts";
import { type Examination, examine } from "./examine.ts";
import type { OperationContext } from "./operation-context.ts";

/** At once: a look has 30 s, and each of these takes 5 s at most. */
const examinedAtOnce = 12;

/** Examines many things of the catalog, some at a time, and keeps what each came to for the next look. In their order. */
export async function examineAll(
  context: OperationContext & { readonly now: () => Date },
  subjects: readonly Subject[],
): Promise<readonly Examination[]> {
  const since = new Date(context.now().getTime() - keptHours * 3_600_000);
  const all: Examination[] = [];
  for (let start = 0; start < subjects.length; start += examinedAtOnce) {
    const some = subjects.slice(start, start + examinedAtOnce);
    const samples = await context.transact(async (app) => {
      const known = [];
      for (const subject of some) known.push(await app.samples.since(subject, since));
      return known;
    });
    const seen = await Promise.all(some.map((subject, index) => examine(context, subject, samples[index] ?? [])));
    await context.transact(async (app) => {
      for (const one of seen) await app.samples.add(one, one.samples, since);
    });
    all.push(...seen);
  }
  return all;
}
