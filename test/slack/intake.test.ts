import { randomUUID } from "node:crypto";
import type { AddressInfo } from "node:net";
import { connect as connectTo, createServer, type Socket } from "node:net";
import pg from "pg";
import { describe, expect, it, onTestFinished } from "vitest";
import { commandBody, type Delivered, deliver, eventBody, interactionBody } from "./deliver.ts";
import { eventually, openSandbox, openStage, query, type Stage, stageDatabase } from "./stage.ts";
import { stageCommands } from "./stage-commands.ts";

const databaseUrl = await stageDatabase();
const open = (changes: { readonly through?: string } = {}) =>
  openStage({ databaseUrl, commands: stageCommands, ...changes });

function said(delivered: Delivered): string {
  return (JSON.parse(delivered.body) as { readonly text: string }).text;
}

const json = { type: "application/json" };

function submission(title: string, changes: object = {}, channel: string | null = "C0OPS"): string {
  return interactionBody({
    type: "view_submission",
    view: {
      id: "V1",
      type: "modal",
      callback_id: "sample.form",
      private_metadata: JSON.stringify({ id: "thing-1", version: 3, ...(channel ? { channel } : {}) }),
      blocks: ["title", "owner"].map((name) => ({ type: "input", block_id: name })),
      state: { values: { title: { title: { type: "plain_text_input", value: title } } } },
    },
    ...changes,
  });
}

describe("a typed command", () => {
  it("is recorded once and answered the same, however often it is sent", async () => {
    const stage = await open();
    const body = commandBody("note hello");
    const answers = await Promise.all([deliver(stage, body), deliver(stage, body), deliver(stage, body)]);
    answers.push(await deliver(stage, body));
    expect(new Set(answers.map((answer) => `${answer.status} ${said(answer)}`))).toEqual(new Set(["200 Noted: hello"]));
    expect(await stage.noted()).toEqual(["member U0ANA in C0OPS: hello"]);
  });

  it("waits for its first delivery when that one is slow", async () => {
    const stage = await open();
    const body = commandBody("slow");
    const answers = await Promise.all([deliver(stage, body), deliver(stage, body)]);
    expect(answers.map(said)).toEqual(["Slowly done", "Slowly done"]);
    expect(await stage.noted()).toEqual(["slow"]);
  });

  it("without a trigger is known by all that it holds", async () => {
    const stage = await open();
    const body = commandBody("note hello", { trigger_id: "" });
    await deliver(stage, body);
    await deliver(stage, body);
    expect(await stage.noted()).toHaveLength(1);
  });

  it("that is refused is answered with the way out, records nothing of its work, and is audited once", async () => {
    const stage = await open();
    const body = commandBody("refuse");
    const audited = () => query(databaseUrl, "select action from audit where action = 'access.refused'", "action");
    const before = await audited();
    const first = await deliver(stage, body);
    const second = await deliver(stage, body);
    expect(said(first)).toBe("You may not, <@U0ANA> &amp; &lt;!channel&gt;.\nAsk <@U0BEN>.");
    expect(second.body).toBe(first.body);
    expect(await stage.noted()).toEqual([]);
    expect(await audited()).toHaveLength(before.length + 1);
  });

  it("that breaks is answered with a reference that leads to the log, and leaves nothing behind", async () => {
    const stage = await open();
    const answer = await deliver(stage, commandBody("break"));
    const reference = /Reference ([2-9A-Z]{4})\.$/.exec(said(answer))?.[1];
    expect(said(answer)).toMatch(/^Something broke on our side\./);
    const line = stage.lines.find(({ level }) => level === "error");
    expect(line?.fields).toMatchObject({ reference, err: { message: "a fault of ours" } });
    expect(await stage.noted()).toEqual([]);
  });

  it("in words nobody knows is answered with the nearest ones, and help with everything", async () => {
    const stage = await open();
    expect(said(await deliver(stage, commandBody("nte hello")))).toContain("`/ops note`");
    expect(said(await deliver(stage, commandBody("")))).toContain("/ops note");
    expect(said(await deliver(stage, commandBody("note --help")))).toContain("Notes a text");
    expect(stage.lines.filter(({ level }) => level === "error" || level === "warn")).toEqual([]);
  });

  it.each([
    ["U0GUS", "Guests cannot do this."],
    ["U0OTT", "People from other workspaces cannot do this."],
    ["U0TOC", "Apps cannot do this."],
    ["U0NOBODY", "People from other workspaces cannot do this."],
  ])("of %s is refused: %s", async (userId, why) => {
    const stage = await open();
    expect(said(await deliver(stage, commandBody("note hello", { user_id: userId })))).toContain(why);
    expect(said(await deliver(stage, commandBody("anyone", { user_id: userId })))).toBe("section");
    expect(await stage.noted()).toEqual([]);
  });

  it("finds people named with a raw @", async () => {
    const stage = await open();
    const found = await stage.connection.directory.byName("ben");
    expect(found).toBe("U0BEN");
    expect(await stage.connection.directory.people("@platform")).toEqual(["U0ANA", "U0DEV"]);
    expect(await stage.connection.directory.people("chi@waooaw.example")).toEqual(["U0CHI"]);
    expect(await stage.connection.directory.people("nobody@waooaw.example")).toEqual([]);
    expect(await stage.connection.identify("U0BEN")).toMatchObject({
      name: "ben",
      kind: "member",
      groupIds: ["S0ONCALL"],
      groupHandles: ["oncall"],
      email: "ben@waooaw.example",
    });
    expect(await stage.connection.identify("U0EVA")).toMatchObject({ kind: "admin" });
  });
});

