import { describe, expect, test } from "vitest";
import { measureOf } from "../../../src/domain/health/measures.ts";
import { judged } from "../../../src/domain/health/thresholds.ts";
import { errorLinesFigure, hoursRead } from "../../../src/domain/logs/error-lines.ts";

const now = new Date("2026-11-22T12:00:00Z");
const ago = (minutes: number) => new Date(now.getTime() - minutes * 60_000);
const counted = (...minutes: readonly number[]) => ({ at: minutes.map(ago).toReversed(), whole: true });
const many = (count: number, minutes: number) => Array.from({ length: count }, () => minutes);
const threshold = {
  metric: "Errors an hour",
  normal: null,
  warning: { comparison: ">", value: 10, unit: "" },
  critical: { comparison: ">", value: 100, unit: "" },
  forSeconds: null,
  action: null,
  runbook: null,
  targets: null,
  source: null,
} as const;

describe("error lines an hour", () => {
  test("are those of the hour before each minute, against an hour and a day ago", () => {
    const figure = errorLinesFigure(
      { last: counted(...many(150, 5)), before: counted(70, 90), dayAgo: counted(1441, 1450, 1490) },
      now,
    );
    expect(figure.points.at(-1)).toEqual({ at: now, value: 150 });
    expect(figure.points[0]).toEqual({ at: ago(60), value: 2 });
    expect(judged(figure, threshold, now)).toMatchObject({
      state: "critical",
      title: "Errors an hour",
      detail: "150, critical > 100, for 5 minutes; an hour ago 2, a day ago 3",
    });
    expect(judged(figure, null, now)).toMatchObject({ state: "warning", title: "Error lines an hour" });
  });

  test("of a quiet log are none, and normal", () => {
    const figure = errorLinesFigure({ last: counted(), before: counted(), dayAgo: counted() }, now);
    expect(judged(figure, null, now)).toMatchObject({
      state: "ok",
      detail: "0, warning > 10 (built in); an hour ago 0, a day ago 0",
    });
  });

  test("are told without a trend where the hours before could not be read", () => {
    const figure = errorLinesFigure({ last: counted(5), before: null, dayAgo: null }, now);
    expect(judged(figure, threshold, now)).toMatchObject({ state: "ok", detail: "1, warning > 10; trend unknown" });
  });

  test("are unknown where more is logged than can be looked through, and not where it is all errors", () => {
    const cut = { at: [ago(1)], whole: false };
    const lost = errorLinesFigure({ last: cut, before: counted(), dayAgo: cut }, now);
    expect(judged(lost, threshold, now)).toMatchObject({
      state: "unknown",
      detail: "more is logged in an hour than can be looked through; at least 1",
    });
    const flood = { at: many(10_000, 5).map(ago), whole: false };
    const figure = errorLinesFigure({ last: flood, before: counted(), dayAgo: cut }, now);
    expect(judged(figure, threshold, now)).toMatchObject({ state: "critical" });
    expect(figure.dayAgo).toBeNull();
  });

  test("are read in three hours, and meant by the words people write", () => {
    const { last, before, dayAgo } = hoursRead(now);
    expect([last.from, before.from, before.until, dayAgo.from]).toEqual([ago(60), ago(120), ago(60), ago(25 * 60)]);
    for (const words of ["Error lines an hour", "errors per hour", "Log errors/h", "Error lines", "errors in the log"])
      expect(measureOf(words, "service")).toBe("error-lines");
    expect(measureOf("Error rate", "service")).toBe("error-rate");
    expect(measureOf("Errors per hour", "database")).toBeNull();
  });
});
