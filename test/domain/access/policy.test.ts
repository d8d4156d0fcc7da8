import { describe, expect, test } from "vitest";
import type { Caller } from "../../../src/domain/access/caller.ts";
import { decide, type PolicyQuestion } from "../../../src/domain/access/policy.ts";
import type { PolicyRule } from "../../../src/domain/configuration.ts";
import { Refusal } from "../../../src/errors.ts";
import { ana, backend, ben, member, policyRule } from "../../support/operations-app.ts";

function question(more: Partial<PolicyQuestion> = {}): PolicyQuestion {
  return {
    action: "scale-service",
    verb: "scale",
    target: backend,
    caller: ana,
    count: { from: 4, to: 6 },
    duringIncident: false,
    roles: [],
    severity: null,
    now: new Date("2026-11-22T10:00:00Z"),
    windows: [],
    ...more,
  };
}

function answer(rules: readonly PolicyRule[], asked: PolicyQuestion): string {
  try {
    return decide(rules, asked).rule;
  } catch (error) {
    if (error instanceof Refusal) return `${error.message} ${error.next ?? ""}`.trim();
    throw error;
  }
}

const limited = policyRule({ name: "limited", within: { min: 2, max: 12, step: 4 } });

describe("the policy", () => {
  test("says no where it says nothing", () => {
    expect(answer([], question())).toBe(
      "Denied: no rule of the policy allows scale on backend in production. Ask whoever keeps the configuration to add one.",
    );
  });

  test.each<[string, Partial<PolicyRule>, Partial<PolicyQuestion>, boolean]>([
    ["another action", { actions: ["rollback-service"] }, {}, false],
    ["any action", { actions: ["*"] }, {}, true],
    ["the action by the word typed", { actions: ["scale"] }, {}, true],
    ["another environment", { environments: ["staging"] }, {}, false],
    ["any environment", { environments: null }, {}, true],
    ["the target by name", { targets: ["backend"] }, {}, true],
    ["the target with its environment", { targets: ["production/backend"] }, {}, true],
    ["another target", { targets: ["agent"] }, {}, false],
    ["only an incident, outside one", { duringIncident: true }, {}, false],
    ["only an incident, inside one", { duringIncident: true }, { duringIncident: true }, true],
    ["no incident, inside one", { duringIncident: false }, { duringIncident: true }, false],
    ["the person by id", { allow: ["U0ANA"] }, {}, true],
    ["another person", { allow: ["U0BEN"] }, {}, false],
    ["the person by e-mail in any case", { allow: ["Ana@waooaw.example"] }, {}, true],
    ["a group by handle, outside it", { allow: ["@oncall"] }, {}, false],
    ["a group by handle, inside it", { allow: ["@oncall"] }, { caller: ben }, true],
    ["a group by handle in any case", { allow: ["@OnCall"] }, { caller: ben }, true],
    ["a group by id", { allow: ["S0ONCALL"] }, { caller: ben }, true],
    ["admins, asked by a member", { allow: ["admins"] }, {}, false],
    ["admins, asked by one", { allow: ["admins"] }, { caller: member("U0EVA", { kind: "admin" }) }, true],
    ["members, asked by an admin", { allow: ["members"] }, { caller: member("U0EVA", { kind: "admin" }) }, true],
    ["a role that is not held", { allow: ["role:commander"] }, {}, false],
    ["a role that is held", { allow: ["role:commander"] }, { roles: ["commander"] }, true],
  ])("a rule for %s", (_title, rule, asked, holds) => {
    const answered = answer([policyRule(rule)], question(asked));
    if (holds) expect(answered).toBe("production scaling");
    else expect(answered).toMatch(/^Denied: /);
  });

  test("the first rule whose conditions all hold decides", () => {
    const rules = [
      policyRule({ name: "for the commander", allow: ["role:commander"], duringIncident: true }),
      policyRule({ name: "small", within: { min: 1, max: 5, step: null } }),
      policyRule({ name: "large", approvals: 1, approvers: ["@oncall"] }),
    ];
    expect(answer(rules, question())).toBe("large");
    expect(answer(rules, question({ count: { from: 4, to: 5 } }))).toBe("small");
    expect(answer(rules, question({ duringIncident: true, roles: ["commander"] }))).toBe("for the commander");
  });

  test("a rule that allows nobody refuses before any later one", () => {
    const rules = [policyRule({ name: "frozen", allow: [] }), policyRule()];
    expect(answer(rules, question())).toBe("Denied: “frozen” allows nobody to do this.");
  });

  test.each<[string, number, number, string]>([
    [
      "above the largest",
      10,
      13,
      "Denied: “limited” allows at least 2, at most 12, step 4. Try `/ops scale backend 12`.",
    ],
    ["too large a step", 4, 14, "Denied: “limited” allows at least 2, at most 12, step 4. Try `/ops scale backend 8`."],
    [
      "below the smallest",
      4,
      0,
      "Denied: “limited” allows at least 2, at most 12, step 4. Try `/ops scale backend 2`.",
    ],
    ["from outside, nothing nearer", 30, 20, "Denied: “limited” allows at least 2, at most 12, step 4."],
  ])("limits are named with the nearest count: %s", (_title, from, to, said) => {
    expect(answer([limited], question({ count: { from, to } }))).toBe(said);
  });

  test("of several limits the one that comes nearest is named", () => {
    const larger = policyRule({ name: "larger", within: { min: 0, max: 40, step: null }, approvals: 1 });
    expect(answer([limited, larger], question({ count: { from: 4, to: 50 } }))).toBe(
      "Denied: “larger” allows at least 0, at most 40. Try `/ops scale backend 40`.",
    );
  });

  test("the edges of the limits are inside", () => {
    expect(answer([limited], question({ count: { from: 8, to: 12 } }))).toBe("limited");
    expect(answer([limited], question({ count: { from: 6, to: 2 } }))).toBe("limited");
  });

  test("before the count is known its limits are left out", () => {
    expect(answer([limited], question({ count: null }))).toBe("limited");
  });

  test("a person whom no rule allows is told for whom it is", () => {
    const rules = [policyRule({ allow: ["@platform", "admins"] })];
    expect(answer(rules, question())).toBe(
      "Denied: “production scaling” is for @platform or workspace admins. Ask one of them to do it.",
    );
  });

  test("approvers default to those the rule allows", () => {
    expect(decide([policyRule({ approvals: 1 })], question()).approvers).toEqual(["members"]);
  });

  test.each<Caller["kind"]>(["guest", "outsider", "deleted", "bot", "unknown"])(
    "a %s is refused before any rule, even one that names them",
    (kind) => {
      const rules = [policyRule({ allow: ["members", "U0ANA", "ana@waooaw.example", "S0ONCALL"] })];
      const caller = { ...ana, kind, groupIds: ["S0ONCALL"] };
      expect(answer(rules, question({ caller }))).toMatch(/^Denied: .*Ask a full member/);
    },
  );
});
