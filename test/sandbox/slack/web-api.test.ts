import { expect, test } from "vitest";
import { stage, webClient } from "./bolt-app.ts";

async function raw(url: string, init: RequestInit): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(url, { method: "POST", ...init });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

/** The error name a call is answered with, and what comes with it. */
async function failure(call: Promise<unknown>): Promise<Record<string, unknown>> {
  return await call.then(
    () => ({ error: "none" }),
    (error: { data: Record<string, unknown> }) => error.data,
  );
}

test("the real client learns who it is and which scopes it has", async () => {
  const { client } = await stage();
  const answer = await client.auth.test();
  expect(answer).toMatchObject({ ok: true, team_id: "T0WAOOAW", user_id: "U0TOC", bot_id: "B0TOC", user: "tocsin" });
  expect(answer.response_metadata?.scopes).toContain("chat:write");
});

test("form, JSON and query arguments are all taken, and the token from header or field", async () => {
  const { slack } = await stage();
  const bearer = { authorization: `Bearer ${slack.botToken}` };
  const url = `${slack.apiUrl}users.info`;
  const form = await raw(url, { body: new URLSearchParams({ token: slack.botToken, user: "U0ANA" }) });
  const json = await raw(url, {
    headers: { ...bearer, "content-type": "application/json; charset=utf-8" },
    body: JSON.stringify({ user: "U0ANA" }),
  });
  const query = await raw(`${url}?user=U0ANA`, { headers: bearer });
  for (const { body } of [form, json, query]) expect(body).toMatchObject({ ok: true, user: { name: "ana" } });
});

test("tokens that are missing, wrong or of the wrong kind are refused by name", async () => {
  const { slack } = await stage();
  expect((await raw(`${slack.apiUrl}auth.test`, {})).body.error).toBe("not_authed");
  expect((await failure(webClient(slack, "xoxb-wrong").auth.test())).error).toBe("invalid_auth");
  expect((await failure(webClient(slack, slack.appToken).auth.test())).error).toBe("not_allowed_token_type");
  expect((await failure(webClient(slack).apps.connections.open({}))).error).toBe("not_allowed_token_type");
});

test("an unknown method, and one the sandbox lacks, are unknown_method", async () => {
  const { client } = await stage();
  expect((await failure(client.apiCall("chat.postMessages"))).error).toBe("unknown_method");
  const lacking = await failure(
    client.apiCall("calls.add", { external_unique_id: "1", join_url: "https://x.example" }),
  );
  expect(JSON.stringify(lacking)).toContain("docs/sandbox-coverage.md");
});

test("a missing scope says what is needed and what was granted", async () => {
  const { client } = await stage({ scopes: ["chat:write", "channels:manage"] });
  expect(await failure(client.users.info({ user: "U0ANA" }))).toMatchObject({
    error: "missing_scope",
    needed: "users:read",
    provided: "chat:write,channels:manage",
  });
  expect(await failure(client.conversations.create({ name: "secret", is_private: true }))).toMatchObject({
    error: "missing_scope",
    needed: "groups:write",
  });
  expect(await client.conversations.create({ name: "open" })).toMatchObject({ ok: true });
});

test("a required argument that is missing is named", async () => {
  const { client } = await stage();
  const answer = await failure(client.apiCall("conversations.setTopic", { channel: "C0OPS" }));
  expect(answer).toMatchObject({
    error: "invalid_arguments",
    response_metadata: { messages: ["[ERROR] missing required field: topic"] },
  });
});

test("every call is kept with its arguments and answer, and arguments Slack would pass over are pointed out", async () => {
  const { slack, client } = await stage();
  await client.apiCall("users.info", { user: "U0BEN", chanel: "C1", team_id: "T0WAOOAW" });
  expect(slack.calls.at(-1)).toMatchObject({
    method: "users.info",
    args: { user: "U0BEN", chanel: "C1" },
    ignored: ["chanel"],
    status: 200,
    answer: { ok: true },
  });
});

test("people are answered as Slack answers them: guests, strangers, the deactivated, bots", async () => {
  const { slack, client } = await stage();
  slack.changePerson("U0SAM", { deleted: true });
  const of = async (user: string) => (await client.users.info({ user })).user;
  expect(await of("U0GUS")).toMatchObject({ is_restricted: true, is_ultra_restricted: true });
  expect(await of("U0OTT")).toMatchObject({ team_id: "T0PARTNER", is_stranger: true });
  expect(await of("U0SAM")).toMatchObject({ deleted: true });
  expect(await of("U0TOC")).toMatchObject({ is_bot: true, profile: { bot_id: "B0TOC" } });
  expect(await of("U0DEV")).toMatchObject({ tz: "America/New_York", profile: { email: "dev@waooaw.example" } });
  expect((await client.users.lookupByEmail({ email: "Ana@waooaw.example" })).user?.id).toBe("U0ANA");
  expect((await failure(client.users.lookupByEmail({ email: "sam@waooaw.example" }))).error).toBe("users_not_found");
  expect((await failure(client.users.info({ user: "U0NOBODY" }))).error).toBe("user_not_found");
  expect((await client.users.list({})).members?.map((one) => one.id)).not.toContain("U0OTT");
});

test("lists come in pages that fit together", async () => {
  const { client } = await stage();
  const names: string[] = [];
  for await (const page of client.paginate("conversations.list", { limit: 4 })) {
    names.push(...(page as unknown as { channels: { name: string }[] }).channels.map((channel) => channel.name));
  }
  expect(names).toEqual(["general", "incidents", "alerts", "monitoring", "deployments", "ops"]);
  expect((await failure(client.conversations.list({ cursor: "bm9uc2Vuc2U=" }))).error).toBe("invalid_cursor");
  expect((await failure(client.conversations.list({ limit: 1000 }))).error).toBe("invalid_limit");
  expect((await failure(client.conversations.list({ types: "channels" }))).error).toBe("invalid_types");
});
