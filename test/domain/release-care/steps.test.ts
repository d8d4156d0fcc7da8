import { describe, expect, test } from "vitest";
import {
  judgedSteps,
  nextShares,
  shareOf,
  stepVerdict,
  type WatchStep,
} from "../../../src/domain/release-care/steps.ts";

const step = (more: Partial<WatchStep> = {}): WatchStep => ({
  at: new Date("2026-11-22T10:00:00Z"),
  text: "canary 10 %",
  byId: "U0ANA",
  ...more,
});

describe("the share that words name", () => {
  test.each([
    ["canary 10 %", 10],
    ["10%", 10],
    ["0 % again", 0],
    ["100 % of the traffic", 100],
    ["half of it", null],
    ["v43 switched", null],
    ["12 tasks", null],
  ] as const)("%s", (text, share) => {
    expect(shareOf(text)).toBe(share);
  });

  test.each(["150 %", "canary 1000%", "101 %"])("%s is refused", (text) => {
    expect(() => shareOf(text)).toThrow(/from 0 to 100 %/);
  });
});

describe("a step", () => {
  const [ok, red, dark] = (["ok", "critical", "unknown"] as const).map((state) => ({ title: `gate ${state}`, state }));
  if (!ok || !red || !dark) throw new Error("no gates");

  test("keeps what the newest look said, and each gate that once did not hold", () => {
    const first = judgedSteps([step({ text: "one" }), step()], "worse", [ok, red]);
    expect(first[0]).toEqual(step({ text: "one" }));
    const second = judgedSteps(first, "same", [ok]);
    expect(second.map(stepVerdict)).toEqual(["not looked at", "the same as before, did not hold: gate critical"]);
  });

  test("of which nothing is known is not called good", () => {
    const [seen] = judgedSteps([step()], "unknown", [dark]);
    expect(seen && stepVerdict(seen)).toBe("figures not known, gates not known");
    expect(judgedSteps([], "same", [ok])).toEqual([]);
  });
});

test("the shares to come are those above the newest, with the way back", () => {
  const shares = [10, 50, 100];
  expect(nextShares([], shares)).toEqual([10, 50, 100]);
  expect(nextShares([step({ share: 10 }), step({ text: "watching" })], shares)).toEqual([50, 100, 0]);
  expect(nextShares([step({ share: 100 })], shares)).toEqual([0]);
  expect(nextShares([step({ share: 50 }), step({ share: 0 })], shares)).toEqual([10, 50, 100]);
  expect(nextShares([step({ share: 50 })], [])).toEqual([0]);
});
