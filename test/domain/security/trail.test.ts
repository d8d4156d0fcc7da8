import { expect, test } from "vitest";
import type { TrailEvent } from "../../../src/domain/platform/trail.ts";
import { type FromHere, madeBy, trailFound } from "../../../src/domain/security/trail.ts";

const at = new Date("2026-11-22T10:00:00Z");
const minutes = (count: number) => new Date(at.getTime() + count * 60_000);
const own = "arn:aws:iam::123456789012:user/tocsin";
const role = "arn:aws:iam::123456789012:role/ops/tocsin-operate";
const session = (name: string) => `arn:aws:sts::123456789012:assumed-role/tocsin-operate/${name}`;

function event(changes: Partial<TrailEvent> = {}): TrailEvent {
  return {
    id: "1",
    at,
    what: "ecs:UpdateService",
    who: own,
    person: null,
    address: "198.51.100.7",
    region: "eu-west-1",
    byPlatform: false,
    error: null,
    about: "",
    ...changes,
  };
}
const operation = {
  code: "op-7F3K",
  requesterId: "U0ANA",
  appliedAt: minutes(-1),
  endedAt: minutes(3),
  request: { operation: "scale-service" },
  target: { environment: "production" },
} as FromHere["operations"][number];
const here: FromHere = {
  operations: [operation],
  environment: "production",
  own,
  access: { roles: { read: null, operate: role, destructive: null }, externalId: null, sessionSeconds: 3600 },
};

test.each<[string, Partial<TrailEvent>, Partial<FromHere>, string]>([
  ["the bot's own user while its operation is carried out", {}, {}, "operation"],
  ["the same, seconds after its end", { at: minutes(3.1) }, {}, "operation"],
  ["the bot's own user later on", { at: minutes(9) }, {}, "bot alone"],
  ["the bot's own user before", { at: minutes(-5) }, {}, "bot alone"],
  ["while an operation is in another environment", {}, { environment: "demo" }, "bot alone"],
  ["the role's session for that operation and person", { who: session("tocsin-scale-service-U0ANA") }, {}, "operation"],
  ["the role's session for another person", { who: session("tocsin-scale-service-U0MAL") }, {}, "bot alone"],
  ["the role's session for another operation", { who: session("tocsin-flush-cache-U0ANA") }, {}, "bot alone"],
  ["a session of somebody else's role by the same name", { who: session("x").replace("operate", "x") }, {}, "somebody"],
  ["somebody else while an operation is carried out", { who: own.replace("tocsin", "mallory") }, {}, "somebody"],
  ["the same name in another account", { who: own.replace("1234", "9999") }, {}, "somebody"],
  ["the platform's autoscaling", { byPlatform: true, who: "application-autoscaling.amazonaws.com" }, {}, "platform"],
  ["an unknown bot", {}, { own: null }, "somebody"],
])("[I12] %s", (_what, changes, other, kind) => {
  expect(madeBy(event(changes), { ...here, ...other }).kind).toBe(kind);
});

test("[I12] what nobody made from here stands first and is counted; who the bot is may not be known", () => {
  const events = [
    event(),
    event({ id: "2", who: own.replace("tocsin", "mallory") }),
    event({ id: "3", at: minutes(9) }),
  ];
  const found = trailFound("changes", { events, gaps: [], own }, here);
  expect(found.said).toBe(
    "3 changes: 2 not made from here, 1 of them with the bot's own identity, 1 by operations, 0 by the platform itself; 0 failed",
  );
  expect(found.rows.map((row) => row.at(-1))).toEqual(["2", "3", "1"]);
  const unsure = trailFound(
    "changes",
    { events, gaps: ["eu-west-1 could not be read"], own: null },
    { ...here, own: null },
  );
  expect(unsure.gaps.join()).toMatch(/eu-west-1 could not be read.*last 15 minutes.*who the bot itself is/);
});
