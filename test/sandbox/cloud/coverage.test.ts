import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { startBench } from "./cloud-bench.ts";

/** The section "Cloud", whichever of the files on the sandbox's differences holds it. */
function section(): string {
  const folder = new URL("../../../docs/", import.meta.url);
  const files = readdirSync(folder).filter((name) => name.startsWith("sandbox-differences"));
  const text = files.map((name) => readFileSync(new URL(name, folder), "utf8")).join("\n");
  const [, after = ""] = text.split(/^## Cloud$/m);
  return after.split(/^## /m)[0] ?? "";
}

const rows = (heading: string) => {
  const [, after = ""] = section().split(`### ${heading}\n`);
  const table = (after.split(/^### /m)[0] ?? "").matchAll(/^\| ([^|]+) \| ([^|]+) \|$/gm);
  return [...table].slice(1).map(([, one, other]) => `${one?.trim()}: ${other?.trim()}`);
};

test("the table of operations lists what is answered, no more and no less", async () => {
  const { cloud } = await startBench();
  const answered = Object.entries(cloud.operations).flatMap(([service, operations]) =>
    operations.map((operation) => `${service}: ${operation}`),
  );
  expect(answered.length).toBeGreaterThan(20);
  expect(rows("What it answers").sort()).toEqual(answered.sort());
});

test("the table of faults says what the page says", async () => {
  const { cloud } = await startBench();
  const faults = new Set(cloud.state().faults.map(({ name, summary }) => `${name}: ${summary}`));
  expect(new Set(rows("Faults"))).toEqual(faults);
});
