import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fromPages, toPages } from "../../../src/domain/postmortem/pages.ts";

describe("a long text over several inputs", () => {
  test("comes back without losing a character, whatever it holds", () => {
    const piece = fc.oneof(
      fc.string({ unit: "grapheme", maxLength: 200 }),
      fc.constantFrom("\n", "\n\n", " ", "🧯".repeat(800), "x".repeat(4000)),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const text = pieces.join("");
        const pages = toPages(text);
        expect(fromPages(pages.texts, pages.joints)).toBe(text);
        for (const page of pages.texts) expect(page.length).toBeLessThanOrEqual(3000);
      }),
      { numRuns: 300 },
    );
  });

  test("a page left untouched and empty adds nothing", () => {
    expect(fromPages(["First.", "", null], "")).toBe("First.");
  });

  test("text typed into the further box starts on a new line", () => {
    expect(fromPages(["First.", "Second."], "")).toBe("First.\nSecond.");
  });

  test("never cuts an emoji in half", () => {
    const pages = toPages("🧯".repeat(3000));
    for (const page of pages.texts) expect(page).not.toMatch(/^[\udc00-\udfff]|[\ud800-\udbff]$/);
  });
});