describe("a form", () => {
  it("that is sent is recorded once and closes", async () => {
    const stage = await open();
    const body = submission("hello");
    const answers = await Promise.all([deliver(stage, body), deliver(stage, body)]);
    expect(answers.map(({ status, body: text }) => [status, text])).toEqual([
      [200, ""],
      [200, ""],
    ]);
    expect(await stage.noted()).toEqual(["form thing-1 v3 in C0OPS: hello, false"]);
  });

  it("that is refused stays open with the reason under its input", async () => {
    const stage = await open();
    const answer = async (title: string) => JSON.parse((await deliver(stage, submission(title))).body) as unknown;
    expect(await answer("refuse")).toEqual({
      response_action: "errors",
      errors: { title: "That title is taken. Take another." },
    });
    expect(await answer("nowhere")).toEqual({ response_action: "errors", errors: { title: "It cannot be." } });
    expect(await answer("errors")).toEqual({
      response_action: "errors",
      errors: { owner: "Nobody has it.", title: "Lost." },
    });
    expect(await answer("break")).toMatchObject({
      response_action: "errors",
      errors: { title: expect.stringMatching(/^Something broke on our side\. Reference \w{4}\.$/) },
    });
  });

  it("that has an answer closes, and the answer follows where the person was", async () => {
    const stage = await open();
    expect((await deliver(stage, submission("answer"))).body).toBe("");
    await eventually(() => stage.sandbox.calls.some((call) => call.method === "chat.postEphemeral"));
  });

  it("that was opened nowhere in particular shows its answer in its place", async () => {
    const stage = await open();
    const { body } = await deliver(stage, submission("answer", {}, null));
    expect(JSON.parse(body)).toMatchObject({ response_action: "update", view: { type: "modal" } });
  });

  it("that nobody knows any more, or that carries nonsense, is answered in words", async () => {
    const stage = await open();
    const view = { id: "V1", type: "modal", callback_id: "gone.form", private_metadata: "{", blocks: [], state: {} };
    const answer = await deliver(stage, interactionBody({ type: "view_submission", view }));
    expect(answer.status).toBe(200);
    expect(answer.body).toContain("This form is no longer in use.");
    for (const spoiled of [{ state: null }, { state: { values: [] } }, { private_metadata: "x".repeat(9000) }, {}]) {
      const body = interactionBody({
        type: "view_submission",
        view: { id: "V1", type: "modal", callback_id: "sample.form", blocks: null, ...spoiled },
      });
      expect((await deliver(stage, body)).status).toBe(200);
    }
    expect(stage.lines.filter(({ level }) => level === "error")).toEqual([]);
  });
});

