import { beforeEach, describe, expect, test } from "vitest";
import { channelCreated } from "../../../src/domain/incident/channel.ts";
import type { SlackMessage } from "../../../src/domain/slack-side.ts";
import { captureActionItem } from "../../../src/jobs/capture-action-item.ts";
import { captureMessage } from "../../../src/jobs/capture-message.ts";
import { caller, inChannel, openDesk, refusal } from "../../support/desk.ts";

const desk = await openDesk();
const ana = caller("U0ANA");
const ben = caller("U0BEN");
const slack = new Map<string, SlackMessage>();
const needs = {
  transact: desk.transact,
  messages: { read: async (channelId: string, ts: string) => slack.get(`${channelId}:${ts}`) ?? null },
};

let channel = "";
let incidentId = "";
let second = 0;
beforeEach(async () => {
  await desk.types(ana, "/incident declare sev3 API returns 500s");
  const [incident] = await desk.transact((app) => app.incidents.list({ seenBy: "bot", open: true, limit: 1 }));
  incidentId = incident?.id ?? "";
  channel = `C0INC${incident?.number}`;
  await desk.transact((app) => channelCreated(app, incidentId, { id: channel, name: "inc" }));
  desk.jobs.splice(0);
  desk.takeIntents();
});

/** A message as Slack has it. */
function says(text: string, changes: Partial<SlackMessage> = {}): string {
  const ts = `17953128${String(++second).padStart(2, "0")}.000100`;
  slack.set(`${channel}:${ts}`, { userId: "U0BEN", text, threadTs: null, editedTs: null, files: [], ...changes });
  return ts;
}

/** Runs what was enqueued, each job twice, as the queue may. */
async function work(): Promise<void> {
  for (const { name, data } of desk.jobs.splice(0)) {
    for (let turn = 0; turn < 2; turn += 1) {
      if (name === "capture-message") await captureMessage(needs).handle(data as never);
      if (name === "capture-action-item") await captureActionItem(needs).handle(data as never);
    }
  }
}

const pushes = (who: typeof ana, ts: string, on: boolean, eventTs: string) =>
  desk.reacts(who, "pushpin", { on, channelId: channel, ts, eventTs });
const pins = (ts: string, on: boolean, event_ts: string) =>
  desk.event(on ? "pin_added" : "pin_removed", {
    user: "U0ANA",
    channel_id: channel,
    item: { type: "message", message: { ts } },
    event_ts,
  });

async function captured(): Promise<readonly string[]> {
  const entries = await desk.transact((app) => app.timeline.list(incidentId));
  return entries.filter((entry) => entry.kind === "message").map((entry) => entry.text);
}

describe("a pushpin", () => {
  test("puts the message on the timeline with its own time, writer and link; taking it away removes it", async () => {
    const ts = says("the queue is <@U0CHI>'s, ask <!channel>");
    await pushes(ana, ts, true, "1.1");
    await work();
    const entries = await desk.transact((app) => app.timeline.list(incidentId));
    expect(entries.find((entry) => entry.kind === "message")).toMatchObject({
      at: new Date(Math.round(Number(ts) * 1000)),
      actorId: "U0BEN",
      text: "the queue is <@U0CHI>'s, ask @channel",
      source: {
        channelId: channel,
        ts,
        through: "reaction",
        permalink: `https://waooaw.slack.com/archives/${channel}/p${ts.replace(".", "")}`,
      },
    });
    await pushes(ana, ts, false, "1.2");
    expect(await captured()).toEqual([]);
    await pushes(ben, ts, true, "1.3");
    await work();
    expect(await captured()).toHaveLength(1);
  });

  test("on a thread reply takes that reply, linked in its thread", async () => {
    const parent = says("parent");
    const ts = says("the reply", { threadTs: parent });
    await pushes(ana, ts, true, "1.1");
    await work();
    const entry = await desk.transact((app) => app.timeline.bySource(channel, ts));
    expect(entry?.source?.permalink).toContain(`thread_ts=${parent}`);
    expect(await captured()).toEqual(["the reply"]);
  });

  test("of two people holds until both took it away, and a pin holds on its own", async () => {
    const ts = says("kept");
    await pushes(ana, ts, true, "1.1");
    await pushes(ben, ts, true, "1.2");
    await pins(ts, true, "1.3");
    await work();
    await pushes(ana, ts, false, "1.4");
    await pushes(ben, ts, false, "1.5");
    expect(await captured()).toEqual(["kept"]);
    await pins(ts, false, "1.6");
    expect(await captured()).toEqual([]);
  });

  test("taken away before the message was read leaves nothing", async () => {
    const ts = says("never mind");
    await pushes(ana, ts, true, "1.1");
    await pushes(ana, ts, false, "1.2");
    await work();
    expect(await captured()).toEqual([]);
  });

  test("whose events come in the wrong order, or twice, ends as the newest says", async () => {
    const gone = says("gone");
    await pushes(ana, gone, false, "2.0");
    await pushes(ana, gone, true, "1.0");
    const stays = says("stays");
    await pushes(ana, stays, true, "3.0");
    await pushes(ana, stays, false, "2.0");
    await pushes(ana, stays, true, "3.0");
    await work();
    expect(await captured()).toEqual(["stays"]);
  });

  test("takes what was captured as it was said, without asking Slack for it", async () => {
    const ts = `17953129${String(++second).padStart(2, "0")}.000100`;
    await desk.event("message", { channel, user: "U0CHI", text: "said *before* the pin", ts, event_ts: ts });
    await pushes(ana, ts, true, "1.1");
    await work();
    expect(slack.has(`${channel}:${ts}`)).toBe(false);
    expect(await captured()).toEqual(["said *before* the pin"]);
    const entry = await desk.transact((app) => app.timeline.bySource(channel, ts));
    expect(entry?.actorId).toBe("U0CHI");
  });

  test("in any other channel is none of ours", async () => {
    await desk.reacts(ana, "pushpin", { on: true, channelId: "C0GENERAL", ts: "1.1", eventTs: "1.1" });
    expect(desk.jobs).toEqual([]);
  });

  test("on a message without text says what was shared", async () => {
    const ts = says("", { files: [{ name: "graph.png", permalink: "https://waooaw.slack.com/files/F1" }] });
    await pushes(ana, ts, true, "1.1");
    await work();
    expect(await captured()).toEqual(["Shared <https://waooaw.slack.com/files/F1|graph.png>"]);
  });
});

