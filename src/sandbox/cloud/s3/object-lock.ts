import { randomUUID } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { CloudError } from "../cloud-error.ts";
import type { World } from "../world.ts";
import type { ObjectRecord } from "./objects.ts";

/** Buckets whose objects have versions that cannot be deleted before their time. */
export interface ObjectLock {
  readonly isOn: (bucket: string) => boolean;
  readonly turnOn: (bucket: string) => void;
  /** What a new object's answer carries of its lock; refuses what S3 refuses. */
  readonly headersFor: (bucket: string, headers: IncomingHttpHeaders) => Readonly<Record<string, string>>;
  /** Keeps a version that another one takes the place of, or that was deleted without naming its version. */
  readonly keep: (bucket: string, version: Version) => void;
  readonly find: (bucket: string, key: string, versionId: string) => Version | undefined;
  /** Forgets a version that was kept; refuses one whose time is not over. */
  readonly remove: (bucket: string, key: string, versionId: string) => void;
  /** Refuses to delete a version whose time is not over, unless governance may be passed by. */
  readonly mayDelete: (record: ObjectRecord, headers: IncomingHttpHeaders) => void;
}

export interface Version {
  readonly record: ObjectRecord;
  readonly bytes: Buffer;
}

const modeHeader = "x-amz-object-lock-mode";
const untilHeader = "x-amz-object-lock-retain-until-date";
const invalid = (message: string) => new CloudError("InvalidArgument", message);

/** Source: docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html and /userguide/object-lock.html */
export function startObjectLock(world: World): ObjectLock {
  const state = world.part<{ buckets: string[] }>("s3-object-lock", () => ({ buckets: ["waooaw-audit-production"] }));
  const kept = new Map<string, Version[]>();
  const isOn = (bucket: string) => state.buckets.includes(bucket);
  const is = (key: string, versionId: string) => (one: Version) =>
    one.record.key === key && one.record.headers["x-amz-version-id"] === versionId;

  return {
    isOn,
    turnOn: (bucket) => void state.buckets.push(bucket),
    headersFor: (bucket, headers) => {
      const [mode, until] = [headers[modeHeader], headers[untilHeader]];
      if (mode === undefined && until === undefined) return isOn(bucket) ? { "x-amz-version-id": newVersion() } : {};
      if (!isOn(bucket)) throw new CloudError("InvalidRequest", "Bucket is missing Object Lock Configuration");
      if (mode === undefined || until === undefined) {
        throw invalid(`${untilHeader} and ${modeHeader} must both be supplied`);
      }
      if (mode !== "GOVERNANCE" && mode !== "COMPLIANCE") throw invalid("Unknown wormMode directive.");
      const end = Date.parse(String(until));
      if (Number.isNaN(end)) throw invalid("The retain until date must be provided in ISO 8601 format");
      if (end <= world.time.now()) throw invalid("The retain until date must be in the future!");
      const trailer = String(headers["x-amz-trailer"] ?? "");
      const isProved = Object.keys(headers).some((name) => /^(content-md5|x-amz-checksum-(?!type|mode).*)$/.test(name));
      if (!isProved && !trailer.startsWith("x-amz-checksum-")) {
        throw new CloudError(
          "InvalidRequest",
          "Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object Lock parameters",
        );
      }
      return {
        "x-amz-version-id": newVersion(),
        [modeHeader]: mode,
        [untilHeader]: new Date(end).toISOString(),
      };
    },
    keep: (bucket, version) => void kept.set(bucket, [...(kept.get(bucket) ?? []), version]),
    find: (bucket, key, versionId) => kept.get(bucket)?.find(is(key, versionId)),
    remove: (bucket, key, versionId) =>
      void kept.set(
        bucket,
        (kept.get(bucket) ?? []).filter((one) => !is(key, versionId)(one)),
      ),
    mayDelete: ({ headers }, asked) => {
      const until = headers[untilHeader];
      if (until === undefined || Date.parse(until) <= world.time.now()) return;
      if (headers[modeHeader] === "GOVERNANCE" && asked["x-amz-bypass-governance-retention"] === "true") return;
      throw new CloudError("AccessDenied", "Access Denied because object protected by object lock.", 403);
    },
  };

  function newVersion(): string {
    return randomUUID().replaceAll("-", "");
  }
}
