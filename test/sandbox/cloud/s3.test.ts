import { Readable } from "node:stream";
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  GetObjectLockConfigurationCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { expect, onTestFinished, test } from "vitest";
import { startBench } from "./cloud-bench.ts";

const Bucket = "waooaw-backups-production";

async function startS3() {
  const bench = await startBench();
  const { endpoint, region, credentials } = bench.cloud;
  const s3 = new S3Client({ endpoint, region, credentials, maxAttempts: 1, forcePathStyle: true });
  onTestFinished(() => s3.destroy());
  const put = (Key: string, Body: string | Buffer) => s3.send(new PutObjectCommand({ Bucket, Key, Body }));
  const get = async (Key: string, Range?: string) => {
    const { Body, ...rest } = await s3.send(new GetObjectCommand({ Bucket, Key, ...(Range ? { Range } : {}) }));
    return { text: (await Body?.transformToString()) ?? "", ...rest };
  };
  return { ...bench, s3, put, get };
}

test("an object is put, read whole and in part, described, listed and deleted", async () => {
  const { s3, put, get } = await startS3();
  const { ETag, ChecksumCRC32 } = await put("daily/2026 11 02+a.dump", "ten bytes!");
  expect(ETag).toMatch(/^"[0-9a-f]{32}"$/);
  expect(ChecksumCRC32).toMatch(/^.{6}==$/);
  expect(await get("daily/2026 11 02+a.dump")).toMatchObject({ text: "ten bytes!", ContentLength: 10, ETag });
  expect(await get("daily/2026 11 02+a.dump", "bytes=4-8")).toMatchObject({
    text: "bytes",
    ContentRange: "bytes 4-8/10",
  });
  expect((await get("daily/2026 11 02+a.dump", "bytes=-1")).text).toBe("!");
  await expect(get("daily/2026 11 02+a.dump", "bytes=20-")).rejects.toMatchObject({ name: "InvalidRange" });
  await put("weekly/b.dump", "b");
  await put("c.dump", "c");
  expect(await s3.send(new HeadObjectCommand({ Bucket, Key: "weekly/b.dump", ChecksumMode: "ENABLED" }))).toMatchObject(
    { ContentLength: 1, LastModified: new Date("2026-11-02T09:00:00Z"), ChecksumCRC32: expect.any(String) },
  );
  const { Contents, CommonPrefixes } = await s3.send(new ListObjectsV2Command({ Bucket, Delimiter: "/" }));
  expect([Contents?.map((one) => one.Key), CommonPrefixes?.map((one) => one.Prefix)]).toEqual([
    ["c.dump"],
    ["daily/", "weekly/"],
  ]);
  const first = await s3.send(new ListObjectsV2Command({ Bucket, MaxKeys: 2 }));
  const rest = await s3.send(new ListObjectsV2Command({ Bucket, ContinuationToken: first.NextContinuationToken }));
  expect([first.Contents?.length, first.IsTruncated, rest.Contents?.map((one) => one.Key)]).toEqual([
    2,
    true,
    ["weekly/b.dump"],
  ]);
  await s3.send(new DeleteObjectCommand({ Bucket, Key: "c.dump" }));
  const { Deleted } = await s3.send(
    new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: "weekly/b.dump" }, { Key: "never-was" }] } }),
  );
  expect(Deleted).toHaveLength(2);
  await expect(get("c.dump")).rejects.toMatchObject({ name: "NoSuchKey", $metadata: { httpStatusCode: 404 } });
  await expect(s3.send(new HeadObjectCommand({ Bucket, Key: "c.dump" }))).rejects.toMatchObject({ name: "NotFound" });
});

test("a stream arrives in chunks with its checksum behind it", async () => {
  const { s3, get } = await startS3();
  const lines = Array.from({ length: 20_000 }, (_, index) => `line ${index}\n`);
  const Body = Readable.from(lines.map((line) => Buffer.from(line)));
  const ContentLength = lines.join("").length;
  await s3.send(new PutObjectCommand({ Bucket, Key: "stream", Body, ContentLength }));
  expect((await get("stream")).text).toBe(lines.join(""));
});

test("parts become one object; wrong and missing ones are refused; what was aborted is gone", async () => {
  const { s3, get } = await startS3();
  const Key = "large.dump";
  const begin = async () => (await s3.send(new CreateMultipartUploadCommand({ Bucket, Key }))).UploadId;
  const UploadId = await begin();
  const big = Buffer.alloc(5 * 1024 * 1024, "a");
  const part = (PartNumber: number, Body: Buffer, id = UploadId) =>
    s3.send(new UploadPartCommand({ Bucket, Key, UploadId: id, PartNumber, Body }));
  const [one, two] = [await part(1, big), await part(2, Buffer.from("end"))];
  const complete = (Parts: { PartNumber: number; ETag: string | undefined }[], id = UploadId) =>
    s3.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId: id, MultipartUpload: { Parts } }));
  await expect(get(Key)).rejects.toMatchObject({ name: "NoSuchKey" });
  await expect(complete([{ PartNumber: 1, ETag: two.ETag }])).rejects.toMatchObject({ name: "InvalidPart" });
  await expect(
    complete([
      { PartNumber: 2, ETag: two.ETag },
      { PartNumber: 1, ETag: one.ETag },
    ]),
  ).rejects.toMatchObject({ name: "InvalidPartOrder" });
  const { ETag } = await complete([
    { PartNumber: 1, ETag: one.ETag },
    { PartNumber: 2, ETag: two.ETag },
  ]);
  expect(ETag).toMatch(/^"[0-9a-f]{32}-2"$/);
  const read = await get(Key, "bytes=5242878-");
  expect(read).toMatchObject({ text: "aaend", ETag });
  await expect(part(3, big)).rejects.toMatchObject({ name: "NoSuchUpload" });
  const aborted = await begin();
  await part(1, big, aborted);
  await s3.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId: aborted }));
  await expect(complete([{ PartNumber: 1, ETag: one.ETag }], aborted)).rejects.toMatchObject({ name: "NoSuchUpload" });
});

