import { describe, expect, test } from "vitest";
import { parseConfiguration } from "../../src/config.ts";

function parse(text: string, environment: Readonly<Record<string, string>> = {}) {
  return parseConfiguration([{ name: "tocsin.yaml", text }], { environment, operations: [] });
}

describe("integrations", () => {
  test("none is there where none is written", () => {
    expect(parse("organisation: x").configuration.integrations.pagerduty).toBeNull();
  });

  test("the token comes from the environment and is never printed; the address has a default", () => {
    const loaded = parse(`integrations: { pagerduty: { token: '\${PD}' } }`, { PD: "u+secret" });
    expect(loaded.configuration.integrations.pagerduty).toEqual({
      url: "https://api.pagerduty.com",
      eventsUrl: "https://events.pagerduty.com",
      token: "u+secret",
    });
    expect(loaded.redactions).toContain("u+secret");
  });

  test("a slash at an address's end makes no difference", () => {
    const { pagerduty } = parse("integrations: { pagerduty: { token: tttt, url: 'https://pd.example/' } }")
      .configuration.integrations;
    expect(pagerduty?.url).toBe("https://pd.example");
  });

  test("a token that is not set, an unknown service and a missing token are told with their lines", () => {
    const text = "integrations:\n  pagerdty: { token: a }\n  pagerduty: { url: nowhere }\n";
    expect(() => parse(text)).toThrow(
      /:2:3 integrations\.pagerdty: is not a known key; did you mean pagerduty\?[\s\S]*:3:\d+ integrations\.pagerduty\.(url|token)/,
    );
    expect(() => parse(`integrations: { pagerduty: { token: '\${PD}' } }`)).toThrow(/PD/);
  });
});
