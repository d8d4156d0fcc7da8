import { expect, test } from "vitest";
import { statementsSeen } from "../../../src/domain/health/store-figures.ts";
import { type Session, superusers } from "../../../src/domain/platform/databases.ts";

const at = new Date("2026-11-22T10:00:00Z");
const session = (id: string, seconds: number, spared: string | null): Session => ({
  ...{ id, since: "s", statementSince: "t", user: "app", application: "checkout", database: "shop", state: "active" },
  ...{ seconds, transactionSeconds: seconds, waiting: null, blockedBy: [], statement: "select", spared },
});
const longest = (...sessions: readonly Session[]) => {
  const { figures, hints } = statementsSeen(sessions, at);
  return [figures[0]?.points[0]?.value, hints.map((hint) => hint.kind === "statement" && hint.session.id)];
};

test("the longest statement is a superuser's too, and never what the server or the bot does for itself", () => {
  expect(longest(session("1", 5, null), session("2", 900, superusers))).toEqual([900, ["2"]]);
  expect(longest(session("1", 5, null), session("2", 900, "it feeds a replica"))).toEqual([5, ["1"]]);
  expect(longest(session("2", 900, "it is the bot's own"))).toEqual([0, []]);
});
