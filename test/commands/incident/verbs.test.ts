import { beforeEach, describe, expect, test } from "vitest";
import { channelCreated } from "../../../src/domain/incident/channel.ts";
import type { Incident } from "../../../src/domain/incident/incident.ts";
import { caller, inChannel, nowhere, openDesk, refusal } from "../../support/desk.ts";

const desk = await openDesk();
const ana = caller("U0ANA");
const ben = caller("U0BEN");
let count = 0;

/** A fresh incident with its channel. */
async function fresh(line = "sev3 API returns 500s"): Promise<Incident & { readonly channelId: string }> {
  await desk.types(ana, `/incident declare ${line}`);
  const [incident] = await desk.transact((app) => app.incidents.list({ seenBy: "bot", open: true, limit: 1 }));
  if (!incident) throw new Error("There is no incident.");
  const id = `C0INC${++count}`;
  await desk.transact((app) => channelCreated(app, incident.id, { id, name: `inc-${incident.number}` }));
  desk.takeIntents();
  return { ...incident, channelId: id };
}

async function now(incident: Incident): Promise<Incident> {
  const found = await desk.transact((app) => app.incidents.byId(incident.id));
  if (!found) throw new Error("It is gone.");
  return found;
}

async function lastEntry(incident: Incident) {
  const entries = await desk.transact((app) => app.timeline.list(incident.id));
  return entries.at(-1);
}

function shown(answer: unknown): string {
  return JSON.stringify(answer);
}

let incident: Awaited<ReturnType<typeof fresh>>;
beforeEach(async () => {
  incident = await fresh();
  desk.now = new Date(desk.now.getTime() + 60_000);
});

describe("a change", () => {
  test("is state, timeline, audit, a message in the channel and a redrawn card", async () => {
    const answer = await desk.types(ben, "/incident severity sev1 checkout is down too", inChannel(incident.channelId));
    expect(answer).toBeUndefined();
    expect(await now(incident)).toMatchObject({ severity: "SEV1", lastUpdate: "checkout is down too" });
    expect(await lastEntry(incident)).toMatchObject({
      actorId: "U0BEN",
      text: "Severity raised from SEV3 to SEV1: checkout is down too",
      at: desk.now,
    });
    expect(desk.audit.at(-1)).toMatchObject({ action: "incident.severity-changed", actor: "U0BEN" });
    expect(desk.takeIntents().map((intent) => ("view" in intent ? intent.view : intent.kind))).toEqual([
      "incident.notice",
      "incident.card",
      "incident.announcement",
      "topic",
      "invite",
    ]);
  });

  test("to what already is, is refused", async () => {
    const at = inChannel(incident.channelId);
    expect((await refusal(desk.types(ana, "/incident severity sev3", at))).code).toBe("already_done");
    await desk.types(ana, "/incident lead me", at);
    expect((await refusal(desk.types(ana, "/incident lead me", at))).code).toBe("already_done");
    await desk.types(ana, "/incident ack", at);
    expect((await refusal(desk.types(ana, "/incident ack", at))).code).toBe("already_done");
    expect((await refusal(desk.types(ana, "/incident reopen", at))).code).toBe("already_done");
    await desk.types(ana, "/incident resolve", at);
    expect((await refusal(desk.types(ana, "/incident resolve", at))).code).toBe("already_done");
  });

  test("by two people at once is made twice or refused in words, never lost in silence", async () => {
    const at = inChannel(incident.channelId);
    await Promise.all([
      desk.types(ana, "/incident note one", at),
      desk.types(ben, "/incident lead me", at),
      desk.types(ana, "/incident severity sev2", at),
      desk.types(ben, "/incident update mitigating rolling back", at),
    ]);
    expect(await now(incident)).toMatchObject({ severity: "SEV2", phase: "mitigating", roles: [{ userId: "U0BEN" }] });
  });
});

