import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startClock } from "../../../src/sandbox/clock.ts";
import { type SandboxCloud, startCloud } from "../../../src/sandbox/cloud/cloud.ts";
import { createPage } from "../../../src/sandbox/page/server.ts";
import { type SandboxSlack, startSlack } from "../../../src/sandbox/slack/slack.ts";
import { commands } from "./commands.ts";

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

let slack: SandboxSlack;
let cloud: SandboxCloud;
let port: number;
const stops: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  const clock = startClock();
  slack = await startSlack({ clock, commands });
  cloud = await startCloud({ clock });
  const page = createPage({ slack, cloud });
  const server = createServer((incoming, response) => {
    if (!page(incoming, response)) response.writeHead(418).end("not the page's");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  port = (server.address() as AddressInfo).port;
  stops.push(
    async () => {
      server.closeAllConnections();
      server.close();
    },
    slack.stop,
    cloud.stop,
  );
});
afterAll(async () => {
  for (const stop of stops) await stop();
});

interface Ask {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

function ask(path: string, { method = "GET", headers = {}, body = "" }: Ask = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ host: "127.0.0.1", port, path, method, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString(),
        }),
      );
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

const json = { "content-type": "application/json" };

describe("who is answered", () => {
  test.each(["localhost", "localhost:3000", "127.0.0.1:8080", "[::1]:3000", "LOCALHOST:3000"])(
    "the host %s is this machine",
    async (host) => {
      expect((await ask("/", { headers: { host } })).status).toBe(200);
    },
  );

  test.each(["evil.example", "localhost.evil.example", "127.0.0.1.evil.example:3000", "10.0.0.8:3000", "[::2]"])(
    "the host %s is refused",
    async (host) => {
      for (const path of ["/", "/sandbox/state?as=U0ANA", "/page/browser/main.ts"]) {
        expect((await ask(path, { headers: { host } })).status).toBe(403);
      }
    },
  );

  test.each(["https://evil.example", "null", "http://localhost.evil.example", "file://"])(
    "the origin %s is refused, and nothing is done",
    async (origin) => {
      const body = JSON.stringify({ act: "post", channel: "C0OPS", text: "from elsewhere" });
      const answer = await ask("/sandbox/act?as=U0ANA", { method: "POST", headers: { ...json, origin }, body });
      expect(answer.status).toBe(403);
      expect(slack.channel("U0ANA", "C0OPS")?.messages).toEqual([]);
    },
  );

  test("the page's own origin is answered", async () => {
    const answer = await ask("/sandbox/act?as=U0ANA", {
      method: "POST",
      headers: { ...json, origin: `http://localhost:${port}` },
      body: JSON.stringify({ act: "read", channel: "C0OPS" }),
    });
    expect(JSON.parse(answer.body)).toEqual({ ok: true });
  });
});

describe("what is served", () => {
  test("the page lets nothing from elsewhere run, and nothing written into it", async () => {
    const { body, headers } = await ask("/");
    const policy = String(headers["content-security-policy"]);
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
    expect(body).not.toMatch(/ style=| on[a-z]+=|https?:\/\//);
    expect(body.match(/<script(?![^>]* src=)/g)).toHaveLength(1);
    expect(headers["x-content-type-options"]).toBe("nosniff");
  });

  test("everything the page loads is there, as JavaScript without types", async () => {
    const { body } = await ask("/");
    const map = /<script type="importmap">(.*?)<\/script>/.exec(body)?.[1] ?? "{}";
    const libraries = Object.values((JSON.parse(map) as { imports: Record<string, string> }).imports);
    const pending = [...libraries, "/page/browser/main.ts"];
    const seen = new Set<string>();
    for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
      if (seen.has(path)) continue;
      seen.add(path);
      const file = await ask(path);
      expect([path, file.status]).toEqual([path, 200]);
      expect(file.headers["content-type"]).toMatch(/^text\/javascript/);
      expect(file.body).not.toMatch(/^\s*(?:interface|import type|export type)\b/m);
      if (libraries.includes(path)) continue;
      for (const [, from = ""] of file.body.matchAll(/from "(\.[^"]+)"/g))
        pending.push(new URL(from, `http://x${path}`).pathname);
    }
    expect(seen.size).toBeGreaterThan(40);
    for (const [, style = ""] of body.matchAll(/href="(\/[^"]+\.css)"/g)) expect((await ask(style)).status).toBe(200);
  });

  test.each([
    "/page/../server.ts",
    "/page/browser/../../server.ts",
    "/page/server.ts",
    "/page/browser/tsconfig.json",
    "/page/nothing.css",
    "/sandbox/nothing",
    "/sandbox/files/F404",
    "/sandbox/canvases/%2e%2e",
    "/sandbox/state?as=U404",
    "/sandbox/channel?as=U0ANA&id=C404",
  ])("%s is not there", async (path) => {
    expect([404, 418]).toContain((await ask(path)).status);
  });

  test("paths of others are left to them", async () => {
    for (const path of ["/healthz", "/slack/events", "/sandboxes", "/pages"]) {
      const answer = await ask(path);
      expect([path, answer.status]).toEqual([path, 418]);
      expect(answer.headers["content-security-policy"]).toBeUndefined();
    }
  });

  test("a file is shown with no rights in the page", async () => {
    const base64 = Buffer.from("<script>alert(1)</script>").toString("base64");
    await slack.act("U0ANA", { act: "post", channel: "C0OPS", text: "a page", file: { name: "a.html", base64 } });
    const file = slack.channel("U0ANA", "C0OPS")?.messages.flatMap(({ files }) => files)[0];
    const answer = await ask(file?.url ?? "");
    expect(answer.body).toBe("<script>alert(1)</script>");
    expect(answer.headers["content-security-policy"]).toMatch(/^sandbox;/);
    expect(answer.headers["content-disposition"]).toContain("a.html");
  });
});

