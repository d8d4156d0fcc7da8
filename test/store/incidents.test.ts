import { describe, expect, test } from "vitest";
import { maySee } from "../../src/domain/incident/access.ts";
import type { Incident } from "../../src/domain/incident/incident.ts";
import type { Viewer } from "../../src/domain/incident/records.ts";
import { openDesk, refusal } from "../support/desk.ts";
import { sampleEntry, sampleIncident, sampleItem } from "../templates/incident/facts.ts";

const desk = await openDesk();
let made = 0;

function insert(changes: Partial<Incident> = {}): Promise<Incident> {
  made += 1;
  const {
    number: _number,
    version: _version,
    ...incident
  } = sampleIncident({ id: `a${made}`, channelId: `C${made}`, ...changes });
  return desk.transact((app) => app.incidents.insert(incident));
}

describe("incidents", () => {
  test("come back as they were written", async () => {
    const written = await insert({
      title: "O'Brien; drop table – 🔥",
      source: { kind: "message", permalink: "https://x", text: "a\nb" },
    });
    const read = await desk.transact((app) => app.incidents.byId(written.id));
    expect(read).toEqual(written);
    expect(await desk.transact((app) => app.incidents.byNumber(written.number))).toEqual(written);
    expect(await desk.transact((app) => app.incidents.byChannel(written.channelId ?? ""))).toEqual(written);
  });

  test("are written only over the version that was read", async () => {
    const first = await insert();
    const second = await desk.transact((app) => app.incidents.update(first, { title: "new", nextUpdateAt: null }));
    expect(second).toMatchObject({ title: "new", nextUpdateAt: null, version: 2 });
    expect((await refusal(desk.transact((app) => app.incidents.update(first, { title: "older" })))).code).toBe("stale");
    expect((await desk.transact((app) => app.incidents.byId(first.id)))?.title).toBe("new");
  });

  test("wait for one another when they are locked", async () => {
    const { id } = await insert({ title: "0" });
    await Promise.all(
      Array.from({ length: 8 }, () =>
        desk.transact(async (app) => {
          const incident = await app.incidents.lock(id);
          if (incident) await app.incidents.update(incident, { title: String(Number(incident.title) + 1) });
        }),
      ),
    );
    expect((await desk.transact((app) => app.incidents.byId(id)))?.title).toBe("8");
  });

  test("are found by what is asked, newest first", async () => {
    const open = await insert({ severity: "SEV1", affected: ["only-here"] });
    const ended = await insert({ severity: "SEV1", phase: "closed", affected: ["only-here", "agent"] });
    const numbers = async (filter: object) =>
      (
        await desk.transact((app) =>
          app.incidents.list({ seenBy: "anyone", open: null, limit: 50, affected: "only-here", ...filter }),
        )
      ).map((one) => one.number);
    expect(await numbers({})).toEqual([ended.number, open.number]);
    expect(await numbers({ open: true })).toEqual([open.number]);
    expect(await numbers({ open: false })).toEqual([ended.number]);
    expect(await numbers({ severity: "SEV2" })).toEqual([]);
    expect(await numbers({ limit: 1 })).toEqual([ended.number]);
  });

  test("that are private are listed for who is in them, reported them or holds a role, and for nobody else", async () => {
    const open = await insert({ affected: ["eyes"] });
    const hidden = await insert({
      affected: ["eyes"],
      isPrivate: true,
      reporterId: "URE",
      roles: [{ role: "scribe", userId: "URO", since: desk.now }],
    });
    await desk.transact((app) => app.incidents.addMembers(hidden.id, ["UME"]));
    const item = await desk.transact((app) =>
      app.actionItems.insert(sampleItem({ id: "eyes", incidentId: hidden.id, ownerId: "UOWNER" })),
    );
    const seen = async (seenBy: Viewer) =>
      (await desk.transact((app) => app.incidents.list({ seenBy, open: null, limit: 9, affected: "eyes" }))).map(
        (one) => one.number,
      );
    const both = [hidden.number, open.number];
    const items = (seenBy: Viewer) => desk.transact((app) => app.actionItems.list({ ownerId: "UOWNER", seenBy }));
    for (const userId of ["URE", "URO", "UME"]) {
      expect(await seen({ userId }), userId).toEqual(both);
      expect(await items({ userId }), userId).toEqual([item]);
      expect(await desk.transact((app) => maySee(app, hidden, userId)), userId).toBe(true);
    }
    for (const userId of ["UOWNER", "UR", "", "%", '"}]']) {
      expect(await seen({ userId }), userId).toEqual([open.number]);
      expect(await items({ userId }), userId).toEqual([]);
      expect(await desk.transact((app) => maySee(app, hidden, userId)), userId).toBe(false);
    }
    expect(await seen("anyone")).toEqual([open.number]);
    expect(await items("anyone")).toEqual([]);
    expect(await seen("bot")).toEqual(both);
  });

  test("know their members, each once", async () => {
    const { id } = await insert();
    const members = () => desk.transact((app) => app.incidents.members(id));
    await desk.transact((app) => app.incidents.addMembers(id, ["U1", "U2"]));
    await desk.transact((app) => app.incidents.addMembers(id, ["U2", "U3"]));
    await desk.transact((app) => app.incidents.addMembers(id, []));
    await desk.transact((app) => app.incidents.removeMember(id, "U1"));
    expect(await members()).toEqual(["U2", "U3"]);
  });

  test("that do not exist are null, whatever number is asked for", async () => {
    for (const number of [0, -1, 1.5, 9e15]) {
      expect(await desk.transact((app) => app.incidents.byNumber(number))).toBeNull();
    }
  });
});

