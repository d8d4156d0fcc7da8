import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startClock } from "../../../src/sandbox/clock.ts";
import { type Partners, startPartners } from "../../../src/sandbox/partners/index.ts";

let partners: Partners;
beforeEach(async () => {
  partners = await startPartners({ clock: startClock(() => Date.UTC(2026, 0, 5, 12)) });
});
afterEach(() => partners.stop());

const incidents = () => `/v1/pages/${partners.statuspage.page}/incidents`;
const ask = (path: string, incident?: unknown, token = partners.statuspage.token, method = "POST") =>
  fetch(`${partners.urlOf("statuspage")}${path}`, {
    ...(incident === undefined ? {} : { method, body: JSON.stringify({ incident }) }),
    headers: { authorization: `OAuth ${token}` },
  });

describe("the stand-in of Statuspage", () => {
  test.each([
    ["no name", { status: "investigating" }, /Name can't be blank/],
    ["a status that is none", { name: "n", status: "melting" }, /Status is not/],
    ["an empty text", { name: "n", body: " " }, /body can't be blank/],
    ["an impact that is none", { name: "n", impact_override: "huge" }, /Impact override/],
    ["a component of another page", { name: "n", component_ids: ["x"] }, /does not belong/],
    ["a component's state that is none", { name: "n", components: { cmpapi000001: "bad" } }, /Component status/],
  ])("refuses %s and says why", async (_what, incident, why) => {
    const answer = await ask(incidents(), incident);
    expect(answer.status).toBe(422);
    expect(((await answer.json()) as { error: string[] }).error.join()).toMatch(why);
  });

  test("takes its key only, keeps what it is given, and adds an update only with a text", async () => {
    expect((await ask(incidents(), { name: "n" }, "x")).status).toBe(401);
    expect((await ask("/v1/pages/other/incidents", { name: "n" })).status).toBe(404);
    const made = (await (await ask(incidents(), { name: "n", body: "b", metadata: { a: 1 } })).json()) as {
      id: string;
    };
    await ask(`${incidents()}/${made.id}`, { status: "resolved" }, undefined, "PATCH");
    expect(await (await ask(incidents())).json()).toMatchObject([
      { status: "resolved", metadata: { a: 1 }, incident_updates: [{ body: "b", status: "investigating" }] },
    ]);
    expect((await ask(`${incidents()}/${made.id}`, {}, undefined, "DELETE")).status).toBe(200);
    expect(await (await ask(incidents())).json()).toEqual([]);
  });
});
