import { describe, expect, test } from "vitest";
import { mayApprove } from "../../../src/domain/operation/may-approve.ts";
import type { OperationRecord } from "../../../src/domain/operation/operation.ts";
import type { App } from "../../../src/domain/ports.ts";

const people = {
  U0BEN: { userId: "U0BEN", name: "Ben", kind: "member", email: "ben@x.example" },
  U0EVA: { userId: "U0EVA", name: "Eva", kind: "admin", email: null },
  U0GUS: { userId: "U0GUS", name: "Gus", kind: "guest", email: null },
} as const;
const groups: Readonly<Record<string, readonly string[]>> = { "@leads": ["U0EVA", "U0GUS"], S0LEADS: ["U0BEN"] };

const app = {
  workspace: { teamId: "T0" },
  people: {
    known: async (ids: readonly string[]) =>
      new Map(Object.entries(people).filter(([id]) => ids.includes(id))) as never,
    meant: async (words: readonly string[]) => new Map(Object.entries(groups).filter(([word]) => words.includes(word))),
  },
  incidents: { byId: async () => ({ roles: [{ role: "commander", userId: "U0BEN" }] }) },
} as unknown as App;

function waiting(approvers: readonly string[], more: Partial<OperationRecord> = {}): OperationRecord {
  return {
    state: "awaiting-approval",
    requesterId: "U0ANA",
    approvals: [],
    incidentId: "incident",
    ruling: { rule: "a rule", approvals: 2, approvers, confirm: "click" },
    ...more,
  } as unknown as OperationRecord;
}

describe("[O16] who is shown an operation as waiting for their approval", () => {
  test.each([
    ["a member, where members may", ["members"], "U0BEN", true],
    ["a guest, never", ["members", "@leads"], "U0GUS", false],
    ["somebody nothing is known of, never", ["members"], "U0NEW", false],
    ["a member, where only admins may", ["admins"], "U0BEN", false],
    ["an admin", ["admins"], "U0EVA", true],
    ["who is in the group by its handle", ["@leads"], "U0EVA", true],
    ["who is in the group by its id", ["S0LEADS"], "U0BEN", true],
    ["who is not in the group", ["@leads"], "U0BEN", false],
    ["a group never looked up: nobody", ["@unknown"], "U0BEN", false],
    ["who holds the role", ["role:commander"], "U0BEN", true],
    ["who does not hold it", ["role:commander"], "U0EVA", false],
    ["by e-mail", ["ben@x.example"], "U0BEN", true],
  ] as const)("%s", async (_, approvers, userId, may) => {
    expect(await mayApprove(app, waiting(approvers), userId)).toBe(may);
  });

  test("not who asked for it, who has approved it already, or anybody once it waits no more", async () => {
    expect(await mayApprove(app, waiting(["members"], { requesterId: "U0BEN" }), "U0BEN")).toBe(false);
    const approvals = [{ userId: "U0BEN", at: new Date(0), planHash: "" }];
    expect(await mayApprove(app, waiting(["members"], { approvals }), "U0BEN")).toBe(false);
    expect(await mayApprove(app, waiting(["members"], { state: "applying" }), "U0BEN")).toBe(false);
  });
});
