import { test } from "vitest";
import { groupReplaced } from "../../../templates/ops/group.ts";
import { expectGolden } from "../../support/golden.ts";

test("a handle that has become another user group's", () => {
  expectGolden("ops/group-replaced", groupReplaced({ handle: "oncall", groupId: "S0ONCALL", otherId: "S0MINE" }));
});