async function postedButtons(stage: Stage) {
  const elements = [
    {
      type: "button",
      action_id: "sample.press",
      text: plain("Press"),
      value: JSON.stringify({ id: "a-1", version: 7 }),
    },
    { type: "button", action_id: "sample.open", text: plain("Open"), value: JSON.stringify({ id: "a-1" }) },
    { type: "button", action_id: "gone.button", text: plain("Gone"), value: JSON.stringify({ id: "a-1" }) },
    { type: "button", action_id: "sample.press.2", text: plain("Look"), url: "https://example.com/" },
    { type: "static_select", action_id: "sample.choose", options: [{ text: plain("Blue"), value: "blue" }] },
  ];
  const blocks = [{ type: "actions", block_id: "b", elements }];
  const posted = await stage.connection.call("chat.postMessage", { channel: "C0OPS", text: "buttons", blocks });
  const container = { type: "message", channel: "C0OPS", ts: String(posted.ts) } as const;
  return async (actionId: string, value: { readonly [key: string]: string | { readonly value: string } } = {}) =>
    stage.sandbox.act("U0ANA", { act: "click", in: container, blockId: "b", actionId, value, state: {} });
}

function plain(text: string) {
  return { type: "plain_text", text };
}

function ephemerals(stage: Stage): readonly string[] {
  const detail = stage.sandbox.channel("U0ANA", "C0OPS");
  return (detail?.messages ?? []).filter(({ ephemeral }) => ephemeral).map(({ text }) => text);
}

describe("a button", () => {
  it("is recorded once and answered where it stands, though it is sent twice", async () => {
    const stage = await open();
    const press = await postedButtons(stage);
    stage.sandbox.faults.deliverTwice = "together";
    expect(await press("sample.press")).toEqual({ ok: true });
    await eventually(() => ephemerals(stage).includes("Pressed a-1"));
    await stage.sandbox.idle();
    expect(ephemerals(stage)).toEqual(["Pressed a-1"]);
    expect(await stage.noted()).toEqual(["press a-1 v7 on a message"]);
  });

  it("opens its form once though it is sent twice", async () => {
    const stage = await open();
    const press = await postedButtons(stage);
    stage.sandbox.faults.deliverTwice = "together";
    await press("sample.open");
    await eventually(() => stage.sandbox.state("U0ANA")?.views.length === 1);
    await stage.sandbox.idle();
    expect(stage.sandbox.calls.filter(({ method }) => method === "views.open")).toHaveLength(1);
    expect(stage.lines.filter(({ level }) => level !== "debug")).toEqual([]);
  });

  it("nobody knows any more is answered in words, a link is not answered, a choice is what it is about", async () => {
    const stage = await open();
    const press = await postedButtons(stage);
    await press("gone.button");
    await eventually(() => ephemerals(stage).some((text) => text.startsWith("This button is no longer in use.")));
    expect(await press("sample.press.2")).toEqual({ ok: true });
    await press("sample.choose", {
      type: "static_select",
      selected_option: { value: "blue", ...{ text: plain("Blue") } },
    } as never);
    expect(await stage.noted()).toEqual(["choose blue"]);
    expect(ephemerals(stage)).toHaveLength(1);
  });

  it("with a value that is none of ours is refused, never a crash", async () => {
    const stage = await open();
    for (const value of ["{", "[]", '{"id":3}', "x".repeat(10_000), '{"id":""}']) {
      const actions = [{ type: "button", action_id: "sample.press", block_id: "b", value }];
      const answer = await deliver(stage, interactionBody({ type: "block_actions", actions }));
      expect(answer.status, value.slice(0, 20)).toBe(200);
    }
    expect(await stage.noted()).toEqual([]);
    expect(stage.lines.filter(({ level }) => level === "error")).toEqual([]);
  });

  it("tells its answer by message where the response_url is used up", async () => {
    const stage = await open();
    const actions = [{ type: "button", action_id: "sample.press", block_id: "b", value: '{"id":"a-1"}' }];
    const place = { channel: { id: "C0OPS", name: "ops" }, message: { ts: "1.000001", text: "old" } };
    await deliver(
      stage,
      interactionBody({ type: "block_actions", actions, ...place, response_url: `${stage.url}/gone` }),
    );
    await eventually(() => ephemerals(stage).includes("Pressed a-1"));
  });
});