describe("update", () => {
  test.each([
    ["mitigating rolled back to 41", { phase: "mitigating", severity: "SEV3", lastUpdate: "rolled back to 41" }],
    ["sev1 investigating: it spreads", { phase: "investigating", severity: "SEV1", lastUpdate: "it spreads" }],
    ["mitigating sev 2 half is back", { phase: "mitigating", severity: "SEV2", lastUpdate: "half is back" }],
    ["error rate is falling", { phase: "detected", severity: "SEV3", lastUpdate: "error rate is falling" }],
    ["investigating", { phase: "investigating", lastUpdate: null }],
  ])("in one line: %s", async (line, expected) => {
    await desk.types(ana, `/incident update ${line}`, inChannel(incident.channelId));
    expect(await now(incident)).toMatchObject(expected);
  });

  test("names the incident from anywhere, and answers who asked with the way there", async () => {
    const answer = await desk.types(ana, `/incident update INC-${incident.number} all good`, inChannel("C0GENERAL"));
    expect((await now(incident)).lastUpdate).toBe("all good");
    expect(shown(answer)).toContain(`<#${incident.channelId}>`);
  });

  test("outside and unnamed opens the form with the words kept and the incident to pick", async () => {
    const answer = await desk.types(ana, "/incident update mitigating rolled back", inChannel("C0GENERAL"));
    expect(shown(answer)).toContain('"initial_value":"rolled back"');
    expect(shown(answer)).toContain(incident.id);
    await desk.submits(
      ana,
      "incident.update",
      { id: "pick", channel: "C0GENERAL" },
      { incident: incident.id, status: "mitigating", message: "rolled back" },
    );
    expect(await now(incident)).toMatchObject({ phase: "mitigating", lastUpdate: "rolled back" });
  });

  test("by form takes any of its parts, and asks for one when all are empty", async () => {
    const about = { id: incident.id, version: 1, channel: incident.channelId };
    expect((await refusal(desk.submits(ana, "incident.update", about, {}))).field).toBe("message");
    await desk.submits(ana, "incident.update", about, { severity: "SEV2", next: "60" });
    expect(await now(incident)).toMatchObject({
      severity: "SEV2",
      nextUpdateAt: new Date(desk.now.getTime() + 60 * 60_000),
    });
    expect((await refusal(desk.submits(ana, "incident.update", { id: "pick" }, { message: "x" }))).field).toBe(
      "incident",
    );
  });

  test("sets the next promise, and the reminder for it", async () => {
    await desk.types(ana, "/incident update still looking", inChannel(incident.channelId));
    const due = new Date(desk.now.getTime() + 60 * 60_000);
    expect((await now(incident)).nextUpdateAt).toEqual(due);
    expect(desk.jobs.at(-1)).toMatchObject({ name: "remind-update", after: due, data: { since: due.toISOString() } });
    await desk.presses(ana, "incident.snooze", { id: incident.id }, inChannel(incident.channelId));
    expect((await now(incident)).nextUpdateAt).toEqual(new Date(desk.now.getTime() + 30 * 60_000));
  });

  test("of a resolved incident is refused with the way out", async () => {
    await desk.types(ana, "/incident resolve done", inChannel(incident.channelId));
    const said = await refusal(desk.types(ana, "/incident update more", inChannel(incident.channelId)));
    expect(said.next).toContain(`/incident reopen INC-${incident.number}`);
  });
});

