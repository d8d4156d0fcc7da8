import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { configurationJsonSchema } from "../../src/config/json-schema.ts";
import { parseConfiguration } from "../../src/config.ts";
import { operations } from "../../src/operations/index.ts";

const read = (name: string) => readFileSync(new URL(`../../docs/${name}`, import.meta.url), "utf8");

interface SchemaPart {
  readonly properties?: Readonly<Record<string, SchemaPart>>;
  readonly additionalProperties?: SchemaPart | boolean;
  readonly items?: SchemaPart;
  readonly anyOf?: readonly SchemaPart[];
}

function keysOf(part: SchemaPart): readonly string[] {
  const inner = typeof part.additionalProperties === "object" ? [part.additionalProperties] : [];
  const below = [...inner, ...(part.items ? [part.items] : []), ...(part.anyOf ?? [])];
  return [
    ...Object.entries(part.properties ?? {}).flatMap(([key, value]) => [key, ...keysOf(value)]),
    ...below.flatMap(keysOf),
  ];
}

test("docs/configuration.md and docs/policy.md name every key of the configuration", () => {
  const pages = read("configuration.md") + read("policy.md");
  const keys = new Set(keysOf(JSON.parse(configurationJsonSchema()) as SchemaPart));
  keys.delete("$schema");
  expect(keys.size).toBeGreaterThan(50);
  for (const key of keys) expect(pages, key).toMatch(new RegExp(`\`${key}\`|^### .*\\b${key}\\b`, "m"));
});

test("every example in the pages is a sound configuration", () => {
  const services = "services: { backend: {}, prometheus: {} }\n";
  const fences = [...(read("configuration.md") + read("policy.md")).matchAll(/```yaml\n([\s\S]*?)```/g)];
  expect(fences.length).toBeGreaterThan(4);
  for (const [, text = ""] of fences) {
    const whole = text.startsWith("  - ") ? `policy:\n${text}` : text;
    const used = parse(whole) as { readonly services?: unknown } | null;
    const files = [{ name: "page", text: used?.services ? whole : `${services}${whole}` }];
    expect(() =>
      parseConfiguration(files, {
        environment: { DATABASE_URL_PROD: "postgres://tocsin:example@db.example.com/waooaw" },
        operations,
      }),
    ).not.toThrow();
  }
});
