import { spawn } from "node:child_process";
import { access, constants, mkdir } from "node:fs/promises";
import { createServer } from "node:net";
import { delimiter, join } from "node:path";

export interface Server {
  readonly stop: () => Promise<void>;
}

/** An ordinary user's path may leave out where Debian puts servers. */
const searched = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/usr/local/sbin"];

/** Where a program is, or null where it is not on the machine. */
export async function programAt(program: string): Promise<string | null> {
  for (const folder of searched.filter((one) => one !== "")) {
    const path = join(folder, program);
    const found = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return path;
  }
  return null;
}

/** Starts a server of this machine, with a folder of its own; null where it cannot be started. */
export async function startServer(
  program: string,
  folder: string,
  settings: readonly string[],
): Promise<Server | null> {
  await mkdir(folder, { recursive: true });
  const child = spawn(program, settings, { stdio: "ignore" });
  const there = await new Promise<boolean>((resolve) => {
    child.once("error", () => resolve(false));
    child.once("spawn", () => resolve(true));
  });
  if (!there) return null;
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  return {
    stop: async () => {
      child.kill("SIGTERM");
      await ended;
    },
  };
}

/** Runs a program to its end; answers whether it ended well. */
export async function ran(program: string, words: readonly string[]): Promise<boolean> {
  const child = spawn(program, words, { stdio: "ignore" });
  return await new Promise<boolean>((resolve) => {
    child.once("error", () => resolve(false));
    child.once("exit", (code) => resolve(code === 0));
  });
}

/** A port of this machine that nothing listens on. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("There is no free port");
  return address.port;
}
