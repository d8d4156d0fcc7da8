import { expect, test } from "vitest";
import { createLog } from "../src/log.ts";

function logged(fields: object): string {
  let text = "";
  const log = createLog({
    level: "info",
    redactions: ["s3cret-value", 'quo"ted'],
    to: { write: (line) => (text += line) },
  });
  log.info(fields, "Something happened");
  return text;
}

test("a value on the redaction list never reaches the output, wherever it stands", () => {
  const text = logged({ deep: { list: ["s3cret-value"] }, err: new Error('failed with s3cret-value and quo"ted') });
  expect(text).not.toContain("s3cret-value");
  expect(text).not.toContain('quo\\"ted');
  expect(text).toContain("[redacted]");
});

test.each(["xoxb-123-abc", "xapp-1-A0-9-abc", "AKIAIOSFODNN7EXAMPLE", "https://hooks.slack.com/commands/T0/1/x"])(
  "%s is known for a secret by its shape",
  (secret) => expect(logged({ note: `got ${secret} from it` })).not.toContain(secret),
);

test("a line is JSON with its level, time and message", () => {
  expect(JSON.parse(logged({ count: 2 }))).toMatchObject({ level: "info", count: 2, msg: "Something happened" });
});