describe("a shortcut", () => {
  it("opens its form anywhere and reads the message it is used on", async () => {
    const stage = await open();
    await stage.sandbox.act("U0ANA", { act: "shortcut", callbackId: "sample_global" });
    await eventually(() => stage.sandbox.state("U0ANA")?.views.length === 1);
    const posted = await stage.sandbox.act("U0BEN", { act: "post", channel: "C0OPS", text: "look at this" });
    const message = { channel: "C0OPS", ts: String(posted.result) };
    await stage.sandbox.act("U0ANA", { act: "shortcut", callbackId: "sample_message", message });
    await eventually(() => ephemerals(stage).includes("Taken"));
    const notes = await stage.noted();
    const permalink = `archives/C0OPS/p${message.ts.replace(".", "")}`;
    expect(notes.at(-1)).toMatch(/^message look at this at https:/);
    expect(notes.at(-1)).toContain(permalink);
  });
});

describe("an event", () => {
  it("is recorded once before it is acknowledged", async () => {
    const stage = await open();
    const body = eventBody({
      type: "message",
      channel: "C0OPS",
      user: "U0BEN",
      text: "hi",
      ts: "1.2",
      event_ts: "1.2",
    });
    const answers = await Promise.all([deliver(stage, body, json), deliver(stage, body, json)]);
    answers.push(await deliver(stage, body, json));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(await stage.noted()).toEqual(["message by U0BEN: hi"]);
  });

  it("that could not be recorded is answered with 500 so that Slack sends it again, and then recorded", async () => {
    const stage = await open();
    const body = eventBody({
      type: "message",
      channel: "C0OPS",
      user: "U0BEN",
      text: "hi",
      ts: "1.2",
      event_ts: "1.2",
    });
    const release = await lockIntake();
    expect((await deliver(stage, body, json)).status).toBe(500);
    await release();
    expect((await deliver(stage, body, json)).status).toBe(200);
    expect(await stage.noted()).toEqual(["message by U0BEN: hi"]);
  });

  it("of the bot's own doing is nobody's", async () => {
    const stage = await open();
    const own = { channel: "C0OPS", ts: "1.2", event_ts: "1.2" };
    for (const event of [
      { type: "message", user: "U0TOC", bot_id: "B0TOC", text: "mine", ...own },
      { type: "message", subtype: "message_changed", message: { user: "U0TOC", text: "mine" }, ...own },
      { type: "reaction_added", user: "U0TOC", reaction: "pushpin", item: { type: "message", ...own } },
    ]) {
      expect((await deliver(stage, eventBody(event), json)).status).toBe(200);
    }
    expect(await stage.noted()).toEqual([]);
  });

  it("of a reaction reaches its door, with and without a skin tone, but not a guest's", async () => {
    const stage = await open();
    const item = { type: "message", channel: "C0OPS", ts: "1.2" };
    for (const [type, user, reaction] of [
      ["reaction_added", "U0BEN", "pushpin"],
      ["reaction_removed", "U0BEN", "pushpin::skin-tone-2"],
      ["reaction_added", "U0GUS", "pushpin"],
      ["reaction_added", "U0BEN", "tada"],
    ]) {
      await deliver(stage, eventBody({ type, user, reaction, item, event_ts: "1.3" }), json);
    }
    expect(await stage.noted()).toEqual(["reaction on by U0BEN", "reaction off by U0BEN"]);
  });
});