describe("roles", () => {
  test("are given by word or alias; the person is invited and told", async () => {
    await desk.types(ana, "/incident role comms @ben", inChannel(incident.channelId));
    expect((await now(incident)).roles).toMatchObject([{ role: "communications", userId: "U0BEN" }]);
    expect((await lastEntry(incident))?.text).toBe("Made <@U0BEN> communications");
    expect(desk.takeIntents()).toContainEqual(
      expect.objectContaining({ kind: "message", view: "incident.role-assigned", place: { user: "U0BEN" } }),
    );
  });

  test("pass from one to the next", async () => {
    const at = inChannel(incident.channelId);
    await desk.types(ana, "/incident lead me", at);
    expect((await lastEntry(incident))?.text).toBe("Took over as incident commander");
    await desk.types(ana, "/incident commander @ben", at);
    expect((await lastEntry(incident))?.text).toBe("Made <@U0BEN> incident commander");
    await desk.types(ana, "/incident assign @chi", at);
    expect((await lastEntry(incident))?.text).toBe("Made <@U0CHI> incident commander, after <@U0BEN>");
    expect((await now(incident)).roles).toMatchObject([{ role: "commander", userId: "U0CHI" }]);
  });

  test("are taken by button, and freed by form", async () => {
    await desk.presses(ben, "incident.lead-me", { id: incident.id }, inChannel(incident.channelId));
    expect((await now(incident)).roles).toMatchObject([{ userId: "U0BEN" }]);
    await desk.submits(ben, "incident.role", { id: incident.id }, { role: "commander", person: null });
    expect((await now(incident)).roles).toEqual([]);
  });

  test("that do not exist are refused with those that do; the bot holds none", async () => {
    const at = inChannel(incident.channelId);
    await refusal(desk.types(ana, "/incident role pilot @ben", at));
    expect(
      (await refusal(desk.submits(ana, "incident.role", { id: incident.id }, { role: "pilot", person: "U0BEN" }))).code,
    ).toBe("unknown_role");
    expect(
      (await refusal(desk.submits(ana, "incident.role", { id: incident.id }, { role: "commander", person: "U0TOC" })))
        .field,
    ).toBe("person");
  });
});

describe("details", () => {
  const about = async () => {
    const form = JSON.parse(
      shown(await desk.presses(ana, "incident.details", { id: incident.id }, inChannel(incident.channelId))),
    );
    return JSON.parse(form.modal.view.private_metadata);
  };
  const values = { title: "Checkout is down", summary: "Cards only.", affected: ["agent"] };

  test("are changed by form, told, and shown in the topic", async () => {
    const started = new Date(incident.times.startedAt.getTime() - 600_000);
    await desk.submits(ana, "incident.details", await about(), { ...values, started });
    expect(await now(incident)).toMatchObject({ ...values, times: { startedAt: started } });
    expect((await lastEntry(incident))?.text).toMatch(
      /^Changed the title to “Checkout is down”. Affected: .*. It began at .* UTC. Changed the summary$/,
    );
    const kinds = desk.takeIntents().map((intent) => intent.kind);
    expect(kinds).toContain("topic");
    expect(kinds).toContain("message");
  });

  test("left as they are change nothing", async () => {
    const { title, summary, affected, times } = incident;
    await desk.submits(ana, "incident.details", await about(), { title, summary, affected, started: times.startedAt });
    expect((await now(incident)).version).toBe(2);
    expect(desk.takeIntents()).toEqual([]);
  });

  test("that another changed meanwhile come back with what was typed, and nothing is lost", async () => {
    const seen = await about();
    await desk.types(ben, "/incident update mitigating", inChannel(incident.channelId));
    await desk.submits(ben, "incident.details", await about(), { ...values, title: "Ben's title" });
    const answer = shown(await desk.submits(ana, "incident.details", seen, values));
    expect(answer).toContain("Somebody changed this while your form was open");
    expect(answer).toContain("Ben's title");
    expect(answer).toContain('"initial_value":"Checkout is down"');
    expect((await now(incident)).title).toBe("Ben's title");
    await desk.submits(ana, "incident.details", JSON.parse(JSON.parse(answer).modal.view.private_metadata), values);
    expect((await now(incident)).title).toBe("Checkout is down");
  });

  test.each([
    [{ title: "\u0007" }, "title"],
    [{ affected: ["nowhere"] }, "affected"],
    [{ started: new Date("2030-01-01T00:00:00Z") }, "started"],
  ])("name the field that is wrong: %j", async (wrong, field) => {
    const said = await refusal(desk.submits(ana, "incident.details", await about(), { ...values, ...wrong }));
    expect(said.field).toBe(field);
  });
});

