import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Placement } from "../../../src/domain/configuration.ts";
import { checkPattern, literalPrefix } from "../../../src/domain/operation/key-pattern.ts";
import { keyShape, reasonShape } from "../../../src/domain/platform/key-shape.ts";
import { Refusal } from "../../../src/errors.ts";

const at = (settings: Record<string, string> = {}): Placement => ({
  environment: "production",
  provider: "redis",
  at: { connection: "production/redis", ...settings },
});

describe("[O12] a pattern for deleting keys", () => {
  test.each([
    "*",
    "?*",
    "**",
    "[a-z]*",
    "u*",
    "us*",
    "\\u*",
    "",
    " ",
    "bull:*",
    "bul*",
    "bull:emails:1",
    "sess:*",
    "session:9",
    "sess*",
  ])("%j is refused", (pattern) => {
    expect(() => checkPattern(pattern, at())).toThrow(Refusal);
  });

  test.each(["user:*", "page:home", "use*", "a", "sessions-of-users:*", "user:[12]*", "user\\*:*"])(
    "%j is taken",
    (pattern) => {
      expect(() => checkPattern(pattern, at())).not.toThrow();
    },
  );

  test("what the configuration protects takes the place of sessions; queues stay protected", () => {
    const settings = at({ protect: "cart:\nlogin:", prefix_length: "5" });
    expect(() => checkPattern("cart:*", settings)).toThrow(/protected/);
    expect(() => checkPattern("bull:x:*", settings)).toThrow(/protected/);
    expect(() => checkPattern("sess:*", settings)).not.toThrow();
    expect(() => checkPattern("user*", settings)).toThrow(/at least 5 plain/);
  });

  test("every match of a pattern begins with its plain part", () => {
    expect(literalPrefix("user:\\*:a*")).toBe("user:*:a");
    expect(literalPrefix("user:[ab]")).toBe("user:");
    expect(literalPrefix("abc\\")).toBe("abc\\");
  });
});

describe("what is shown of names and reasons", () => {
  test.each([
    ["user:123:profile", "user:<id>:profile"],
    ["user:123456:profile", "user:<id>:profile"],
    ["sess:f81d4fae7dec", "sess:<id>"],
    ["mail:ana@example.com", "mail:<id>"],
    ["{user}:feed", "{user}:feed"],
  ])("of the key %s: %s", (key, shape) => {
    expect(keyShape(key)).toBe(shape);
  });

  test.each([
    ["connect ECONNREFUSED 10.0.0.7:6379", "connect ECONNREFUSED …"],
    ["Request failed with status code 502", "Request failed with status code 502"],
    ["TypeError: Cannot read properties of undefined (reading 'token-abc')", "TypeError: Cannot read … of undefined …"],
    [
      'duplicate key value violates unique constraint "users_email" (ana@example.com)',
      "duplicate key value violates unique constraint …",
    ],
    ["password=hunter2", "…"],
    ["", "no reason given"],
    ["job stalled more than allowable limit\n  at secret stack", "job stalled more than … limit"],
  ])("of the reason %j: %j", (reason, shape) => {
    expect(reasonShape(reason)).toBe(shape);
  });

  test("a word with anything but letters in it never shows, nor one that errors do not use", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (before, after) => {
        const told = reasonShape(`${before.replaceAll("\n", "")} hunter2secret ${after}`);
        return !told.includes("hunter2secret");
      }),
    );
  });
});
