import { expect, test } from "vitest";
import { boltOverHttp, eventually, stage } from "./bolt-app.ts";

async function failure(call: Promise<unknown>): Promise<Record<string, unknown>> {
  return await call.then(
    () => ({ error: "none" }),
    (error: { data: Record<string, unknown> }) => error.data,
  );
}

test("blocks Slack would not take are refused in its words, with pointers", async () => {
  const { client } = await stage();
  const answer = await failure(
    client.chat.postMessage({
      channel: "C0OPS",
      text: "x",
      blocks: [{ type: "section", text: { type: "mrkdwn", text: "x".repeat(3001) } }],
    }),
  );
  expect(answer).toMatchObject({
    error: "invalid_blocks",
    errors: [
      "failed to match all allowed schemas [json-pointer:/blocks/0/text]",
      "must be less than 3001 characters [json-pointer:/blocks/0/text/text]",
    ],
    response_metadata: {
      messages: [
        "[ERROR] failed to match all allowed schemas [json-pointer:/blocks/0/text]",
        "[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]",
      ],
    },
  });
});

test.each([
  [{ text: "  " }, "no_text"],
  [{ text: "x", blocks: "[{" }, "invalid_blocks_format"],
  [{ text: "x", markdown_text: "y" }, "markdown_text_conflict"],
  [{ text: "x", metadata: { event_type: "a" } }, "invalid_metadata_schema"],
  [{ text: "x", metadata: { event_type: "a", event_payload: { x: "y".repeat(9000) } } }, "metadata_too_large"],
  [{ text: "x", attachments: Array.from({ length: 101 }, () => ({ text: "y" })) }, "too_many_attachments"],
  [{ text: "x", thread_ts: "1.000000" }, "cannot_reply_to_message"],
  [{ text: "x", username: "somebody" }, "missing_scope"],
])("posting %j is answered with %s", async (args, expected) => {
  const { client } = await stage();
  expect((await failure(client.apiCall("chat.postMessage", { channel: "C0OPS", ...args }))).error).toBe(expected);
});

test("two tables in one message are one too many", async () => {
  const { client } = await stage();
  const table = { type: "table", rows: [[{ type: "raw_text", text: "a" }]] };
  const answer = await failure(
    client.apiCall("chat.postMessage", { channel: "C0OPS", text: "x", blocks: [table, table] }),
  );
  expect(answer.error).toBe("invalid_attachments");
  expect(JSON.stringify(answer.errors)).toContain("only_one_table_allowed");
});

test("an update changes what is given and keeps the rest, and only of the bot's own messages", async () => {
  const { slack, client } = await stage();
  const blocks = [{ type: "section" as const, block_id: "b", text: { type: "mrkdwn" as const, text: "card" } }];
  const { ts = "" } = await client.chat.postMessage({ channel: "C0OPS", text: "one", blocks });
  await client.chat.update({ channel: "C0OPS", ts, text: "two" });
  const message = () => slack.channel("U0ANA", "C0OPS")?.messages.find((one) => one.ts === ts);
  expect(message()).toMatchObject({ text: "two", edited: true, blocks: [{ block_id: "b", text: { text: "card" } }] });
  await client.chat.update({ channel: "C0OPS", ts, text: "two", blocks: [] });
  expect(message()?.blocks).toEqual([]);
  const posted = await slack.act("U0ANA", { act: "post", channel: "C0OPS", text: "mine" });
  const mine = String(posted.result);
  expect((await failure(client.chat.update({ channel: "C0OPS", ts: mine, text: "x" }))).error).toBe(
    "cant_update_message",
  );
  expect((await failure(client.chat.delete({ channel: "C0OPS", ts: mine }))).error).toBe("cant_delete_message");
  expect((await failure(client.chat.update({ channel: "C0OPS", ts: "1.1", text: "x" }))).error).toBe(
    "message_not_found",
  );
  expect((await failure(client.chat.update({ channel: "C0OPS", ts, text: "x".repeat(4001) }))).error).toBe(
    "msg_too_long",
  );
});

test("timestamps never repeat, not even within a millisecond", async () => {
  const { client } = await stage();
  const posts = Array.from({ length: 20 }, (_, index) =>
    client.chat.postMessage({ channel: "C0OPS", text: `${index}` }),
  );
  const stamps = (await Promise.all(posts)).map((answer) => answer.ts);
  expect(new Set(stamps).size).toBe(20);
  for (const ts of stamps) expect(ts).toMatch(/^\d{10}\.\d{6}$/);
});

