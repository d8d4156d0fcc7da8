import { expect, test } from "vitest";
import { isSmaller } from "../../src/operations/size-order.ts";

test.each([
  ["db.t4g.micro", "db.t4g.small", true],
  ["db.r6g.large", "db.m6g.xlarge", true],
  ["db.r6g.xlarge", "db.r6g.2xlarge", true],
  ["db.r6g.12xlarge", "db.r6g.8xlarge", false],
  ["cache.r6g.large", "cache.m6g.large", false],
  ["db.serverless", "db.r6g.large", false],
])("%s is smaller than %s: %s", (one, other, smaller) => {
  expect(isSmaller(one, other)).toBe(smaller);
});