describe("a captured message", () => {
  const edit = (ts: string, text: string, editedTs: string) =>
    desk.event("message.message_changed", {
      channel,
      message: { ts, text, edited: { user: "U0BEN", ts: editedTs } },
      event_ts: editedTs,
    });
  const remove = (ts: string) => desk.event("message.message_deleted", { channel, deleted_ts: ts, event_ts: "9.9" });

  test("follows its edits, the newest winning", async () => {
    const ts = says("frist");
    await pushes(ana, ts, true, "1.1");
    await work();
    await edit(ts, "third", "30.0");
    await edit(ts, "second", "20.0");
    expect(await captured()).toEqual(["third"]);
  });

  test("edited while it was being read ends with the newer text", async () => {
    const ts = says("old");
    await pushes(ana, ts, true, "1.1");
    const [first] = desk.jobs.splice(0);
    await edit(ts, "new", "20.0");
    // The first read began before the edit and is written after it was told.
    await captureMessage(needs).handle(first?.data as never);
    slack.set(`${channel}:${ts}`, { userId: "U0BEN", text: "new", threadTs: null, editedTs: "20.0", files: [] });
    await work();
    expect(await captured()).toEqual(["new"]);
  });

  test("that is deleted leaves, and does not come back, even when the deletion came first", async () => {
    const ts = says("oops");
    await pushes(ana, ts, true, "1.1");
    await work();
    await remove(ts);
    expect(await captured()).toEqual([]);
    const early = says("oops again");
    await remove(early);
    await pushes(ana, early, true, "10.0");
    await work();
    expect(await captured()).toEqual([]);
  });

  test("is left alone by changes that are not edits", async () => {
    const ts = says("text");
    await pushes(ana, ts, true, "1.1");
    await work();
    await desk.event("message.message_changed", {
      channel,
      message: { ts, text: "text with an unfurl" },
      event_ts: "5.0",
    });
    expect(await captured()).toEqual(["text"]);
  });
});

describe("an entry that people wrote", () => {
  const edits = (id: string, values: object) =>
    desk.submits(ben, "incident.timeline.edit", { id: `${id}~i=${incidentId}` }, { ...values });

  test("can be put right in words and time, and taken off; what it said is kept", async () => {
    await desk.types(ana, "/incident note flushed <the> cache", inChannel(channel));
    const find = async () =>
      (await desk.transact((app) => app.timeline.list(incidentId))).find((one) => one.kind === "note");
    const entry = await find();
    const id = entry?.id ?? "";
    const form = JSON.stringify(await desk.presses(ben, "incident.timeline.entry", { id: `edit~${id}` }));
    expect(form).toContain('"initial_value":"flushed <the> cache"');
    await edits(id, { text: "flushed <the> cache", at: entry?.at });
    expect(await find()).toEqual(entry);
    const earlier = new Date(desk.now.getTime() - 600_000);
    const shown = await edits(id, { text: "flushed <!channel> both caches", at: earlier });
    expect(JSON.stringify(shown)).toContain("both caches");
    expect(await find()).toMatchObject({ text: "flushed &lt;!channel&gt; both caches", at: earlier });
    expect(desk.audit.at(-1)).toMatchObject({ action: "timeline.entry-changed", actor: "U0BEN" });
    expect((await refusal(edits(id, { text: "x", at: new Date(desk.now.getTime() + 120_000) }))).field).toBe("at");
    await edits(id, { text: "flushed both caches", at: earlier, remove: true });
    expect(await find()).toBeUndefined();
  });

  test("differs from what the product saw, which stands", async () => {
    const [declared] = await desk.transact((app) => app.timeline.list(incidentId));
    expect((await refusal(edits(declared?.id ?? "", { text: "never happened" }))).code).toBe("not_possible");
  });
});

