import { describe, test } from "vitest";
import type { TeamOnCall, Turn } from "../../../src/domain/oncall/now.ts";
import type { Page } from "../../../src/domain/oncall/page.ts";
import type { Override, Team } from "../../../src/domain/oncall/team.ts";
import { contactList } from "../../../templates/oncall/contacts.ts";
import { overrideForm, pageForm, swapForm } from "../../../templates/oncall/forms.ts";
import { overrideMessage } from "../../../templates/oncall/override.ts";
import { pageMessage, pageUnanswered } from "../../../templates/oncall/page.ts";
import { onCallTeam, onCallTeams } from "../../../templates/oncall/team.ts";
import { sampleConfiguration as config } from "../../slack/sample.ts";
import { expectGolden } from "../../support/golden.ts";
import { sampleIncident } from "../incident/facts.ts";

const incident = sampleIncident();

const at = (text: string) => new Date(`2026-03-02T${text}:00Z`);
const team: Team = {
  name: "platform",
  title: "Platform & <friends>",
  timeZone: "Europe/Berlin",
  levels: [
    { name: "primary", layers: [] },
    { name: "secondary", layers: [] },
    { name: "manager", layers: [] },
  ],
  escalation: [{ page: ["primary"], minutes: 5 }],
  rounds: 2,
  group: "@oncall",
  pagerduty: null,
};
const turn = (facts: Partial<Turn>): Turn => ({
  who: "U0ANA",
  userIds: ["U0ANA"],
  through: "rotation",
  insteadOf: null,
  start: at("08:00"),
  end: at("16:00"),
  ...facts,
});
const contact = {
  role: "Database administrator",
  name: "Chi <N>",
  person: "U0CHI",
  userIds: ["U0CHI"],
  reach: ["+49 (30) 123-4567", "chi@waooaw.example"],
  availability: "Monday to Friday 9 to 17",
  about: ["postgres"],
  note: "Call, do not write",
  visibleTo: ["members"],
};
const vendor = {
  ...contact,
  role: "AWS Support",
  name: null,
  person: "gone@waooaw.example",
  userIds: [],
  reach: ["https://console.aws.example/support", "extension 7"],
  availability: null,
  about: [],
  note: null,
};
const onCall: TeamOnCall = {
  team,
  levels: [
    { level: "primary", now: turn({}), next: turn({ who: "U0BEN", userIds: ["U0BEN"] }) },
    {
      level: "secondary",
      now: turn({ who: "dev@waooaw.example", userIds: ["U0DEV"], insteadOf: "gone@waooaw.example" }),
      next: null,
    },
    {
      level: "manager",
      now: turn({ who: null, userIds: [] }),
      next: turn({ who: "nobody@waooaw.example", userIds: [] }),
    },
  ],
};
const override: Override = {
  id: "o1",
  team: "platform",
  level: "primary",
  userId: "U0BEN",
  from: at("10:00"),
  until: at("18:00"),
  createdBy: "U0ANA",
  createdAt: at("09:00"),
  swapId: null,
};
const page: Page = {
  id: "p1",
  incidentId: null,
  team: "platform",
  personId: null,
  message: "the database is read-only <!channel> *now*",
  requestedBy: "U0ANA",
  state: "open",
  step: 1,
  createdAt: at("10:00"),
  endedAt: null,
  endedBy: null,
  outside: null,
  unresolvedMinutes: null,
  version: 1,
};
const calls = [
  { userId: "U0BEN", step: 0, at: at("10:00") },
  { userId: "U0DEV", step: 1, at: at("10:05") },
];
const facts = { page, incident: null, name: "Platform", nextAt: at("10:05"), calls };
const teams = { ...config, oncall: [team] };

describe("[I5] messages and forms about who is on call", () => {
  test("teams", () => {
    expectGolden("oncall/teams", onCallTeams([onCall]));
    expectGolden("oncall/teams-none", onCallTeams([]));
    expectGolden("oncall/team", onCallTeam(onCall, [override, { ...override, id: "o2", swapId: "s1" }]));
  });

  test("contacts", () => {
    expectGolden("oncall/contacts", contactList({ contacts: [contact, vendor], nearest: [], all: 2 }, "data <base>"));
    const meant = ["Database administrator"];
    expectGolden("oncall/contacts-not-found", contactList({ contacts: [], nearest: meant, all: 2 }, "databse"));
    expectGolden("oncall/contacts-none", contactList({ contacts: [], nearest: [], all: 0 }, ""));
  });

  test("pages", () => {
    expectGolden("oncall/page", pageMessage(facts));
    expectGolden(
      "oncall/page-incident",
      pageMessage({ ...facts, incident, page: { ...page, requestedBy: null, message: "" } }),
    );
    const ended = { endedAt: at("10:07"), endedBy: "U0DEV" };
    expectGolden(
      "oncall/page-acknowledged",
      pageMessage({ ...facts, incident, page: { ...page, ...ended, state: "acknowledged" } }),
    );
    expectGolden(
      "oncall/page-stopped",
      pageMessage({ ...facts, page: { ...page, ...ended, endedBy: null, state: "stopped" } }),
    );
    expectGolden("oncall/page-unanswered", pageUnanswered(page, "Platform", calls));
    expectGolden("oncall/page-unanswered-nobody", pageUnanswered(page, "Platform", []));
  });

  test("overrides", () => {
    expectGolden("oncall/override", overrideMessage(override, team.title));
    expectGolden("oncall/override-swap", overrideMessage({ ...override, swapId: "s1" }, team.title));
  });

  test("forms", () => {
    expectGolden(
      "oncall/page-form",
      pageForm({ config: teams, incident, channelId: "C1", team: "platform", message: "come" }),
    );
    expectGolden("oncall/page-form-alone", pageForm({ config, incident: null, channelId: null }));
    expectGolden(
      "oncall/override-form",
      overrideForm({ config: teams, from: at("10:00"), until: at("18:00"), channelId: "C1" }),
    );
    expectGolden("oncall/swap-form", swapForm({ config: teams, team: "platform", channelId: null }));
  });
});
