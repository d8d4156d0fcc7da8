import { expect, test } from "vitest";
import { stage } from "./bolt-app.ts";

async function failure(call: Promise<unknown>): Promise<string> {
  return await call.then(
    () => "none",
    (error: { data: { error: string } }) => error.data.error,
  );
}

test.each([
  ["inc-42", "none"],
  ["störung_7", "none"],
  ["事故", "none"],
  ["Inc-42", "invalid_name_specials"],
  ["inc 42", "invalid_name_specials"],
  ["inc.42", "invalid_name_specials"],
  ["---", "invalid_name_punctuation"],
  ["", "invalid_name_required"],
  ["a".repeat(80), "none"],
  ["a".repeat(81), "invalid_name_maxlength"],
  ["ops", "name_taken"],
])("a channel called %j is answered with %s", async (name, expected) => {
  const { client } = await stage();
  expect(await failure(client.conversations.create({ name }))).toBe(expected);
});

test("an archived channel's name stays taken", async () => {
  const { client } = await stage();
  const { channel } = await client.conversations.create({ name: "inc-1" });
  await client.conversations.archive({ channel: channel?.id ?? "" });
  expect(await failure(client.conversations.create({ name: "inc-1" }))).toBe("name_taken");
  expect(await failure(client.chat.postMessage({ channel: channel?.id ?? "", text: "x" }))).toBe("is_archived");
  expect(await failure(client.conversations.archive({ channel: channel?.id ?? "" }))).toBe("already_archived");
});

test("an invitation with one bad name invites nobody unless it is forced", async () => {
  const { slack, client } = await stage();
  const { channel } = await client.conversations.create({ name: "inc-1" });
  const id = channel?.id ?? "";
  const members = () => slack.state("U0ANA")?.channels.find((one) => one.id === id)?.memberIds;
  const answer = await client.conversations.invite({ channel: id, users: "U0ANA,U0GUS,U0OTT" }).then(
    () => ({}),
    (error: { data: object }) => error.data,
  );
  expect(answer).toMatchObject({
    ok: false,
    errors: [
      { user: "U0GUS", ok: false, error: "ura_max_channels" },
      { user: "U0OTT", ok: false, error: "cant_invite" },
    ],
  });
  expect(members()).toEqual(["U0TOC"]);
  await client.conversations.invite({ channel: id, users: "U0ANA,U0GUS,U0OTT", force: true });
  expect(members()).toEqual(["U0TOC", "U0ANA"]);
  expect(await failure(client.conversations.invite({ channel: id, users: "U0ANA" }))).toBe("already_in_channel");
  expect(await failure(client.conversations.invite({ channel: id, users: "U0TOC" }))).toBe("cant_invite_self");
  expect(await failure(client.conversations.invite({ channel: id, users: "U0NOBODY" }))).toBe("user_not_found");
  slack.changePerson("U0SAM", { deleted: true });
  expect(await failure(client.conversations.invite({ channel: id, users: "U0SAM" }))).toBe("cant_invite");
});

test("the bot must be in a channel to write there, and does not know private channels it is not in", async () => {
  const { slack, client } = await stage();
  expect(await failure(client.chat.postMessage({ channel: "C0ALERTS", text: "x" }))).toBe("not_in_channel");
  expect(await failure(client.conversations.history({ channel: "C0ALERTS" }))).toBe("not_in_channel");
  await client.conversations.join({ channel: "C0ALERTS" });
  expect(await failure(client.chat.postMessage({ channel: "C0ALERTS", text: "x" }))).toBe("none");
  const { channel } = await client.conversations.create({ name: "secret", is_private: true });
  await client.conversations.invite({ channel: channel?.id ?? "", users: "U0ANA" });
  await client.conversations.leave({ channel: channel?.id ?? "" });
  expect(await failure(client.conversations.info({ channel: channel?.id ?? "" }))).toBe("channel_not_found");
  expect(slack.state("U0BEN")?.channels.map((one) => one.name)).not.toContain("secret");
  expect(slack.state("U0ANA")?.channels.map((one) => one.name)).toContain("secret");
});

