import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";

/** What the `Authorization` header says, before any of it is believed. */
export interface Claim {
  readonly accessKeyId: string;
  readonly date: string;
  readonly region: string;
  readonly service: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

export interface SignedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export function readClaim(authorization: string | undefined): Claim | undefined {
  const match =
    /^AWS4-HMAC-SHA256 Credential=([^/\s,]+)\/(\d{8})\/([^/\s,]+)\/([^/\s,]+)\/aws4_request,\s*SignedHeaders=([^,\s]+),\s*Signature=([0-9a-f]{64})$/.exec(
      authorization ?? "",
    );
  if (!match) return undefined;
  const [, accessKeyId = "", date = "", region = "", service = "", signed = "", signature = ""] = match;
  return { accessKeyId, date, region, service, signedHeaders: signed.split(";"), signature };
}

/** Whether the request was signed with the key (AWS General Reference, Signature Version 4). */
export function isSignedWith(secret: string, claim: Claim, request: SignedRequest): boolean {
  const header = (name: string) => [request.headers[name] ?? ""].flat().join(",").trim().replace(/\s+/g, " ");
  const own = createHash("sha256").update(request.body).digest("hex");
  // S3's callers may leave the content out of the signature, and say so here.
  const said = header("x-amz-content-sha256");
  const payload = /^(UNSIGNED-PAYLOAD|STREAMING-UNSIGNED-PAYLOAD-TRAILER)$/.test(said) ? said : own;
  const [path = "/", query = ""] = request.url.split("?");
  const canonical = [
    request.method,
    path,
    query
      .split("&")
      .filter(Boolean)
      .map((one) => (one.includes("=") ? one : `${one}=`))
      .sort()
      .join("&"),
    ...claim.signedHeaders.map((name) => `${name}:${header(name)}`),
    "",
    claim.signedHeaders.join(";"),
    payload,
  ].join("\n");
  const scope = `${claim.date}/${claim.region}/${claim.service}/aws4_request`;
  const hashed = createHash("sha256").update(canonical).digest("hex");
  const toSign = ["AWS4-HMAC-SHA256", header("x-amz-date"), scope, hashed].join("\n");
  const hmac = (key: string | Buffer, text: string) => createHmac("sha256", key).update(text).digest();
  const key = [claim.region, claim.service, "aws4_request"].reduce(hmac, hmac(`AWS4${secret}`, claim.date));
  return timingSafeEqual(Buffer.from(claim.signature, "hex"), hmac(key, toSign));
}
