import { expect, test } from "vitest";
import { createRedact } from "../../../src/domain/capture/redact.ts";
import { hidden } from "../../../src/domain/logs/hidden.ts";

const clean = hidden(createRedact([]), ["kept-in-an-address"]);

test.each([
  ["an address of a person", "mail to ana@example.com failed", "mail to [e-mail] failed"],
  ["a password of an address", "at kept-in-an-address now", "at [redacted] now"],
  ["a card's number", "card 4111 1111 1111 1111 declined", "card [card number] declined"],
  ["a card's number in one", '{"pan":"5555555555554444"}', '{"pan":"[card number]"}'],
])("a log's line is shown without %s", (_, text, left) => {
  expect(clean(text)).toBe(left);
});

test("digits that are no card's stay", () => {
  for (const text of ["order 4111111111111112", "at 1795380838123456 µs", "trace 41111111111111111"])
    expect(clean(text)).toBe(text);
});
