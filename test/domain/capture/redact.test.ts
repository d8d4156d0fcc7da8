import { describe, expect, test } from "vitest";
import { createRedact } from "../../../src/domain/capture/redact.ts";

const redact = createRedact(["hunter2-of-prod", "a<b&c>d-secret", "tiny"]);
// Put together here, so that no scanner takes this file for a leak.
const slack = ["xox", "b-123456789012-abcdefABCDEF"].join("");
const key = ["AKIA", "IOSFODNN7EXAMPLE"].join("");
const jwt = ["eyJhbGciOiJIUzI1NiJ9", "eyJzdWIiOiIxMjM0NTY3ODkwIn0", "dozjgNryP4J3jVmNHl0w5N"].join(".");
const pem = (end: string) => ["-----BEGIN RSA PRIVATE", ` KEY-----\nMIIEow\nAbC=\n${end}`].join("");

describe("the redactor", () => {
  test.each([
    ["a Slack token", `token ${slack} here`, "token [redacted] here"],
    ["an AWS key id", `key=${key}.`, "key=[redacted]."],
    [
      "an AWS secret",
      "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
      "aws_secret_access_key = [redacted]",
    ],
    ["a JWT", `bearer of ${jwt}, look`, "bearer of [redacted], look"],
    [
      "a password in a URL",
      "postgres://app:p%40ss!w0rd@db.internal:5432/app",
      "postgres://app:[redacted]@db.internal:5432/app",
    ],
    ["the same as Slack links it", "<postgres://app:secret@db/app>", "<postgres://app:[redacted]@db/app>"],
    ["a private key", `see ${pem("-----END RSA PRIVATE KEY-----")} end`, "see [redacted] end"],
    ["a private key that is cut off", `see ${pem("MIIE")}`, "see [redacted]"],
    ["a webhook", "https://hooks.slack.com/services/T0/B0/abc works", "[redacted] works"],
    [
      "an authorization header",
      "curl -H 'Authorization: Bearer abcdef123456'",
      "curl -H 'Authorization: Bearer [redacted]'",
    ],
    ["a password of JSON whole", '{"dbPassword": "two words, one", "n": 1}', '{"dbPassword": "[redacted]", "n": 1}'],
    ["a short one of JSON", '{"token":"a1"}', '{"token":"[redacted]"}'],
    ["one of JSON with a quote in it", '{"X-Api-Key":"a\\"bc"}', '{"X-Api-Key":"[redacted]"}'],
    ["one of JSON within JSON", '{"body":"{\\"secret\\":\\"s3 cr\\"}"}', '{"body":"{\\"secret\\":\\"[redacted]\\"}"}'],
    ["one of a dictionary", "{'auth_token': 'abc def'}", "{'auth_token': '[redacted]'}"],
    ["a variable of libpq's", "PGPASSWORD=s3cr3t-word pg_dump", "PGPASSWORD=[redacted] pg_dump"],
    ["a token setting", "GRAFANA_TOKEN=abcdef1234 x", "GRAFANA_TOKEN=[redacted] x"],
    ["an argument", "mysql --password hunter2-word shop", "mysql --password [redacted] shop"],
    ["a password setting", "PGHOST=db PASSWORD=s3cr3t-word next", "PGHOST=db PASSWORD=[redacted] next"],
    ["a configured value", "it is hunter2-of-prod twice: hunter2-of-prod", "it is [redacted] twice: [redacted]"],
    ["a configured value as Slack escapes it", "it is a&lt;b&amp;c&gt;d-secret", "it is [redacted]"],
  ])("takes out %s", (_, text, left) => {
    expect(redact(text)).toBe(left);
    expect(redact(left)).toBe(left);
  });

  test.each([
    "a tiny word of a listed value stays",
    "https://grafana.example.com:3000/d/abc?orgId=1",
    "see <https://waooaw.slack.com/archives/C1/p1|the message> from me@example.com",
    "password reset emails are late",
    '{"tokens": 512, "secret_name": null, "next": "abc"}',
    "the token has expired, --token is missing",
    "commit 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "مرحبا 🎉 ```code block```",
  ])("leaves alone: %s", (text) => {
    expect(redact(text)).toBe(text);
  });

  test("is quick on 40,000 characters made to be slow", () => {
    const began = performance.now();
    for (const text of [
      "password=".repeat(4400),
      "a://".repeat(10_000),
      "eyJ".repeat(13_000),
      "x:".repeat(20_000),
      "token".repeat(8000),
      '"token'.repeat(6600),
    ])
      redact(text);
    expect(performance.now() - began).toBeLessThan(1000);
  });
});