test("a bucket must be there, and one's own is not made twice", async () => {
  const { s3 } = await startS3();
  const missing = { Bucket: "nowhere-at-all" };
  await expect(s3.send(new HeadBucketCommand(missing))).rejects.toMatchObject({ $metadata: { httpStatusCode: 404 } });
  await expect(s3.send(new PutObjectCommand({ ...missing, Key: "a", Body: "a" }))).rejects.toMatchObject({
    name: "NoSuchBucket",
  });
  await s3.send(new CreateBucketCommand(missing));
  await s3.send(new HeadBucketCommand(missing));
  await expect(s3.send(new CreateBucketCommand(missing))).rejects.toMatchObject({ name: "BucketAlreadyOwnedByYou" });
});

test("a full disk, a denied action, throttling, a damaged body and a wrong key are refused, and leave nothing", async () => {
  const { cloud, s3, put, get } = await startS3();
  cloud.faults.set("full-disk", Bucket, true);
  await expect(put("a", "a")).rejects.toMatchObject({ name: "XMinioStorageFull", $metadata: { httpStatusCode: 507 } });
  cloud.faults.clear();
  cloud.faults.set("deny", "s3:PutObject", true);
  await expect(put("a", "a")).rejects.toMatchObject({ name: "AccessDenied", $metadata: { httpStatusCode: 403 } });
  await expect(get("a")).rejects.toMatchObject({ name: "NoSuchKey" });
  cloud.faults.clear();
  cloud.faults.set("throttle", "s3", true);
  await expect(put("a", "a")).rejects.toMatchObject({ name: "SlowDown" });
  cloud.faults.clear();
  await expect(
    s3.send(new PutObjectCommand({ Bucket, Key: "a", Body: "a", ChecksumSHA256: `${"A".repeat(43)}=` })),
  ).rejects.toMatchObject({ name: "BadDigest" });
  await expect(get("a")).rejects.toMatchObject({ name: "NoSuchKey" });
  const { endpoint, region } = cloud;
  const stranger = new S3Client({
    endpoint,
    region,
    credentials: { ...cloud.credentials, secretAccessKey: "wrong" },
    forcePathStyle: true,
  });
  await expect(stranger.send(new ListObjectsV2Command({ Bucket }))).rejects.toMatchObject({
    name: "SignatureDoesNotMatch",
  });
  stranger.destroy();
});

test("an object under a lock stays until its time is over, whoever deletes or overwrites it", async () => {
  const { s3, seconds } = await startS3();
  const locked = "waooaw-audit-production";
  const until = new Date("2026-11-03T09:00:00Z");
  const put = (Bucket: string, more: object) =>
    s3.send(new PutObjectCommand({ Bucket, Key: "a.jsonl", Body: "one", ...more }));
  const lock = { ObjectLockMode: "COMPLIANCE", ObjectLockRetainUntilDate: until } as const;
  await expect(put(Bucket, lock)).rejects.toMatchObject({
    name: "InvalidRequest",
    message: "Bucket is missing Object Lock Configuration",
  });
  await expect(s3.send(new GetObjectLockConfigurationCommand({ Bucket }))).rejects.toMatchObject({
    name: "ObjectLockConfigurationNotFoundError",
  });
  const past = new Date("2026-11-01T09:00:00Z");
  await expect(put(locked, { ...lock, ObjectLockRetainUntilDate: past })).rejects.toMatchObject({
    message: "The retain until date must be in the future!",
  });
  await expect(put(locked, { ObjectLockMode: "COMPLIANCE" })).rejects.toMatchObject({ name: "InvalidArgument" });

  const { VersionId } = await put(locked, lock);
  const head = await s3.send(new HeadObjectCommand({ Bucket: locked, Key: "a.jsonl" }));
  expect(head).toMatchObject({ VersionId, ObjectLockMode: "COMPLIANCE", ObjectLockRetainUntilDate: until });
  await expect(put(locked, { ...lock, IfNoneMatch: "*" })).rejects.toMatchObject({ name: "PreconditionFailed" });
  await put(locked, { Body: "two" });
  await s3.send(new DeleteObjectCommand({ Bucket: locked, Key: "a.jsonl" }));
  await expect(s3.send(new HeadObjectCommand({ Bucket: locked, Key: "a.jsonl" }))).rejects.toMatchObject({
    name: "NotFound",
  });
  const first = await s3.send(new GetObjectCommand({ Bucket: locked, Key: "a.jsonl", VersionId }));
  expect(await first.Body?.transformToString()).toBe("one");
  const remove = () =>
    s3.send(new DeleteObjectCommand({ Bucket: locked, Key: "a.jsonl", VersionId, BypassGovernanceRetention: true }));
  await expect(remove()).rejects.toMatchObject({ name: "AccessDenied", $metadata: { httpStatusCode: 403 } });
  await seconds(25 * 3600);
  await remove();
  await expect(s3.send(new GetObjectCommand({ Bucket: locked, Key: "a.jsonl", VersionId }))).rejects.toMatchObject({
    name: "NoSuchKey",
  });
});
