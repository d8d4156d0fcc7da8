import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import type { SentAlert } from "../../src/domain/alert/alert.ts";
import type { AlertSender } from "../../src/domain/alert/settings.ts";
import { createAlertDoor } from "../../src/http/alerts/door.ts";

const source: AlertSender = {
  name: "scripts",
  sender: "json",
  proof: { by: "token", token: "let-me-in" },
  levels: new Map(),
  otherwise: "warning",
  serviceLabels: [],
  environmentLabels: [],
  service: null,
  environment: null,
  groupBy: [],
  windowMinutes: 10,
};

async function open(take: (sent: readonly SentAlert[]) => Promise<void>) {
  const outcomes: string[] = [];
  const door = createAlertDoor({
    sources: [source],
    take: (_, sent) => take(sent),
    fetchText: async () => "",
    log: { warn: () => {} },
    count: (_, outcome) => outcomes.push(outcome),
  });
  const server = createServer((request, response) => {
    void door(request, response).then((owned) => owned || response.writeHead(404).end("not mine"));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const post = async (body: unknown, path = "/alerts/scripts") => {
    const headers = { authorization: "Bearer let-me-in" };
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
      method: "POST",
      headers,
      body: JSON.stringify(body),
    });
    return { status: answer.status, text: await answer.text(), retryAfter: answer.headers.get("retry-after") };
  };
  return { post, outcomes };
}

test("what could not be recorded is to be sent again, and is counted", async () => {
  const { post, outcomes } = await open(async () => {
    throw new Error("no database");
  });
  expect(await post({ title: "x" })).toMatchObject({ status: 503, retryAfter: "5" });
  expect(outcomes).toEqual(["503"]);
});

test("posts are recorded one after the other, and those that are too many are to be sent again", async () => {
  let under = 0;
  let most = 0;
  const gate = Promise.withResolvers<void>();
  const { post } = await open(async () => {
    under += 1;
    most = Math.max(most, under);
    await gate.promise;
    under -= 1;
  });
  const answers = Array.from({ length: 80 }, (_, index) => post({ title: `${index}` }));
  const early = await Promise.race(answers);
  expect(early).toMatchObject({ status: 429, retryAfter: "5" });
  gate.resolve();
  const statuses = (await Promise.all(answers)).map(({ status }) => status);
  expect(statuses.filter((status) => status === 202).length).toBeGreaterThanOrEqual(50);
  expect(new Set(statuses)).toEqual(new Set([202, 429]));
  expect(most).toBe(1);
});

test("many alerts of one post are recorded in parts", async () => {
  const parts: number[] = [];
  const { post } = await open(async (sent) => void parts.push(sent.length));
  const alerts = Array.from({ length: 120 }, (_, index) => ({ title: `${index}` }));
  expect((await post({ alerts })).status).toBe(202);
  expect(parts).toEqual([50, 50, 20]);
});

test("other paths are left to others", async () => {
  const { post } = await open(async () => {});
  expect(await post({}, "/alerts")).toMatchObject({ status: 404, text: "not mine" });
  expect(await post({}, "/alerts/scripts/more")).toMatchObject({ status: 404, text: "not mine" });
});
