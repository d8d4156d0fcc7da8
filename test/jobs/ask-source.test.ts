import { expect, test } from "vitest";
import { askSource } from "../../src/jobs/ask-source.ts";

const context = { log: { warn: () => {}, error: () => {} }, newId: () => "reference" };

test("a source with a rate is asked no faster, and one without is asked everything at once", async () => {
  const ask = async (source: string, perSecond?: number) => {
    const begun = performance.now();
    const about = { source, of: "test", ...(perSecond === undefined ? {} : { perSecond }) };
    const times = Array.from({ length: 12 }, () => askSource(context, about, async () => performance.now() - begun));
    return (await Promise.all(times)).map((answer) => ("value" in answer ? answer.value : Number.NaN));
  };
  const [paced, free] = await Promise.all([ask("paced", 10), ask("free")]);
  // Ten may go at once; the twelfth waits for two more.
  expect(paced[11]).toBeGreaterThanOrEqual(190);
  expect(paced[9]).toBeLessThan(paced[10] ?? 0);
  expect(Math.max(...free)).toBeLessThan(paced[11] ?? 0);
});
