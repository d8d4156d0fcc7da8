import { describe, expect, test } from "vitest";
import type { Approval, Ruling } from "../../../src/domain/operation/operation.ts";
import {
  countsFor,
  isEnough,
  missingRule,
  stillWanted,
  togetherOf,
} from "../../../src/domain/operation/whole-ruling.ts";
import { ana, ben, chi } from "../../support/operations-app.ts";

const ruling = (rule: string, more: Partial<Ruling> = {}): Ruling => ({
  rule,
  approvals: 0,
  approvers: ["members"],
  confirm: "none",
  approvalMinutes: null,
  secondFactor: null,
  ...more,
});
const approval = (userId: string, rules?: readonly string[]): Approval => ({
  userId,
  at: new Date(0),
  planHash: "x",
  ...(rules === undefined ? {} : { rules }),
});
const none = new Map<string, readonly string[]>();

describe("[O16] what the policy asks of several operations together", () => {
  test("is the most that any of them is asked for, each rule named once", () => {
    const all = togetherOf([
      ruling("a", { confirm: "click", approvalMinutes: 30 }),
      ruling("b", { confirm: "type", approvals: 1, secondFactor: "any" }),
      ruling("a", { approvals: 2, secondFactor: "passkey", approvalMinutes: 10 }),
    ]);
    expect(all).toMatchObject({ rule: "a; b", approvals: 2, confirm: "type", secondFactor: "passkey" });
    expect(all).toMatchObject({ approvalMinutes: 10, approvers: ["members"] });
    expect(all.each).toBeUndefined();
    expect(togetherOf([ruling("a")])).toMatchObject({ approvals: 0, confirm: "none", secondFactor: null });
  });

  test("is approved when every rule has its own approvers' word", () => {
    const both = togetherOf([
      ruling("databases", { approvals: 1, approvers: ["U0BEN"] }),
      ruling("queues", { approvals: 1, approvers: ["U0CHI"] }),
      ruling("deploying", { approvers: ["members"] }),
    ]);
    expect(both.approvers).toEqual(["U0BEN", "U0CHI"]);
    expect(countsFor(both, ben, [])).toEqual(["databases"]);
    expect(countsFor(both, ana, [])).toEqual([]);
    expect(countsFor(ruling("a"), ana, [])).toBeNull();
    const first = [approval("U0BEN", ["databases"])];
    expect(isEnough(both, first)).toBe(false);
    expect(stillWanted(both, first)).toEqual([{ rule: "queues", approvals: 1, approvers: ["U0CHI"] }]);
    expect(isEnough(both, [...first, approval("U0CHI", ["queues"])])).toBe(true);
    expect(missingRule(both, [ben], none)).toMatchObject({ rule: "queues" });
    expect(missingRule(both, [ben, ben], none)).toMatchObject({ rule: "queues" });
    expect(missingRule(both, [ben, chi], none)).toBeNull();
  });

  test("one rule counts people as before", () => {
    const one = ruling("a", { approvals: 2 });
    expect(isEnough(one, [approval("U0BEN")])).toBe(false);
    expect(isEnough(one, [approval("U0BEN"), approval("U0CHI")])).toBe(true);
    expect(missingRule(one, [ben], none)).toBe(one);
  });
});
