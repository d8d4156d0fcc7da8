import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findSeverity, leadingSeverity, requireSeverity } from "../../../src/domain/incident/severity.ts";
import { Refusal } from "../../../src/errors.ts";
import { waooaw } from "../../support/desk.ts";

describe("a severity is understood in every spelling", () => {
  test.each([
    ["SEV2", "SEV2"],
    ["sev2", "SEV2"],
    ["Sev 2", "SEV2"],
    ["sev-2", "SEV2"],
    ["sev–2", "SEV2"],
    ["severity 2", "SEV2"],
    ["s2", "SEV2"],
    ["P1", null],
    ["2", "SEV2"],
    ["２", "SEV2"],
    ["major", "SEV2"],
    ["Critical", "SEV1"],
    ["sev5", null],
    ["sev", null],
    ["", null],
    ["two", null],
  ])("%j is %s", (typed, name) => expect(findSeverity(waooaw, typed)?.name ?? null).toBe(name));

  test("whatever stands between its letters and its number, in any case", () => {
    const between = fc.constantFrom("", " ", "-", "_", "  ", "–", ":", " - ");
    fc.assert(
      fc.property(fc.constantFrom(...waooaw.severities), between, fc.boolean(), (severity, gap, upper) => {
        const typed = severity.name.replace(/(\d)/, `${gap}$1`);
        expect(findSeverity(waooaw, upper ? typed.toUpperCase() : typed.toLowerCase())?.name).toBe(severity.name);
      }),
    );
  });

  test("and nothing else ever is one", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 30 }), (typed) => {
        const found = findSeverity(waooaw, typed);
        if (found) expect(waooaw.severities).toContain(found);
      }),
    );
  });

  test("one that does not exist is refused with those that do", () => {
    expect(() => requireSeverity(waooaw, "sev9")).toThrow(Refusal);
    try {
      requireSeverity(waooaw, "sev9");
    } catch (error) {
      expect(error).toMatchObject({ code: "unknown_severity", next: "Use SEV1, SEV2, SEV3 or SEV4." });
    }
  });
});

describe("a severity at the head of a line", () => {
  test.each([
    ["sev2 API is down", "SEV2", "API is down"],
    ["sev 2 API is down", "SEV2", "API is down"],
    ["major API is down", "SEV2", "API is down"],
    ["2", "SEV2", ""],
    ["500 errors everywhere", null, "500 errors everywhere"],
    ["2 nodes are down", null, "2 nodes are down"],
    ["API is down", null, "API is down"],
    ["", null, ""],
  ])("%j gives %s and %j", (line, name, rest) => {
    expect(leadingSeverity(waooaw, line)).toEqual({
      severity: waooaw.severities.find((severity) => severity.name === name) ?? null,
      rest,
    });
  });

  test.each(["sev9 API is down", "sev 9 API is down"])("that looks like one but is none is refused: %s", (line) => {
    expect(() => leadingSeverity(waooaw, line)).toThrow("There is no severity");
  });
});
