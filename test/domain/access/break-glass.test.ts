import { describe, expect, test } from "vitest";
import { breakGlassRule, decide, type PolicyQuestion } from "../../../src/domain/access/policy.ts";
import type { Lift, PolicyRule } from "../../../src/domain/configuration.ts";
import { readDayRule } from "../../../src/domain/time/recurrence.ts";
import { Refusal } from "../../../src/errors.ts";
import { ana, backend, ben, member, policyRule } from "../../support/operations-app.ts";

const sunday = readDayRule("Sunday");
const question = (more: Partial<PolicyQuestion> = {}): PolicyQuestion => ({
  action: "scale-service",
  verb: "scale",
  target: backend,
  caller: ana,
  count: { from: 4, to: 60 },
  duringIncident: true,
  roles: [],
  severity: "SEV1",
  // A Sunday.
  now: new Date("2026-11-22T10:00:00Z"),
  windows: sunday
    ? [
        {
          name: "Patches",
          times: { kind: "every", days: sunday, fromMinute: 120, toMinute: 240, timezone: "UTC" },
          environments: null,
          targets: null,
        },
      ]
    : [],
  ...more,
});

const glass = (more: Partial<PolicyRule> = {}) =>
  policyRule({
    name: "emergency",
    actions: ["*"],
    breakGlass: { lifts: ["limits"], minutes: 30, reviewDays: 3, reviewers: ["admins"] },
    ...more,
  });

function said(work: () => { readonly rule: string } | { readonly name: string }): string {
  try {
    const answer = work();
    return "rule" in answer ? answer.rule : answer.name;
  } catch (error) {
    if (error instanceof Refusal) return `${error.message} ${error.next ?? ""}`.trim();
    throw error;
  }
}

describe("breaking the glass", () => {
  test("its rule never decides an ordinary ask", () => {
    expect(said(() => decide([glass()], question()))).toMatch(/no rule of the policy allows/);
  });

  test.each<[string, Partial<PolicyRule>, Partial<PolicyQuestion>, RegExp]>([
    ["whom it allows", {}, {}, /^emergency$/],
    ["nobody else", { allow: ["@oncall"] }, {}, /“emergency” is for @oncall/],
    ["a group", { allow: ["@oncall"] }, { caller: ben }, /^emergency$/],
    ["not where it does not hold", { duringIncident: false }, {}, /does not hold here: not in an incident's channel/],
    ["not another severity", { severities: ["SEV2"] }, {}, /only in an open incident of SEV2/],
    [
      "not another environment",
      { environments: ["staging"] },
      {},
      /no rule of the policy lets anybody break the glass/,
    ],
    ["never a guest", { allow: ["members", "U0GUS"] }, { caller: member("U0GUS", { kind: "guest" }) }, /guests cannot/],
    ["never somebody unknown", {}, { caller: member("U0ANA", { kind: "unknown" }) }, /did not say who you are/],
  ])("lets %s", (_title, rule, asked, words) => {
    expect(said(() => breakGlassRule([glass(rule)], question(asked)))).toMatch(words);
  });

  const small = policyRule({ name: "small", within: { min: 1, max: 12, step: null } });
  const large = policyRule({ name: "large", within: { min: 0, max: 40, step: null }, approvals: 1, confirm: "type" });

  test.each<[string, readonly PolicyRule[], readonly Lift[], RegExp]>([
    ["limits stay where they are not named", [small, large], ["freeze"], /“large” allows at least 0, at most 40/],
    ["beyond all limits the rule that goes farthest decides", [small, large], ["limits"], /^large$/],
    ["it gives no right that no rule gives", [policyRule({ allow: ["@dba"] })], ["limits"], /is for @dba/],
    ["a target nobody touches stays so", [policyRule({ allow: [] }), large], ["limits"], /allows nobody to do this/],
    [
      "a window stays where it is not named",
      [policyRule({ onlyIn: "Patches" })],
      ["limits"],
      /only in the window “Patches”/,
    ],
    ["a window that is lifted", [policyRule({ onlyIn: "Patches" })], ["window"], /^production scaling$/],
  ])("%s", (_title, rules, lifted, words) => {
    expect(said(() => decide(rules, question(), lifted))).toMatch(words);
  });

  test("approvals go where they are lifted, and the confirming stays", () => {
    expect(decide([small, large], question(), ["limits", "approvals"])).toMatchObject({
      approvals: 0,
      confirm: "type",
    });
    const quick = policyRule({ confirm: "none", approvals: 2 });
    expect(decide([quick], question(), ["approvals"])).toMatchObject({ approvals: 0, confirm: "click" });
    expect(decide([quick], question(), ["lock"])).toMatchObject({ approvals: 2, confirm: "click" });
  });

  test("outside of its window a rule says when the next one begins", () => {
    expect(said(() => decide([policyRule({ onlyIn: "maintenance" })], question()))).toBe(
      "Denied: “production scaling” holds only in a maintenance window, and now is none. Ask again in “Patches”, which begins 2026-11-29 02:00 UTC and ends 2026-11-29 04:00 UTC.",
    );
    const inside = question({ now: new Date("2026-11-22T02:30:00Z") });
    expect(said(() => decide([policyRule({ onlyIn: "maintenance" })], inside))).toBe("production scaling");
  });
});
