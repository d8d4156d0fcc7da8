import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { channelName } from "../../../src/domain/incident/channel-name.ts";

describe("the name of an incident's channel", () => {
  test.each([
    ["API returns 500s", "inc-42-api-returns-500s"],
    ["Größe  ÄÖÜ: 100 % weg!", "inc-42-grosse-aou-100-weg"],
    ["支付服务宕机", "inc-42"],
    ["🔥🔥", "inc-42"],
    ["<!channel> *down*", "inc-42-channel-down"],
    ["Ana's service won't start", "inc-42-anas-service-wont-start"],
    ["מערכת down", "inc-42-down"],
  ])("of “%s” is %s", (title, name) => expect(channelName("inc", 42, title)).toBe(name));

  test("is told apart from a channel that has it already", () => {
    expect(channelName("inc", 42, "API down", 2)).toBe("inc-42-api-down-2");
  });

  test("is one Slack takes, whatever the title and the attempt", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "grapheme", maxLength: 5000 }),
        fc.string(),
        fc.integer({ min: 1, max: 99_999 }),
        fc.integer({ min: 1, max: 200 }),
        (title, prefix, number, attempt) => {
          const name = channelName(prefix, number, title, attempt);
          expect(name).toMatch(/^[a-z0-9][a-z0-9_-]*$/);
          expect(name.length).toBeLessThanOrEqual(80);
        },
      ),
    );
  });
});