describe("timelines", () => {
  test("are read by when it happened, newest so many, hidden ones only when asked for", async () => {
    const { id } = await insert();
    const add = (minute: string, text: string) =>
      desk.transact((app) =>
        app.timeline.add({ ...sampleEntry(), incidentId: id, at: new Date(`2026-11-22T02:${minute}:00Z`), text }),
      );
    await add("30", "third");
    await add("10", "first");
    const second = await add("20", "second");
    const texts = async (options?: object) =>
      (await desk.transact((app) => app.timeline.list(id, options))).map((entry) => entry.text);
    expect(await texts()).toEqual(["first", "second", "third"]);
    expect(await texts({ limit: 2 })).toEqual(["second", "third"]);
    expect(await texts({ before: second.at })).toEqual(["first"]);
    await desk.transact((app) => app.timeline.change(second.id, { hidden: true }, "U0ANA"));
    expect(await texts()).toEqual(["first", "third"]);
    expect(await texts({ hidden: true })).toHaveLength(3);
  });

  test("hold a message once", async () => {
    const { id } = await insert();
    const source = {
      channelId: "C9",
      ts: "1.5",
      threadTs: null,
      permalink: null,
      through: "pin",
      editedTs: null,
    } as const;
    const add = () => desk.transact((app) => app.timeline.add({ ...sampleEntry(), incidentId: id, source }));
    const entry = await add();
    await expect(add()).rejects.toThrow();
    expect(await desk.transact((app) => app.timeline.bySource("C9", "1.5"))).toEqual(entry);
    expect(await desk.transact((app) => app.timeline.byId(entry.id))).toEqual(entry);
  });

  test("take an edit only when it is newer than the one they have", async () => {
    const { id } = await insert();
    const source = {
      channelId: "C9",
      ts: "1.6",
      threadTs: null,
      permalink: null,
      through: "pin",
      editedTs: "9.5",
    } as const;
    const entry = await desk.transact((app) =>
      app.timeline.add({ ...sampleEntry({ text: "as read" }), incidentId: id, source }),
    );
    const text = async () => (await desk.transact((app) => app.timeline.byId(entry.id)))?.text;
    const change = (to: string, editedTs: string) =>
      desk.transact((app) => app.timeline.change(entry.id, { text: to, editedTs }, null));
    await change("same time", "9.5");
    expect(await text()).toBe("as read");
    await change("newer", "10.5");
    await change("older", "9.9");
    expect(await text()).toBe("newer");
  });
});

describe("marks on messages", () => {
  const mark = { channelId: "C1", ts: "1.1", userId: "U1", name: "pushpin" };
  const note = (on: boolean, eventTs: string) => desk.transact((app) => app.reactions.note({ ...mark, on, eventTs }));
  const holders = () => desk.transact((app) => app.reactions.holders("C1", "1.1", "pushpin"));

  test("are what the newest event says, compared as numbers", async () => {
    expect(await note(true, "9.000001")).toBe(true);
    expect(await note(false, "10.000001")).toBe(true);
    expect(await note(true, "9.999999")).toBe(false);
    expect(await note(true, "10.000001")).toBe(false);
    expect(await holders()).toEqual([]);
    expect(await note(true, "11.0")).toBe(true);
    expect(await holders()).toEqual(["U1"]);
  });
});

describe("action items", () => {
  test("are found by incident, owner, source and whether they are open", async () => {
    const { id } = await insert();
    const item = await desk.transact((app) =>
      app.actionItems.insert({
        ...sampleItem({ incidentId: id, ownerId: "U7", source: { channelId: "C1", ts: "5.5", permalink: null } }),
      }),
    );
    const find = (filter: object) => desk.transact((app) => app.actionItems.list(filter));
    expect(await find({ ownerId: "U7", open: true })).toEqual([item]);
    expect(await desk.transact((app) => app.actionItems.bySource("C1", "5.5"))).toEqual(item);
    const done = await desk.transact((app) => app.actionItems.update(item, { doneAt: desk.now }));
    expect(await find({ ownerId: "U7", open: true })).toEqual([]);
    expect(await find({ incidentId: id, open: false })).toEqual([done]);
    expect((await refusal(desk.transact((app) => app.actionItems.update(item, { title: "x" })))).code).toBe("stale");
    await desk.transact((app) => app.actionItems.remove(item.id));
    expect(await desk.transact((app) => app.actionItems.byId(item.id))).toBeNull();
  });
});
