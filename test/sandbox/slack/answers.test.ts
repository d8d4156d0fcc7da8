import { expect, test } from "vitest";
import { stage } from "./bolt-app.ts";
import { rawApp } from "./raw-app.ts";

async function respond(url: string, body: unknown): Promise<{ status: number; error?: string }> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  return { status: response.status, ...((await response.json()) as { error?: string }) };
}

test("a command carries what Slack sends, and its answer is shown to the person alone or to the channel", async () => {
  const { slack } = await stage();
  const answers: unknown[] = ["plain words", { text: "to all", response_type: "in_channel" }];
  const requests = await rawApp(slack, (_received, index) => ({ body: answers[index] }));
  await slack.act("U0ANA", { act: "command", channel: "C0OPS", text: "/ops  scale backend 6 " });
  await slack.act("U0ANA", { act: "command", channel: "C0OPS", text: "/ops" });
  expect(requests[0]?.payload).toMatchObject({
    team_id: "T0WAOOAW",
    team_domain: "waooaw",
    channel_id: "C0OPS",
    channel_name: "ops",
    user_id: "U0ANA",
    user_name: "ana",
    command: "/ops",
    text: "scale backend 6",
    api_app_id: "A0TOC",
    is_enterprise_install: "false",
  });
  const texts = (as: string) => slack.channel(as, "C0OPS")?.messages.map((message) => message.text);
  expect(texts("U0ANA")).toEqual(["plain words", "to all"]);
  expect(texts("U0BEN")).toEqual(["to all"]);
});

test("the text of a command is as it was typed, or escaped when the manifest says so", async () => {
  const typed = '/ops lead @ben in #incidents, see https://x.example/a?b for "<1 & 2>" @oncall';
  const sent = async (escapeCommands: boolean) => {
    const { slack } = await stage({ escapeCommands });
    const requests = await rawApp(slack);
    await slack.act("U0ANA", { act: "command", channel: "C0OPS", text: typed });
    return String(requests[0]?.payload.text);
  };
  expect(await sent(false)).toBe(typed.slice("/ops ".length));
  expect(await sent(true)).toBe(
    'lead <@U0BEN|ben> in <#C0INCIDENTS|incidents>, see <https://x.example/a?b|x.example/a?b> for "&lt;1 &amp; 2&gt;" <!subteam^S0ONCALL|@oncall>',
  );
});

test.each([
  { text: "x", blocks: [{ type: "section" }] },
  { text: "x", nonsense: true },
  { text: "x", blocks: null },
])("a command answered with %j fails before the person's eyes", async (body) => {
  const { slack } = await stage();
  await rawApp(slack, () => ({ body }));
  const answer = await slack.act("U0ANA", { act: "command", channel: "C0OPS", text: "/ops" });
  expect(answer.error).toBe('/ops failed with the error "invalid_command_response"');
});

test("a command answered with a status other than 200 fails", async () => {
  const { slack } = await stage();
  await rawApp(slack, () => ({ status: 500 }));
  const answer = await slack.act("U0ANA", { act: "command", channel: "C0OPS", text: "/ops" });
  expect(answer.error).toBe('/ops failed with the error "dispatch_failed"');
});

test("a response_url takes five answers within half an hour and no more", async () => {
  const { slack, clock } = await stage();
  const requests = await rawApp(slack);
  const url = async () => {
    await slack.act("U0ANA", { act: "command", channel: "C0OPS", text: "/ops" });
    return String(requests.at(-1)?.payload.response_url);
  };
  const first = await url();
  expect(await respond(first, "nonsense")).toMatchObject({ status: 400, error: "invalid_payload" });
  expect(await respond(first, { text: "x", extra: 1 })).toMatchObject({ status: 400, error: "invalid_arguments" });
  expect(await respond(first, { blocks: [{ type: "divider", x: 1 }] })).toMatchObject({ error: "invalid_blocks" });
  for (let use = 0; use < 5; use += 1) expect((await respond(first, { text: `${use}` })).status).toBe(200);
  expect(await respond(first, { text: "six" })).toMatchObject({ status: 404, error: "used_url" });
  expect(slack.channel("U0ANA", "C0OPS")?.messages).toHaveLength(5);
  expect(slack.channel("U0BEN", "C0OPS")?.messages).toHaveLength(0);
  const second = await url();
  await clock.advance(30 * 60_000 + 1);
  expect(await respond(second, { text: "late" })).toMatchObject({ status: 404, error: "expired_url" });
});

test("an answer to a press replaces or deletes the message it came from, or posts beside it", async () => {
  const { slack, client } = await stage();
  const requests = await rawApp(slack);
  const button = { type: "button" as const, action_id: "a", text: { type: "plain_text" as const, text: "A" } };
  const blocks = [{ type: "actions" as const, block_id: "b", elements: [button] }];
  const { ts = "" } = await client.chat.postMessage({ channel: "C0OPS", text: "card", blocks });
  const where = { type: "message" as const, channel: "C0OPS", ts };
  await slack.act("U0ANA", { act: "click", in: where, blockId: "b", actionId: "a", value: {}, state: {} });
  const url = String(requests.at(-1)?.payload.response_url);
  await respond(url, { text: "beside", response_type: "in_channel", thread_ts: ts });
  await respond(url, { text: "replaced", replace_original: "true" });
  const texts = () => slack.channel("U0BEN", "C0OPS")?.messages.map((message) => message.text);
  expect(texts()).toEqual(["replaced", "beside"]);
  await respond(url, { delete_original: true });
  expect(texts()).toEqual(["This message was deleted.", "beside"]);
});
