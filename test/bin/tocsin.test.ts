import { type ChildProcess, spawn } from "node:child_process";
import { chmod, cp, mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";

/** Stands in for src/main.ts: says what it was given, then does what the first option asks. */
const application = `
export async function main(argv: readonly string[]): Promise<number> {
  const signals: string[] = [];
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, () => signals.push(signal));
  console.log(JSON.stringify({ argv, pid: process.pid, version: process.versions.node }));
  if (argv[1] === "--exit") return Number(argv[2]);
  if (argv[1] === "--throw") throw new Error("the application broke");
  // Drains for a while after the first signal, so that a second one would be seen.
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      if (signals.length === 0) return;
      clearInterval(timer);
      setTimeout(() => { console.log(signals.join(" ")); resolve(0); }, 200);
    }, 5);
  });
}
`;

const pinned = ["node_modules", ".bin", "node"];
let root: string;
const running = new Set<ChildProcess>();

beforeAll(async () => {
  root = join(await realpath(await mkdtemp(join(tmpdir(), "tocsin-bin-"))), "a folder");
  await mkdir(join(root, "src"), { recursive: true });
  await mkdir(join(root, "node_modules", ".bin"), { recursive: true });
  await cp(new URL("../../bin", import.meta.url), join(root, "bin"), { recursive: true });
  await writeFile(join(root, "package.json"), '{ "type": "module" }');
  await writeFile(join(root, "src", "main.ts"), application);
  // A machine's own Node that is too old: this one, made to give another version.
  await writeFile(
    join(root, "old.mjs"),
    'if (!process.env.TOCSIN_STARTED_BY) Object.defineProperty(process.versions, "node", { value: "20.20.2" });',
  );
});

afterEach(() => {
  for (const child of running) child.kill("SIGKILL");
  running.clear();
});

afterAll(() => rm(join(root, ".."), { recursive: true, force: true }));

async function installPinnedNode(): Promise<void> {
  await writeFile(join(root, ...pinned), `#!/bin/sh\nexec "${process.execPath}" "$@"\n`);
  await chmod(join(root, ...pinned), 0o755);
}

function start(args: readonly string[], node: "old" | "current") {
  const preload = node === "old" ? ["--import", `file://${encodeURI(join(root, "old.mjs"))}`] : [];
  const child = spawn(process.execPath, [...preload, join(root, "bin", "tocsin.mjs"), ...args], { cwd: tmpdir() });
  running.add(child);
  const output = { out: "", err: "" };
  child.stdout.on("data", (chunk) => {
    output.out += chunk;
  });
  child.stderr.on("data", (chunk) => {
    output.err += chunk;
  });
  const ended = new Promise<{ code: number | null; signal: string | null; out: string; err: string }>((resolve) => {
    child.on("close", (code, signal) => resolve({ code, signal, ...output }));
  });
  return { child, output, ended };
}

async function said(output: { out: string }): Promise<{ argv: string[]; pid: number }> {
  await vi.waitFor(() => expect(output.out).toContain("\n"), { timeout: 10_000, interval: 10 });
  return JSON.parse(output.out.split("\n", 1)[0] ?? "");
}

test("the arguments reach main and its number becomes the exit code", async () => {
  const { code, out } = await start(["doctor", "--exit", "7"], "current").ended;
  expect(code).toBe(7);
  expect(JSON.parse(out).argv).toEqual(["doctor", "--exit", "7"]);
});

test("an error that main throws is shown and exits 1", async () => {
  const { code, err } = await start(["doctor", "--throw"], "current").ended;
  expect(code).toBe(1);
  expect(err).toContain("the application broke");
});

test("an unknown command lists the known ones and exits 2", async () => {
  const { code, err } = await start(["strat"], "current").ended;
  expect(code).toBe(2);
  expect(err).toContain('There is no command "strat"');
  expect(err).toContain("audit:verify");
});

test("no command at all lists the known ones and exits 2", async () => {
  expect(await start([], "current").ended).toMatchObject({ code: 2, err: expect.stringContaining("Usage: tocsin") });
});

test("a Node that is too old says what to do where there is no other", async () => {
  await rm(join(root, ...pinned), { force: true });
  const { code, err } = await start(["start", "--exit", "0"], "old").ended;
  expect(code).toBe(2);
  expect(err).toMatch(/^Tocsin needs Node 24\.11 or newer and this is 20\.20\.2: run npm ci .*\n$/);
});

test("a Node that is too old hands over to the one that npm installed, exit code included", async () => {
  await installPinnedNode();
  const { code, out } = await start(["start", "--exit", "5"], "old").ended;
  expect(code).toBe(5);
  expect(JSON.parse(out).argv).toEqual(["start", "--exit", "5"]);
});

test.each(["SIGTERM", "SIGINT", "SIGHUP"] as const)(
  "%s reaches the application once and lets it drain",
  async (signal) => {
    await installPinnedNode();
    const { child, output, ended } = start(["start"], "old");
    const application = await said(output);
    expect(application.pid).not.toBe(child.pid);
    child.kill(signal);
    expect(await ended).toMatchObject({ code: 0, out: expect.stringMatching(new RegExp(`\n${signal}\n$`)) });
  },
);

test("a killed application ends its guard by the same signal", async () => {
  await installPinnedNode();
  const { output, ended } = start(["start"], "old");
  process.kill((await said(output)).pid, "SIGKILL");
  expect(await ended).toMatchObject({ code: null, signal: "SIGKILL" });
});

test("a killed guard takes the application with it", async () => {
  await installPinnedNode();
  const { child, output, ended } = start(["start"], "old");
  await said(output);
  child.kill("SIGKILL");
  // The streams close when the last process that holds them is gone, the application included.
  expect(await ended).toMatchObject({ signal: "SIGKILL", out: expect.not.stringContaining("SIG") });
});