describe("resolving and reopening", () => {
  test("stop and start the clocks", async () => {
    const at = inChannel(incident.channelId);
    await desk.types(ana, "/incident resolve rolled back to 41", at);
    expect(await now(incident)).toMatchObject({
      phase: "resolved",
      nextUpdateAt: null,
      lastUpdate: "rolled back to 41",
      times: { resolvedAt: desk.now, mitigatedAt: desk.now },
    });
    const entries = await desk.transact((app) => app.timeline.list(incident.id));
    expect(entries.slice(-3).map((entry) => entry.text)).toEqual([
      "Resolved: rolled back to 41",
      "Post-mortem draft written from what is recorded",
      "Health is not watched: nobody said what was affected",
    ]);
    await desk.types(ben, "/incident reopen errors are back", at);
    expect((await lastEntry(incident))?.text).toBe("Reopened: errors are back");
    expect(await now(incident)).toMatchObject({ phase: "investigating", times: { resolvedAt: null } });
    expect((await now(incident)).nextUpdateAt).not.toBeNull();
  });

  test("closing keeps the channel: its post-mortem may still be written", async () => {
    await desk.submits(ana, "incident.resolve", { id: incident.id }, { message: "fixed" });
    desk.takeIntents();
    await desk.presses(ana, "incident.close", { id: incident.id }, inChannel(incident.channelId));
    expect((await now(incident)).phase).toBe("closed");
    expect(desk.takeIntents()).not.toContainEqual({ kind: "archive", incident: incident.id });
    expect((await refusal(desk.presses(ben, "incident.join", { id: incident.id }))).code).toBe("not_possible");
  });
});

describe("elsewhere the incident is picked", () => {
  test.each([
    ["ack", "incident.acknowledge"],
    ["status", "incident.status"],
    ["timeline", "incident.timeline"],
    ["join", "incident.join"],
  ])("%s answers a select whose choice goes through the button's door", async (verb, action) => {
    const answer = shown(await desk.types(ana, `/incident ${verb}`, nowhere));
    expect(answer).toContain(`"action_id":"${action}"`);
    expect(answer).toContain(incident.id);
    expect(await desk.presses(ana, action, { id: incident.id }, inChannel("C0GENERAL"))).toBeDefined();
  });

  test("an unknown number is refused", async () => {
    expect((await refusal(desk.types(ana, "/incident status INC-99999"))).code).toBe("unknown_incident");
    expect((await refusal(desk.presses(ana, "incident.status", { id: "gone" }))).code).toBe("unknown_incident");
  });
});

describe("reading", () => {
  test("status shows the card to who asked alone", async () => {
    const answer = shown(await desk.types(ben, "/incident status", inChannel(incident.channelId)));
    expect(answer).toContain(`INC-${incident.number} · API returns 500s`);
    expect(desk.takeIntents()).toEqual([]);
  });

  test("list filters by state and severity", async () => {
    await desk.types(ana, "/incident resolve", inChannel(incident.channelId));
    expect(shown(await desk.types(ana, "/incident list"))).not.toContain(`INC-${incident.number} `);
    expect(shown(await desk.types(ana, "/incident list resolved"))).toContain(`INC-${incident.number} `);
    expect(shown(await desk.types(ana, "/incident list all sev3"))).toContain(`INC-${incident.number} `);
    expect(shown(await desk.types(ana, "/incident list sev1"))).not.toContain(`INC-${incident.number} `);
  });

  test("the timeline turns its pages by button", async () => {
    for (let n = 0; n < 20; n += 1) await desk.types(ana, `/incident note number ${n}`, inChannel(incident.channelId));
    const last = shown(await desk.types(ana, "/incident timeline", inChannel(incident.channelId)));
    expect(last).toContain("number 19");
    expect(last).not.toContain('number 3"');
    const blocks = JSON.parse(last).modal.view.blocks as { elements?: { action_id: string; value: string }[] }[];
    const older = blocks.flatMap((block) => block.elements ?? []).find((one) => one.action_id?.endsWith("page-older"));
    const first = shown(await desk.presses(ana, "incident.timeline.page-older", JSON.parse(older?.value ?? "{}")));
    expect(first).toContain('number 3"');
    expect(first).toContain("Newer");
  });
});

