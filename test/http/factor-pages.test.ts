import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import type { App } from "../../src/domain/ports.ts";
import { createFactorPages } from "../../src/http/factor/pages.ts";

test("what checks a passkey is loaded before the transaction of a step begins, which may not wait for it", async () => {
  const loading = Promise.withResolvers<void>();
  const happened: string[] = [];
  const pages = createFactorPages({
    transact: async <T>(_work: (app: App) => Promise<T>): Promise<T> => {
      happened.push("transaction");
      throw new Error("not of interest here");
    },
    identify: async () => {
      throw new Error("not of interest here");
    },
    operations: [],
    site: () => "https://tocsin.example",
    ready: async () => {
      happened.push("loading");
      await loading.promise;
      happened.push("loaded");
    },
    log: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
  });
  const server = createServer((request, response) => void pages(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const ask = fetch(`http://127.0.0.1:${port}/factor/passkey/new`, {
    method: "POST",
    headers: { origin: "https://tocsin.example", "content-type": "application/json" },
    body: "{}",
  });
  await expect.poll(() => happened).toEqual(["loading"]);
  loading.resolve();
  expect((await ask).status).toBe(500);
  expect(happened).toEqual(["loading", "loaded", "transaction"]);
});