test("topics, names and joins leave their lines in the channel", async () => {
  const { slack, client } = await stage();
  const { channel } = await client.conversations.create({ name: "inc-1" });
  const id = channel?.id ?? "";
  await client.conversations.setTopic({ channel: id, topic: "SEV2" });
  await client.conversations.rename({ channel: id, name: "inc-1-api" });
  const { messages } = await client.conversations.history({ channel: id });
  expect(messages?.map((message) => message.subtype)).toEqual(["channel_name", "channel_topic", "channel_join"]);
  expect(await failure(client.conversations.setTopic({ channel: id, topic: "x".repeat(251) }))).toBe("too_long");
  expect(await failure(client.conversations.rename({ channel: "C0OPS", name: "operations" }))).toBe("not_authorized");
  expect(slack.state("U0ANA")?.channels.find((one) => one.id === id)).toMatchObject({ topic: "SEV2", unread: 0 });
});

test("history is read newest first, by page and by time, without the replies", async () => {
  const { client } = await stage();
  const sent: string[] = [];
  for (const text of ["one", "two", "three"]) {
    sent.push((await client.chat.postMessage({ channel: "C0OPS", text })).ts ?? "");
  }
  await client.chat.postMessage({ channel: "C0OPS", text: "reply", thread_ts: sent[0] ?? "" });
  const texts = async (args: object) => {
    const { messages } = await client.conversations.history({ channel: "C0OPS", ...args });
    return messages?.map((message) => message.text);
  };
  expect(await texts({})).toEqual(["three", "two", "one"]);
  expect(await texts({ limit: 1 })).toEqual(["three"]);
  expect(await texts({ oldest: sent[0] })).toEqual(["three", "two"]);
  expect(await texts({ oldest: sent[0], inclusive: true })).toEqual(["three", "two", "one"]);
  expect(await texts({ latest: sent[1] })).toEqual(["one"]);
  const { messages } = await client.conversations.replies({ channel: "C0OPS", ts: sent[0] ?? "" });
  expect(messages?.map((message) => message.text)).toEqual(["one", "reply"]);
  expect(messages?.[0]).toMatchObject({ reply_count: 1, thread_ts: sent[0] });
  expect(await failure(client.conversations.history({ channel: "C0OPS", oldest: "yesterday" }))).toBe(
    "invalid_ts_oldest",
  );
  expect(await failure(client.conversations.replies({ channel: "C0OPS", ts: "1.000000" }))).toBe("thread_not_found");
});

test("metadata is read back only when asked for", async () => {
  const { client } = await stage();
  const metadata = { event_type: "tocsin", event_payload: { id: "42" } };
  await client.chat.postMessage({ channel: "C0OPS", text: "x", metadata });
  const [plain] = (await client.conversations.history({ channel: "C0OPS" })).messages ?? [];
  const [full] = (await client.conversations.history({ channel: "C0OPS", include_all_metadata: true })).messages ?? [];
  expect(plain?.metadata).toBeUndefined();
  expect(full?.metadata).toEqual(metadata);
});

test("a direct conversation is opened once, and not with people who cannot have one", async () => {
  const { slack, client } = await stage();
  const first = await client.conversations.open({ users: "U0ANA" });
  const second = await client.conversations.open({ users: "U0ANA" });
  expect(second).toMatchObject({ already_open: true, channel: { id: first.channel?.id } });
  const posted = await client.chat.postMessage({ channel: "U0ANA", text: "hello" });
  expect(posted.channel).toBe(first.channel?.id);
  expect(slack.state("U0ANA")?.channels.find((one) => one.kind === "im")).toMatchObject({
    name: "tocsin",
    mentions: 1,
  });
  slack.changePerson("U0SAM", { deleted: true });
  expect(await failure(client.conversations.open({ users: "U0SAM" }))).toBe("user_disabled");
});
