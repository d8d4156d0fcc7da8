import { describe, expect, test } from "vitest";
import type { Incident } from "../../src/domain/incident/incident.ts";
import type { Viewer } from "../../src/domain/incident/records.ts";
import { openDesk } from "../support/desk.ts";
import { sampleIncident } from "../templates/incident/facts.ts";

const desk = await openDesk();
let made = 0;
const minute = (minutes: number): Date => new Date(Date.parse("2026-11-20T00:00:00Z") + minutes * 60_000);

function insert(
  changes: Partial<Incident>,
  spans: readonly [ack: number | null, mitigate: number | null, resolve: number | null],
) {
  made += 1;
  const [ack, mitigate, resolve] = spans.map((span) => (span === null ? null : minute(span)));
  const {
    number: _number,
    version: _version,
    ...incident
  } = sampleIncident({
    id: `f${made}`,
    channelId: `CF${made}`,
    roles: [],
    nextUpdateAt: null,
    phase: resolve ? "resolved" : "investigating",
    times: {
      startedAt: minute(0),
      detectedAt: minute(0),
      declaredAt: minute(0),
      acknowledgedAt: ack ?? null,
      mitigatedAt: mitigate ?? null,
      resolvedAt: resolve ?? null,
      closedAt: null,
    },
    ...changes,
  });
  return desk.transact((app) => app.incidents.insert(incident));
}

const scope = { since: minute(-60), until: minute(60 * 24), service: null, severity: null };

function figures(viewer: Viewer = "anyone", changes: Partial<typeof scope> = {}) {
  const facts = { viewer, intervals: [{ severity: "SEV2", minutes: 30 }], today: "2026-11-22", parts: 5 };
  return desk.transact((app) => app.figures.of({ ...scope, ...changes }, facts));
}

describe("figures over incidents", () => {
  test("count and measure what was declared in that time, and nothing else", async () => {
    const one = await insert({ affected: ["backend"] }, [2, 20, 60]);
    await insert({ affected: ["backend", "agent"] }, [4, null, 120]);
    await insert({ severity: "SEV1", affected: [] }, [null, null, null]);
    const again = await insert({ affected: ["backend"] }, [1, 1, 1]);
    await insert({ kind: "drill" }, [1, 1, 1]);
    await insert({ times: { ...sampleIncident().times, declaredAt: minute(60 * 48) } }, [1, 1, 1]);
    const secret = await insert(
      { severity: "SEV1", isPrivate: true, reporterId: "U0SAM", affected: ["agent"] },
      [9, 9, 9],
    );
    await desk.transact((app) =>
      app.links.set({ fromId: again.id, toId: one.id, kind: "duplicate", byId: "U0ANA", at: app.now }),
    );
    for (const [kind, at] of [
      ["declared", 0],
      ["update", 25],
      ["phase", 70],
      ["note", 71],
      ["update", 95],
    ] as const) {
      const text = "said";
      await desk.transact((app) => app.timeline.add({ incidentId: one.id, at: minute(at), kind, actorId: null, text }));
    }
    const item = {
      title: "x",
      ownerId: null,
      doneAt: null,
      snoozedUntil: null,
      createdBy: "U0ANA",
      createdAt: minute(0),
      source: null,
    };
    await desk.transact(async (app) => {
      await app.actionItems.insert({ ...item, id: "i1", incidentId: one.id, dueOn: "2026-11-21" });
      await app.actionItems.insert({ ...item, id: "i2", incidentId: one.id, dueOn: "2026-11-22", doneAt: minute(5) });
      await app.actionItems.insert({ ...item, id: "i3", incidentId: secret.id, dueOn: "2026-11-21" });
    });
    expect(await figures()).toEqual({
      count: 3,
      open: 1,
      bySeverity: [
        { name: "SEV2", count: 2 },
        { name: "SEV1", count: 1 },
      ],
      byService: [
        { name: "backend", count: 2 },
        { name: "agent", count: 1 },
      ],
      acknowledge: { count: 2, median: 3, p90: expect.closeTo(3.8) },
      mitigate: { count: 1, median: 20, p90: 20 },
      resolve: { count: 2, median: 90, p90: expect.closeTo(114) },
      // 25 minutes in time; the next came after 45; what was said after the end does not count.
      updates: { due: 1, onTime: 1 },
      actions: { open: 1, overdue: 1, done: 1 },
      over: expect.anything(),
    });
    expect((await figures()).over.map(({ count }) => count)).toEqual([3, 0, 0, 0, 0]);
    const sams = await figures({ userId: "U0SAM" });
    expect(sams).toMatchObject({ count: 4, actions: { open: 2, overdue: 2 } });
    expect(await figures({ userId: "U0ANA" })).toMatchObject({ count: 3, actions: { open: 1 } });
    expect(await figures("anyone", { service: "agent" } as never)).toMatchObject({
      count: 1,
      byService: [{ name: "agent" }, { name: "backend" }],
    });
    expect(await figures("anyone", { since: minute(600) })).toMatchObject({
      count: 0,
      resolve: null,
      updates: { due: 0 },
    });
  });
});
