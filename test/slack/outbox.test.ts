import { describe, expect, it } from "vitest";
import type { Incident } from "../../src/domain/incident/incident.ts";
import type { Intent } from "../../src/domain/intent.ts";
import { type OutboxStage, openOutboxStage } from "./outbox-stage.ts";
import { eventually, stageDatabase } from "./stage.ts";

const databaseUrl = await stageDatabase();
const open = () => openOutboxStage(databaseUrl);

const ops = { channel: "C0OPS" } as const;

function card(subject: string, place: Extract<Intent, { kind: "card" }>["place"] = ops): Intent {
  return { kind: "card", view: "card", subject, place };
}

function message(subject: string, once = subject): Intent {
  return { kind: "message", view: "message", subject, place: ops, once };
}

function declare(incident: Incident): readonly Intent[] {
  const about = { incident: incident.id };
  return [
    { kind: "channel", ...about },
    { kind: "topic", ...about },
    { kind: "card", view: "incident.card", subject: incident.id, place: about, pin: true },
    { kind: "invite", ...about, userIds: ["U0ANA", "@oncall", "chi@waooaw.example"] },
    { kind: "bookmark", ...about, title: "Runbook", link: "https://example.com/runbook" },
  ];
}

async function channelOf(stage: OutboxStage, incident: Incident): Promise<string> {
  const found = await stage.transact((app) => app.incidents.byId(incident.id));
  if (!found?.channelId) throw new Error("the incident has no channel");
  return found.channelId;
}

describe("a card", () => {
  it("is posted once and edited after that, changes of one moment in one edit", async () => {
    const stage = await open();
    stage.facts.set("a", "one");
    await stage.add(card("a"));
    await stage.startDrainer();
    await stage.settled();
    stage.facts.set("a", "two");
    await stage.transact(async (app) => {
      for (let count = 0; count < 5; count += 1) await app.outbox.add(card("a"));
    });
    await stage.settled();
    expect(stage.texts("C0OPS")).toEqual(["two"]);
    expect([stage.methods("chat.postMessage"), stage.methods("chat.update")]).toEqual([1, 1]);
  });

  it("that changes while it is being sent is drawn once more", async () => {
    const stage = await open();
    stage.facts.set("a", "one");
    stage.sandbox.faults.fail("chat.postMessage", { delayMilliseconds: 400 });
    await stage.add(card("a"));
    await stage.startDrainer();
    await eventually(() => stage.texts("C0OPS").length === 1 || stage.methods("chat.postMessage") > 0 || null);
    stage.facts.set("a", "two");
    await stage.add(card("a"));
    await stage.add(card("a"));
    await stage.settled();
    expect(stage.texts("C0OPS")).toEqual(["two"]);
    expect(stage.methods("chat.postMessage")).toBe(1);
  });

  it("is posted anew when somebody deleted it", async () => {
    const stage = await open();
    stage.facts.set("a", "one");
    await stage.add(card("a"));
    await stage.startDrainer();
    await stage.settled();
    const posted = stage.sandbox.channel("U0ANA", "C0OPS")?.messages[0];
    await stage.call("chat.delete", { channel: "C0OPS", ts: posted?.ts });
    await stage.add(card("a"));
    await stage.settled();
    expect(stage.texts("C0OPS")).toEqual(["one"]);
  });
});

describe("a message", () => {
  it("with a word of its own is posted once", async () => {
    const stage = await open();
    stage.facts.set("a", "one");
    await stage.add(message("a"), message("a"));
    await stage.startDrainer();
    await stage.add(message("a"));
    await stage.settled();
    expect(stage.texts("C0OPS")).toEqual(["one"]);
  });

  it("and those after it come in their order", async () => {
    const stage = await open();
    const subjects = ["1", "2", "3", "4", "5"];
    for (const subject of subjects) stage.facts.set(subject, subject);
    stage.sandbox.faults.fail("chat.postMessage", { delayMilliseconds: 150 });
    await stage.add(...subjects.map((subject) => message(subject)));
    await stage.startDrainer();
    await stage.settled();
    expect(stage.texts("C0OPS")).toEqual(subjects);
  });

  it("that breaks because of a fault of ours does not hold up the others of its channel", async () => {
    const stage = await open();
    stage.facts.set("bad", "break");
    stage.facts.set("good", "good");
    await stage.add(message("bad"), message("good"));
    await stage.startDrainer();
    await eventually(() => stage.texts("C0OPS").includes("good"));
  });

  it("whose subject is gone is not posted", async () => {
    const stage = await open();
    await stage.add(message("nothing"));
    await stage.startDrainer();
    await stage.settled();
    expect(stage.methods("chat.postMessage")).toBe(0);
  });
});

