import { expect, test } from "vitest";
import { stage } from "./bolt-app.ts";
import { rawApp } from "./raw-app.ts";

async function failure(call: Promise<unknown>): Promise<string> {
  return await call.then(
    () => "none",
    (error: { data: { error: string } }) => error.data.error,
  );
}

test("a message shortcut carries the message, a global one neither channel nor response_url", async () => {
  const { slack } = await stage();
  const requests = await rawApp(slack);
  const { result } = await slack.act("U0ANA", { act: "post", channel: "C0OPS", text: "checkout is slow" });
  const ts = String(result);
  await slack.idle();
  await slack.act("U0BEN", { act: "shortcut", callbackId: "note", message: { channel: "C0OPS", ts } });
  expect(requests.at(-1)?.payload).toMatchObject({
    type: "message_action",
    callback_id: "note",
    user: { id: "U0BEN" },
    channel: { id: "C0OPS", name: "ops" },
    message_ts: ts,
    message: { text: "checkout is slow", user: "U0ANA", ts },
    response_url: expect.stringContaining("/actions/T0WAOOAW/"),
  });
  await slack.act("U0BEN", { act: "shortcut", callbackId: "declare" });
  const { payload } = requests.at(-1) ?? {};
  expect(payload).toMatchObject({ type: "shortcut", callback_id: "declare" });
  expect(Object.keys(payload)).not.toContain("channel");
  expect(Object.keys(payload)).not.toContain("response_url");
  expect((await slack.act("U0BEN", { act: "shortcut", callbackId: "note" })).error).toBe("There is no such shortcut.");
});

test("direct and private conversations are told with their own kind of channel and name", async () => {
  const { slack, client } = await stage();
  const requests = await rawApp(slack);
  const { channel } = await client.conversations.create({ name: "secret", is_private: true });
  await client.conversations.invite({ channel: channel?.id ?? "", users: "U0ANA" });
  const { result: direct } = await slack.act("U0ANA", { act: "direct", userId: "U0TOC" });
  for (const id of [channel?.id ?? "", String(direct)]) {
    await slack.act("U0ANA", { act: "post", channel: id, text: `in ${id}` });
    await slack.idle();
    await slack.act("U0ANA", { act: "command", channel: id, text: "/ops" });
  }
  const payloads = requests.map(({ payload }) => payload);
  const messages = payloads.map((one) => one.event).filter((event) => event?.text?.startsWith("in "));
  expect(messages.map((event) => event.channel_type)).toEqual(["group", "im"]);
  const names = payloads.filter((one) => one.command).map((one) => one.channel_name);
  expect(names).toEqual(["privategroup", "directmessage"]);
  const opened = payloads.map((one) => one.event).find((event) => event?.type === "app_home_opened");
  expect(opened).toMatchObject({ tab: "messages", channel: direct });
});

test.each([
  ["overflow", { options: ["a", "b"] }, { selected_option: { value: "b" } }, { selected_option: { value: "b" } }],
  ["static_select", { options: ["a", "b"] }, { selected_option: { value: "a" } }, { selected_option: { value: "a" } }],
  [
    "checkboxes",
    { options: ["a", "b"] },
    { selected_options: [{ value: "a" }] },
    { selected_options: [{ value: "a" }] },
  ],
  ["users_select", {}, { selected_user: "U0BEN" }, { selected_user: "U0BEN" }],
  ["datepicker", {}, { selected_date: "2026-11-22" }, { selected_date: "2026-11-22" }],
])("choosing in a %s reports what was chosen", async (type, shape: { options?: string[] }, value, expected) => {
  const { slack, client } = await stage();
  const requests = await rawApp(slack);
  const options = shape.options?.map((one) => ({ text: { type: "plain_text", text: one.toUpperCase() }, value: one }));
  const element = { type, action_id: "a", ...(options ? { options } : {}) };
  const blocks = [{ type: "actions", block_id: "b", elements: [element] }];
  const posted = await client.chat.postMessage({ channel: "C0OPS", text: "choose", blocks: blocks as never });
  const where = { type: "message" as const, channel: "C0OPS", ts: posted.ts ?? "" };
  const click = (chosen: object) =>
    slack.act("U0ANA", { act: "click", in: where, blockId: "b", actionId: "a", value: chosen as never, state: {} });
  await slack.idle();
  expect(await click(value)).toEqual({ ok: true });
  const action = requests.at(-1)?.payload.actions[0];
  expect(action).toMatchObject({ type, action_id: "a", block_id: "b", ...expected });
  if (options) expect(JSON.stringify(action)).toMatch(/"text":"[AB]"/);
  const wrong = JSON.parse(JSON.stringify(value).replaceAll(/"(?:a|b|U0BEN|2026-11-22)"/g, '"nothing"')) as object;
  expect((await click(wrong)).ok).toBe(false);
});

test("a press that is not answered shows trouble, and one on what is gone is refused", async () => {
  const { slack, client } = await stage();
  await rawApp(slack, () => ({ status: 500 }));
  const button = { type: "button" as const, action_id: "a", text: { type: "plain_text" as const, text: "A" } };
  const blocks = [{ type: "actions" as const, block_id: "b", elements: [button] }];
  const { ts = "" } = await client.chat.postMessage({ channel: "C0OPS", text: "card", blocks });
  const click = (actionId: string) =>
    slack.act("U0ANA", {
      act: "click",
      in: { type: "message", channel: "C0OPS", ts },
      blockId: "b",
      actionId,
      value: {},
      state: {},
    });
  expect((await click("a")).error).toBe("We had some trouble connecting. Try again?");
  expect(slack.state("U0ANA")?.notice).toBe("We had some trouble connecting. Try again?");
  expect((await click("gone")).error).toBe("That button is no longer there.");
  await client.chat.delete({ channel: "C0OPS", ts });
  expect((await click("a")).error).toBe("That message is no longer there.");
});

test("channels are left, kicked from, archived and brought back by Slack's rules", async () => {
  const { slack, client } = await stage();
  const requests = await rawApp(slack);
  const channel = "C0OPS";
  expect(await failure(client.conversations.kick({ channel, user: "U0TOC" }))).toBe("cant_kick_self");
  expect(await failure(client.conversations.kick({ channel, user: "U0GUS" }))).toBe("not_in_channel");
  expect(await failure(client.conversations.kick({ channel, user: "U0SAM" }))).toBe("none");
  expect(await failure(client.conversations.unarchive({ channel }))).toBe("not_archived");
  expect(await failure(client.conversations.archive({ channel }))).toBe("none");
  expect(await failure(client.conversations.invite({ channel, users: "U0SAM" }))).toBe("is_archived");
  expect(await failure(client.conversations.unarchive({ channel }))).toBe("none");
  expect(await failure(client.conversations.leave({ channel }))).toBe("none");
  expect(await client.conversations.leave({ channel })).toMatchObject({ not_in_channel: true });
  expect(await failure(client.conversations.leave({ channel: "C0GENERAL" }))).toBe("cant_leave_general");
  expect(await failure(client.conversations.archive({ channel: "C0GENERAL" }))).toBe("cant_archive_general");
  await slack.idle();
  const types = requests.map(({ payload }) => payload.event.type);
  for (const type of ["member_left_channel", "channel_archive", "channel_unarchive"]) expect(types).toContain(type);
});
