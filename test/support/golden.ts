import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { KnownBlock } from "@slack/types";
import { expect } from "vitest";
import { checkBlocks, checkView } from "../../src/sandbox/slack/validator/validator.ts";
import type { Modal, Reply } from "../../templates/kit.ts";

/**
 * Holds what is drawn to its golden file under test/golden, and to what Slack takes. GOLDEN=write writes the file
 * instead; the difference is then read in review.
 */
export function expectGolden(name: string, drawn: Reply | Modal | { readonly home: Reply }): void {
  const shown = "home" in drawn ? { home: drawn.home } : drawn;
  expect(problems(drawn), `${name} is something Slack refuses`).toEqual([]);
  const file = join("test/golden", `${name}.json`);
  const text = `${JSON.stringify(shown, null, 2)}\n`;
  if (process.env.GOLDEN === "write") {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return;
  }
  expect(existsSync(file), `${file} is missing; write it with npm run golden`).toBe(true);
  expect(text, `${file} differs; when that is meant, npm run golden`).toBe(readFileSync(file, "utf8"));
}

/** What Slack would say against it. */
export function problems(drawn: Reply | Modal | { readonly home: Reply }): readonly string[] {
  const found =
    "view" in drawn
      ? checkView(bare(drawn.view))
      : "home" in drawn
        ? checkView({ type: "home", blocks: bare(drawn.home.blocks) })
        : checkBlocks("message", bare(drawn.blocks) as readonly KnownBlock[], "/blocks");
  return found.map((problem) => `${problem.message} [json-pointer:${problem.pointer}]`);
}

// As it goes over the wire: what is undefined is not there.
function bare(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
