import { expect, test } from "vitest";
import { boltOverHttp, boltOverSocket, eventually, stage } from "./bolt-app.ts";

const form = {
  type: "modal" as const,
  callback_id: "declare_form",
  title: { type: "plain_text" as const, text: "Declare" },
  submit: { type: "plain_text" as const, text: "Declare" },
  blocks: [
    {
      type: "input" as const,
      block_id: "title",
      label: { type: "plain_text" as const, text: "Title" },
      element: { type: "plain_text_input" as const, action_id: "value", min_length: 3 },
    },
  ],
};

for (const [mode, connect] of [
  ["signed HTTP", boltOverHttp],
  ["Socket Mode", boltOverSocket],
] as const) {
  test(`a command opens a form whose submission posts a card, over ${mode}`, async () => {
    const { slack } = await stage();
    await connect(slack, (app) => {
      app.command("/incident", async ({ ack, client, body }) => {
        await ack();
        await client.views.open({ trigger_id: body.trigger_id, view: { ...form, private_metadata: body.channel_id } });
      });
      app.view("declare_form", async ({ ack, view, client, body }) => {
        const title = view.state.values.title?.value?.value ?? "";
        if (title === "taken")
          return await ack({ response_action: "errors", errors: { title: "Choose another title" } });
        await ack();
        await client.chat.postMessage({
          channel: view.private_metadata,
          text: `${title} by <@${body.user.id}>`,
        });
      });
    });
    expect(await slack.act("U0ANA", { act: "command", channel: "C0INCIDENTS", text: "/incident declare" })).toEqual({
      ok: true,
    });
    const view = await eventually(() => slack.state("U0ANA")?.views[0]);
    const submit = (value: string) =>
      slack.act("U0ANA", { act: "submit", viewId: view.id, values: { title: { value: { value } } } });

    expect(await submit("")).toEqual({ ok: false, error: "Please complete this required field." });
    expect(await submit("ab")).toEqual({ ok: false, error: "Enter at least 3 characters." });
    expect(await submit("taken")).toEqual({ ok: false, error: "Choose another title" });
    expect(slack.state("U0ANA")?.views[0]?.errors).toEqual({ title: "Choose another title" });
    expect(await submit("API is down")).toEqual({ ok: true });
    const posted = await eventually(() =>
      slack.channel("U0BEN", "C0INCIDENTS")?.messages.find((message) => message.text.startsWith("API is down")),
    );
    expect(posted.text).toBe("API is down by <@U0ANA>");
    expect(slack.state("U0ANA")?.views).toEqual([]);
  });
}

test("a press of a button reaches the app with the message, and the answer replaces it", async () => {
  const { slack, client } = await stage();
  const pressed: unknown[] = [];
  await boltOverHttp(slack, (app) => {
    app.action("join", async ({ ack, action, body, respond }) => {
      await ack();
      pressed.push(action, body);
      await respond({ replace_original: true, text: "Joined" });
    });
  });
  const { ts } = await client.chat.postMessage({
    channel: "C0INCIDENTS",
    text: "Join",
    blocks: [
      {
        type: "actions",
        block_id: "b",
        elements: [{ type: "button", action_id: "join", value: "42", text: { type: "plain_text", text: "Join" } }],
      },
    ],
  });
  const answer = await slack.act("U0ANA", {
    act: "click",
    in: { type: "message", channel: "C0INCIDENTS", ts: ts ?? "" },
    blockId: "b",
    actionId: "join",
    value: {},
    state: {},
  });
  expect(answer).toEqual({ ok: true });
  await eventually(() => slack.channel("U0ANA", "C0INCIDENTS")?.messages.some((message) => message.text === "Joined"));
  expect(pressed[0]).toMatchObject({ type: "button", action_id: "join", block_id: "b", value: "42" });
  expect(pressed[1]).toMatchObject({
    type: "block_actions",
    user: { id: "U0ANA", username: "ana", team_id: "T0WAOOAW" },
    channel: { id: "C0INCIDENTS", name: "incidents" },
    container: { type: "message", message_ts: ts, is_ephemeral: false },
    message: { ts, bot_id: "B0TOC" },
  });
});

test("a command the app does not answer in time tells the person so", async () => {
  const { slack } = await stage({ patience: 50 });
  await boltOverHttp(slack, (app) => {
    app.command("/ops", async () => {});
  });
  const answer = await slack.act("U0ANA", { act: "command", channel: "C0OPS", text: "/ops status" });
  expect(answer.error).toBe('/ops failed with the error "operation_timeout"');
  expect(slack.state("U0ANA")?.notice).toBe(answer.error);
});

test("a command with nobody to answer fails at once", async () => {
  const { slack } = await stage();
  const answer = await slack.act("U0ANA", { act: "command", channel: "C0OPS", text: "/ops status" });
  expect(answer).toEqual({ ok: false, error: '/ops failed with the error "dispatch_failed"' });
});

test("commands are refused in threads, in channels one is not in, and when they do not exist", async () => {
  const { slack, client } = await stage();
  const { ts = "" } = await client.chat.postMessage({ channel: "C0OPS", text: "hello" });
  const thread = await slack.act("U0ANA", { act: "post", channel: "C0OPS", text: "/ops status", threadTs: ts });
  expect(thread.error).toBe("/ops is not supported in threads. Sorry!");
  const guest = await slack.act("U0GUS", { act: "command", channel: "C0OPS", text: "/ops status" });
  expect(guest.error).toBe("There is no such channel.");
  const unknown = await slack.act("U0ANA", { act: "command", channel: "C0OPS", text: "/opps status" });
  expect(unknown.error).toBe("/opps is not a valid command.");
});
