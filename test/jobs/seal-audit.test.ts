import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { startSealing } from "../../src/jobs/seal-audit.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const pass = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);

test("it looks twice a second by itself, soon when woken, and once more when it stops", async () => {
  let rounds = 0;
  const sealing = startSealing({
    seal: async () => {
      rounds++;
      return { sealed: 0, more: null };
    },
    onError: (error) => {
      throw error;
    },
  });
  await pass(0);
  expect(rounds).toBe(1);
  await pass(100);
  for (let i = 0; i < 50; i++) sealing.wake();
  await pass(210);
  expect(rounds, "a crowd of commits costs one round").toBe(2);
  await pass(250);
  expect(rounds).toBe(2);
  await pass(300);
  expect(rounds).toBe(3);
  await sealing.stop();
  expect(rounds).toBe(4);
});

test("a commit during a round is not overheard", async () => {
  let rounds = 0;
  let end = () => {};
  const sealing = startSealing({
    seal: () => {
      rounds++;
      return new Promise((resolve) => {
        end = () => resolve({ sealed: 0, more: null });
      });
    },
    onError: () => {},
  });
  await pass(0);
  sealing.wake();
  end();
  await pass(210);
  expect(rounds).toBe(2);
  const stopped = sealing.stop();
  end();
  await pass(0);
  end();
  await stopped;
});

test("it goes on while there is more, and looks more and more rarely while an open transaction holds it up", async () => {
  const answers: { sealed: number; more: "now" | null }[] = [
    { sealed: 500, more: "now" },
    { sealed: 20, more: null },
  ];
  let rounds = 0;
  const sealing = startSealing({
    seal: async () => {
      rounds++;
      return answers.shift() ?? { sealed: 0, more: "soon" };
    },
    onError: () => {},
  });
  await pass(60);
  expect(rounds, "the second round follows at once").toBe(2);
  await pass(600);
  const before = rounds;
  await pass(10_000);
  expect(rounds - before).toBeGreaterThan(15);
  expect(rounds - before).toBeLessThan(25);
  await sealing.stop();
});

test("a round that fails is reported and tried again", async () => {
  const errors: unknown[] = [];
  let rounds = 0;
  const sealing = startSealing({
    seal: async () => {
      rounds++;
      if (rounds === 1) throw new Error("the database is away");
      return { sealed: 0, more: null };
    },
    onError: (error) => errors.push(error),
  });
  await pass(600);
  expect(rounds).toBe(2);
  expect(errors).toEqual([new Error("the database is away")]);
  await sealing.stop();
});
