import { describe, expect, test } from "vitest";
import type { Inquiry } from "../../../src/domain/inquiry/inquiry.ts";
import { announcement, withdrawn } from "../../../templates/incident/announcement.ts";
import { followed } from "../../../templates/incident/answers.ts";
import { accessCard, accessForm, madePrivate, makePrivateForm } from "../../../templates/incident/people.ts";
import { securityChecklist } from "../../../templates/incident/security.ts";
import { evidenceCard, evidenceFile } from "../../../templates/ops/evidence.ts";
import { expectGolden, problems } from "../../support/golden.ts";
import { sampleFacts, sampleIncident } from "./facts.ts";

const secret = sampleIncident({ isPrivate: true, title: "Token leaked" });
const at = new Date("2026-11-22T02:10:00Z");
const access = [
  { userId: "U0SAM", why: "declared it" },
  { userId: "U0ANA", why: "incident commander" },
  { userId: "U0BEN", why: "was brought in" },
];

const nothing = { evidence: [], isolated: [], watch: { minutes: 120, everySeconds: 30 } };
const question = {
  part: { kind: "changes", environment: "production", region: "eu-west-1" },
  from: new Date("2026-11-21T01:00:00Z"),
  until: at,
  startedAt: new Date("2026-11-22T01:00:00Z"),
  words: [],
} as const;
const gathered: Inquiry<"evidence"> = {
  id: "evidence-1",
  kind: "evidence",
  askedBy: "U0ANA",
  askedAt: at,
  place: { incident: secret.id },
  incidentId: secret.id,
  question,
  found: {
    at,
    trouble: null,
    said: "3 changes: 2 not made from here, 1 by operations, 0 by the platform itself; 0 failed",
    gaps: ["us-east-1 could not be read: AccessDenied"],
    counts: { events: 3 },
    header: ["time (UTC)", "who"],
    rows: [["2026-11-22T01:30:00.000Z", "=cmd"]],
  },
};
const backups: Inquiry<"evidence"> = {
  ...gathered,
  id: "evidence-2",
  question: { ...question, part: { kind: "backup", name: "postgres", environment: "production" } },
  found: null,
};
const found = gathered.found as NonNullable<typeof gathered.found>;
const underWay = { ...nothing, evidence: [gathered, backups] };

describe("what private incidents show", () => {
  test.each([
    ["access", accessCard(secret, access)],
    ["access-form", accessForm(secret, "C0INC42")],
    ["private-form", makePrivateForm(sampleIncident(), "C0INC42")],
    ["made-private", madePrivate(secret)],
    ["withdrawn", withdrawn()],
    ["security-fresh", securityChecklist(secret, [], nothing)],
    ["security-underway", securityChecklist(secret, [{ step: "contain-access", userId: "U0ANA", at }], underWay)],
    ["evidence", evidenceCard(gathered)],
    ["evidence-unknown", evidenceCard({ ...gathered, found: { ...found, trouble: "not known: it was refused" } })],
    ["subscribed", followed("You get each update of INC-42 as a direct message.", secret, "incident.unsubscribe")],
  ])("%s", (name, drawn) => expectGolden(`incident/${name}`, drawn));

  test("the file of a piece is a table in which nothing is a formula; one that was not read has none", () => {
    expect(evidenceFile(gathered)?.files).toEqual([
      {
        name: "changes-in-production.csv",
        title: "Changes in production",
        content: "time (UTC),who\r\n2026-11-22T01:30:00.000Z,'=cmd\r\n",
      },
    ]);
    expect(evidenceFile(backups)).toBeNull();
  });

  test("nothing that Slack would refuse comes of very many people", () => {
    const crowd = Array.from({ length: 900 }, (_, one) => ({ userId: `U${one}`, why: "was brought in" }));
    expect(problems(accessCard(secret, crowd))).toEqual([]);
    expect(problems(announcement(sampleFacts()))).toEqual([]);
  });
});
