import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import type { Act, ActAnswer, ChannelDetail, CloudState, WorkspaceState } from "../../src/sandbox/page/protocol.ts";
import { until } from "../support/person.ts";
import { reading } from "../support/reading.ts";

const program = fileURLToPath(new URL("../../bin/tocsin.mjs", import.meta.url));
const folder = await realpath(await mkdtemp(join(tmpdir(), "tocsin-sandbox-")));
const running = new Set<ChildProcess>();

afterAll(async () => {
  for (const child of running) child.kill("SIGKILL");
  await rm(folder, { recursive: true, force: true });
});

/** Starts what `npm start` starts, as on a machine that sets nothing but what is given. */
function start(environment: Readonly<Record<string, string>>) {
  const child = spawn(process.execPath, [program, "start"], {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
    env: { PATH: process.env.PATH, HOME: folder, PORT: "0", ...environment },
  });
  running.add(child);
  let output = "";
  let complaints = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    complaints += text;
  });
  const ended = new Promise<number | null>((resolve) => {
    child.once("close", (code) => {
      running.delete(child);
      resolve(code);
    });
  });
  return {
    child,
    ended,
    output: () => output,
    complaints: () => complaints,
    /** The address it prints when it is ready. */
    ready: () =>
      until(
        "the sandbox to be ready",
        () => /Tocsin is ready: open (http:\/\/[\w.:]+)/.exec(output)?.[1],
        60,
        () => output + complaints,
      ),
  };
}

async function get<T>(address: string, path: string): Promise<T> {
  return (await (await fetch(`${address}${path}`)).json()) as T;
}

async function act(address: string, as: string, body: Act): Promise<ActAnswer> {
  const response = await fetch(`${address}/sandbox/act?as=${as}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return (await response.json()) as ActAnswer;
}

/** All of the incident's channel, once it is there and reads like that. */
function incidentChannel(address: string, reads: RegExp): Promise<string> {
  return until(`the incident's channel to read ${reads}`, async () => {
    const { channels } = await get<WorkspaceState>(address, "/sandbox/state?as=U0ANA");
    const found = channels.find((channel) => channel.name.startsWith("inc-1-"));
    if (!found) return null;
    const { messages } = await get<ChannelDetail>(address, `/sandbox/channel?as=U0ANA&id=${found.id}`);
    const text = messages.map(reading).join("\n");
    return reads.test(text) ? text : null;
  });
}

/** The status that a request with another Host header gets. */
function statusFor(address: string, host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(`${address}/sandbox/state?as=U0ANA`, { headers: { host } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on("error", reject)
      .end();
  });
}

