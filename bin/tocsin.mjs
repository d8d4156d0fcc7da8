#!/usr/bin/env node
// Plain JavaScript, because Node 20 must be able to read it: finds a Node that runs TypeScript, then starts src/main.ts.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import * as nodeModule from "node:module";
import { constants } from "node:os";
import { fileURLToPath } from "node:url";

const subcommands = {
  start: "run the bot; with no Slack variables set, the sandbox",
  doctor: "check configuration, database, Slack and every provider",
  "audit:verify": "verify the audit chain",
  manifest: "print the Slack app manifest",
  schema: "write the configuration's JSON Schema",
  bench: "run the benchmarks",
};

/** Set on the child of a re-execution to the id of its parent; who has it does not re-execute again. */
const parentVariable = "TOCSIN_STARTED_BY";
const pinnedNode = fileURLToPath(new URL("../node_modules/.bin/node", import.meta.url));
const mainModule = new URL("../src/main.ts", import.meta.url);
const compileCache = fileURLToPath(new URL("../node_modules/.cache/compile", import.meta.url));

function usage() {
  const lines = Object.entries(subcommands).map(([name, summary]) => `  ${name.padEnd(14)}${summary}`);
  return `Usage: tocsin <command> [options]\n\n${lines.join("\n")}\n`;
}

/** "run" here, "re-execute" with the pinned Node, or "refuse" because no Node that is new enough can be had. */
function chooseNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major >= 26) return "run";
  if (existsSync(pinnedNode) && !(parentVariable in process.env)) return "re-execute";
  return major > 24 || (major === 24 && minor >= 11) ? "run" : "refuse";
}

function reExecute() {
  // In a session of its own a Ctrl-C reaches this process only, which passes it on: the bot gets it once, however it was
  // sent. The ipc channel tells the child when this process is gone.
  const child = spawn(pinnedNode, [...process.execArgv, fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: ["inherit", "inherit", "inherit", "ipc"],
    detached: true,
    env: { ...process.env, [parentVariable]: String(process.pid) },
  });
  const signals = ["SIGTERM", "SIGINT", "SIGHUP"];
  for (const signal of signals) process.on(signal, () => child.kill(signal));
  child.on("error", (error) => {
    process.stderr.write(`The Node that npm installed does not start (${error.message}): run npm ci again.\n`);
    process.exit(2);
  });
  child.on("exit", (code, signal) => {
    if (signal === null) process.exit(code);
    process.exitCode = 128 + (constants.signals[signal] ?? 0);
    for (const forwarded of signals) process.removeAllListeners(forwarded);
    process.kill(process.pid, signal);
  });
}

/** When the parent was killed outright, this process ends as abruptly: nobody could stop it otherwise. */
function endWithParent() {
  const parent = process.env[parentVariable];
  delete process.env[parentVariable];
  if (parent !== String(process.ppid) || !process.channel) return;
  process.once("disconnect", () => process.kill(process.pid, "SIGKILL"));
  process.channel.unref();
}

async function run() {
  nodeModule.enableCompileCache(compileCache);
  const { main } = await import(mainModule.href);
  process.exit(await main(process.argv.slice(2)));
}

const subcommand = process.argv[2];
if (subcommand === "help" || subcommand === "--help" || subcommand === "-h") {
  process.stdout.write(usage());
} else if (subcommand === undefined || !Object.hasOwn(subcommands, subcommand)) {
  const fault = subcommand === undefined ? "" : `There is no command "${subcommand}".\n\n`;
  process.stderr.write(fault + usage());
  process.exitCode = 2;
} else {
  const choice = chooseNode();
  if (choice === "re-execute") reExecute();
  if (choice === "run") {
    endWithParent();
    await run();
  }
  if (choice === "refuse") {
    process.stderr.write(
      `Tocsin needs Node 24.11 or newer and this is ${process.versions.node}: run npm ci in its folder, which brings one along.\n`,
    );
    process.exitCode = 2;
  }
}
