import { describe, expect, test } from "vitest";
import type { HealthAddress, HealthCheck } from "../../src/domain/health/health.ts";
import { httpProvider } from "../../src/providers/http/http.ts";
import { startHealthAddress } from "../support/health-address.ts";

async function read(url: string, changes: Partial<HealthAddress> = {}) {
  const address: HealthAddress = {
    url,
    status: null,
    slowMilliseconds: 2000,
    timeoutMilliseconds: 1000,
    expect: [],
    certificateDays: 14,
    ...changes,
  };
  const check: HealthCheck = {
    id: "c",
    target: "backend",
    title: "Backend",
    source: "http",
    environment: "p",
    address,
  };
  const readings = (await httpProvider().health?.read(check)) ?? [];
  return readings.map(({ state, detail }) => [state, detail.replace(/\d+ ms/, "N ms")]);
}

describe("a health address", () => {
  test("is ok when it answers as it should", async () => {
    const service = await startHealthAddress();
    expect(await read(service.url)).toEqual([["ok", "answered 200 in N ms"]]);
    service.answers(204);
    expect(await read(service.url)).toEqual([["ok", "answered 204 in N ms"]]);
  });

  test("is critical with another status than asked for", async () => {
    const service = await startHealthAddress();
    service.answers(503);
    expect(await read(service.url)).toEqual([["critical", "answered 503 in N ms"]]);
    service.answers(201);
    expect(await read(service.url, { status: 200 })).toEqual([["critical", "answered 201 in N ms"]]);
  });

  test("is held to what its JSON must say", async () => {
    const service = await startHealthAddress();
    service.answers(200, { status: "ok", checks: { db: { up: true, lag: 3 } } });
    const expecting = (path: string, value: string) => read(service.url, { expect: [{ path, value }] });
    expect(await expecting("checks.db.up", "true")).toEqual([["ok", "answered 200 in N ms"]]);
    expect(await expecting("checks.db.lag", "0")).toEqual([
      ["critical", "answered 200 in N ms, but checks.db.lag is 3, not 0"],
    ]);
    expect(await expecting("checks.cache", "up")).toEqual([
      ["critical", "answered 200 in N ms, but checks.cache is not there, not up"],
    ]);
    expect(await expecting("__proto__.x", "1")).toMatchObject(
      [["critical", /not there/]].map(() => ["critical", expect.any(String)]),
    );
    service.says((response) => void response.end("<html>"));
    expect(await expecting("status", "ok")).toMatchObject([["critical", expect.stringContaining("not there")]]);
  });

  test("is a warning when it is slow, and critical when it does not answer in time", async () => {
    const service = await startHealthAddress();
    service.says((response) => void setTimeout(() => response.end("ok"), 60));
    expect(await read(service.url, { slowMilliseconds: 20 })).toMatchObject([
      ["warning", expect.stringContaining("slower than")],
    ]);
    service.says(() => {});
    expect(await read(service.url, { timeoutMilliseconds: 100 })).toEqual([["critical", "gave no answer within N ms"]]);
  });

  test("is followed on its own host only", async () => {
    const [service, other] = [await startHealthAddress(), await startHealthAddress()];
    service.redirects(other.url);
    expect(await read(service.url)).toEqual([["critical", "answered 302 in N ms, sending on to another host"]]);
    expect(other.asked()).toBe(0);
    service.redirects("/health");
    expect(await read(service.url)).toEqual([["critical", "answered 302 in N ms"]]);
    expect(service.asked()).toBe(5);
    service.redirects("file:///etc/passwd");
    expect(await read(service.url)).toMatchObject([["critical", expect.stringContaining("another host")]]);
  });

  test("is critical when nothing listens, and unknown when the way to it is missing", async () => {
    const service = await startHealthAddress();
    service.stop();
    expect(await read(service.url)).toEqual([["critical", "refused the connection"]]);
    expect(await read("http://nowhere.invalid/health")).toEqual([["unknown", "its name could not be looked up"]]);
  });

  test("that never stops talking is cut off", async () => {
    const service = await startHealthAddress();
    service.says((response) => {
      const more = setInterval(() => response.write("x".repeat(32_768)), 1);
      response.on("close", () => clearInterval(more));
    });
    expect(await read(service.url, { timeoutMilliseconds: 3000 })).toEqual([["ok", "answered 200 in N ms"]]);
  });
});