describe("[S1] npm start without an account anywhere", { timeout: 180_000 }, () => {
  test("serves the workspace, declares, scales, survives a restart and ends when it is told to", async () => {
    // Folders with a space in their name are as good as others.
    const data = { DATA_DIR: join(folder, "my data") };
    const first = start(data);
    const address = await first.ready();
    expect(await (await fetch(address)).text()).toContain("<!doctype html>");
    const state = await get<WorkspaceState>(address, "/sandbox/state?as=U0ANA");
    expect(state.me.realName).toBe("Ana Ruiz");
    expect(state.channels.map((channel) => channel.name)).toContain("incidents");
    expect(state.bot.connected).toBe(true);
    expect(state.commands.map(({ command }) => command)).toEqual(expect.arrayContaining(["/incident", "/ops"]));

    const declare: Act = { act: "command", channel: "C0GENERAL", text: "/incident declare sev2 API returns 500s" };
    expect(await act(address, "U0ANA", declare)).toEqual({ ok: true });
    await incidentChannel(address, /INC-1 · API returns 500s/);
    expect(await act(address, "U0ANA", { act: "command", channel: "C0OPS", text: "/ops scale agent 3 --yes" })).toEqual(
      {
        ok: true,
      },
    );
    await until(
      "the service to be scaled",
      async () => {
        const cloud = await get<CloudState>(address, "/sandbox/cloud");
        return cloud.services.find((service) => service.name === "waooaw-agent")?.running === 3;
      },
      60,
    );

    // No web site may use it: another name for this machine, or a page from elsewhere, is refused.
    expect(await statusFor(address, "evil.example")).toBe(403);
    expect(await statusFor(address, `localhost:${new URL(address).port}`)).toBe(200);
    const foreign = await fetch(`${address}/sandbox/act?as=U0ANA`, {
      method: "POST",
      headers: { "content-type": "application/json", origin: "https://evil.example" },
      body: JSON.stringify({ ...declare, text: "/incident declare sev1 Forged" }),
    });
    expect(foreign.status).toBe(403);

    const second = start(data);
    expect(await second.ended).toBe(1);
    expect(second.complaints().trim().split("\n")).toEqual([expect.stringMatching(/already|another/i)]);
    expect((await fetch(`${address}/readyz`)).status).toBe(200);

    first.child.kill("SIGTERM");
    expect(await first.ended).toBe(0);
    const again = start(data);
    const back = await again.ready();
    const text = await incidentChannel(back, /INC-1 · API returns 500s/);
    expect(text.match(/reported by/g)).toHaveLength(1);
    const channels = (await get<WorkspaceState>(back, "/sandbox/state?as=U0ANA")).channels;
    const channel = channels.find((one) => one.name.startsWith("inc-1-"))?.id ?? "";
    const note: Act = { act: "command", channel, text: "/incident note still here" };
    expect(await act(back, "U0ANA", note)).toEqual({ ok: true });
    await incidentChannel(back, /still here/);
    expect(
      (await get<WorkspaceState>(back, "/sandbox/state?as=U0ANA")).channels.filter((one) =>
        one.name.startsWith("inc-"),
      ),
    ).toHaveLength(1);
    again.child.kill("SIGINT");
    expect(await again.ended).toBe(0);
    for (const one of [first, again]) {
      expect(one.output()).not.toMatch(/"level":"(error|fatal)"/);
      expect(one.complaints()).toBe("");
    }
  });

  test("with a part of Slack's variables it says which one is missing and ends", async () => {
    const cases: readonly (readonly [Readonly<Record<string, string>>, RegExp])[] = [
      [{ SLACK_BOT_TOKEN: "xoxb-1" }, /SLACK_APP_TOKEN[\s\S]*SLACK_SIGNING_SECRET/],
      [{ SLACK_APP_TOKEN: "xapp-1" }, /SLACK_BOT_TOKEN/],
      [{ SLACK_SIGNING_SECRET: "s" }, /SLACK_BOT_TOKEN/],
      [{ NODE_ENV: "production" }, /SLACK_BOT_TOKEN/],
    ];
    for (const [environment, missing] of cases) {
      const one = start({ ...environment, DATA_DIR: join(folder, "none") });
      expect(await one.ended, JSON.stringify(environment)).toBe(2);
      expect(one.complaints()).toMatch(missing);
      expect(one.complaints()).not.toMatch(/ at .*\.ts:\d+/);
    }
  });

  test("a configuration with many faults tells them all at once, each with its place, and ends", async () => {
    const file = join(folder, "faulty", "tocsin.yaml");
    await mkdir(join(folder, "faulty"));
    await writeFile(
      file,
      [
        "severities:",
        "  SEV1: { summary: Outage, respond: soon, update_every: 15m, invite: [oncall] }",
        "  SEV2: { summry: typo, respond: -5m }",
        "channels: { incidents: '#incidents here', prefix: 'INC Upper' }",
        "environments: { production: { production: perhaps } }",
        "services:",
        "  backend: { owner: nobody, environments: { staging: { ecs: { cluster: c } } } }",
        "policy:",
        "  - { name: A, actions: [scalee], allow: [everyone], approvals: -1, confirm: maybe }",
        "operations: { expire: never }",
        "unknown_key: true",
      ].join("\n"),
    );
    const one = start({ TOCSIN_CONFIG: file, DATA_DIR: join(folder, "none") });
    expect(await one.ended).toBe(2);
    const faults = one.complaints().trim().split("\n");
    expect(faults.length).toBeGreaterThanOrEqual(10);
    for (const fault of faults) expect(fault).toMatch(/tocsin\.yaml:\d+/);
    expect(one.complaints()).toMatch(/unknown_key/);
  });
});
