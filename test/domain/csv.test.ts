import { expect, test } from "vitest";
import { csv } from "../../src/domain/csv.ts";

test.each([
  ["=1+1", "'=1+1"],
  ["+1", "'+1"],
  ["-1", "'-1"],
  ["@sum", "'@sum"],
  ["\tx", "'\tx"],
  ['=HYPERLINK("x")', `"'=HYPERLINK(""x"")"`],
  ["a,b", '"a,b"'],
  ['say "hi"', '"say ""hi"""'],
  ["two\nlines", '"two\nlines"'],
  ["plain", "plain"],
  [-5, "-5"],
  [null, ""],
])("a cell of %j is written as %j", (value, written) => {
  expect(csv([["a", value]])).toBe(`a,${written}\r\n`);
});
