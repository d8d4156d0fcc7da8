import { describe, expect, test } from "vitest";
import { durations, inWords } from "../../../src/domain/postmortem/durations.ts";

const at = (time: string): Date => new Date(`2026-11-22T${time}:00Z`);

describe("durations of an incident", () => {
  test("run from the start, except acknowledging, which runs from detection", () => {
    const spans = durations({
      startedAt: at("02:00"),
      detectedAt: at("02:07"),
      declaredAt: at("02:09"),
      acknowledgedAt: at("02:12"),
      mitigatedAt: at("02:40"),
      resolvedAt: at("03:05"),
      closedAt: null,
    });
    expect(spans.map((span) => [span.name, span.minutes])).toEqual([
      ["detect", 7],
      ["acknowledge", 5],
      ["mitigate", 40],
      ["resolve", 65],
    ]);
  });

  test("that were never recorded are said to be so", () => {
    const spans = durations({
      startedAt: at("02:00"),
      detectedAt: at("02:00"),
      declaredAt: at("02:00"),
      acknowledgedAt: null,
      mitigatedAt: null,
      resolvedAt: null,
      closedAt: null,
    });
    expect(spans.map((span) => inWords(span.minutes))).toEqual([
      "under a minute",
      "not recorded",
      "not recorded",
      "not recorded",
    ]);
  });

  test.each([
    [1, "1 min"],
    [59, "59 min"],
    [60, "1 h"],
    [65, "1 h 5 min"],
    [1440, "1 d"],
    [1500, "1 d 1 h"],
  ])("%i minutes are said as %s", (minutes, words) => expect(inWords(minutes)).toBe(words));
});
