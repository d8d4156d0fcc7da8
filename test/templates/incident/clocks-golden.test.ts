import { describe, expect, test } from "vitest";
import { answersFor } from "../../../src/domain/incident/roles.ts";
import type { Watch } from "../../../src/domain/incident/watch-records.ts";
import { announcement } from "../../../templates/incident/announcement.ts";
import { declared } from "../../../templates/incident/answers.ts";
import { incidentCard } from "../../../templates/incident/card.ts";
import { clockRanOut } from "../../../templates/incident/clocks.ts";
import { closeForm } from "../../../templates/incident/close-form.ts";
import { declareForm } from "../../../templates/incident/declare-form.ts";
import { timesForm } from "../../../templates/incident/times-form.ts";
import { skipWatchForm, watchCard } from "../../../templates/incident/watch.ts";
import { waooaw } from "../../support/desk.ts";
import { expectGolden } from "../../support/golden.ts";
import { fresh, resolved, sampleFacts, sampleIncident } from "./facts.ts";

const at = new Date("2026-11-22T01:30:00Z");

const watch: Watch = {
  id: "watch-1",
  incidentId: "inc-a",
  startedAt: new Date("2026-11-22T03:05:00Z"),
  untilAt: new Date("2026-11-22T03:35:00Z"),
  endedAt: null,
  state: "running",
  reason: null,
  looks: 3,
  unknownLooks: 0,
  lookedAt: new Date("2026-11-22T03:07:00Z"),
  readings: (["ok", "warning", "critical", "unknown"] as const).map((state, index) => ({
    checkId: `c${index}`,
    target: "backend",
    title: `Backend API, /health/${index}`,
    value: 41,
    unit: "ms",
    state,
    detail: state === "unknown" ? "its name could not be looked up" : "answered 200 in 41 ms",
    at: new Date("2026-11-22T03:07:00Z"),
  })),
};

describe("every message about clocks, drills and times looks as agreed", () => {
  test.each([
    [
      "close-form",
      closeForm(waooaw, sampleIncident(resolved), {
        channelId: "C0INC42",
        missing: ["summary", "affected", "commander", "cause", "impact", "resolution", "mitigated", "postmortem"],
      }),
    ],
    [
      "card-before-closing",
      incidentCard(
        sampleFacts(
          { ...resolved, fields: { cause: "The <pool> was *small*" } },
          { missingToClose: ["impact", "postmortem"] },
        ),
      ),
    ],
    [
      "card-clocks",
      incidentCard(
        sampleFacts(
          {},
          {
            now: new Date("2026-11-22T03:10:00Z"),
            clocks: [
              { name: "mitigate", dueAt: new Date("2026-11-22T03:00:00Z"), minutes: 60, inBusinessHours: false },
              { name: "resolve", dueAt: new Date("2026-11-22T06:00:00Z"), minutes: 240, inBusinessHours: false },
            ],
          },
        ),
      ),
    ],
    ["card-drill", incidentCard(sampleFacts({ kind: "drill" }))],
    ["card-after-the-fact", incidentCard(sampleFacts({ ...resolved, isSilent: true }))],
    ["announcement-drill", announcement(sampleFacts({ kind: "drill" }))],
    ["declared-drill", declared(sampleIncident({ kind: "drill" }), [])],
    ["declare-form-drill", declareForm({ config: waooaw, about: { id: "form" }, drill: true, startedAt: at })],
    ["times-form", timesForm(sampleIncident(), { channelId: "C0INC42" })],
    ["watch-running", watchCard(watch)],
    ["watch-without-a-source", watchCard({ ...watch, readings: [] })],
    ["watch-passed", watchCard({ ...watch, state: "passed" })],
    ["watch-red", watchCard({ ...watch, state: "red", reason: "Backend API, /health answered 503 in <12> ms" })],
    ["watch-unknown", watchCard({ ...watch, state: "unknown", reason: "its name could not be looked up" })],
    ["watch-skipped", watchCard({ ...watch, state: "skipped", reason: "false alarm" })],
    ["watch-stopped", watchCard({ ...watch, state: "stopped", reason: "It was reopened" })],
    ["watch-skip-form", skipWatchForm(sampleIncident(resolved), "C0INC42")],
    ["card-watched", incidentCard(sampleFacts(resolved, { watch }))],
    [
      "times-form-changed-meanwhile",
      timesForm(sampleIncident(resolved), { channelId: null, typed: { startedAt: at, mitigatedAt: null } }),
    ],
  ])("%s", (name, drawn) => expectGolden(`incident/${name}`, drawn));
});

test.each([
  ["acknowledge", fresh],
  ["mitigate", {}],
  ["resolve", {}],
] as const)("the notice that the clock to %s ran out", (name, changes) => {
  const incident = sampleIncident(changes);
  const clock = { name, dueAt: new Date("2026-11-22T03:00:00Z"), minutes: 90, inBusinessHours: name === "acknowledge" };
  const app = { workspace: { botUserId: "U0TOC" } };
  expectGolden(`incident/clock-ran-out-${name}`, clockRanOut(incident, clock, answersFor(app, incident)));
  // What alerts opened is the bot's own, and nobody is addressed before somebody leads.
  const opened = { ...incident, reporterId: "U0TOC", roles: [] };
  expect(clockRanOut(opened, clock, answersFor(app, opened)).text).toMatch(/^This was to be/);
});