describe("a note", () => {
  test("is told in the channel with what people wrote kept inert", async () => {
    await desk.types(ana, "/incident note flushed <!channel> & waited", inChannel(incident.channelId));
    const entry = await lastEntry(incident);
    expect(entry?.text).toBe("flushed &lt;!channel&gt; &amp; waited");
    expect(desk.takeIntents()).toContainEqual(expect.objectContaining({ view: "incident.notice", subject: entry?.id }));
  });

  test("of 3,000 characters is kept whole, an empty one refused", async () => {
    const long = "a word ".repeat(428);
    await desk.submits(ana, "incident.note", { id: incident.id }, { note: long });
    expect((await lastEntry(incident))?.text).toBe(long.trim());
    expect((await refusal(desk.submits(ana, "incident.note", { id: incident.id }, { note: "\u0007" }))).field).toBe(
      "note",
    );
  });
});

describe("what people do to the channel by hand", () => {
  test("lands on the timeline by itself", async () => {
    const channel = incident.channelId;
    await desk.event("member_joined_channel", { channel, user: "U0CHI" });
    await desk.event("member_left_channel", { channel, user: "U0CHI" });
    await desk.event("message.channel_topic", { channel, user: "U0ANA", topic: "see <!channel>" });
    await desk.event("message.channel_topic", { channel, user: "U0TOC", topic: "by the bot" });
    await desk.event("channel_rename", { channel: { id: channel, name: "renamed" } });
    await desk.event("channel_archive", { channel, user: "U0ANA" });
    await desk.event("channel_unarchive", { channel, user: "U0ANA" });
    const entries = await desk.transact((app) => app.timeline.list(incident.id));
    expect(entries.slice(-6).map((entry) => [entry.actorId, entry.text])).toEqual([
      ["U0CHI", "Joined the channel"],
      ["U0CHI", "Left the channel"],
      ["U0ANA", "Set the channel's topic: see @channel"],
      [null, "The channel was renamed to #renamed"],
      ["U0ANA", "Archived the channel"],
      ["U0ANA", "Unarchived the channel"],
    ]);
    expect((await now(incident)).channelName).toBe("renamed");
  });

  test("elsewhere is none of ours", async () => {
    const before = desk.audit.length;
    await desk.event("member_joined_channel", { channel: "C0GENERAL", user: "U0CHI" });
    await desk.event("channel_archive", { channel: "C0GENERAL", user: "U0CHI" });
    expect(desk.audit).toHaveLength(before);
    expect(desk.takeIntents()).toEqual([]);
  });
});

describe("App Home", () => {
  test("is drawn when a member opens it, not for a guest", async () => {
    await desk.event("app_home_opened", { user: "U0ANA", tab: "home" }, ana);
    await desk.event("app_home_opened", { user: "U0GUS", tab: "home" }, caller("U0GUS", { kind: "guest" }));
    await desk.event("app_home_opened", { user: "U0ANA", tab: "messages" }, ana);
    expect(desk.takeIntents()).toEqual([{ kind: "home", userId: "U0ANA" }]);
    expect(shown(await desk.draws("home", "U0ANA"))).toContain("API returns 500s");
  });

  test("is drawn anew for who presses a button in it", async () => {
    await desk.presses(ana, "incident.acknowledge", { id: incident.id }, nowhere);
    expect(desk.takeIntents()).toContainEqual({ kind: "home", userId: "U0ANA" });
  });
});
