import { createHash, randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { type FileHandle, open, readdir, readFile, rename, rm, stat, statfs } from "node:fs/promises";
import { join } from "node:path";
import type { Bytes, DumpStore, StagedDump } from "../../domain/platform/dump-keeping.ts";
import type { DumpFile, KeptDump } from "../../domain/platform/dumps.ts";
import { ProviderError } from "../../errors.ts";
import { dumpError } from "./dump-error.ts";
import { isNameOf, manifestName, manifestText, readManifest } from "./manifest.ts";

/** What another run left half done is removed after this: it may still be at work before. */
const abandonedMilliseconds = 24 * 3_600_000;

/** Dumps in a folder. One under way has a hidden name, and is renamed when all of it is on the disk. */
export function directoryStore(folder: string): DumpStore {
  const at = (name: string) => {
    if (!/^[\w.-]+$/.test(name)) throw dumpError("read", "refused", "BadName", "That is no name of a dump.");
    return join(folder, name);
  };
  return {
    place: folder,
    free: () =>
      told("look at the folder", folder, async () => {
        const { bavail, bsize } = await statfs(folder);
        return bavail * bsize;
      }),
    list: (of) =>
      told("list dumps", folder, async () => {
        const names = (await readdir(folder)).filter((name) => isNameOf(of, name) && name.endsWith(".json"));
        const kept = await Promise.all(names.map((name) => keptDump(folder, name)));
        return kept
          .filter((one) => one !== null && one.of === of)
          .map((one) => one as KeptDump)
          .toSorted((one, other) => (one.at < other.at ? 1 : -1));
      }),
    stage: (name, bytes) => told("write the dump", folder, () => stage(folder, at(name), name, bytes)),
    read: (name) =>
      told("read the dump", folder, async () => {
        await stat(at(name));
        return createReadStream(at(name));
      }),
    remove: (name) =>
      told("remove a dump", folder, async () => {
        // Without its description it counts for nothing, so that one goes first.
        await rm(at(manifestName(name)), { force: true });
        await rm(at(name), { force: true });
        await settle(folder);
      }),
    sweep: (of, operation) =>
      told("remove what was left half done", folder, async () => {
        const names = await readdir(folder);
        for (const name of names) {
          const own = /^\.(.+)\.[0-9a-f]{12}\.partial$/.exec(name)?.[1];
          const isHalf =
            own !== undefined ? isNameOf(of, own) : isDumpOf(of, name) && !names.includes(manifestName(name));
          if (!isHalf) continue;
          const path = join(folder, name);
          const age = Date.now() - (await stat(path).catch(() => ({ mtimeMs: Date.now() }))).mtimeMs;
          if (name.includes(operationMark(operation)) || age > abandonedMilliseconds) await rm(path, { force: true });
        }
      }),
  };
}

/** By which the files of an operation's run are known: the end of its id, as names of dumps hold it. */
export function operationMark(operation: string): string {
  return operation.replaceAll("-", "").toLowerCase().slice(-12);
}

/** Whether a name is a dump's that could be of this target, and was made from here. */
export function isDumpOf(of: string, name: string): boolean {
  return isNameOf(of, name) && /-\d{8}T\d{6}Z-[0-9a-z]{12}\.(dump|sql|sql\.gz|schema\.sql\.gz)$/.test(name);
}

async function keptDump(folder: string, name: string): Promise<KeptDump | null> {
  const file = readManifest(await readFile(join(folder, name), "utf8"), name);
  if (file === null) return null;
  const found = await stat(join(folder, file.name)).catch(() => null);
  const fault =
    found === null
      ? "the file is gone"
      : found.size === file.bytes
        ? null
        : `the file has ${found.size} bytes, and had ${file.bytes}`;
  return { ...file, fault };
}

async function stage(folder: string, path: string, name: string, bytes: Bytes): Promise<StagedDump> {
  const partial = join(folder, `.${name}.${randomBytes(6).toString("hex")}.partial`);
  const discard = () => rm(partial, { force: true });
  let handle: FileHandle | null = null;
  try {
    handle = await open(partial, "wx", 0o600);
    const sum = createHash("sha256");
    let written = 0;
    for await (const chunk of bytes) {
      sum.update(chunk);
      written += chunk.length;
      await writeAll(handle, chunk);
    }
    await handle.sync();
    await handle.close();
    handle = null;
    return {
      bytes: written,
      sha256: sum.digest("hex"),
      read: async () => createReadStream(partial),
      publish: (file) => told("write the dump", folder, () => publish(folder, partial, path, file)),
      discard,
    };
  } catch (error) {
    await handle?.close().catch(() => {});
    await discard();
    throw error;
  }
}

async function writeAll(handle: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let at = 0; at < chunk.length; ) at += (await handle.write(chunk, at)).bytesWritten;
}

async function publish(folder: string, partial: string, path: string, file: DumpFile): Promise<void> {
  const description = join(folder, manifestName(file.name));
  try {
    await rename(partial, path);
    const handle = await open(`${description}.new`, "w", 0o600);
    try {
      await handle.writeFile(manifestText(file));
      await handle.sync();
    } finally {
      await handle.close();
    }
    await settle(folder);
    await rename(`${description}.new`, description);
    await settle(folder);
  } catch (error) {
    await Promise.all([partial, path, `${description}.new`, description].map((one) => rm(one, { force: true })));
    throw error;
  }
}

/** Has the folder itself written to the disk: a name that is only in memory is lost with the power. */
async function settle(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function told<T>(operation: string, folder: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw folderError(operation, folder, error);
  }
}

function folderError(operation: string, folder: string, error: unknown): unknown {
  if (error instanceof ProviderError || !(error instanceof Error) || !("code" in error)) return error;
  const code = String(error.code);
  switch (code) {
    case "ENOSPC":
    case "EDQUOT":
      return dumpError(operation, "refused", code, `The disk of ${folder} is full. Nothing of it was kept.`, error);
    case "ENOENT":
      return dumpError(operation, "not_found", code, `There is no such file, or no folder ${folder}: make it.`, error);
    case "ENOTDIR":
      return dumpError(operation, "not_found", code, `${folder} is no folder.`, error);
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return dumpError(operation, "denied", code, `The bot's process may not write in ${folder}.`, error);
    default:
      if (!/^E[A-Z0-9]+$/.test(code)) return error;
      return dumpError(operation, "refused", code, `The folder ${folder} cannot be used.`, error);
  }
}
