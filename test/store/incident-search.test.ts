import { describe, expect, test } from "vitest";
import type { Incident } from "../../src/domain/incident/incident.ts";
import type { Viewer } from "../../src/domain/incident/records.ts";
import { everything, type IncidentQuery } from "../../src/domain/incident/search.ts";
import { openDesk } from "../support/desk.ts";
import { sampleIncident } from "../templates/incident/facts.ts";

const desk = await openDesk();
let made = 0;

function insert(changes: Partial<Incident> = {}): Promise<Incident> {
  made += 1;
  const {
    number: _number,
    version: _version,
    ...incident
  } = sampleIncident({ id: `s${made}`, channelId: `CS${made}`, roles: [], affected: [], summary: "", ...changes });
  return desk.transact((app) => app.incidents.insert(incident));
}

function note(incident: Incident, text: string): Promise<{ readonly id: string }> {
  return desk.transact((app) =>
    app.timeline.add({ incidentId: incident.id, at: app.now, kind: "note", actorId: "U0ANA", text }),
  );
}

const seenBy = (viewer: string): Viewer => (viewer === "anyone" ? viewer : { userId: viewer });

async function found(query: Partial<IncidentQuery>, viewer: string = "U0ANA", offset = 0, limit = 50) {
  const page = await desk.transact((app) =>
    app.search.page({ ...everything, ...query }, seenBy(viewer), { offset, limit }),
  );
  return page.incidents.map(({ id }) => id);
}

