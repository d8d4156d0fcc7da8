import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

const table = readFileSync(new URL("../docs/capabilities.md", import.meta.url), "utf8");
const rows = table
  .split("\n")
  .map((line) => line.split("|").map((cell) => cell.trim()))
  .filter((cells) => /^[IORLS]\d+$/.test(cells[1] ?? ""))
  .map(([, id = "", capability = "", state = "", missing = "", scenario = ""]) => ({
    id,
    capability,
    state,
    missing,
    scenario,
  }));

describe("docs/capabilities.md", () => {
  test("has every requirement once", () => {
    const wanted = [
      ...Array.from({ length: 14 }, (_, index) => `I${index + 1}`),
      ...Array.from({ length: 22 }, (_, index) => `O${index + 1}`),
      ...Array.from({ length: 5 }, (_, index) => `R${index + 1}`),
      ...Array.from({ length: 3 }, (_, index) => `L${index + 1}`),
      "S1",
      "S2",
    ];
    expect(rows.map((row) => row.id)).toEqual(wanted);
  });

  test.each(rows)("$id says its state, what is missing, and what proves it", ({ id, state, missing, scenario }) => {
    expect(["done", "part", "not yet"]).toContain(state);
    if (state === "not yet") {
      expect(scenario).toBe("–");
      return;
    }
    if (state === "part") expect(missing).not.toBe("");
    const file = new URL(`scenarios/${scenario}.test.ts`, import.meta.url);
    expect(existsSync(file), `${scenario}.test.ts is missing`).toBe(true);
    expect(readFileSync(file, "utf8"), `${scenario}.test.ts proves ${id} by name`).toMatch(
      new RegExp(`\\[[^\\]]*\\b${id}\\b[^\\]]*\\]`),
    );
  });
});
