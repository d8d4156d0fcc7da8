import { describe, expect, test } from "vitest";
import { announcement, withdrawn } from "../../../templates/incident/announcement.ts";
import { followed } from "../../../templates/incident/answers.ts";
import {
  accessCard,
  accessForm,
  madePrivate,
  makePrivateForm,
  securityChecklist,
} from "../../../templates/incident/people.ts";
import { expectGolden, problems } from "../../support/golden.ts";
import { sampleFacts, sampleIncident } from "./facts.ts";

const secret = sampleIncident({ isPrivate: true, title: "Token leaked" });
const at = new Date("2026-11-22T02:10:00Z");
const access = [
  { userId: "U0SAM", why: "declared it" },
  { userId: "U0ANA", why: "incident commander" },
  { userId: "U0BEN", why: "was brought in" },
];

describe("what private incidents show", () => {
  test.each([
    ["access", accessCard(secret, access)],
    ["access-form", accessForm(secret, "C0INC42")],
    ["private-form", makePrivateForm(sampleIncident(), "C0INC42")],
    ["made-private", madePrivate(secret)],
    ["withdrawn", withdrawn()],
    ["security-fresh", securityChecklist(secret, [])],
    ["security-underway", securityChecklist(secret, [{ step: "contain-access", userId: "U0ANA", at }])],
    ["subscribed", followed("You get each update of INC-42 as a direct message.", secret, "incident.unsubscribe")],
  ])("%s", (name, drawn) => expectGolden(`incident/${name}`, drawn));

  test("nothing that Slack would refuse comes of very many people", () => {
    const crowd = Array.from({ length: 900 }, (_, one) => ({ userId: `U${one}`, why: "was brought in" }));
    expect(problems(accessCard(secret, crowd))).toEqual([]);
    expect(problems(announcement(sampleFacts()))).toEqual([]);
  });
});