describe("what is not for us", () => {
  it("is answered and leaves nothing behind when it is of another workspace", async () => {
    const stage = await open();
    const foreign = commandBody("note hello", { team_id: "T0OTHER" });
    expect(await deliver(stage, foreign)).toEqual({ status: 200, body: "" });
    const event = { type: "message", channel: "C1", user: "U1", text: "hi", ts: "1.2" };
    expect((await deliver(stage, eventBody(event, { team_id: "T0OTHER" }), json)).status).toBe(200);
    const body = submission("hello", { team: { id: "T0OTHER" } });
    expect(await deliver(stage, body)).toEqual({ status: 200, body: "" });
    expect(await stage.noted()).toEqual([]);
    expect(await query(databaseUrl, "select key from slack_intake", "key")).toEqual([]);
  });

  it("is taken when an organisation's payload names no team, or the person another one", async () => {
    const stage = await open();
    expect(said(await deliver(stage, commandBody("note a", { team_id: "" })))).toBe("Noted: a");
    await deliver(stage, submission("b", { team: null }));
    const shared = eventBody(
      { type: "message", channel: "C0OPS", user: "U0BEN", text: "c", ts: "1.2" },
      { team_id: "T0PARTNER", authorizations: [{ team_id: "T0WAOOAW", enterprise_id: null }] },
    );
    await deliver(stage, shared, json);
    expect(await stage.noted()).toHaveLength(3);
  });

  it.each([
    ["an hour old", { stamp: Math.floor(Date.now() / 1000) - 3600 }, 401],
    ["an hour ahead", { stamp: Math.floor(Date.now() / 1000) + 3600 }, 401],
    ["of no time", { stamp: Number.NaN }, 401],
    ["signed with another secret", { secret: "wrong" }, 401],
  ])("is refused when it is %s", async (_, spoiled, status) => {
    const stage = await open();
    expect((await deliver(stage, commandBody("note hello"), spoiled)).status).toBe(status);
    expect(await stage.noted()).toEqual([]);
  });

  it("never breaks anything, whatever it holds", async () => {
    const stage = await open();
    for (const body of ["", "null", "{}", "[]", "7", '{"event":null}', '{"event":{}}', '{"event":7}', "{"]) {
      expect((await deliver(stage, body, json)).status, body).toBeLessThan(501);
    }
    for (const body of [
      "payload=null",
      "payload=",
      "payload=%7B",
      "payload=[]",
      "payload=%7B%22type%22%3A7%7D",
      "a=b",
    ]) {
      expect((await deliver(stage, body)).status, body).toBeLessThan(501);
    }
    expect((await deliver(stage, `text=${"x".repeat(3_000_000)}`)).status).toBe(413);
    expect(said(await deliver(stage, commandBody("note still here")))).toBe("Noted: still here");
  });
});

/** Keeps everybody from recording, as a database under an ill-timed migration does. */
async function lockIntake(): Promise<() => Promise<void>> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query("begin");
  await client.query("lock table slack_intake in access exclusive mode");
  return () => client.end();
}

