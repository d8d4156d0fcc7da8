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
      webhookSecret: null,
    });
    expect(loaded.redactions).toContain("u+secret");
  });

  test("a tracker needs to know where its issues go, and action items go only to one that is set up", () => {
    const text =
      "integrations:\n  github: { token: tttt, repository: platform }\n  jira: { token: tttt, project: ops }\n";
    expect(() => parse(text)).toThrow(
      /:2:\d+ integrations\.github\.repository: [^\n]*owner\/name[\s\S]*:3:\d+ integrations\.jira\.\w+/,
    );
    expect(() => parse("follow_up: { tracker: jira }")).toThrow(
      /:1:\d+ follow_up\.tracker: "?jira"? is not set up; add integrations\.jira, or write none\./,
    );
    const { github } = parse("integrations: { github: { token: tttt, repository: waooaw/platform } }").configuration
      .integrations;
    expect(github).toMatchObject({ url: "https://api.github.com", labels: ["incident"] });
  });

  test("a severity's ticket goes only to a tracker that is set up", () => {
    const severity = "severities: { SEV1: { summary: Down, ticket: { in: jira, only: true } } }";
    expect(() => parse(severity)).toThrow(
      /severities\.SEV1\.ticket\.in: "?jira"? is not set up; add integrations\.jira/,
    );
    const jira =
      "{ url: 'https://x.atlassian.net', email: a@b.example, token: tttt, project: OPS, private_project: SEC }";
    const { configuration } = parse(`${severity}\nintegrations: { jira: ${jira} }`);
    expect(configuration.severities[0]?.ticket).toEqual({ tracker: "jira", only: true });
    expect(configuration.integrations.jira?.privateProject).toBe("SEC");
  });

  test("a status page elsewhere shows components of our own", () => {
    const there = "integrations: { statuspage: { token: tttt, page: abc123, components: { appi: x1 } } }";
    expect(() => parse(there)).toThrow(
      /integrations\.statuspage: shows what status_page does; add that section first\./,
    );
    expect(() => parse(`${there}\nstatus_page: { components: { api: { title: API } } }`)).toThrow(
      /statuspage\.components\.appi: is no component of status_page; there are api\./,
    );
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

  test("a service account's key is taken as it was downloaded or in base64, and is never printed", () => {
    const pem = ["-----BEGIN PRIVATE", "KEY-----\nabc\n"].join(" ");
    const json = JSON.stringify({ client_email: "t@x.iam.example", private_key: pem, private_key_id: "k1" });
    const written = `integrations: { google_docs: { key: '\${KEY}', folder: 1AbCdEfGhIjK } }`;
    for (const KEY of [json, Buffer.from(json).toString("base64")]) {
      const { configuration, redactions } = parse(written, { KEY });
      expect(configuration.integrations.googleDocs).toEqual({
        url: "https://www.googleapis.com",
        tokenUrl: "https://oauth2.googleapis.com/token",
        account: { email: "t@x.iam.example", privateKey: pem, keyId: "k1" },
        folder: "1AbCdEfGhIjK",
        actAs: null,
        private: false,
      });
      expect(redactions).toContain(KEY);
    }
    const told = (KEY: string) => {
      try {
        parse(written, { KEY });
        return "taken";
      } catch (error) {
        return String(error instanceof Error ? error.message : error);
      }
    };
    expect(told('{"client_email":"very-secret"}')).toMatch(/google_docs\.key: .*JSON key of the service account/);
    expect(told('{"client_email":"very-secret"}')).not.toContain("very-secret");
    expect(told("very-secret")).not.toContain("very-secret");
  });

  test("places for post-mortems are told apart by what they need, and private incidents stay here by default", () => {
    const wrong = `integrations:
  confluence: { url: https://x.example, email: t@x.example, token: tttt, space: OPS, parent: top }
  notion: { token: tttt, parent: Post-mortems }
  git: { url: "https://me:pass@x.example/a.git", branch: "--all", folder: ../up, author: me }
`;
    expect(() => parse(wrong)).toThrow(
      /:2:\d+ integrations\.confluence\.parent[\s\S]*:3:\d+ integrations\.notion\.parent[\s\S]*:4:\d+ integrations\.git\.url[\s\S]*branch[\s\S]*folder[\s\S]*author/,
    );
    const sound = `integrations:
  notion: { token: tttt, parent: 01234567-89ab-cdef-0123-456789abcdef }
  git: { url: "git@github.com:waooaw/post-mortems.git", author: Tocsin <tocsin@waooaw.example> }
`;
    const { confluence, notion, git } = parse(sound).configuration.integrations;
    expect(confluence).toBeNull();
    expect(notion).toMatchObject({ parent: "0123456789abcdef0123456789abcdef", private: false });
    expect(git).toMatchObject({
      branch: "main",
      folder: "",
      token: null,
      private: false,
      author: { name: "Tocsin", email: "tocsin@waooaw.example" },
    });
  });
});
