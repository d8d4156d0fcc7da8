import type { HeadObjectCommandOutput } from "@aws-sdk/client-s3";
import type { AuditArchive } from "../../domain/audit/archive.ts";
import type { ArchiveSettings } from "../../domain/audit/settings.ts";
import { ProviderError } from "../../errors.ts";
import { type AwsOptions, calling, clientSettings, forEachRegion } from "../aws.ts";

/**
 * A bucket of Amazon S3 with Object Lock, reached with the bot's own credentials.
 * Source: docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html
 */
export function auditArchive(options: AwsOptions, settings: ArchiveSettings): AuditArchive {
  const { bucket: Bucket } = settings;
  const byPath = options.endpoint !== undefined || process.env.AWS_ENDPOINT_URL || process.env.AWS_ENDPOINT_URL_S3;
  const clients = forEachRegion(async (region) => {
    const sdk = await import("@aws-sdk/client-s3");
    const client = new sdk.S3Client({
      ...clientSettings(options, region),
      // An endpoint that is named is asked by path: only AWS has a host name for each bucket.
      ...(byPath ? { forcePathStyle: true } : {}),
    });
    return { sdk, client };
  });
  const ask = async <T>(
    operation: string,
    work: (parts: Awaited<ReturnType<typeof clients>>, call: { abortSignal: AbortSignal }) => Promise<T>,
  ) => {
    const parts = await clients(settings.region ?? undefined);
    try {
      return await calling(operation, (call) => work(parts, call));
    } catch (error) {
      throw error instanceof ProviderError ? withWayOut(error, Bucket) : error;
    }
  };

  return {
    check: async () => {
      const { ObjectLockConfiguration } = await ask("GetObjectLockConfiguration", ({ sdk, client }, call) =>
        client.send(new sdk.GetObjectLockConfigurationCommand({ Bucket }), call),
      );
      if (ObjectLockConfiguration?.ObjectLockEnabled === "Enabled") return `${Bucket}, with Object Lock`;
      throw withoutLock(Bucket, null);
    },
    write: async ({ key: Key, bytes, sha256, mode, retainUntil }) => {
      try {
        await ask("PutObject", ({ sdk, client }, call) =>
          client.send(
            new sdk.PutObjectCommand({
              Bucket,
              Key,
              Body: bytes,
              ContentType: "application/x-ndjson",
              ChecksumSHA256: sha256,
              IfNoneMatch: "*",
              ObjectLockMode: mode === "compliance" ? "COMPLIANCE" : "GOVERNANCE",
              ObjectLockRetainUntilDate: retainUntil,
            }),
            call,
          ),
        );
      } catch (error) {
        // One is there already, from a time whose answer was lost: what it is follows.
        if (!(error instanceof ProviderError && /^PreconditionFailed|412/.test(error.code))) throw error;
      }
      const found: HeadObjectCommandOutput = await ask("HeadObject", ({ sdk, client }, call) =>
        client.send(new sdk.HeadObjectCommand({ Bucket, Key, ChecksumMode: "ENABLED" }), call),
      );
      return {
        bytes: found.ContentLength ?? null,
        sha256: found.ChecksumSHA256 ?? null,
        mode: found.ObjectLockMode ?? null,
        retainUntil: found.ObjectLockRetainUntilDate ?? null,
        version: found.VersionId ?? null,
      };
    },
  };
}

function withWayOut(error: ProviderError, bucket: string): ProviderError {
  if (/^ObjectLockConfigurationNotFound/.test(error.code) || /missing object lock/i.test(error.message)) {
    return withoutLock(bucket, error);
  }
  const next =
    error.fault === "denied"
      ? "Give the bot the rights of docs/iam/audit.json."
      : /^NoSuchBucket|NotFound/.test(error.code)
        ? `Make the bucket ${bucket} with Object Lock, or correct audit.export.bucket.`
        : null;
  return next === null ? error : changed(error, `${error.message} ${next}`);
}

function withoutLock(bucket: string, cause: ProviderError | null): ProviderError {
  const message = `The bucket ${bucket} has no Object Lock, so nothing in it would be safe from changes. Turn versioning and Object Lock on for it, or make a bucket with Object Lock and name it in audit.export.bucket.`;
  if (cause !== null) return changed(cause, message);
  const operation = "GetObjectLockConfiguration";
  return new ProviderError({ provider: "AWS", operation, fault: "refused", code: "NoObjectLock", message });
}

function changed(
  { provider, operation, fault, code, requestId, cause }: ProviderError,
  message: string,
): ProviderError {
  return new ProviderError({ provider, operation, fault, code, requestId, cause, message });
}