describe.each([
  ["the answer is lost", { drop: true, performed: true }],
  ["the answer is a 500 after the work was done", { status: 500, performed: true }],
  ["nothing was done and no answer came", { drop: true }],
  ["Slack has an internal error", { error: "internal_error" }],
  ["Slack says 429", { status: 429, retryAfterSeconds: 1 }],
])("when %s", (_, fault) => {
  it.each([
    "chat.postMessage",
    "conversations.create",
    "conversations.setTopic",
    "conversations.invite",
    "bookmarks.add",
    "pins.add",
    "chat.update",
  ])("of %s, an incident is whole in the end and nothing is there twice", async (method) => {
    const stage = await open();
    const incident = await stage.incident();
    stage.facts.set(incident.id, "the card");
    stage.facts.set("other", "other");
    stage.sandbox.faults.fail(method, fault);
    await stage.add(...declare(incident));
    await stage.startDrainer();
    await stage.settled();
    stage.facts.set(incident.id, "the card now");
    await stage.add({ kind: "card", view: "incident.card", subject: incident.id, place: { incident: incident.id } });
    await stage.settled();
    expect(stage.sandbox.calls.some((one) => one.method === method && one.answer?.ok !== true)).toBe(true);
    const id = await channelOf(stage, incident);
    const detail = stage.sandbox.channel("U0ANA", id);
    expect(detail?.channel.name).toBe(`inc-${incident.number}-api-returns-500s`);
    expect(detail?.channel.topic).toContain(`INC-${incident.number}`);
    expect(detail?.messages.filter(({ text }) => text === "the card now")).toHaveLength(1);
    expect(detail?.pins).toHaveLength(1);
    expect(detail?.bookmarks.map(({ title }) => title)).toEqual(["Runbook"]);
    expect([...(detail?.channel.memberIds ?? [])].sort()).toEqual(["U0ANA", "U0BEN", "U0CHI", "U0TOC"]);
    const names = (stage.sandbox.state("U0ANA")?.channels ?? []).map(({ name }) => name);
    expect(names.filter((name) => name.startsWith(`inc-${incident.number}`))).toHaveLength(1);
    expect(await stage.transact((app) => app.outbox.missing(incident.id))).toEqual([]);
    expect(stage.lines.filter(({ level }) => level === "error")).toEqual([]);
  });

  it.each([
    "files.getUploadURLExternal",
    "files.completeUploadExternal",
    "conversations.canvases.create",
    "reactions.add",
  ])("of %s, documents and marks are there once", async (method) => {
    const stage = await open();
    stage.facts.set("doc", "# Text");
    const posted = await stage.sandbox.act("U0ANA", { act: "post", channel: "C0OPS", text: "hi" });
    stage.sandbox.faults.fail(method, fault);
    await stage.add(
      { kind: "files", view: "files", subject: "doc", place: ops, once: "doc-1" },
      { kind: "canvas", view: "canvas", subject: "doc", place: ops },
      { kind: "react", channel: "C0OPS", ts: String(posted.result), name: "eyes" },
    );
    await stage.startDrainer();
    await stage.settled();
    const detail = stage.sandbox.channel("U0ANA", "C0OPS");
    expect(detail?.messages.flatMap(({ files }) => files.map(({ title }) => title))).toEqual(["A"]);
    expect(detail?.canvases).toHaveLength(1);
    expect(detail?.messages.find(({ text }) => text === "hi")?.reactions).toMatchObject([{ name: "eyes" }]);
  });
});

