import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import type { S3Client, ServerSideEncryption } from "@aws-sdk/client-s3";
import type { StorePlace } from "../../domain/backup/settings.ts";
import type { Bytes, DumpStore, StagedDump } from "../../domain/platform/dump-keeping.ts";
import type { DumpFile, KeptDump } from "../../domain/platform/dumps.ts";
import { ProviderError } from "../../errors.ts";
import { type AwsOptions, awsError, calling, clientSettings } from "../aws.ts";

type Bucket = Extract<StorePlace, { kind: "s3" }>;

/** How descriptions are written, and names told apart: the same as in a folder. */
export interface DumpNames {
  readonly manifestName: (name: string) => string;
  readonly manifestText: (file: DumpFile) => string;
  readonly readManifest: (text: string, name: string) => DumpFile | null;
  readonly isDumpOf: (of: string, name: string) => boolean;
  readonly operationMark: (operation: string) => string;
}

const smallestPart = 8 * 1024 * 1024;
/** Source: docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html: at most 10,000 parts; a dump may outgrow its guess. */
const partsWanted = 3000;
const readAtOnce = 8;
const mostListed = 5000;
const abandonedMilliseconds = 24 * 3_600_000;

/** Dumps in a bucket, uploaded in parts: an object is there only when all of it is. */
export function s3Store(options: AwsOptions, place: Bucket, names: DumpNames): DumpStore {
  const Bucket = place.bucket;
  const folder = place.prefix === "" ? "" : `${place.prefix}/`;
  const encryption = place.kmsKey
    ? { ServerSideEncryption: "aws:kms" as ServerSideEncryption, SSEKMSKeyId: place.kmsKey }
    : {};
  let made: Promise<{ readonly sdk: typeof import("@aws-sdk/client-s3"); readonly client: S3Client }> | null = null;
  const clients = () => {
    made ??= import("@aws-sdk/client-s3").then((sdk) => ({
      sdk,
      client: new sdk.S3Client({
        ...clientSettings(options, place.region ?? undefined),
        // An endpoint that is named is asked by path: only AWS has a host name for each bucket.
        ...(options.endpoint === undefined && !process.env.AWS_ENDPOINT_URL && !process.env.AWS_ENDPOINT_URL_S3
          ? {}
          : { forcePathStyle: true }),
      }),
    }));
    return made;
  };

  async function ask<T>(operation: string, call: (signal: AbortSignal) => Promise<T>): Promise<T> {
    try {
      return await calling(operation, ({ abortSignal }) => call(abortSignal));
    } catch (error) {
      throw bucketError(Bucket, error);
    }
  }

  async function keys(
    prefix: string,
  ): Promise<readonly { readonly name: string; readonly bytes: number; readonly at: Date }[]> {
    const { sdk, client } = await clients();
    const found: { name: string; bytes: number; at: Date }[] = [];
    let ContinuationToken: string | undefined;
    do {
      const input = { Bucket, Prefix: `${folder}${prefix}`, ...(ContinuationToken ? { ContinuationToken } : {}) };
      const page = await ask("ListObjectsV2", (abortSignal) =>
        client.send(new sdk.ListObjectsV2Command(input), { abortSignal }),
      );
      for (const { Key, Size, LastModified } of page.Contents ?? []) {
        if (Key) found.push({ name: Key.slice(folder.length), bytes: Size ?? 0, at: LastModified ?? new Date() });
      }
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken && found.length < mostListed);
    return found.filter(({ name }) => !name.includes("/"));
  }

  async function remove(name: string): Promise<void> {
    const { sdk, client } = await clients();
    const input = { Bucket, Key: `${folder}${name}` };
    await ask("DeleteObject", (abortSignal) => client.send(new sdk.DeleteObjectCommand(input), { abortSignal }));
  }

  async function read(name: string): Promise<Bytes> {
    const { sdk, client } = await clients();
    const input = { Bucket, Key: `${folder}${name}` };
    // It is read for as long as it takes: only the answer's beginning has a limit.
    const { Body } = await ask("GetObject", () => client.send(new sdk.GetObjectCommand(input)));
    if (Body instanceof Readable) return Body;
    throw new ProviderError({
      provider: "AWS",
      operation: "GetObject",
      fault: "unreachable",
      code: "NoBody",
      message: "The answer has no content.",
    });
  }

  async function stage(name: string, bytes: Bytes, expected: number): Promise<StagedDump> {
    const [{ client }, { Upload }] = await Promise.all([clients(), import("@aws-sdk/lib-storage")]);
    const sum = createHash("sha256");
    let written = 0;
    async function* counted() {
      for await (const chunk of bytes) {
        sum.update(chunk);
        written += chunk.length;
        yield chunk;
      }
    }
    const upload = new Upload({
      client,
      params: {
        Bucket,
        Key: `${folder}${name}`,
        Body: Readable.from(counted(), { objectMode: false }),
        ContentType: "application/octet-stream",
        ChecksumAlgorithm: "CRC32",
        ...encryption,
      },
      partSize: Math.max(smallestPart, Math.ceil(expected / partsWanted)),
      queueSize: 2,
      leavePartsOnError: false,
    });
    try {
      await upload.done();
    } catch (error) {
      await upload.abort().catch(() => {});
      throw bucketError(Bucket, error instanceof ProviderError ? error : awsError("Upload", error));
    }
    return {
      bytes: written,
      sha256: sum.digest("hex"),
      read: () => read(name),
      publish: async (file) => {
        const { sdk } = await clients();
        const input = {
          Bucket,
          Key: `${folder}${names.manifestName(name)}`,
          Body: names.manifestText(file),
          ContentType: "application/json",
          ...encryption,
        };
        await ask("PutObject", (abortSignal) => client.send(new sdk.PutObjectCommand(input), { abortSignal }));
      },
      discard: () => remove(name),
    };
  }

  async function sweep(of: string, operation: string): Promise<void> {
    const { sdk, client } = await clients();
    const mark = names.operationMark(operation);
    const isLeft = (name: string, at: Date) =>
      names.isDumpOf(of, name) && (name.includes(mark) || Date.now() - at.getTime() > abandonedMilliseconds);
    const prefix = of.replaceAll(/[^\w]+/g, "-");
    const there = await keys(prefix);
    const described = new Set(there.map(({ name }) => name));
    for (const { name, at } of there) {
      if (!described.has(names.manifestName(name)) && isLeft(name, at)) await remove(name);
    }
    const { Uploads } = await ask("ListMultipartUploads", (abortSignal) =>
      client.send(new sdk.ListMultipartUploadsCommand({ Bucket, Prefix: `${folder}${prefix}` }), { abortSignal }),
    );
    for (const { Key, UploadId, Initiated } of Uploads ?? []) {
      if (!Key || !UploadId || !isLeft(Key.slice(folder.length), Initiated ?? new Date())) continue;
      await ask("AbortMultipartUpload", (abortSignal) =>
        client.send(new sdk.AbortMultipartUploadCommand({ Bucket, Key, UploadId }), { abortSignal }),
      );
    }
  }

  async function list(of: string): Promise<readonly KeptDump[]> {
    const there = await keys(of.replaceAll(/[^\w]+/g, "-"));
    const sizes = new Map(there.map(({ name, bytes }) => [name, bytes]));
    const wanted = there.filter(({ name }) => name.endsWith(".json"));
    const found: KeptDump[] = [];
    for (let start = 0; start < wanted.length; start += readAtOnce) {
      const some = wanted.slice(start, start + readAtOnce).map(async ({ name }) => {
        const chunks: Uint8Array[] = [];
        for await (const chunk of await read(name)) chunks.push(chunk);
        return names.readManifest(Buffer.concat(chunks).toString("utf8"), name);
      });
      for (const file of await Promise.all(some)) {
        if (file === null || file.of !== of) continue;
        const bytes = sizes.get(file.name);
        const fault =
          bytes === undefined
            ? "the file is gone"
            : bytes === file.bytes
              ? null
              : `the file has ${bytes} bytes, and had ${file.bytes}`;
        found.push({ ...file, fault });
      }
    }
    return found.toSorted((one, other) => (one.at < other.at ? 1 : -1));
  }

  return {
    place: `s3://${Bucket}${place.prefix === "" ? "" : `/${place.prefix}`}`,
    free: async () => null,
    list,
    stage,
    read,
    remove: async (name) => {
      // Without its description it counts for nothing, so that one goes first.
      await remove(names.manifestName(name));
      await remove(name);
    },
    sweep,
  };
}

/** What a bucket's no means, in our words. */
function bucketError(bucket: string, error: unknown): unknown {
  if (!(error instanceof ProviderError)) return error;
  const told = (fault: ProviderError["fault"], message: string) =>
    new ProviderError({
      provider: error.provider,
      operation: error.operation,
      fault,
      code: error.code,
      message,
      requestId: error.requestId,
      cause: error,
    });
  if (error.code === "NoSuchBucket")
    return told("not_found", `There is no bucket ${bucket}: make it, or correct its name.`);
  if (error.code === "NoSuchKey") return told("not_found", "The object is gone.");
  if (/StorageFull/.test(error.code)) return told("refused", `The storage behind the bucket ${bucket} is full.`);
  if (error.code === "PermanentRedirect" || error.code === "AuthorizationHeaderMalformed")
    return told("refused", `The bucket ${bucket} is in another region: name it with \`region\`.`);
  return error;
}
