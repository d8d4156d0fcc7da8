import { expect, test } from "vitest";
import { startClock } from "../../src/sandbox/clock.ts";

test("advancing fires what falls due in order, and what that sets up as well", async () => {
  const clock = startClock(() => 1_000);
  const fired: [string, number][] = [];
  clock.after(300, () => fired.push(["late", clock.now()]));
  clock.after(100, () => {
    fired.push(["early", clock.now()]);
    clock.after(50, () => fired.push(["nested", clock.now()]));
  });
  await clock.advance(400);
  expect(fired).toEqual([
    ["early", 1_100],
    ["nested", 1_150],
    ["late", 1_300],
  ]);
  expect(clock.now()).toBe(1_400);
});

test("a cancelled timer and one beyond the advance do not fire", async () => {
  const clock = startClock(() => 0);
  const fired: string[] = [];
  const cancel = clock.after(10, () => fired.push("cancelled"));
  clock.after(1_001, () => fired.push("later"));
  cancel();
  await clock.advance(1_000);
  expect(fired).toEqual([]);
  await clock.advance(1);
  expect(fired).toEqual(["later"]);
});

test("timers fire on the wall clock too", async () => {
  const clock = startClock();
  const waited = await new Promise<number>((resolve) => {
    const from = clock.now();
    clock.after(20, () => resolve(clock.now() - from));
  });
  expect(waited).toBeGreaterThanOrEqual(20);
});
