import { afterEach, describe, expect, test } from "vitest";
import { createMetrics } from "../../src/http/metrics.ts";
import { type HttpServer, startHttp } from "../../src/http/server.ts";

let server: HttpServer | undefined;
afterEach(() => server?.stop());

async function start(options: { readonly reasons?: readonly string[]; readonly token?: string } = {}): Promise<string> {
  const metrics = createMetrics();
  metrics.asked("command", "answered", 0.02);
  server = await startHttp({
    factorPages: async () => false,
    publicPage: async () => null,
    host: "127.0.0.1",
    port: 0,
    slack: () => (_, response) => void response.end("slack"),
    reasons: async () => options.reasons ?? [],
    metrics,
    metricsToken: options.token ?? null,
  });
  return `http://127.0.0.1:${server.port}`;
}

describe("the HTTP side", () => {
  test("says it is up while it is not ready, and why it is not", async () => {
    const at = await start({ reasons: ["slack"] });
    expect((await fetch(`${at}/healthz`)).status).toBe(200);
    const ready = await fetch(`${at}/readyz`);
    expect([ready.status, await ready.json()]).toEqual([503, { ready: false, reasons: ["slack"] }]);
  });

  test("says it is ready when nothing is missing", async () => {
    const at = await start();
    expect((await fetch(`${at}/readyz`)).status).toBe(200);
  });

  test("shows metrics to those who have the token only", async () => {
    const at = await start({ token: "let-me-in" });
    expect((await fetch(`${at}/metrics`)).status).toBe(401);
    expect((await fetch(`${at}/metrics`, { headers: { authorization: "Bearer let-me-no" } })).status).toBe(401);
    const shown = await fetch(`${at}/metrics`, { headers: { authorization: "Bearer let-me-in" } });
    expect(await shown.text()).toContain('tocsin_asks_total{kind="command",outcome="answered"} 1');
  });

  test("hands Slack's requests on, and knows nothing else", async () => {
    const at = await start();
    expect(await (await fetch(`${at}/slack/events`, { method: "POST" })).text()).toBe("slack");
    expect((await fetch(`${at}/anything`)).status).toBe(404);
  });

  test("stops while a browser keeps its connection", async () => {
    const at = await start();
    await (await fetch(`${at}/healthz`)).text();
    await server?.stop();
    server = undefined;
    await expect(fetch(`${at}/healthz`)).rejects.toThrow();
  });
});
