import { describe, test } from "vitest";
import type { Handoff } from "../../../src/domain/incident/handoff.ts";
import { handoffForm } from "../../../templates/incident/forms.ts";
import { handoffPack, handoffReminder } from "../../../templates/incident/handoff.ts";
import { waooaw } from "../../support/desk.ts";
import { expectGolden } from "../../support/golden.ts";
import { sampleIncident } from "./facts.ts";

const at = (time: string) => new Date(`2026-11-22T${time}:00Z`);
const handoff: Handoff = {
  id: "h1",
  incidentId: "inc-a",
  role: "commander",
  fromUser: "U0ANA",
  toUser: "U0BEN",
  requestedBy: "U0ANA",
  state: "waiting",
  createdAt: at("03:00"),
  endedAt: null,
};
const [role] = waooaw.roles;
if (!role) throw new Error("The example has no role");
const incident = sampleIncident();
const entry = (text: string, minute: string) => ({
  id: minute,
  incidentId: "inc-a",
  at: at(`02:${minute}`),
  recordedAt: at(`02:${minute}`),
  kind: "note" as const,
  actorId: "U0SAM",
  text,
  source: null,
  operationId: null,
  hidden: false,
});
const facts = { handoff, incident, role, items: [], operations: [], changes: [], since: at("02:02") };

describe("[I4] the pack of a hand-over", () => {
  test("as it is offered, with much and with nothing to tell", () => {
    expectGolden("incident/handoff-quiet", handoffPack(facts));
    const changes = Array.from({ length: 14 }, (_, index) => entry(`Step ${index} with <@U0BEN>`, String(10 + index)));
    expectGolden("incident/handoff", handoffPack({ ...facts, changes }));
  });

  test.each(["accepted", "declined", "cancelled", "unanswered", "overtaken"] as const)("once it is %s", (state) => {
    expectGolden(`incident/handoff-${state}`, handoffPack({ ...facts, handoff: { ...handoff, state } }));
  });

  test("its reminder and its form", () => {
    expectGolden("incident/handoff-reminder", handoffReminder(handoff, incident, role));
    expectGolden("incident/handoff-form", handoffForm(waooaw, { incident, choices: [], channelId: "C1" }));
  });
});
