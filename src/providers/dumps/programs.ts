import { execFile, spawn } from "node:child_process";
import { access, constants } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { pipeline, Readable } from "node:stream";
import { pipeline as settled } from "node:stream/promises";
import { promisify } from "node:util";
import { createGunzip, createGzip } from "node:zlib";
import type { Bytes, DumpKeeping, ProgramCall } from "../../domain/platform/dump-keeping.ts";
import { ProviderError } from "../../errors.ts";
import { dumpError } from "./dump-error.ts";
import { meaningOf } from "./program-words.ts";

const versionMilliseconds = 5000;
const stderrKept = 8000;

/** Programs of this machine: found by their version, run without a shell, their exit codes and words checked. */
export function createPrograms(
  folder: string | null,
): Pick<DumpKeeping, "find" | "output" | "input" | "gzip" | "gunzip"> {
  return {
    find: async ({ names, folders, accept, what, install }) => {
      const path = (process.env.PATH ?? "").split(delimiter).filter((one) => one !== "");
      const seen: string[] = [];
      for (const where of folder === null ? [...folders, ...path] : [folder]) {
        for (const name of names) {
          const program = join(where, name);
          const version = await versionOf(program);
          if (version === null) continue;
          const title = accept(version);
          if (title !== null) return { path: program, title };
          seen.push(`${program} is ${version.slice(0, 80)}`);
        }
      }
      const found = seen.length === 0 ? "none was found at all" : [...new Set(seen)].slice(0, 3).join("; ");
      throw dumpError(
        "find the client program",
        "not_found",
        "NoProgram",
        `There is no ${what} on the bot's machine: ${found}. ${install}`,
      );
    },
    output,
    input,
    gzip: (bytes) => through(bytes, createGzip()),
    gunzip: (bytes) => through(bytes, createGunzip()),
  };
}

async function versionOf(program: string): Promise<string | null> {
  try {
    await access(program, constants.X_OK);
    const { stdout } = await promisify(execFile)(program, ["--version"], { timeout: versionMilliseconds });
    return stdout.split("\n")[0]?.trim() ?? "";
  } catch {
    return null;
  }
}

async function* output(call: ProgramCall): AsyncGenerator<Uint8Array> {
  const child = begin(call, ["ignore", "pipe", "pipe"]);
  try {
    for await (const chunk of child.process.stdout ?? []) yield chunk as Uint8Array;
    await child.ended;
  } finally {
    child.process.kill("SIGTERM");
  }
}

async function input(call: ProgramCall, bytes: Bytes, options: { readonly some?: boolean } = {}): Promise<string> {
  const child = begin(call, ["pipe", "pipe", "pipe"]);
  const said: Buffer[] = [];
  let kept = 0;
  child.process.stdout?.on("data", (chunk: Buffer) => {
    kept += chunk.length;
    if (kept < 4_000_000) said.push(chunk);
  });
  const stdin = child.process.stdin;
  if (stdin === null) throw new Error("a program without an input");
  const fed = settled(Readable.from(bytes), stdin).catch((error: NodeJS.ErrnoException) => {
    // A program that ended, or has read enough, closes its end: what it says of itself decides.
    if (error.code === "EPIPE" || error.code === "ERR_STREAM_PREMATURE_CLOSE") return;
    child.process.kill("SIGTERM");
    throw error;
  });
  const [feeding, ending] = await Promise.allSettled([fed, options.some ? child.ended : child.ended]);
  if (feeding.status === "rejected") throw feeding.reason;
  if (ending.status === "rejected") throw ending.reason;
  return Buffer.concat(said).toString("utf8");
}

function begin(call: ProgramCall, stdio: readonly ["pipe" | "ignore", "pipe", "pipe"]) {
  const name = call.program.split("/").at(-1) ?? call.program;
  call.signal.throwIfAborted();
  const child = spawn(call.program, [...call.args], {
    env: { PATH: process.env.PATH ?? "", LC_ALL: "C", ...call.env },
    stdio: [...stdio],
  });
  const stop = () => child.kill("SIGTERM");
  call.signal.addEventListener("abort", stop, { once: true });
  let words = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    if (words.length < stderrKept) words += text;
  });
  const ended = new Promise<void>((resolve, reject) => {
    child.once("error", (error) =>
      reject(dumpError(name, "refused", "NotStarted", "The program could not be started.", error)),
    );
    child.once("close", (code, signal) => {
      call.signal.removeEventListener("abort", stop);
      if (code === 0) return resolve();
      if (call.signal.aborted && call.signal.reason instanceof ProviderError) return reject(call.signal.reason);
      const { fault, message } = meaningOf(words, Object.values(call.env));
      const how = code === null ? `was ended by ${signal ?? "a signal"}` : `ended with exit code ${code}`;
      reject(dumpError(name, fault, code === null ? `${signal}` : `Exit${code}`, `${name} ${how}. ${message}`.trim()));
    });
  });
  // Whoever waits on it is told; nobody waiting must not end the process.
  ended.catch(() => {});
  return { process: child, ended };
}

function through(bytes: Bytes, stream: ReturnType<typeof createGzip>): Bytes {
  // An error on either side ends both, and whoever reads gets it.
  return pipeline(Readable.from(bytes), stream, () => {}) as unknown as Bytes;
}
