import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { configurationJsonSchema } from "../../src/config/json-schema.ts";

const file = new URL("../../docs/tocsin.schema.json", import.meta.url);

test("docs/tocsin.schema.json is what the parser holds a configuration against", () => {
  if (process.env.GOLDEN === "write") writeFileSync(file, configurationJsonSchema());
  expect(readFileSync(file, "utf8"), "npm run golden writes it anew").toBe(configurationJsonSchema());
});

test("every part of the schema that people write says what it is for or has a name that does", () => {
  const schema = JSON.parse(configurationJsonSchema()) as { properties: Record<string, unknown> };
  expect(Object.keys(schema.properties)).toEqual(
    expect.arrayContaining(
      "severities roles people oncall channels environments services databases caches queues secrets thresholds policy freezes maintenance runbooks alerts status_page postmortem".split(
        " ",
      ),
    ),
  );
});
