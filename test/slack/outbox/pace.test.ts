import { afterEach, beforeEach, expect, onTestFinished, test, vi } from "vitest";
import type { OutboxRows } from "../../../src/domain/outbox.ts";
import { type OutboxOptions, startOutbox } from "../../../src/slack/outbox/outbox.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** The outbox of a process that sends, with nothing in it that can leave; counts how often it looks. */
async function open() {
  let looks = 0;
  const rows = {
    claim: async () => {
      looks += 1;
      return [];
    },
    sending: async () => [],
    recover: async () => {},
    prune: async () => {},
    waiting: async () => [],
  } as unknown as OutboxRows;
  const options = {
    work: (work: (app: never, rows: OutboxRows) => Promise<unknown>) => work(undefined as never, rows),
    isReady: () => true,
    now: () => new Date(),
    log: { warn: () => {}, info: () => {}, debug: () => {} },
    metrics: { outboxDepth: () => {} },
    hold: async ({ held }: { readonly held: () => void }) => {
      held();
      return { notify: () => {}, letGo: async () => {} };
    },
  } as unknown as OutboxOptions;
  const outbox = await startOutbox(options);
  onTestFinished(() => outbox.stop());
  await vi.advanceTimersByTimeAsync(40);
  return { outbox, looks: () => looks };
}

test("a commit on a quiet outbox is looked at within a few hundredths of a second", async () => {
  const { outbox, looks } = await open();
  const before = looks();
  outbox.recorded();
  await vi.advanceTimersByTimeAsync(20);
  expect(looks() - before).toBe(1);
});

test("looks grow rarer while commits in crowds bring nothing that can leave, and none is forgotten", async () => {
  const { outbox, looks } = await open();
  const before = looks();
  for (let passed = 0; passed < 2000; passed += 5) {
    outbox.recorded();
    await vi.advanceTimersByTimeAsync(5);
  }
  // Every 160 ms, and by itself every 250 ms: without growing rarer it would be a hundred.
  expect(looks() - before).toBeGreaterThan(8);
  expect(looks() - before).toBeLessThan(30);
  const last = looks();
  outbox.recorded();
  await vi.advanceTimersByTimeAsync(160);
  expect(looks()).toBeGreaterThan(last);
});
