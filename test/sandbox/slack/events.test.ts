import { createHmac } from "node:crypto";
import { expect, test } from "vitest";
import { eventually, stage } from "./bolt-app.ts";
import { rawApp } from "./raw-app.ts";

test("a message, its edit, its replies, its deletion reach the app signed, with the fields Slack sends", async () => {
  const { slack } = await stage();
  const requests = await rawApp(slack);
  const { result } = await slack.act("U0ANA", { act: "post", channel: "C0OPS", text: "hello <@U0TOC>" });
  const ts = String(result);
  await slack.act("U0BEN", { act: "post", channel: "C0OPS", text: "me too", threadTs: ts });
  await slack.act("U0ANA", { act: "edit", channel: "C0OPS", ts, text: "hello all" });
  await slack.act("U0ANA", { act: "delete", channel: "C0OPS", ts });
  await slack.idle();
  const [first] = requests;
  const at = first?.headers["x-slack-request-timestamp"];
  const mac = createHmac("sha256", slack.signingSecret).update(`v0:${at}:${first?.body}`).digest("hex");
  expect(first?.headers["x-slack-signature"]).toBe(`v0=${mac}`);
  expect(first?.payload).toMatchObject({
    type: "event_callback",
    team_id: "T0WAOOAW",
    api_app_id: "A0TOC",
    authorizations: [{ team_id: "T0WAOOAW", user_id: "U0TOC", is_bot: true }],
    event: {
      type: "message",
      user: "U0ANA",
      channel: "C0OPS",
      channel_type: "channel",
      ts,
      event_ts: ts,
      blocks: [{ type: "rich_text" }],
    },
  });
  const events = requests.map(({ payload }) => payload.event);
  expect(events).toContainEqual(expect.objectContaining({ type: "message", thread_ts: ts, parent_user_id: "U0ANA" }));
  expect(events).toContainEqual(
    expect.objectContaining({
      subtype: "message_changed",
      hidden: true,
      message: expect.objectContaining({ text: "hello all", edited: expect.objectContaining({ user: "U0ANA" }) }),
      previous_message: expect.objectContaining({ text: "hello &lt;@U0TOC&gt;" }),
    }),
  );
  expect(events).toContainEqual(expect.objectContaining({ subtype: "message_deleted", deleted_ts: ts }));
  expect(new Set(requests.map(({ payload }) => payload.event_id)).size).toBe(requests.length);
});

test("reactions, pins, members, the Home tab and account changes are told", async () => {
  const { slack } = await stage();
  const requests = await rawApp(slack);
  const { result } = await slack.act("U0ANA", { act: "post", channel: "C0OPS", text: "@tocsin hello" });
  const ts = String(result);
  await slack.act("U0BEN", { act: "react", channel: "C0OPS", ts, name: "pushpin", remove: false });
  await slack.act("U0BEN", { act: "react", channel: "C0OPS", ts, name: "pushpin", remove: true });
  await slack.act("U0BEN", { act: "pin", channel: "C0OPS", ts, remove: false });
  await slack.act("U0SAM", { act: "leave", channel: "C0OPS" });
  await slack.act("U0SAM", { act: "join", channel: "C0OPS" });
  await slack.act("U0SAM", { act: "home" });
  slack.changePerson("U0GUS", { deleted: true });
  await slack.idle();
  const events = requests.map(({ payload }) => payload.event);
  const item = { type: "message", channel: "C0OPS", ts };
  for (const expected of [
    { type: "app_mention", user: "U0ANA", ts },
    { type: "reaction_added", user: "U0BEN", reaction: "pushpin", item, item_user: "U0ANA" },
    { type: "reaction_removed", user: "U0BEN", reaction: "pushpin", item },
    { type: "pin_added", user: "U0BEN", channel_id: "C0OPS", pin_count: 1 },
    { type: "member_left_channel", user: "U0SAM", channel: "C0OPS", channel_type: "C" },
    { type: "member_joined_channel", user: "U0SAM", channel: "C0OPS" },
    { type: "app_home_opened", user: "U0SAM", tab: "home" },
    { type: "user_change", user: expect.objectContaining({ id: "U0GUS", deleted: true }) },
  ]) {
    expect(events).toContainEqual(expect.objectContaining(expected));
  }
});

test("the app hears nothing of channels it is not in, nor of what it did not subscribe to", async () => {
  const { slack } = await stage({ events: ["message.channels"] });
  const requests = await rawApp(slack);
  await slack.act("U0ANA", { act: "post", channel: "C0GENERAL", text: "hello" });
  const { result } = await slack.act("U0ANA", { act: "post", channel: "C0OPS", text: "here" });
  await slack.act("U0ANA", { act: "react", channel: "C0OPS", ts: String(result), name: "eyes", remove: false });
  await slack.idle();
  expect(requests.map(({ payload }) => payload.event.text)).toEqual(["here"]);
  await expect(stage({ scopes: ["chat:write"], events: ["reaction_added"] })).rejects.toThrow("reaction_added");
});

test("an event that is not taken comes again at once, after a minute and after five, then no more", async () => {
  const { slack, clock } = await stage({ events: ["message.channels"] });
  const requests = await rawApp(slack, () => ({ status: 500 }));
  await slack.act("U0ANA", { act: "post", channel: "C0OPS", text: "hello" });
  await eventually(() => requests.length === 2);
  await slack.idle();
  await clock.advance(60_000);
  await eventually(() => requests.length === 3);
  await slack.idle();
  await clock.advance(299_000);
  expect(requests).toHaveLength(3);
  await clock.advance(1_000);
  await eventually(() => requests.length === 4);
  await slack.idle();
  await clock.advance(3_600_000);
  expect(requests).toHaveLength(4);
  expect(requests.map(({ headers }) => headers["x-slack-retry-num"])).toEqual([undefined, "1", "2", "3"]);
  expect(requests[3]?.headers["x-slack-retry-reason"]).toBe("http_error");
  expect(new Set(requests.map(({ payload }) => payload.event_id)).size).toBe(1);
});

test("X-Slack-No-Retry ends the retries, and an answer that takes too long begins them", async () => {
  const { slack, clock } = await stage({ events: ["message.channels"], patience: 500 });
  const requests = await rawApp(slack, (_received, index) =>
    index === 0 ? { silent: true } : { status: 503, headers: { "x-slack-no-retry": "1" } },
  );
  await slack.act("U0ANA", { act: "post", channel: "C0OPS", text: "hello" });
  await eventually(() => requests.length === 2);
  await slack.idle();
  expect(requests[1]?.headers["x-slack-retry-reason"]).toBe("http_timeout");
  await clock.advance(3_600_000);
  expect(requests).toHaveLength(2);
});

test("every request can be made to come twice, and to be signed at another time", async () => {
  const { slack, clock } = await stage({ events: ["message.channels"] });
  const requests = await rawApp(slack);
  slack.faults.deliverTwice = "together";
  slack.faults.clockSkew = -600_000;
  await slack.act("U0ANA", { act: "post", channel: "C0OPS", text: "hello" });
  await slack.idle();
  await slack.act("U0ANA", { act: "command", channel: "C0OPS", text: "/ops status" });
  await slack.idle();
  expect(requests).toHaveLength(4);
  expect(requests[0]?.payload.event_id).toBe(requests[1]?.payload.event_id);
  expect(requests[2]?.payload.trigger_id).toBe(requests[3]?.payload.trigger_id);
  const late = clock.now() / 1000 - Number(requests[0]?.headers["x-slack-request-timestamp"]);
  expect(late).toBeGreaterThan(590);
});
