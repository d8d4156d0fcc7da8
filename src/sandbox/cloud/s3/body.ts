import { createHash } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { crc32 } from "node:zlib";
import { CloudError } from "../cloud-error.ts";

export interface Content {
  readonly bytes: Buffer;
  /** Checksums that came with it and are right, by header. */
  readonly checksums: Readonly<Record<string, string>>;
}

const incomplete = () =>
  new CloudError(
    "IncompleteBody",
    "You did not provide the number of bytes specified by the Content-Length HTTP header",
  );

/** The content of a request: `aws-chunked` framing taken off, and every checksum that came with it compared. */
export function readContent(headers: IncomingHttpHeaders, body: Buffer): Content {
  const given: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (/^x-amz-checksum-(crc32|crc32c|crc64nvme|sha1|sha256)$/.test(name) && typeof value === "string")
      given[name] = value;
  }
  let bytes = body;
  if (String(headers["x-amz-content-sha256"] ?? "").startsWith("STREAMING-")) {
    const read = unchunk(body);
    bytes = read.bytes;
    Object.assign(given, read.trailers);
    const wanted = Number(headers["x-amz-decoded-content-length"] ?? bytes.length);
    if (wanted !== bytes.length) throw incomplete();
  }
  const md5 = headers["content-md5"];
  if (md5 !== undefined && md5 !== createHash("md5").update(bytes).digest("base64")) {
    throw new CloudError("BadDigest", "The Content-MD5 you specified did not match what we received.");
  }
  for (const [name, value] of Object.entries(given)) {
    const own = checksum(name.slice("x-amz-checksum-".length), bytes);
    if (own !== undefined && own !== value) {
      const algorithm = name.slice("x-amz-checksum-".length).toUpperCase();
      throw new CloudError("BadDigest", `The ${algorithm} you specified did not match the calculated checksum.`);
    }
  }
  return { bytes, checksums: given };
}

/** Checksums that the sandbox can calculate; the others are believed. */
export function checksum(algorithm: string, bytes: Buffer): string | undefined {
  if (algorithm === "sha1" || algorithm === "sha256") return createHash(algorithm).update(bytes).digest("base64");
  if (algorithm !== "crc32") return undefined;
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(bytes));
  return sum.toString("base64");
}

/** `<size in hex>\r\n<bytes>\r\n … 0\r\n<trailer>\r\n\r\n`. */
function unchunk(body: Buffer): { readonly bytes: Buffer; readonly trailers: Record<string, string> } {
  const chunks: Buffer[] = [];
  let at = 0;
  for (;;) {
    const lineEnd = body.indexOf("\r\n", at);
    if (lineEnd === -1) throw incomplete();
    const size = Number.parseInt(body.subarray(at, lineEnd).toString("latin1").split(";")[0] ?? "", 16);
    if (Number.isNaN(size)) throw incomplete();
    at = lineEnd + 2;
    if (size === 0) break;
    if (at + size > body.length) throw incomplete();
    chunks.push(body.subarray(at, at + size));
    at += size + 2;
  }
  const trailers: Record<string, string> = {};
  for (const line of body.subarray(at).toString("latin1").split("\r\n")) {
    const [name, value] = line.split(/:(.*)/s);
    if (name?.startsWith("x-amz-checksum-") && value !== undefined) trailers[name] = value.trim();
  }
  return { bytes: Buffer.concat(chunks), trailers };
}