describe("the message shortcut", () => {
  const on = (ts: string, at: string, text: string) => ({
    ...inChannel(at),
    message: { ts, threadTs: null, userId: "U0SAM", text, permalink: null },
  });

  test("in the incident's channel adds at once, and only once", async () => {
    const at = on("1795312899.5", channel, "seen at 02:00");
    await desk.shortcut(ana, "timeline_add", at);
    expect(await captured()).toEqual(["seen at 02:00"]);
    expect((await refusal(desk.shortcut(ben, "timeline_add", at))).code).toBe("already_done");
  });

  test("elsewhere asks which incident, then reads the message", async () => {
    const ts = "1795312898.5";
    slack.set(`C0ALERTS:${ts}`, { userId: "U0SAM", text: "from alerts", threadTs: null, editedTs: null, files: [] });
    const answer = await desk.shortcut(ana, "timeline_add", on(ts, "C0ALERTS", "from alerts"));
    const about = JSON.parse(JSON.parse(JSON.stringify(answer)).modal.view.private_metadata);
    await desk.submits(ana, "incident.timeline.add", about, { incident: incidentId });
    await work();
    expect(await captured()).toEqual(["from alerts"]);
  });
});

describe("action items", () => {
  const checks = (ts: string, set: boolean, eventTs: string) =>
    desk.reacts(ana, "white_check_mark", { on: set, channelId: channel, ts, eventTs });
  const items = () => desk.transact((app) => app.actionItems.list({ incidentId }));

  test("are made by reaction from the message's first line, and taken back with it while untouched", async () => {
    const ts = says("Alarm on <#C0OPS|ops> queue &gt; 100\nmore");
    await checks(ts, true, "1.1");
    await work();
    expect(await items()).toMatchObject([{ title: "Alarm on #ops queue > 100", createdBy: "U0ANA", source: { ts } }]);
    await checks(ts, false, "1.2");
    expect(await items()).toEqual([]);
  });

  test("that somebody worked on stay", async () => {
    const ts = says("Alarm");
    await checks(ts, true, "1.1");
    await work();
    const [item] = await items();
    await desk.submits(
      ana,
      "incident.action-item.edit",
      { id: item?.id ?? "" },
      { title: "Alarm", owner: "U0BEN", due: "2026-12-01" },
    );
    await checks(ts, false, "1.2");
    expect(await items()).toMatchObject([{ ownerId: "U0BEN", dueOn: "2026-12-01" }]);
    expect(JSON.stringify(await desk.draws("home", "U0BEN"))).toContain("Alarm");
    await desk.presses(ben, "incident.action-item.done", { id: item?.id ?? "" }, inChannel(channel));
    expect((await items())[0]?.doneAt).toEqual(desk.now);
    expect((await refusal(desk.presses(ben, "incident.action-item.done", { id: item?.id ?? "" }))).code).toBe(
      "already_done",
    );
  });

  test("are added by line, by form and by shortcut", async () => {
    await desk.types(ana, "/incident action raise the limit", inChannel(channel));
    await desk.submits(
      ana,
      "incident.action-item",
      { id: incidentId },
      { title: "write it down", owner: "U0CHI", due: "2026-12-24" },
    );
    const answer = await desk.shortcut(ana, "action_item_add", {
      ...inChannel(channel),
      message: {
        ts: "1795312897.5",
        threadTs: null,
        userId: "U0SAM",
        text: "fix <https://x.example|the page>",
        permalink: null,
      },
    });
    const modal = JSON.parse(JSON.stringify(answer)).modal;
    expect(JSON.stringify(modal)).toContain("fix https://x.example");
    await desk.submits(ana, "incident.action-item", JSON.parse(modal.view.private_metadata), { title: "fix the page" });
    expect((await items()).map((item) => item.title)).toEqual(["raise the limit", "write it down", "fix the page"]);
    expect((await refusal(desk.submits(ana, "incident.action-item", { id: incidentId }, { title: "" }))).field).toBe(
      "title",
    );
  });
});
