import { request } from "node:http";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Act } from "../../../src/sandbox/page/protocol.ts";
import { stage } from "./bolt-app.ts";
import { rawApp } from "./raw-app.ts";

test("a person from elsewhere who is in a channel writes and presses buttons there, but has no commands", async () => {
  const { slack, client } = await stage();
  const requests = await rawApp(slack);
  slack.placePerson("U0OTT", "C0OPS");
  const button = { type: "button" as const, action_id: "a", text: { type: "plain_text" as const, text: "A" } };
  const blocks = [{ type: "actions" as const, block_id: "b", elements: [button] }];
  const { ts = "" } = await client.chat.postMessage({ channel: "C0OPS", text: "card", blocks });
  await slack.act("U0OTT", { act: "post", channel: "C0OPS", text: "hello" });
  await slack.idle();
  expect(requests.at(-1)?.payload).toMatchObject({
    is_ext_shared_channel: true,
    event: { user: "U0OTT", team: "T0PARTNER", user_team: "T0PARTNER" },
  });
  const where = { type: "message" as const, channel: "C0OPS", ts };
  await slack.act("U0OTT", { act: "click", in: where, blockId: "b", actionId: "a", value: {}, state: {} });
  expect(requests.at(-1)?.payload).toMatchObject({ user: { id: "U0OTT", team_id: "T0PARTNER" } });
  const answer = await slack.act("U0OTT", { act: "command", channel: "C0OPS", text: "/ops status" });
  expect(answer.error).toBe("/ops is not a valid command.");
  expect((await client.users.info({ user: "U0OTT" })).user).toMatchObject({ is_stranger: false });
  expect((await client.conversations.info({ channel: "C0OPS" })).channel).toMatchObject({ is_ext_shared: true });
});

test("a browser's page from elsewhere gets nothing, whatever name it calls this machine", async () => {
  const { slack } = await stage();
  const url = new URL(`${slack.apiUrl}api.test`);
  const status = (headers: Record<string, string>) =>
    new Promise<number | undefined>((resolve, reject) => {
      request(url, { method: "POST", headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on("error", reject)
        .end();
    });
  expect(await status({})).toBe(200);
  expect(await status({ host: "rebound.example" })).toBe(403);
  expect(await status({ origin: "https://page.example" })).toBe(403);
});

const anyone = fc.constantFrom("U0ANA", "U0BEN", "U0GUS", "U0OTT", "U0TOC", "U0EVA", "U0NOBODY");
const anywhere = fc.constantFrom("C0OPS", "C0GENERAL", "C0INCIDENTS", "C0NOWHERE");
const words = fc.oneof(fc.string({ unit: "grapheme" }), fc.constantFrom("", "/ops", "/nothing", "@ana <x> & #ops :a:"));

function anything(stamps: readonly string[]): fc.Arbitrary<Act> {
  const ts = fc.constantFrom("1.000000", ...stamps);
  const on = { channel: anywhere, ts };
  const bool = fc.boolean();
  const place = fc.oneof(
    fc.record({ type: fc.constant("message" as const), ...on }),
    fc.constant({ type: "home" as const }),
    fc.constant({ type: "view" as const, viewId: "V0NONE" }),
  );
  const element = { in: place, blockId: fc.constantFrom("b", "none"), actionId: fc.constantFrom("a", "none") };
  return fc.oneof(
    fc.record({ act: fc.constant("post" as const), channel: anywhere, text: words }),
    fc.record({ act: fc.constant("post" as const), channel: anywhere, text: words, threadTs: ts }),
    fc.record({ act: fc.constant("edit" as const), ...on, text: words }),
    fc.record({ act: fc.constant("delete" as const), ...on }),
    fc.record({ act: fc.constant("react" as const), ...on, name: words, remove: bool }),
    fc.record({ act: fc.constant("pin" as const), ...on, remove: bool }),
    fc.record({ act: fc.constant("click" as const), ...element, value: fc.constant({}), state: fc.constant({}) }),
    fc.record({ act: fc.constant("suggest" as const), ...element, query: words }),
    fc.record({ act: fc.constantFrom("join", "leave", "read", "archive", "unarchive"), channel: anywhere }),
    fc.record({ act: fc.constant("direct" as const), userId: anyone }),
    fc.record({ act: fc.constant("home" as const) }),
    fc.record({ act: fc.constant("submit" as const), viewId: words, values: fc.constant({}) }),
    fc.record({ act: fc.constant("close" as const), viewId: words, all: bool }),
    fc.record({ act: fc.constant("shortcut" as const), callbackId: fc.constantFrom("declare", "note", "x") }),
  ) as fc.Arbitrary<Act>;
}

test("whatever people do in whatever order, they get an answer in words and the workspace stays whole", async () => {
  const { slack, client } = await stage();
  await rawApp(slack);
  const stamps = ["one", "two", "three"].map((text) => client.chat.postMessage({ channel: "C0OPS", text }));
  const known = (await Promise.all(stamps)).map((answer) => answer.ts ?? "");
  const steps = fc.array(fc.tuple(anyone, anything(known)), { minLength: 20, maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(steps, async (acts) => {
      for (const [as, act] of acts) {
        const answer = await slack.act(as, act);
        expect(answer.ok || (answer.error ?? "").length > 0).toBe(true);
        const state = slack.state(as);
        for (const channel of state?.channels ?? []) {
          const detail = slack.channel(as, channel.id);
          expect(new Set(channel.memberIds).size).toBe(channel.memberIds.length);
          const times = detail?.messages.map((message) => message.ts) ?? [];
          expect(new Set(times).size).toBe(times.length);
        }
      }
    }),
    { numRuns: 25 },
  );
  expect(JSON.parse(JSON.stringify(slack.dump()))).toEqual(slack.dump());
});