test("stray markup characters are kept escaped, and what a person types becomes mentions and links", async () => {
  const { slack, client } = await stage();
  const { message } = await client.chat.postMessage({
    channel: "C0OPS",
    text: "4 < 5 & <@U0ANA> <https://x.example|x>",
  });
  expect(message?.text).toBe("4 &lt; 5 &amp; <@U0ANA> <https://x.example|x>");
  await slack.act("U0ANA", {
    act: "post",
    channel: "C0OPS",
    text: "@ben see #incidents & https://x.example :fire: @oncall",
  });
  const last = slack.channel("U0BEN", "C0OPS")?.messages.at(-1);
  expect(last?.text).toBe("<@U0BEN> see <#C0INCIDENTS|> &amp; <https://x.example> :fire: <!subteam^S0ONCALL|@oncall>");
  expect(slack.state("U0BEN")?.channels.find((one) => one.id === "C0OPS")).toMatchObject({ unread: 2, mentions: 1 });
});

test("an ephemeral message is for one person, and its buttons work", async () => {
  const { slack, client } = await stage();
  await boltOverHttp(slack, (app) => {
    app.action("ok", async ({ ack, respond }) => {
      await ack();
      await respond({ delete_original: true });
    });
  });
  const { message_ts: ts = "" } = await client.chat.postEphemeral({
    channel: "C0OPS",
    user: "U0ANA",
    text: "only you",
    blocks: [
      {
        type: "actions",
        block_id: "b",
        elements: [{ type: "button", action_id: "ok", text: { type: "plain_text", text: "OK" } }],
      },
    ],
  });
  const seen = (as: string) => slack.channel(as, "C0OPS")?.messages.some((message) => message.ts === ts);
  expect([seen("U0ANA"), seen("U0BEN")]).toEqual([true, false]);
  const where = { type: "message" as const, channel: "C0OPS", ts };
  await slack.act("U0ANA", { act: "click", in: where, blockId: "b", actionId: "ok", value: {}, state: {} });
  await eventually(() => !seen("U0ANA"));
  const outside = await failure(client.chat.postEphemeral({ channel: "C0OPS", user: "U0GUS", text: "x" }));
  expect(outside.error).toBe("user_not_in_channel");
});

test("a deleted message with replies leaves a tombstone", async () => {
  const { slack, client } = await stage();
  const { ts = "" } = await client.chat.postMessage({ channel: "C0OPS", text: "root" });
  await slack.act("U0ANA", { act: "post", channel: "C0OPS", text: "reply", threadTs: ts });
  await client.chat.delete({ channel: "C0OPS", ts });
  expect(slack.channel("U0ANA", "C0OPS")?.messages.map((one) => one.subtype)).toEqual(["tombstone", null]);
});

test("a scheduled message comes at its time, once, unless it is called off", async () => {
  const { slack, client, clock } = await stage();
  const at = Math.floor(clock.now() / 1000) + 3600;
  const first = await client.chat.scheduleMessage({ channel: "C0OPS", text: "later", post_at: at });
  const second = await client.chat.scheduleMessage({ channel: "C0OPS", text: "never", post_at: at });
  await client.chat.deleteScheduledMessage({
    channel: "C0OPS",
    scheduled_message_id: second.scheduled_message_id ?? "",
  });
  const list = await client.chat.scheduledMessages.list({});
  expect(list.scheduled_messages?.map((one) => one.id)).toEqual([first.scheduled_message_id]);
  await clock.advance(3_601_000);
  expect(slack.channel("U0ANA", "C0OPS")?.messages.map((one) => one.text)).toEqual(["later"]);
  const past = await failure(client.chat.scheduleMessage({ channel: "C0OPS", text: "x", post_at: at }));
  expect(past.error).toBe("time_in_past");
});

test("pins, reactions and bookmarks are kept, listed, and refused twice", async () => {
  const { slack, client } = await stage();
  const { ts = "" } = await client.chat.postMessage({ channel: "C0OPS", text: "card" });
  const at = { channel: "C0OPS", timestamp: ts };
  await client.pins.add(at);
  await client.reactions.add({ ...at, name: "eyes" });
  await slack.act("U0ANA", { act: "react", channel: "C0OPS", ts, name: ":eyes:", remove: false });
  await client.bookmarks.add({ channel_id: "C0OPS", title: "Runbook", type: "link", link: "https://x.example" });
  expect((await failure(client.pins.add(at))).error).toBe("already_pinned");
  expect((await failure(client.reactions.add({ ...at, name: "eyes" }))).error).toBe("already_reacted");
  expect((await failure(client.reactions.remove({ ...at, name: "fire" }))).error).toBe("no_reaction");
  const bad = client.bookmarks.add({ channel_id: "C0OPS", title: "x", type: "link", link: "x" });
  expect((await failure(bad)).error).toBe("invalid_link");
  const seen = slack.channel("U0BEN", "C0OPS");
  expect(seen?.pins).toEqual([ts]);
  expect(seen?.bookmarks).toMatchObject([{ title: "Runbook", link: "https://x.example" }]);
  expect(seen?.messages[0]?.reactions).toEqual([{ name: "eyes", userIds: ["U0TOC", "U0ANA"] }]);
  expect((await client.pins.list({ channel: "C0OPS" })).items?.[0]).toMatchObject({
    created_by: "U0TOC",
    message: { ts },
  });
});