describe("an incident", () => {
  it("whose name is taken by others gets a number, and the other's channel is left alone", async () => {
    const stage = await open();
    const incident = await stage.incident();
    await stage.call("conversations.create", { name: `inc-${incident.number}-api-returns-500s` });
    stage.facts.set(incident.id, "the card");
    await stage.add(...declare(incident));
    await stage.startDrainer();
    await stage.settled();
    const detail = stage.sandbox.channel("U0ANA", await channelOf(stage, incident));
    expect(detail?.channel.name).toBe(`inc-${incident.number}-api-returns-500s-2`);
  });

  it("invites everybody who can be, names who cannot, and is mended by a later invitation", async () => {
    const stage = await open();
    const incident = await stage.incident();
    stage.facts.set(incident.id, "the card");
    stage.sandbox.changePerson("U0CHI", { deleted: true });
    await stage.add(...declare(incident));
    await stage.startDrainer();
    await stage.settled();
    const id = await channelOf(stage, incident);
    expect([...(stage.sandbox.channel("U0ANA", id)?.channel.memberIds ?? [])].sort()).toEqual([
      "U0ANA",
      "U0BEN",
      "U0TOC",
    ]);
    const missing = () => stage.transact((app) => app.outbox.missing(incident.id));
    expect(await missing()).toMatchObject([{ piece: "invite", state: "failed", userIds: ["chi@waooaw.example"] }]);
    stage.sandbox.changePerson("U0CHI", { deleted: false });
    await stage.add({ kind: "invite", incident: incident.id, userIds: ["chi@waooaw.example"] });
    await stage.settled();
    expect(await missing()).toEqual([]);
    expect(stage.sandbox.channel("U0ANA", id)?.channel.memberIds).toContain("U0CHI");
  });

  it("with a piece that Slack refuses is whole otherwise, says so, and not any more once it is made good", async () => {
    const stage = await open();
    const incident = await stage.incident();
    stage.facts.set(incident.id, "the card");
    stage.sandbox.faults.fail("conversations.setTopic", { error: "restricted_action" });
    await stage.add(...declare(incident));
    await stage.startDrainer();
    await stage.settled();
    const missing = () => stage.transact((app) => app.outbox.missing(incident.id));
    expect(await missing()).toMatchObject([{ piece: "topic", state: "failed", reason: "restricted_action" }]);
    const edits = stage.methods("chat.update");
    expect(edits).toBeGreaterThan(0);
    await stage.add({ kind: "topic", incident: incident.id });
    await stage.settled();
    expect(await missing()).toEqual([]);
    expect(stage.methods("chat.update")).toBeGreaterThan(edits);
  });

  it("whose channel cannot be made keeps the rest waiting and builds it when it can", async () => {
    const stage = await open();
    const incident = await stage.incident();
    stage.facts.set(incident.id, "the card");
    const mend = stage.sandbox.faults.fail("conversations.create", { status: 503, times: 1000 });
    await stage.add(...declare(incident));
    await stage.startDrainer();
    await eventually(() => stage.methods("conversations.create") > 0);
    await eventually(async () => {
      const missing = await stage.transact((app) => app.outbox.missing(incident.id));
      return missing.some(({ piece, state }) => piece === "channel" && state === "waiting");
    });
    mend();
    stage.advance(120_000);
    await stage.settled();
    expect(stage.sandbox.channel("U0ANA", await channelOf(stage, incident))?.pins).toHaveLength(1);
  });
});

describe("two processes", () => {
  it("send everything once between them, and one takes over when the other ends", async () => {
    const stage = await open();
    const first = await stage.startDrainer();
    await stage.startDrainer();
    const subjects = Array.from({ length: 4 }, (_, index) => `s${index}`);
    for (const subject of subjects) stage.facts.set(subject, subject);
    await stage.add(message("s0"), message("s1"));
    await stage.settled();
    await first.stop();
    await stage.add(message("s2"), message("s3"));
    await stage.settled();
    expect(stage.texts("C0OPS")).toEqual(subjects);
  });
});

