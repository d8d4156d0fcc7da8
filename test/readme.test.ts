import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { commands } from "../commands/index.ts";
import { usageLine } from "../src/slack/usage.ts";

const file = new URL("../README.md", import.meta.url);

test("the README lists every command as it is declared", () => {
  const rows = commands.map((command) => `| \`${usageLine(command).replaceAll("|", "\\|")}\` | ${command.summary} |`);
  const table = ["<!-- commands -->", "| typed | does |", "|---|---|", ...rows, "<!-- /commands -->"].join("\n");
  const readme = readFileSync(file, "utf8");
  const wanted = readme.replace(/<!-- commands -->[\s\S]*<!-- \/commands -->/, () => table);
  if (process.env.GOLDEN === "write") writeFileSync(file, wanted);
  expect(readFileSync(file, "utf8"), "the table differs from the commands: npm run golden").toBe(wanted);
});
