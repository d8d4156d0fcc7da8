import { expect, test } from "vitest";
import { startClock } from "../../../src/sandbox/clock.ts";
import { stage } from "./bolt-app.ts";

async function failure(call: Promise<unknown>): Promise<{ code?: string; retryAfter?: number; error?: string }> {
  return await call.then(
    () => ({ error: "none" }),
    (error: { code?: string; retryAfter?: number; data?: { error: string } }) => ({
      ...(error.code ? { code: error.code } : {}),
      ...(error.retryAfter === undefined ? {} : { retryAfter: error.retryAfter }),
      ...(error.data ? { error: error.data.error } : {}),
    }),
  );
}

const post = { channel: "C0OPS", text: "hello" };

test("a method fails as often as asked, for the calls asked, and then works again", async () => {
  const { slack, client } = await stage();
  slack.faults.fail("chat.postMessage", { error: "fatal_error", times: 2, when: (args) => args.text === "hello" });
  expect((await failure(client.chat.postMessage({ ...post, text: "other" }))).error).toBe("none");
  expect((await failure(client.chat.postMessage(post))).error).toBe("fatal_error");
  expect((await failure(client.chat.postMessage(post))).error).toBe("fatal_error");
  expect((await failure(client.chat.postMessage(post))).error).toBe("none");
  const takeAway = slack.faults.fail("*", { status: 500, times: 100 });
  expect((await failure(client.auth.test())).code).toBe("slack_webapi_http_error");
  takeAway();
  expect((await failure(client.auth.test())).error).toBe("none");
});

test("a dropped call may have done its work or not", async () => {
  const { slack, client } = await stage();
  const texts = () => slack.channel("U0ANA", "C0OPS")?.messages.map((message) => message.text);
  slack.faults.fail("chat.postMessage", { drop: true });
  expect((await failure(client.chat.postMessage(post))).code).toBe("slack_webapi_request_error");
  expect(texts()).toEqual([]);
  slack.faults.fail("chat.postMessage", { drop: true, performed: true });
  expect((await failure(client.chat.postMessage(post))).code).toBe("slack_webapi_request_error");
  expect(texts()).toEqual(["hello"]);
  expect(slack.calls.at(-1)?.answer).toBeNull();
});

test("a late answer comes when the clock says so, and is the true one", async () => {
  const { slack, client, clock } = await stage();
  slack.faults.fail("chat.postMessage", { delayMilliseconds: 60_000 });
  let answered = false;
  const call = client.chat.postMessage(post).then((answer) => {
    answered = true;
    return answer;
  });
  while (slack.calls.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  expect(answered).toBe(false);
  await clock.advance(60_000);
  expect((await call).ok).toBe(true);
});

test("rate limits hold to the method's tier and say how long to wait", async () => {
  const { slack, client, clock } = await stage({ clock: startClock(() => 1_800_000_000_000) });
  const topics = () => client.conversations.setTopic({ channel: "C0OPS", topic: "x" });
  for (let count = 0; count < 30; count += 1) await topics();
  slack.faults.rateLimits = true;
  for (let count = 0; count < 20; count += 1) await topics();
  expect(await failure(topics())).toMatchObject({ code: "slack_webapi_rate_limited_error", retryAfter: 3 });
  await clock.advance(3_000);
  expect((await failure(topics())).error).toBe("none");
});

test("messages to one channel are held to one a second after a burst, other channels are not", async () => {
  const { slack, client, clock } = await stage({ clock: startClock(() => 1_800_000_000_000) });
  slack.faults.rateLimits = true;
  for (let count = 0; count < 5; count += 1) await client.chat.postMessage(post);
  expect((await failure(client.chat.postMessage(post))).retryAfter).toBe(1);
  expect((await failure(client.chat.postMessage({ ...post, channel: "C0INCIDENTS" }))).error).toBe("none");
  await clock.advance(1_000);
  expect((await failure(client.chat.postMessage(post))).error).toBe("none");
});