describe("Slack's limits", () => {
  it("for one method hold up nothing else", async () => {
    const stage = await open();
    stage.facts.set("a", "one");
    stage.facts.set("b", "late");
    stage.facts.set("home", "home");
    await stage.add(card("a"));
    await stage.startDrainer();
    await stage.settled();
    stage.sandbox.faults.fail("chat.update", { status: 429, retryAfterSeconds: 30 });
    stage.facts.set("a", "two");
    await stage.add(card("a"));
    await eventually(() => stage.methods("chat.update") === 1);
    await stage.add(message("b"));
    await eventually(() => stage.texts("C0OPS").includes("late"));
    expect(stage.texts("C0OPS")).toContain("one");
    stage.advance(31_000);
    await stage.settled();
    expect(stage.texts("C0OPS")).toContain("two");
    expect(stage.methods("chat.update")).toBe(2);
  });

  it("for messages of one channel hold up no other channel", async () => {
    const stage = await open();
    stage.sandbox.faults.fail("chat.postMessage", {
      status: 429,
      retryAfterSeconds: 30,
      when: ({ channel }) => channel === "C0OPS",
    });
    stage.facts.set("a", "a");
    stage.facts.set("b", "b");
    await stage.add(message("a"), { ...message("b"), place: { configured: "incidents" } } as Intent);
    await stage.startDrainer();
    await eventually(() => stage.texts("C0INCIDENTS").includes("b"));
    expect(stage.texts("C0OPS")).toEqual([]);
    stage.advance(31_000);
    await stage.settled();
    expect(stage.texts("C0OPS")).toEqual(["a"]);
  });

  it("are kept to when many cards change at once: Slack never has to say no", async () => {
    const stage = await open();
    stage.sandbox.faults.rateLimits = true;
    await stage.startDrainer();
    const subjects = Array.from({ length: 3 }, (_, index) => `c${index}`);
    for (const subject of subjects) stage.facts.set(subject, "new");
    await stage.add(...subjects.map((subject) => card(subject)));
    await stage.settled();
    for (let round = 0; round < 25; round += 1) {
      for (const subject of subjects) stage.facts.set(subject, `round ${round}`);
      await stage.add(...subjects.map((subject) => card(subject)));
    }
    await stage.settled();
    expect(stage.sandbox.calls.filter(({ status }) => status === 429)).toEqual([]);
    expect(stage.texts("C0OPS")).toEqual(subjects.map(() => "round 24"));
  });
});

it("what is urgent goes before what is cosmetic, to the same place too", async () => {
  const stage = await open();
  for (const subject of ["one", "two", "page"]) stage.facts.set(subject, subject);
  await stage.add([message("one"), "cosmetic"], [message("two"), "cosmetic"], [message("page"), "page"]);
  await stage.startDrainer();
  await stage.settled();
  expect(stage.texts("C0OPS")).toEqual(["page", "one", "two"]);
});

describe("what a process that died was sending", () => {
  it("is looked up before it is sent again", async () => {
    const stage = await open();
    stage.facts.set("done", "done");
    stage.facts.set("lost", "lost");
    await stage.add(message("done"), { ...message("lost"), place: { configured: "incidents" } } as Intent);
    // The first reached Slack, the second did not; neither was recorded.
    const rows = await stage.transact((app) => app.outbox.claim(2));
    const done = rows.find(({ intent }) => intent.kind === "message" && intent.subject === "done");
    await stage.call("chat.postMessage", {
      channel: "C0OPS",
      text: "done",
      metadata: { event_type: "tocsin", event_payload: { id: done?.id } },
    });
    await stage.startDrainer();
    await stage.settled();
    expect(stage.texts("C0OPS")).toEqual(["done"]);
    expect(stage.texts("C0INCIDENTS")).toEqual(["lost"]);
  });

  it("and a channel it made is taken for its incident", async () => {
    const stage = await open();
    const incident = await stage.incident();
    await stage.add({ kind: "channel", incident: incident.id });
    await stage.transact((app) => app.outbox.claim(1));
    const made = await stage.call("conversations.create", { name: `inc-${incident.number}-api-returns-500s` });
    await stage.startDrainer();
    await stage.settled();
    expect(await channelOf(stage, incident)).toBe((made.channel as { readonly id: string }).id);
  });
});
