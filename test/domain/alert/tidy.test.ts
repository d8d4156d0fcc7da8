import { expect, test } from "vitest";
import type { SentAlert } from "../../../src/domain/alert/alert.ts";
import { tidyAlert } from "../../../src/domain/alert/tidy.ts";
import { createRedact } from "../../../src/domain/capture/redact.ts";

const sent: SentAlert = {
  fingerprint: "f".repeat(1000),
  title: "  One\nline\u202e  ",
  text: "x".repeat(5000),
  severity: null,
  state: "firing",
  labels: Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`label${index}`, "v".repeat(900)])),
  link: "https://example.com/a",
  startedAt: null,
  at: null,
};
const redact = createRedact(["value-of-a-secret"]);

test("an alert is cut, and its title is one line without marks that no screen shows", () => {
  const tidy = tidyAlert(redact, sent);
  expect(tidy.title).toBe("One line");
  expect([...tidy.text]).toHaveLength(1500);
  expect(tidy.fingerprint).toHaveLength(300);
  expect(Object.keys(tidy.labels)).toHaveLength(24);
  expect(Object.values(tidy.labels).every((value) => [...value].length <= 200)).toBe(true);
});

test("secrets go, those that only the label's name gives away too, and a link that holds one", () => {
  const labels = { password: "hunter2hunter2", plain: "fine", listed: "a value-of-a-secret here" };
  const tidy = tidyAlert(redact, { ...sent, labels, text: "token is value-of-a-secret" });
  expect(tidy.labels).toEqual({ password: "[redacted]", plain: "fine", listed: "a [redacted] here" });
  expect(tidy.text).toBe("token is [redacted]");
  expect(tidyAlert(redact, { ...sent, link: "https://example.com/?t=value-of-a-secret" }).link).toBeNull();
});

test.each([
  ["https://example.com/?a=1&b=2", true],
  ["http://grafana:3000/d/x", true],
  ["javascript:alert(1)", false],
  ["https://example.com/>|<!channel>", false],
  ["/relative", false],
])("the link %s is kept: %s", (link, kept) => {
  expect(tidyAlert(redact, { ...sent, link }).link).toBe(kept ? link : null);
});

test("an alert without a title says so", () => {
  expect(tidyAlert(redact, { ...sent, title: "\u200b " }).title).toBe("Alert without a title");
});