describe("what is taken", () => {
  test.each([
    ["a body that is no JSON", "{", 400],
    ["a body without an act", "{}", 400],
    ["a list", "[]", 400],
  ])("%s is refused", async (_what, body, status) => {
    const answer = await ask("/sandbox/act?as=U0ANA", { method: "POST", headers: json, body });
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.body)).toMatchObject({ ok: false });
  });

  test("a form of another site is refused: browsers send those without asking first", async () => {
    const answer = await ask("/sandbox/act?as=U0ANA", {
      method: "POST",
      headers: { "content-type": "text/plain" },
      body: '{"act":"home"}',
    });
    expect(answer.status).toBe(415);
  });

  test("more than one file of 10 MB is refused", async () => {
    const body = JSON.stringify({ act: "post", channel: "C0OPS", text: "x".repeat(14_100_000) });
    const answer = await ask("/sandbox/act?as=U0ANA", { method: "POST", headers: json, body });
    expect(answer.status).toBe(413);
  });

  test("other methods are refused", async () => {
    expect((await ask("/sandbox/state?as=U0ANA", { method: "PUT" })).status).toBe(405);
    expect(
      (await ask("/sandbox/state?as=U0ANA", { method: "POST", headers: json, body: '{"act":"home"}' })).status,
    ).toBe(404);
  });

  test("an act on the cloud reaches it", async () => {
    const body = JSON.stringify({ act: "fault", name: "deny", target: "all", on: true });
    expect(JSON.parse((await ask("/sandbox/cloud", { method: "POST", headers: json, body })).body)).toEqual({
      ok: true,
    });
    const state = JSON.parse((await ask("/sandbox/cloud")).body) as ReturnType<SandboxCloud["state"]>;
    expect(state.faults.filter(({ on }) => on)).toMatchObject([{ name: "deny", target: "all" }]);
    cloud.faults.clear();
  });
});

test("whoever listens is told of changes they can see, of the cloud's too, and not of others", async () => {
  const heard: string[] = [];
  const stream = await new Promise<import("node:http").IncomingMessage>((resolve) => {
    request({ host: "127.0.0.1", port, path: "/sandbox/changes?as=U0GUS" }, resolve).end();
  });
  stream.on("data", (chunk: Buffer) => heard.push(chunk.toString()));
  const said = (pattern: RegExp) => expect.poll(() => heard.join("")).toMatch(pattern);
  await said(/^retry: 1000/);
  await slack.act("U0ANA", { act: "direct", userId: "U0BEN" });
  const direct = slack.state("U0ANA")?.channels.find(({ kind }) => kind === "im")?.id ?? "";
  await slack.act("U0ANA", { act: "post", channel: direct, text: "between us" });
  await slack.act("U0ANA", { act: "post", channel: "C0GENERAL", text: "to all" });
  const { version } = slack.state("U0GUS") ?? { version: 0 };
  await said(new RegExp(`data: {"version":${version}}`));
  expect(heard.join("").match(/data: \{"version"/g)).toHaveLength(1);
  cloud.act({ act: "speed", speed: 5 });
  await said(/event: cloud/);
  stream.destroy();
});
