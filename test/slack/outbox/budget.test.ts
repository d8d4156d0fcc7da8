import { describe, expect, test } from "vitest";
import { createBudget } from "../../../src/slack/outbox/budget.ts";

function openBudget() {
  let time = Date.parse("2026-11-22T02:00:00Z");
  const budget = createBudget(() => new Date(time));
  return {
    budget,
    pass: (seconds: number) => {
      time += seconds * 1000;
    },
    /** Seconds to wait; null when the call goes. */
    take: (method: string, channel: string | null = null): number | null => {
      const until = budget.take(method, channel);
      return until === null ? null : (until.getTime() - time) / 1000;
    },
  };
}

describe("the budget of a method", () => {
  // Source of the tiers: docs.slack.dev/apis/web-api/rate-limits
  test.each([
    ["conversations.create", 20, 3],
    ["pins.add", 20, 3],
    ["bookmarks.add", 20, 3],
    ["conversations.invite", 50, 1.2],
    ["chat.update", 50, 1.2],
    ["conversations.history", 50, 1.2],
    ["views.publish", 100, 0.6],
    ["an.unknown.method", 100, 0.6],
  ])("%s is %d at once, then one every %d s", (method, burst, seconds) => {
    const { take, pass } = openBudget();
    for (let call = 0; call < burst; call += 1) expect(take(method)).toBe(null);
    expect(take(method)).toBeCloseTo(seconds, 2);
    pass(seconds);
    expect(take(method)).toBe(null);
    expect(take(method)).toBeCloseTo(seconds, 2);
  });

  test("fills up again, and never beyond its burst", () => {
    const { take, pass } = openBudget();
    for (let call = 0; call < 20; call += 1) take("pins.add");
    pass(3600);
    for (let call = 0; call < 20; call += 1) expect(take("pins.add")).toBe(null);
    expect(take("pins.add")).not.toBe(null);
  });

  test("is its own: one method that is used up holds no other back", () => {
    const { take } = openBudget();
    for (let call = 0; call < 20; call += 1) take("pins.add");
    expect(take("pins.add")).not.toBe(null);
    expect(take("conversations.setTopic")).toBe(null);
  });

  test("is each channel's own for messages, six at once and then one a second", () => {
    const { take, pass } = openBudget();
    for (let call = 0; call < 6; call += 1) expect(take("chat.postMessage", "C1")).toBe(null);
    expect(take("chat.postMessage", "C1")).toBeCloseTo(1, 2);
    expect(take("chat.postMessage", "C2")).toBe(null);
    pass(1);
    expect(take("chat.postMessage", "C1")).toBe(null);
  });

  test("is not charged for a call that may not go", () => {
    const { take, pass } = openBudget();
    for (let call = 0; call < 20; call += 1) take("pins.add");
    for (let call = 0; call < 10; call += 1) expect(take("pins.add")).toBeCloseTo(3, 2);
    pass(3);
    expect(take("pins.add")).toBe(null);
  });
});

describe("a method Slack has limited", () => {
  test.each([
    [30, 30],
    [0, 1],
    [-5, 1],
  ])("with Retry-After %d is left alone for %d s", (seconds, waited) => {
    const { budget, take, pass } = openBudget();
    budget.limited("chat.update", null, seconds);
    expect(take("chat.update")).toBe(waited);
    pass(waited - 0.5);
    expect(take("chat.update")).toBe(0.5);
    pass(0.5);
    expect(take("chat.update")).toBe(null);
  });

  test("is left alone in the channel it was limited for only, where it is a message", () => {
    const { budget, take } = openBudget();
    budget.limited("chat.postMessage", "C1", 10);
    expect(take("chat.postMessage", "C1")).toBe(10);
    expect(take("chat.postMessage", "C2")).toBe(null);
    expect(take("chat.update", "C1")).toBe(null);
  });
});
