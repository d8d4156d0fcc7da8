import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { registeredMethods } from "../../../src/sandbox/slack/api/registered.ts";
import { methods } from "../../../src/sandbox/slack/method.ts";
import { stage } from "./bolt-app.ts";

const page = new URL("../../../docs/sandbox-coverage.md", import.meta.url);

/** The section of the page about Slack, as the registered methods say it. */
function slackTable(): string {
  const registered = registeredMethods(() => "");
  const rows = Object.keys(methods)
    .sort()
    .map((name) => {
      const method = registered.get(name);
      const missing = method?.missing ?? (method ? "" : "the whole method: it answers `unknown_method`");
      return `| \`${name}\` | ${method ? "yes" : "no"} | ${missing} |`;
    });
  return [
    "## Slack",
    "",
    "Every method whose facts the project holds (`src/sandbox/slack/facts/slack-methods.json`).",
    "",
    "| method | answered | what the real one does beyond it |",
    "|---|---|---|",
    ...rows,
    "",
  ].join("\n");
}

function slackSection(text: string): string {
  return /^## Slack\n[\s\S]*?(?=^## |$(?![\s\S]))/m.exec(text)?.[0] ?? "";
}

test("the coverage page says of each method what the sandbox answers", () => {
  const table = slackTable();
  if (process.env.GOLDEN === "write") {
    const text = readFileSync(page, "utf8");
    writeFileSync(page, text.replace(slackSection(text), table));
  }
  expect(slackSection(readFileSync(page, "utf8")).trimEnd()).toBe(table.trimEnd());
});

test("every registered method has its facts, so its arguments, scopes and tier are held to", () => {
  for (const name of registeredMethods(() => "").keys()) expect(Object.keys(methods)).toContain(name);
});

test("every registered method answers a bare call in Slack's form", async () => {
  const { slack } = await stage();
  for (const name of registeredMethods(() => "").keys()) {
    const token = name === "apps.connections.open" ? slack.appToken : slack.botToken;
    const response = await fetch(`${slack.apiUrl}${name}`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}` },
    });
    const answer = (await response.json()) as { ok: boolean; error?: string };
    expect(response.status, name).toBe(200);
    expect(answer.ok || typeof answer.error === "string", name).toBe(true);
    const known = [...(methods[name]?.errors ?? []), "invalid_arguments", "missing_scope"];
    if (!answer.ok) expect(known, `${name} answered ${answer.error}`).toContain(answer.error);
  }
});
