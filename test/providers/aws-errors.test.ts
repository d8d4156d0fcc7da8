import { describe, expect, test } from "vitest";
import { awsError } from "../../src/providers/aws.ts";

/** An error as the SDK throws it. */
const thrown = (name: string, message: string, httpStatusCode: number) =>
  Object.assign(new Error(message), { name, $metadata: { httpStatusCode, requestId: "r-1" } });
const html = "Expected real number, got implicit NaN\n  Deserialization error: to see the raw response, inspect";

describe("what AWS, or what speaks for it, says no with", () => {
  test.each([
    ["an expired token", thrown("ExpiredTokenException", "The token is expired", 400), "expired"],
    ["a limit", thrown("ThrottlingException", "Rate exceeded", 400), "throttled"],
    ["a limit as Cost Explorer calls it", thrown("LimitExceededException", "Rate exceeded", 400), "throttled"],
    ["a quota", thrown("LimitExceededException", "The maximum number of scalable targets", 400), "refused"],
    ["a right that is missing", thrown("AccessDeniedException", "User is not authorized", 400), "denied"],
    ["a call that an emulator has not", thrown("InternalFailure", "not implemented", 501), "refused"],
    ["a call that nobody knows", thrown("UnknownOperationException", "", 400), "refused"],
    ["a page that says there is no such thing", thrown("Error", html, 404), "refused"],
    // It may have done the work before it failed.
    ["a server that failed", thrown("InternalFailure", "", 500), "unreachable"],
    ["a page of a proxy", thrown("Error", html, 502), "unreachable"],
  ])("%s", (_, error, fault) => {
    expect(awsError("UpdateService", error)).toMatchObject({ fault, operation: "UpdateService", requestId: "r-1" });
  });

  test.each([
    "Signature expired: 20261122T215000Z is now earlier than 20261122T220000Z",
    "Signature not yet current: 20261122T221000Z is still later than 20261122T220500Z",
  ])("clocks that are apart are said to be: %s", (message) => {
    const error = awsError("DescribeServices", thrown("InvalidSignatureException", message, 403));
    expect(error.message).toBe("The bot's clock and AWS's are apart: correct the time on the bot's machine.");
    expect(error.fault).toBe("denied");
  });
});
