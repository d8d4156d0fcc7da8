import { describe, test } from "vitest";
import { announcement } from "../../../templates/incident/announcement.ts";
import { declared } from "../../../templates/incident/answers.ts";
import { incidentCard } from "../../../templates/incident/card.ts";
import { declareForm } from "../../../templates/incident/declare-form.ts";
import { timesForm } from "../../../templates/incident/times-form.ts";
import { waooaw } from "../../support/desk.ts";
import { expectGolden } from "../../support/golden.ts";
import { resolved, sampleFacts, sampleIncident } from "./facts.ts";

const at = new Date("2026-11-22T01:30:00Z");

describe("every message about clocks, drills and times looks as agreed", () => {
  test.each([
    ["card-drill", incidentCard(sampleFacts({ kind: "drill" }))],
    ["card-after-the-fact", incidentCard(sampleFacts({ ...resolved, isSilent: true }))],
    ["announcement-drill", announcement(sampleFacts({ kind: "drill" }))],
    ["declared-drill", declared(sampleIncident({ kind: "drill" }), [])],
    ["declare-form-drill", declareForm({ config: waooaw, about: { id: "form" }, drill: true, startedAt: at })],
    ["times-form", timesForm(sampleIncident(), { channelId: "C0INC42" })],
    [
      "times-form-changed-meanwhile",
      timesForm(sampleIncident(resolved), { channelId: null, typed: { startedAt: at, mitigatedAt: null } }),
    ],
  ])("%s", (name, drawn) => expectGolden(`incident/${name}`, drawn));
});
