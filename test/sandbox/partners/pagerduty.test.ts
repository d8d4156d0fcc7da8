import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startClock } from "../../../src/sandbox/clock.ts";
import { type Partners, startPartners } from "../../../src/sandbox/partners/index.ts";

let partners: Partners;
beforeEach(async () => {
  partners = await startPartners({ clock: startClock(() => Date.UTC(2026, 0, 5, 12)) });
});
afterEach(() => partners.stop());

const url = (path: string) => `${partners.urlOf("pagerduty")}${path}`;
const get = (path: string, token = partners.pagerduty.token) =>
  fetch(url(path), { headers: { authorization: `Token token=${token}` } });
const send = (event: unknown) =>
  fetch(url("/v2/enqueue"), { method: "POST", body: typeof event === "string" ? event : JSON.stringify(event) });
const trigger = (more: object = {}) => ({
  routing_key: partners.pagerduty.routingKey,
  event_action: "trigger",
  dedup_key: "k1",
  payload: { summary: "Down", source: "tocsin", severity: "critical" },
  ...more,
});

describe("the stand-in of PagerDuty's REST API", () => {
  test("takes its key only as Token token=…", async () => {
    expect((await get("/users", "wrong")).status).toBe(401);
    expect((await fetch(url("/users"), { headers: { authorization: "Bearer x" } })).status).toBe(401);
    expect((await get("/users")).status).toBe(200);
  });

  test("tells who is on call, by schedule and with the turn's beginning and end", async () => {
    const answer = await (await get("/oncalls?schedule_ids[]=PSECOND&include[]=users")).json();
    expect(answer).toMatchObject({
      more: false,
      oncalls: [
        { escalation_level: 2, schedule: { id: "PSECOND" }, user: { type: "user", email: expect.any(String) } },
      ],
    });
    const [{ start, end }] = (answer as { oncalls: [{ start: string; end: string }] }).oncalls;
    expect([start, end]).toEqual(["2026-01-05T09:00:00Z", "2026-01-12T09:00:00Z"]);
    expect(await (await get("/oncalls?schedule_ids[]=PEMPTY1")).json()).toMatchObject({ oncalls: [] });
    expect((await get("/oncalls?schedule_ids[]=PNOWHERE")).status).toBe(400);
  });

  test("pages its lists", async () => {
    expect(await (await get("/users?limit=3")).json()).toMatchObject({ more: true, users: { length: 3 } });
    expect((await get("/users?limit=101")).status).toBe(400);
  });
});

describe("the stand-in of PagerDuty's Events API", () => {
  test.each([
    ["no JSON", "{"],
    ["a routing key of the wrong length", { routing_key: "short" }],
    ["no severity", { payload: { summary: "x", source: "y" } }],
    ["a severity of ours", { payload: { summary: "x", source: "y", severity: "SEV1" } }],
    ["a summary too long", { payload: { summary: "x".repeat(1025), source: "y", severity: "critical" } }],
    ["another action", { event_action: "page" }],
  ])("refuses %s", async (_, change) => {
    const answer = await send(typeof change === "string" ? change : trigger(change));
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ status: "invalid event", errors: [expect.any(String)] });
    expect(partners.pagerduty.incidents()).toEqual([]);
  });

  test("makes one incident of one key, and follows its acknowledgement and resolution", async () => {
    for (const _ of [1, 2]) {
      const answer = await send(trigger());
      expect(answer.status).toBe(202);
      expect(await answer.json()).toEqual({ status: "success", message: "Event processed", dedup_key: "k1" });
    }
    const seen = async () => await (await get("/incidents?incident_key=k1")).json();
    expect(await seen()).toMatchObject({ incidents: [{ status: "triggered", incident_key: "k1" }] });
    partners.pagerduty.acknowledge("k1", "PBEN001");
    expect(await seen()).toMatchObject({
      incidents: [{ status: "acknowledged", acknowledgements: [{ acknowledger: { id: "PBEN001" } }] }],
    });
    await send({ routing_key: partners.pagerduty.routingKey, event_action: "resolve", dedup_key: "k1" });
    expect(await seen()).toMatchObject({ incidents: [{ status: "resolved" }] });
  });

  test("fails as the story says: refused, or done and the answer lost", async () => {
    partners.fail("pagerduty", { answer: { status: 429, headers: { "retry-after": "7" } } });
    const answer = await send(trigger());
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([429, "7"]);
    partners.fail("pagerduty", { performed: true });
    await expect(send(trigger())).rejects.toThrow();
    expect(partners.pagerduty.incidents()).toHaveLength(1);
    expect(partners.calls.map(({ status }) => status)).toEqual([429, null]);
  });
});

test("what a partner holds outlives it", async () => {
  await send(trigger());
  const again = await startPartners({
    clock: startClock(),
    restore: JSON.parse(JSON.stringify(partners.dump())) as Record<string, unknown>,
  });
  expect(again.pagerduty.incidents()).toHaveLength(1);
  await again.stop();
});
