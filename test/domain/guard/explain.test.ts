import { describe, expect, test } from "vitest";
import type { PolicyRule } from "../../../src/domain/configuration.ts";
import { explain, rulesFor } from "../../../src/domain/guard/explain.ts";
import { ana, backend, ben, member, operationsApp, policyRule } from "../../support/operations-app.ts";

const scale = { name: "scale-service", verb: "scale" };

async function explained(policy: readonly PolicyRule[], caller = ana) {
  const bot = operationsApp({ config: { policy } });
  return bot.transact((app) => explain(app, { caller, operation: scale, target: backend, incident: null }));
}

describe("the policy, explained", () => {
  test("names the rule that decides, what it asks for, and what keeps each other one from holding", async () => {
    const facts = await explained([
      policyRule({ name: "in incidents", duringIncident: true }),
      policyRule({ name: "for dbas", allow: ["@dba"] }),
      policyRule({ name: "restarts", actions: ["restart-service"] }),
      policyRule({ name: "scaling", approvals: 1, approvers: ["@oncall"] }),
      policyRule({ name: "nobody", allow: [] }),
    ]);
    expect(facts.verdict).toMatchObject({ allowed: true, ruling: { rule: "scaling", approvals: 1 } });
    expect(facts.rules).toEqual([
      { name: "in incidents", against: "holds only in an open incident's channel" },
      { name: "for dbas", against: "is for @dba" },
      { name: "scaling", against: null },
      { name: "nobody", against: "allows nobody, whatever later rules say" },
    ]);
    expect(facts).toMatchObject({ from: "outside of an open incident", held: null, breakGlass: null });
  });

  test("says no for a guest whatever the rules say, and where no rule is about it", async () => {
    const guest = member("U0GUS", { kind: "guest" });
    expect((await explained([policyRule({ allow: ["U0GUS"] })], guest)).verdict).toMatchObject({
      allowed: false,
      why: "guests cannot operate services.",
    });
    expect((await explained([])).verdict).toMatchObject({ allowed: false, why: expect.stringMatching(/no rule/) });
  });

  test("lists the rules by which somebody may ask or approve", () => {
    const rules = [
      policyRule({ name: "all" }),
      policyRule({ name: "dba", allow: ["@dba"] }),
      policyRule({ name: "approver", allow: ["@dba"], approvals: 1, approvers: ["@oncall"] }),
      policyRule({ name: "role", allow: ["role:commander"] }),
    ];
    const names = (caller: typeof ana) => rulesFor(rules, caller).map(({ rule }) => rule.name);
    expect(names(ana)).toEqual(["all", "role"]);
    expect(names(ben)).toEqual(["all", "approver", "role"]);
    expect(names(member("U0GUS", { kind: "guest" }))).toEqual(["role"]);
  });
});
