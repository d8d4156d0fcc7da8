import { describe, expect, test } from "vitest";
import { defaultLint, type LintFacts, type LintSettings, lint } from "../../../src/domain/postmortem/lint.ts";

const at = (time: string) => new Date(`2026-11-22T${time}:00Z`);

const sound: LintFacts = {
  sections: [
    { id: "summary", title: "Summary", required: true, text: "The API failed for 20 minutes." },
    { id: "impact", title: "Impact", required: true, text: "About 1,200 customers saw errors." },
  ],
  times: { startedAt: at("02:00"), detectedAt: at("02:03"), declaredAt: at("02:05"), resolvedAt: at("02:30") },
  events: [at("02:10"), at("02:20")],
  actionItems: [{ title: "Alarm on the pool", ownerId: "U0BEN", dueOn: "2026-12-01", doneAt: null }],
};

const section = (text: string, id = "root-cause") => ({ id, title: "Root cause", required: true, text });
const found = (changes: Partial<LintFacts>, settings: Partial<LintSettings> = {}) =>
  lint({ ...sound, ...changes }, { ...defaultLint, ...settings });

describe("[I9] the linter of post-mortems", () => {
  test("has nothing against a sound one", () => {
    expect(found({})).toEqual({ findings: [], score: 100 });
  });

  test.each([
    ["a required section is empty", { sections: [section(" \n")] }, ["empty-section"]],
    [
      "nobody said when it was noticed",
      { times: { ...sound.times, startedAt: at("02:05"), detectedAt: at("02:05") } },
      ["no-detection"],
    ],
    [
      "an action item has neither owner nor date",
      { actionItems: [{ title: "x", ownerId: null, dueOn: null, doneAt: null }] },
      ["action-item-owner", "action-item-date"],
    ],
    [
      "a done action item needs neither",
      { actionItems: [{ title: "x", ownerId: null, dueOn: null, doneAt: at("03:00") }] },
      [],
    ],
    ["there is no action item", { actionItems: [] }, ["no-action-items"]],
    ["the impact has no number", { sections: [section("Many people saw errors.", "impact")] }, ["impact-number"]],
    ["a number in another script counts", { sections: [section("شعر به ٥٠٠ شخص", "impact")] }, []],
    ["a quarter of an hour passes without an event", { events: [at("02:10")] }, ["quiet-time"]],
    [
      "blame, with a curly apostrophe and in capitals",
      { sections: [section("Ben Shouldn’t have deployed.")] },
      ["blame"],
    ],
    ["blame inside code is quoted, not said", { sections: [section("`should have` is a test name")] }, []],
    ["a word inside another is no blame", { sections: [section("The obviousness of it.")] }, []],
    ["a claim without a link", { sections: [section("The dashboard was red.")] }, ["claim-link"]],
    [
      "a claim with its link",
      { sections: [section("The dashboard was red: https://grafana.waooaw.ai/d/backend")] },
      [],
    ],
    [
      "each paragraph needs its own link",
      { sections: [section("Seen at https://x.example/1\n\nThe graph fell.")] },
      ["claim-link"],
    ],
  ] as const)("%s", (_, changes, rules) => {
    expect(found(changes as Partial<LintFacts>).findings.map((one) => one.rule)).toEqual(rules);
  });

  test("a rule that is off is not looked at, and words and minutes are the team's own", () => {
    expect(found({ actionItems: [] }, { off: ["no-action-items"] }).score).toBe(100);
    expect(found({ sections: [section("Schuld war Ben.")] }, { blaming: ["Schuld war"] }).findings).toHaveLength(1);
    expect(found({ events: [] }, { quietMinutes: 60 }).findings).toEqual([]);
  });

  test("says where and how long it was quiet, the longest three at most", () => {
    const long = { ...sound.times, resolvedAt: new Date("2026-11-24T02:30:00Z") };
    const { findings } = found({ times: long, events: [at("02:20"), at("05:00"), at("09:00"), at("15:00")] });
    expect(findings.map((one) => one.text)).toEqual([
      "Nothing is on the timeline for 4 h from 2026-11-22 05:00 UTC.",
      "Nothing is on the timeline for 6 h from 2026-11-22 09:00 UTC.",
      "Nothing is on the timeline for 1 d 11 h from 2026-11-22 15:00 UTC.",
    ]);
  });

  test("the score falls with each finding, by rule no further than its most, and never below 0", () => {
    const many = Array.from({ length: 50 }, () => section(""));
    expect(found({ sections: many }).score).toBe(52);
    const bad = found({
      sections: [...many, section("should have obviously human error. The graph.", "impact")],
      times: { ...sound.times, startedAt: at("02:05"), detectedAt: at("02:05"), resolvedAt: at("09:00") },
      events: [],
      actionItems: Array.from({ length: 9 }, () => ({ title: "x", ownerId: null, dueOn: null, doneAt: null })),
    });
    expect(bad.score).toBeGreaterThanOrEqual(0);
    expect(bad.score).toBeLessThan(10);
  });
});