describe("looking over many incidents", () => {
  test("narrows by state, severity, status, service, time and person", async () => {
    const times = sampleIncident().times;
    const old = new Date("2026-09-01T00:00:00Z");
    const a = await insert({ severity: "SEV1", affected: ["backend"], phase: "mitigating", reporterId: "U0DEV" });
    const b = await insert({
      severity: "SEV2",
      phase: "mitigating",
      affected: ["agent"],
      times: { ...times, mitigatedAt: desk.now },
    });
    const c = await insert({ severity: "SEV1", phase: "closed", times: { ...times, declaredAt: old } });
    const d = await insert({ severity: "SEV3", roles: [{ role: "scribe", userId: "U0DEV", since: desk.now }] });
    await desk.transact((app) => app.incidents.addMembers(c.id, ["U0DEV"]));
    const all = [d.id, c.id, b.id, a.id];
    const cases: readonly (readonly [Partial<IncidentQuery>, readonly string[]])[] = [
      [{}, all],
      [{ state: "open" }, [d.id, b.id, a.id]],
      [{ state: "resolved" }, [c.id]],
      [{ severity: "SEV1" }, [c.id, a.id]],
      [{ status: { milestone: "mitigated", name: null } }, [b.id]],
      [{ status: { milestone: "mitigating", name: null } }, [a.id]],
      [{ status: { milestone: "closed", name: null } }, [c.id]],
      [{ service: "backend" }, [a.id]],
      [{ since: "30d" }, [d.id, b.id, a.id]],
      [{ since: "2026-08-31" }, all],
      [{ state: "open", severity: "SEV1", service: "backend" }, [a.id]],
    ];
    for (const [query, ids] of cases) expect(await found(query), JSON.stringify(query)).toEqual(ids);
    expect(await found({ mine: true }, "U0DEV")).toEqual([d.id, c.id, a.id]);
    expect(await found({}, "U0ANA", 1, 2)).toEqual([c.id, b.id]);
    const page = await desk.transact((app) =>
      app.search.page(everything, { userId: "U0ANA" }, { offset: 0, limit: 4 }),
    );
    expect(page.more).toBe(false);
  });

  test("finds words in titles, timelines and post-mortems, all of them in one incident", async () => {
    const a = await insert({ title: "Checkout times out", summary: "Payments hang" });
    await note(a, "The connection pool of the worker is exhausted");
    const b = await insert({ title: "Search is slow" });
    const hidden = await note(b, "We suspect the connection pool here too");
    await desk.transact(async (app) => {
      const postmortem = await app.postmortems.insert({
        id: "pm-b",
        incidentId: b.id,
        template: "default",
        state: "draft",
        ownerId: null,
        dueAt: null,
        publishedAt: null,
        edition: 0,
      });
      const section = { postmortemId: postmortem.id, section: "summary", authorId: "U0ANA", at: app.now };
      await app.postmortems.write({ ...section, text: "An elasticsearch reindex ran at noon" }, 0);
      await app.postmortems.write({ ...section, text: "A reindexing job ran at noon" }, 1);
    });
    expect(await found({ text: "timeout checkout" })).toEqual([]);
    expect(await found({ text: "checkout exhausted" })).toEqual([a.id]);
    expect(await found({ text: "connections pools" })).toEqual([b.id, a.id]);
    expect(await found({ text: '"pool connection"' })).toEqual([]);
    expect(await found({ text: '"connection pool" worker' })).toEqual([a.id]);
    expect(await found({ text: "reindex noon" })).toEqual([b.id]);
    // Only what a section says now counts.
    expect(await found({ text: "elasticsearch" })).toEqual([]);
    expect(await found({ text: "pool", severity: "SEV9" })).toEqual([]);
    await desk.transact((app) => app.timeline.change(hidden.id, { hidden: true }, "U0ANA"));
    expect(await found({ text: "pool" })).toEqual([a.id]);
    const passages = await desk.transact((app) => app.search.passages([a.id, b.id], "pool reindex"));
    expect(passages.get(a.id)).toEqual([
      { place: "timeline", text: "connection \u0002pool\u0003 of the worker is exhausted" },
    ]);
    expect(passages.get(b.id)).toEqual([{ place: "post-mortem", text: "\u0002reindexing\u0003 job ran at noon" }]);
  });

  test.each(["the of", "' & | ! ( ) : *", '"', "\\", "a:* <-> b"])("survives %s", async (text) => {
    const usable = await desk.transact((app) => app.search.canFind(text));
    if (usable) expect(await found({ text })).toEqual([]);
    expect(await desk.transact((app) => app.search.canFind("the of"))).toBe(false);
  });

  test("shows a private incident to its people alone, in lists, search and likeness", async () => {
    const secret = await insert({ title: "Zebra breach", isPrivate: true, reporterId: "U0SAM", affected: ["grafana"] });
    await note(secret, "zebra stripes were read");
    const holder = await insert({
      title: "Zebra two",
      isPrivate: true,
      reporterId: "U0SAM",
      roles: [{ role: "commander", userId: "U0BEN", since: desk.now }],
    });
    await desk.transact((app) => app.incidents.addMembers(secret.id, ["U0CHI"]));
    const likeness = async (viewer: string) => {
      const to = { title: "zebra again", affected: ["grafana"], exceptId: null };
      return (await desk.transact((app) => app.search.similar(to, seenBy(viewer), 5))).map(({ id }) => id);
    };
    for (const viewer of ["U0EVA", "anyone"]) {
      expect(await found({ text: "zebra" }, viewer)).toEqual([]);
      expect(await found({ text: "stripes" }, viewer)).toEqual([]);
      expect(await found({ service: "grafana" }, viewer)).toEqual([]);
      expect(await likeness(viewer)).toEqual([]);
    }
    expect(await found({ text: "zebra" }, "U0SAM")).toEqual([holder.id, secret.id]);
    expect(await found({ text: "stripes" }, "U0CHI")).toEqual([secret.id]);
    expect(await found({ text: "zebra" }, "U0BEN")).toEqual([holder.id]);
    expect(await likeness("U0CHI")).toEqual([secret.id]);
  });

  test("finds what is alike among the open ones, the likest first", async () => {
    const a = await insert({ title: "Login page shows giraffe errors", affected: ["agent"] });
    const b = await insert({ title: "Giraffe login is down", affected: ["backend"] });
    await insert({ title: "Giraffe login is down", phase: "resolved" });
    const alike = async (title: string, affected: readonly string[]) =>
      (await desk.transact((app) => app.search.similar({ title, affected, exceptId: null }, "anyone", 2))).map(
        ({ id }) => id,
      );
    expect(await alike("giraffe login down", [])).toEqual([b.id, a.id]);
    expect(await alike("giraffes", ["agent"])).toContain(a.id);
    expect(await alike("the is a", [])).toEqual([]);
  });
});
