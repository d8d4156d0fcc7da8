import { createHash } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { CloudError } from "../cloud-error.ts";
import type { Answer } from "../wire.ts";
import { escaped } from "../wire.ts";
import type { World } from "../world.ts";
import { readContent } from "./body.ts";
import { etagOf, type ObjectRecord, type ObjectStore, type Upload } from "./objects.ts";

export interface S3Request {
  readonly headers: IncomingHttpHeaders;
  readonly bucket: string;
  readonly key: string;
  readonly query: URLSearchParams;
  readonly body: Buffer;
}

type Result = Pick<Answer, "status" | "headers" | "body">;

const namespace = "http://s3.amazonaws.com/doc/2006-03-01/";
const smallestPart = 5 * 1024 * 1024;
const noKey = () => new CloudError("NoSuchKey", "The specified key does not exist.", 404);
const date = (at: number) => new Date(at).toUTCString();
const iso = (at: number) => new Date(at).toISOString();

function xml(root: string, inner: string): Result {
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<${root} xmlns="${namespace}">${inner}</${root}>`;
  return { status: 200, headers: { "content-type": "application/xml" }, body };
}
const empty = (status: number, headers: Readonly<Record<string, string>> = {}): Result => ({
  status,
  headers,
  body: "",
});

/** The operation that a method, a path and a query ask for. */
export function operationOf(method: string, bucket: string, key: string, query: URLSearchParams): string {
  if (bucket === "") return method === "GET" ? "ListBuckets" : "";
  if (key === "") {
    if (method === "POST" && query.has("delete")) return "DeleteObjects";
    if (method === "GET" && query.has("object-lock")) return "GetObjectLockConfiguration";
    if (method === "GET" && query.has("uploads")) return "ListMultipartUploads";
    if (method === "GET")
      return query.get("list-type") === "2" ? "ListObjectsV2" : query.has("location") ? "GetBucketLocation" : "";
    return { PUT: "CreateBucket", HEAD: "HeadBucket" }[method] ?? "";
  }
  if (query.has("uploadId")) {
    return { PUT: "UploadPart", POST: "CompleteMultipartUpload", DELETE: "AbortMultipartUpload" }[method] ?? "";
  }
  if (method === "POST" && query.has("uploads")) return "CreateMultipartUpload";
  return { PUT: "PutObject", GET: "GetObject", HEAD: "HeadObject", DELETE: "DeleteObject" }[method] ?? "";
}

/** S3's operations over the store; a bucket's faults are asked of the world. */
export function s3Operations(
  world: World,
  store: ObjectStore,
): Readonly<Record<string, (request: S3Request) => Result>> {
  function needBucket(name: string): void {
    if (store.buckets().some((one) => one.name === name)) return;
    throw new CloudError("NoSuchBucket", "The specified bucket does not exist", 404);
  }
  function needRoom(bucket: string, bytes: number): void {
    if (!world.faultOn("full-disk", bucket) && store.fits(bytes)) return;
    throw new CloudError(
      "XMinioStorageFull",
      "Storage backend has reached its minimum free drive threshold. Please delete a few objects to proceed.",
      507,
    );
  }
  function needUpload(request: S3Request): Upload {
    const upload = store.uploads.get(request.query.get("uploadId") ?? "");
    if (upload?.bucket === request.bucket && upload.key === request.key) return upload;
    throw new CloudError(
      "NoSuchUpload",
      "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.",
      404,
    );
  }
  /** What is given back with the object. */
  const kept = (headers: IncomingHttpHeaders) => {
    const answer: Record<string, string> = {};
    for (const [name, value] of Object.entries(headers)) {
      if (typeof value !== "string") continue;
      if (name.startsWith("x-amz-meta-") || ["cache-control", "content-disposition"].includes(name))
        answer[name] = value;
    }
    const encodings = String(headers["content-encoding"] ?? "")
      .split(",")
      .map((one) => one.trim());
    const own = encodings.filter((one) => one !== "" && one !== "aws-chunked");
    if (own.length > 0) answer["content-encoding"] = own.join(",");
    return answer;
  };
  const described = (record: ObjectRecord, withChecksum: boolean): Record<string, string> => ({
    etag: record.etag,
    "last-modified": date(record.modifiedAt),
    "content-type": record.contentType,
    "accept-ranges": "bytes",
    ...Object.fromEntries(
      Object.entries(record.headers).filter(([name]) => withChecksum || !name.startsWith("x-amz-checksum-")),
    ),
  });
  function found(request: S3Request) {
    needBucket(request.bucket);
    const { bucket, key, query } = request;
    const current = store.objects(bucket).get(key);
    const version = query.get("versionId");
    const isCurrent = version === null || current?.record.headers["x-amz-version-id"] === version;
    const object = isCurrent ? current : store.lock.find(bucket, key, version);
    if (!object) throw noKey();
    return object;
  }

  return {
    ListBuckets: () =>
      xml(
        "ListAllMyBucketsResult",
        `<Owner><ID>sandbox</ID></Owner><Buckets>${store
          .buckets()
          .map((one) => `<Bucket><Name>${one.name}</Name><CreationDate>${iso(one.createdAt)}</CreationDate></Bucket>`)
          .join("")}</Buckets>`,
      ),

    CreateBucket: ({ bucket, headers }) => {
      if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket)) {
        throw new CloudError("InvalidBucketName", "The specified bucket is not valid.");
      }
      if (store.buckets().some((one) => one.name === bucket)) {
        throw new CloudError(
          "BucketAlreadyOwnedByYou",
          "Your previous request to create the named bucket succeeded and you already own it.",
          409,
        );
      }
      store.addBucket(bucket);
      if (headers["x-amz-bucket-object-lock-enabled"] === "true") store.lock.turnOn(bucket);
      return empty(200, { location: `/${bucket}` });
    },

    HeadBucket: ({ bucket }) => {
      needBucket(bucket);
      return empty(200, { "x-amz-bucket-region": world.region });
    },

    GetBucketLocation: ({ bucket }) => {
      needBucket(bucket);
      return xml("LocationConstraint", world.region);
    },

    GetObjectLockConfiguration: ({ bucket }) => {
      needBucket(bucket);
      if (store.lock.isOn(bucket)) {
        return xml("ObjectLockConfiguration", "<ObjectLockEnabled>Enabled</ObjectLockEnabled>");
      }
      throw new CloudError(
        "ObjectLockConfigurationNotFoundError",
        "Object Lock configuration does not exist for this bucket",
        404,
      );
    },

    PutObject: (request) => {
      const { bucket, key, headers } = request;
      needBucket(bucket);
      const { bytes, checksums } = readContent(headers, request.body);
      needRoom(bucket, bytes.length);
      const lock = store.lock.headersFor(bucket, headers);
      if (headers["if-none-match"] === "*" && store.objects(bucket).has(key)) {
        throw new CloudError(
          "PreconditionFailed",
          "At least one of the pre-conditions you specified did not hold",
          412,
        );
      }
      const contentType = headers["content-type"] ?? "application/octet-stream";
      const etag = etagOf(bytes);
      const record = {
        key,
        etag,
        size: bytes.length,
        modifiedAt: world.time.now(),
        contentType,
        headers: { ...kept(headers), ...checksums, ...lock },
      };
      const before = store.objects(bucket).get(key);
      if (before && store.lock.isOn(bucket)) store.lock.keep(bucket, before);
      store.objects(bucket).set(key, { record, bytes });
      const version = lock["x-amz-version-id"];
      return empty(200, { etag, ...checksums, ...(version ? { "x-amz-version-id": version } : {}) });
    },

    GetObject: (request) => {
      const { record, bytes } = found(request);
      const asked = /^bytes=(\d*)-(\d*)$/.exec(String(request.headers.range ?? ""));
      if (!asked || (asked[1] === "" && asked[2] === "")) {
        return { status: 200, headers: described(record, true), body: bytes };
      }
      const last = bytes.length - 1;
      const start = asked[1] === "" ? Math.max(0, bytes.length - Number(asked[2])) : Number(asked[1]);
      const end = asked[1] === "" || asked[2] === "" ? last : Math.min(Number(asked[2]), last);
      if (start > end) throw new CloudError("InvalidRange", "The requested range is not satisfiable", 416);
      return {
        status: 206,
        headers: { ...described(record, false), "content-range": `bytes ${start}-${end}/${bytes.length}` },
        body: bytes.subarray(start, end + 1),
      };
    },

    HeadObject: (request) => {
      const { record } = found(request);
      const checksums = request.headers["x-amz-checksum-mode"] === "ENABLED";
      return empty(200, { ...described(record, checksums), "content-length": String(record.size) });
    },

    DeleteObject: (request) => {
      const { bucket, key, headers, query } = request;
      needBucket(bucket);
      const versionId = query.get("versionId");
      const current = store.objects(bucket).get(key);
      if (store.lock.isOn(bucket) && versionId !== null) {
        const { record } = found(request);
        store.lock.mayDelete(record, headers);
        if (record === current?.record) store.objects(bucket).delete(key);
        store.lock.remove(bucket, key, versionId);
        return empty(204, { "x-amz-version-id": versionId });
      }
      store.objects(bucket).delete(key);
      if (!store.lock.isOn(bucket)) return empty(204);
      // Without a version only a marker is put on top: the versions stay.
      if (current) store.lock.keep(bucket, current);
      return empty(204, { "x-amz-delete-marker": "true" });
    },

    DeleteObjects: ({ bucket, body, headers }) => {
      needBucket(bucket);
      const text = readContent(headers, body).bytes.toString("utf8");
      const keys = [...text.matchAll(/<Key>([\s\S]*?)<\/Key>/g)].map(([, key = ""]) => unescaped(key));
      if (keys.length === 0 || keys.length > 1000)
        throw new CloudError("MalformedXML", "The XML you provided was not well-formed");
      if (store.lock.isOn(bucket)) {
        throw new CloudError(
          "NotImplemented",
          "Objects of a bucket with Object Lock are deleted one by one here.",
          501,
        );
      }
      for (const key of keys) store.objects(bucket).delete(key);
      return xml("DeleteResult", keys.map((key) => `<Deleted><Key>${escaped(key)}</Key></Deleted>`).join(""));
    },

    ListObjectsV2: ({ bucket, query }) => {
      needBucket(bucket);
      const prefix = query.get("prefix") ?? "";
      const delimiter = query.get("delimiter") ?? "";
      const most = Math.min(1000, Number(query.get("max-keys") ?? 1000));
      const token = query.get("continuation-token");
      const after = token ? Buffer.from(token, "base64url").toString() : (query.get("start-after") ?? "");
      const entries: { readonly name: string; readonly xml: string }[] = [];
      const seen = new Set<string>();
      const records = [...store.objects(bucket).values()]
        .map((one) => one.record)
        .sort((one, other) => (one.key < other.key ? -1 : 1));
      for (const record of records) {
        if (!record.key.startsWith(prefix)) continue;
        const cut = delimiter === "" ? -1 : record.key.indexOf(delimiter, prefix.length);
        const name = cut === -1 ? record.key : record.key.slice(0, cut + delimiter.length);
        if (name <= after || seen.has(name)) continue;
        seen.add(name);
        const own = `<Contents><Key>${escaped(name)}</Key><LastModified>${iso(record.modifiedAt)}</LastModified><ETag>${escaped(record.etag)}</ETag><Size>${record.size}</Size><StorageClass>STANDARD</StorageClass></Contents>`;
        const xml = cut === -1 ? own : `<CommonPrefixes><Prefix>${escaped(name)}</Prefix></CommonPrefixes>`;
        entries.push({ name, xml });
      }
      const shown = entries.slice(0, most);
      const more = entries.length > most;
      const next = more ? Buffer.from(shown.at(-1)?.name ?? "").toString("base64url") : "";
      return xml(
        "ListBucketResult",
        `<Name>${bucket}</Name><Prefix>${escaped(prefix)}</Prefix><KeyCount>${shown.length}</KeyCount><MaxKeys>${most}</MaxKeys><IsTruncated>${more}</IsTruncated>${more ? `<NextContinuationToken>${next}</NextContinuationToken>` : ""}${shown.map((one) => one.xml).join("")}`,
      );
    },

    CreateMultipartUpload: ({ bucket, key, headers }) => {
      needBucket(bucket);
      needRoom(bucket, 0);
      const id = world.random.letters(40);
      const contentType = headers["content-type"] ?? "application/octet-stream";
      const startedAt = world.time.now();
      store.uploads.set(id, { id, bucket, key, startedAt, contentType, headers: kept(headers), parts: new Map() });
      const inner = `<Bucket>${bucket}</Bucket><Key>${escaped(key)}</Key><UploadId>${id}</UploadId>`;
      return xml("InitiateMultipartUploadResult", inner);
    },

    UploadPart: (request) => {
      const upload = needUpload(request);
      const number = Number(request.query.get("partNumber"));
      if (!Number.isInteger(number) || number < 1 || number > 10_000) {
        throw new CloudError("InvalidArgument", "Part number must be an integer between 1 and 10000, inclusive");
      }
      const { bytes, checksums } = readContent(request.headers, request.body);
      needRoom(request.bucket, bytes.length);
      const etag = etagOf(bytes);
      upload.parts.set(number, { etag, bytes });
      return empty(200, { etag, ...checksums });
    },

    CompleteMultipartUpload: (request) => {
      const upload = needUpload(request);
      const text = request.body.toString("utf8");
      const asked = [...text.matchAll(/<Part>([\s\S]*?)<\/Part>/g)].map(([, part = ""]) => ({
        number: Number(/<PartNumber>(\d+)</.exec(part)?.[1]),
        etag: unescaped(/<ETag>([\s\S]*?)</.exec(part)?.[1] ?? "").replaceAll('"', ""),
      }));
      if (asked.length === 0) throw new CloudError("MalformedXML", "The XML you provided was not well-formed");
      if (asked.some((one, index) => index > 0 && one.number <= (asked[index - 1]?.number ?? 0))) {
        throw new CloudError(
          "InvalidPartOrder",
          "The list of parts was not in ascending order. The parts list must be specified in order by part number.",
        );
      }
      const parts = asked.map(({ number, etag }) => {
        const part = upload.parts.get(number);
        if (part?.etag === `"${etag}"`) return part;
        throw new CloudError(
          "InvalidPart",
          "One or more of the specified parts could not be found. The part might not have been uploaded, or the specified entity tag might not have matched the part's entity tag.",
        );
      });
      if (parts.slice(0, -1).some((part) => part.bytes.length < smallestPart)) {
        throw new CloudError("EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size");
      }
      const bytes = Buffer.concat(parts.map((part) => part.bytes));
      const sums = Buffer.concat(parts.map((part) => Buffer.from(part.etag.replaceAll('"', ""), "hex")));
      const etag = `"${createHash("md5").update(sums).digest("hex")}-${parts.length}"`;
      const { bucket, key, contentType, headers } = upload;
      const record = { key, etag, size: bytes.length, modifiedAt: world.time.now(), contentType, headers };
      store.uploads.delete(upload.id);
      store.objects(bucket).set(key, { record, bytes });
      const inner = `<Location>/${bucket}/${escaped(key)}</Location><Bucket>${bucket}</Bucket><Key>${escaped(key)}</Key><ETag>${escaped(etag)}</ETag>`;
      return xml("CompleteMultipartUploadResult", inner);
    },

    ListMultipartUploads: ({ bucket, query }) => {
      needBucket(bucket);
      const prefix = query.get("prefix") ?? "";
      const own = [...store.uploads.values()].filter((one) => one.bucket === bucket && one.key.startsWith(prefix));
      const inner = own
        .slice(0, 1000)
        .map(
          (one) =>
            `<Upload><Key>${escaped(one.key)}</Key><UploadId>${one.id}</UploadId><StorageClass>STANDARD</StorageClass><Initiated>${iso(one.startedAt)}</Initiated></Upload>`,
        );
      return xml(
        "ListMultipartUploadsResult",
        `<Bucket>${bucket}</Bucket><Prefix>${escaped(prefix)}</Prefix><MaxUploads>1000</MaxUploads><IsTruncated>${own.length > 1000}</IsTruncated>${inner.join("")}`,
      );
    },

    AbortMultipartUpload: (request) => {
      store.uploads.delete(needUpload(request).id);
      return empty(204);
    },
  };
}

const unescaped = (text: string) =>
  text
    .replaceAll("&quot;", '"')
    .replaceAll("&#34;", '"')
    .replaceAll("&apos;", "'")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&");
