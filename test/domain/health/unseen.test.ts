import { describe, expect, test } from "vitest";
import { untoldBy, whyUntold } from "../../../src/domain/health/unseen.ts";
import { ProviderError, type ProviderFault } from "../../../src/errors.ts";

const no = (fault: ProviderFault, operation = "DescribeServices", provider = "AWS") =>
  new ProviderError({ provider, operation, fault, code: "Code", message: "" });
const said = (...faults: readonly (ProviderFault | null)[]) =>
  whyUntold(
    faults.map((fault, index) => (fault === null ? {} : untoldBy(no(fault, `Call${index}`)))),
    "readings",
  );

describe("why so much is unknown", () => {
  test.each([
    ["throttled", "AWS is limiting calls right now: 1 of 2 readings", /^Look again in a minute/],
    [
      "denied",
      "AWS does not let the bot read everything: 1 of 2 readings",
      /^Refused: Call0\. .*docs\/iam\/read\.json/,
    ],
    ["expired", "The bot's credentials for AWS have expired: 1 of 2 readings", /^Renew them \(AWS_\* variables/],
    ["unreachable", "AWS could not be reached: 1 of 2 readings", /^Check the bot's network/],
    ["timeout", "AWS did not answer in time: 1 of 2 readings", /^Check the bot's network/],
  ] as const)("is said with what to do where the cloud's no is %s", (fault, words, next) => {
    const [why, ...others] = said(fault, null);
    expect(why?.said).toBe(`${words} could not be seen, and may be well or not.`);
    expect(why?.next).toMatch(next);
    expect(others).toEqual([]);
  });

  test("is said once for each kind of no, and names no more than four calls", () => {
    const whys = said("denied", "throttled", "denied", "denied", "denied", "denied");
    expect(whys.map((one) => one.said.split(":")[0])).toEqual([
      "AWS is limiting calls right now",
      "AWS does not let the bot read everything",
    ]);
    expect(whys[1]?.next).toContain("Refused: Call0, Call2, Call3, Call4 and 1 more.");
  });

  test("is nobody's to put right elsewhere where the thing itself says no, or is not there", () => {
    expect(untoldBy(no("unreachable", "connect", "PostgreSQL"))).toEqual({});
    expect(untoldBy(no("not_found"))).toEqual({});
    expect(untoldBy(null)).toEqual({});
    expect(said(null, null)).toEqual([]);
  });
});
