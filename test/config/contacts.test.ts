import { describe, expect, test } from "vitest";
import { parseConfiguration } from "../../src/config.ts";

const parse = (text: string) =>
  parseConfiguration([{ name: "tocsin.yaml", text }], { environment: {}, operations: [] });

describe("contacts", () => {
  test("are complete with what is left out, and none are there by default", () => {
    expect(parse("organisation: x").configuration.contacts).toEqual([]);
    expect(parse("contacts: [{ role: AWS Support, reach: [https://x.example] }]").configuration.contacts).toEqual([
      {
        role: "AWS Support",
        name: null,
        person: null,
        reach: ["https://x.example"],
        availability: null,
        about: [],
        note: null,
        visibleTo: ["members"],
      },
    ]);
  });

  test("one that nobody can reach, and one that nobody may see, are faults with their lines", () => {
    expect(() => parse("contacts:\n  - { role: DBA, name: Chi }\n")).toThrow(/:2:\d+ contacts\S* says of DBA neither/);
    expect(() => parse("contacts:\n  - { role: DBA, reach: [x], visible_to: [] }\n")).toThrow(/:2:\d+ .*visible_to/);
  });
});
