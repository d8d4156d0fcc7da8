import { randomUUID } from "node:crypto";
import type { Caller } from "../api.ts";
import { CloudError } from "../cloud-error.ts";
import { slowApiMilliseconds } from "../faults.ts";
import { type CloudRequest, type HandleOptions, longestSkew, mayDo } from "../handle.ts";
import { isSignedWith, readClaim } from "../signature.ts";
import { type Answer, escaped } from "../wire.ts";
import { operationOf, type S3Request } from "./s3.ts";

type Operations = Readonly<Record<string, (request: S3Request) => Pick<Answer, "status" | "headers" | "body">>>;

/** Operations that policies know by another name. Source: docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html */
const rights: Readonly<Record<string, string>> = {
  HeadObject: "GetObject",
  HeadBucket: "ListBucket",
  ListObjectsV2: "ListBucket",
  CreateMultipartUpload: "PutObject",
  UploadPart: "PutObject",
  CompleteMultipartUpload: "PutObject",
  DeleteObjects: "DeleteObject",
};

/** Answers S3's REST requests, path style: signatures, faults and errors in S3's own way. */
export function makeS3Handler(
  options: Pick<HandleOptions, "keyOf" | "region" | "clock" | "faults" | "calls" | "settle">,
  operations: Operations,
): (request: CloudRequest) => Promise<Answer | "drop"> {
  const { keyOf, region, clock, faults, calls, settle } = options;
  const wait = (milliseconds: number) => new Promise<void>((resolve) => void clock.after(milliseconds, resolve));

  function authenticate(request: CloudRequest): Caller {
    const claim = readClaim(request.headers.authorization);
    const denied = (code: string, message: string, status = 403) => new CloudError(code, message, status);
    if (!claim) throw denied("AccessDenied", "Access Denied");
    const key = keyOf(claim.accessKeyId);
    if (!key || (key.sessionToken !== undefined && key.sessionToken !== request.headers["x-amz-security-token"])) {
      throw denied("InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.");
    }
    if (key.expiresAt !== undefined && clock.now() >= key.expiresAt) {
      throw denied("ExpiredToken", "The provided token has expired.", 400);
    }
    if (claim.region !== region) {
      throw denied(
        "AuthorizationHeaderMalformed",
        `The authorization header is malformed; the region '${claim.region}' is wrong; expecting '${region}'`,
        400,
      );
    }
    if (!isSignedWith(key.secretAccessKey, claim, request)) {
      throw denied(
        "SignatureDoesNotMatch",
        "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
      );
    }
    const stamp = String(request.headers["x-amz-date"] ?? "");
    const signedAt = Date.parse(stamp.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"));
    if (!(Math.abs(Date.now() - signedAt) <= longestSkew)) {
      throw denied(
        "RequestTimeTooSkewed",
        "The difference between the request time and the current time is too large.",
      );
    }
    return key.caller;
  }

  return async (request) => {
    const requestId = randomUUID();
    const [path = "/", search = ""] = request.url.split("?");
    const query = new URLSearchParams(search);
    const [, bucket = "", ...rest] = path.split("/").map((part) => decodeURIComponent(part));
    const key = rest.join("/");
    const operation = operationOf(request.method, bucket, key, query);
    let caller: Caller | null = null;
    const log = (error: string | null) => {
      const by = caller && { arn: caller.arn, sourceIdentity: caller.sourceIdentity ?? null };
      const input = { Bucket: bucket, Key: key };
      calls.add({ at: clock.now(), service: "s3", operation, input, error, requestId, caller: by });
    };
    const ids = { "x-amz-request-id": requestId, "x-amz-id-2": "sandbox" };

    function refused(error: CloudError): Answer {
      log(error.code);
      const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${error.code}</Code><Message>${escaped(error.message)}</Message><Resource>${escaped(path)}</Resource><RequestId>${requestId}</RequestId></Error>`;
      const headers = { "content-type": "application/xml", ...ids };
      return { status: error.status, headers, body: request.method === "HEAD" ? "" : body };
    }

    try {
      caller = authenticate(request);
      const failure = faults.take(operation);
      if (failure?.delayMs !== undefined) await wait(failure.delayMs);
      const fails = failure && (failure.drop || failure.error !== undefined || failure.status !== undefined);
      const failed = () =>
        failure?.drop
          ? "drop"
          : refused(
              new CloudError(
                failure?.error ?? "InternalError",
                failure?.message ?? "We encountered an internal error.",
                failure?.status ?? 500,
              ),
            );
      if (fails && !failure.afterwards) return failed();
      const action = `s3:${operation}`;
      if (faults.isOn("slow-api", "s3", action)) await wait(slowApiMilliseconds);
      if (faults.isOn("throttle", "s3", action))
        throw new CloudError("SlowDown", "Please reduce your request rate.", 503);
      if (faults.isOn("credentials-expired", "s3", action))
        throw new CloudError("ExpiredToken", "The provided token has expired.", 400);
      if (faults.isOn("deny", "s3", action) || !mayDo(caller, `s3:${rights[operation] ?? operation}`)) {
        throw new CloudError(
          "AccessDenied",
          `User: ${caller.arn} is not authorized to perform: ${action} on resource: "arn:aws:s3:::${bucket}/${key}" because no identity-based policy allows the ${action} action`,
          403,
        );
      }
      const run = Object.hasOwn(operations, operation) ? operations[operation] : undefined;
      if (!run)
        throw new CloudError(
          "NotImplemented",
          "A header or query you provided implies functionality that is not implemented.",
          501,
        );
      settle();
      const answer = run({ headers: request.headers, bucket, key, query, body: request.body });
      if (fails) return failed();
      log(null);
      const length = { "content-length": String(Buffer.byteLength(answer.body)) };
      return { ...answer, headers: { ...length, ...answer.headers, ...ids } };
    } catch (error) {
      return refused(error instanceof CloudError ? error : new CloudError("InternalError", String(error), 500));
    }
  };
}
