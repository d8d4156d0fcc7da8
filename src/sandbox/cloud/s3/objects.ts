import { createHash } from "node:crypto";
import type { World } from "../world.ts";
import { type ObjectLock, startObjectLock } from "./object-lock.ts";

export interface ObjectRecord {
  readonly key: string;
  readonly etag: string;
  readonly size: number;
  readonly modifiedAt: number;
  readonly contentType: string;
  /** Headers to give back: metadata, encodings, checksums. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface Upload {
  readonly id: string;
  readonly bucket: string;
  readonly key: string;
  readonly startedAt: number;
  readonly contentType: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly parts: Map<number, { readonly etag: string; readonly bytes: Buffer }>;
}

interface S3State {
  buckets: { readonly name: string; readonly createdAt: number }[];
}

/** Buckets, and their objects as far as memory goes. */
export interface ObjectStore {
  readonly buckets: () => readonly { readonly name: string; readonly createdAt: number }[];
  readonly addBucket: (name: string) => void;
  readonly objects: (bucket: string) => Map<string, { readonly record: ObjectRecord; readonly bytes: Buffer }>;
  readonly uploads: Map<string, Upload>;
  readonly lock: ObjectLock;
  /** Whether so many bytes more still fit. */
  readonly fits: (bytes: number) => boolean;
}

const mostBytes = 512 * 1024 * 1024;
const day = 24 * 60 * 60 * 1000;

export const etagOf = (bytes: Buffer) => `"${createHash("md5").update(bytes).digest("hex")}"`;

export function startObjects(world: World): ObjectStore {
  const state = world.part<S3State>("s3", () => ({
    buckets: ["waooaw-backups-production", "waooaw-audit-production"].map((name) => ({
      name,
      createdAt: world.time.now() - 300 * day,
    })),
  }));
  const contents = new Map<string, Map<string, { record: ObjectRecord; bytes: Buffer }>>();
  const uploads = new Map<string, Upload>();

  function held(): number {
    let sum = 0;
    for (const objects of contents.values()) for (const { bytes } of objects.values()) sum += bytes.length;
    for (const upload of uploads.values()) for (const { bytes } of upload.parts.values()) sum += bytes.length;
    return sum;
  }

  return {
    buckets: () => state.buckets,
    addBucket: (name) => void state.buckets.push({ name, createdAt: world.time.now() }),
    objects: (bucket) => {
      const found = contents.get(bucket) ?? new Map();
      contents.set(bucket, found);
      return found;
    },
    uploads,
    lock: startObjectLock(world),
    fits: (bytes) => held() + bytes <= mostBytes,
  };
}