/** A way to the database that can be cut and held up. */
async function throughProxy(): Promise<{ readonly url: string; readonly cut: () => void; readonly hold: () => void }> {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  let held = false;
  const server = createServer((client) => {
    const host = target.searchParams.get("host");
    const upstream = host?.startsWith("/")
      ? connectTo(`${host}/.s.PGSQL.${target.port || 5432}`)
      : connectTo(Number(target.port || 5432), target.hostname);
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from.on("data", (chunk) => void (held || to.write(chunk)));
      from.on("error", () => to.destroy());
      from.on("close", () => to.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const cut = () => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  onTestFinished(cut);
  const url = new URL(databaseUrl);
  url.searchParams.delete("host");
  url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: url.href,
    cut,
    hold: () => {
      held = true;
    },
  };
}

describe("while the database is away", () => {
  async function timed<T>(work: Promise<T>): Promise<T> {
    const began = performance.now();
    const result = await work;
    expect(performance.now() - began).toBeLessThan(2900);
    return result;
  }

  it("a command is told so in time", async () => {
    const stage = await open();
    const release = await lockIntake();
    const body = commandBody("note hello");
    expect(said(await timed(deliver(stage, body)))).toMatch(/database.*nothing was recorded/s);
    await release();
    expect(said(await deliver(stage, body))).toBe("Noted: hello");
    expect(stage.lines.filter(({ level }) => level === "error")).toEqual([]);
  });

  it("a form keeps what was typed", async () => {
    const stage = await open();
    const release = await lockIntake();
    const answer = JSON.parse((await timed(deliver(stage, submission("hello")))).body) as object;
    await release();
    expect(answer).toMatchObject({ response_action: "errors", errors: { title: expect.stringContaining("database") } });
  });

  it("a button is answered where it stands", async () => {
    const stage = await open();
    const press = await postedButtons(stage);
    const release = await lockIntake();
    await timed(press("sample.press"));
    await release();
    await eventually(() => ephemerals(stage).some((text) => text.includes("nothing was recorded")));
  });

  it("because its line is cut, everybody is told at once, and it comes back by itself", async () => {
    const proxy = await throughProxy();
    const stage = await open({ through: proxy.url });
    expect(said(await deliver(stage, commandBody("note before")))).toBe("Noted: before");
    proxy.cut();
    expect(said(await timed(deliver(stage, commandBody("note during"))))).toContain("nothing was recorded");
    const event = eventBody({ type: "message", channel: "C0OPS", user: "U0BEN", text: "hi", ts: "1.2" });
    expect((await timed(deliver(stage, event, json))).status).toBe(500);
  });

  it("because it does not answer at all, nobody waits longer than Slack does", async () => {
    const proxy = await throughProxy();
    const stage = await open({ through: proxy.url });
    expect(said(await deliver(stage, commandBody("note before")))).toBe("Noted: before");
    proxy.hold();
    const answer = said(await timed(deliver(stage, commandBody("note during"))));
    expect(answer).toMatch(/database is (?:slow|not answering)/);
    proxy.cut();
  });
});

describe("while Slack is away", () => {
  it("a person who is not known may do nothing and is told within the time", async () => {
    const stage = await open();
    stage.sandbox.faults.fail("users.info", { delayMilliseconds: 2500 });
    const began = performance.now();
    const answer = said(await deliver(stage, commandBody("note hello", { user_id: "U0CHI" })));
    expect(performance.now() - began).toBeLessThan(1900);
    expect(answer).toContain("I could not learn from Slack who you are");
    expect(await stage.noted()).toEqual([]);
  });

  it("the bot is up and not ready, says so, and gets ready by itself", async () => {
    const sandbox = await openSandbox();
    const mend = sandbox.faults.fail("auth.test", { status: 503, times: 1000 });
    const stage = await openStage({ databaseUrl, commands: stageCommands, sandbox });
    expect(stage.slack.reasons()).toEqual(["slack"]);
    expect(said(await deliver(stage, commandBody("note hello")))).toContain("getting in touch with Slack");
    expect(
      (
        await deliver(
          stage,
          eventBody({ type: "message", channel: "C0OPS", user: "U0BEN", text: "x", ts: "1.1" }),
          json,
        )
      ).status,
    ).toBe(500);
    mend();
    await eventually(() => stage.slack.reasons().length === 0);
    expect(said(await deliver(stage, commandBody("note hello")))).toBe("Noted: hello");
  });

  it("a token that Slack refuses is a fault of the configuration", async () => {
    const sandbox = await openSandbox();
    sandbox.faults.fail("auth.test", { error: "account_inactive" });
    await expect(openStage({ databaseUrl, commands: stageCommands, sandbox })).rejects.toMatchObject({
      name: "ConfigurationError",
      message: expect.stringContaining("account_inactive"),
    });
  });
});

it("a repeat a day later finds nothing, since asks are forgotten then", async () => {
  const stage = await open();
  const old = new Date(Date.now() - 25 * 3_600_000);
  await stage.pool.query(
    "insert into slack_intake (key, kind, received_at) select 'old' || n, 'event', $1 from generate_series(1, 300) n",
    [old],
  );
  for (let count = 0; count < 220; count += 1) {
    const body = eventBody(
      { type: "message", channel: "C0OPS", user: "U0BEN", text: "hi", ts: "1.2" },
      { event_id: randomUUID() },
    );
    await deliver(stage, body, json);
  }
  expect(await query(databaseUrl, "select key from slack_intake where key like 'old%'", "key")).toEqual([]);
});
