import { describe, expect, test } from "vitest";
import { type PublicIncident, publicPage } from "../../../src/domain/status-page/page.ts";
import { affectedComponents, publicStatus, refuseInternal } from "../../../src/domain/status-page/publish.ts";
import { refusal } from "../../support/desk.ts";
import { sampleIncident } from "../../templates/incident/facts.ts";

const now = new Date("2026-11-22T03:00:00Z");
const at = (time: string) => new Date(`2026-11-22T${time}:00Z`);
const settings = {
  title: "Status",
  intro: "",
  url: null,
  windows: [],
  components: [
    { name: "api", title: "API", summary: "", parts: ["backend"] },
    { name: "web", title: "Web", summary: "", parts: ["agent", "backend"] },
  ],
};

function shown(changes: Partial<PublicIncident> & { readonly status?: "resolved" } = {}): PublicIncident {
  const { status = "investigating", ...rest } = changes;
  return {
    incidentId: "a",
    title: "Slow",
    components: ["api"],
    impact: "degraded",
    begunAt: at("02:00"),
    updates: [{ id: "u", status, text: "We look.", at: at("02:00") }],
    ...rest,
  };
}

const window = { id: "m", title: "Upgrade", text: "", components: ["web"], startsAt: at("02:30"), endsAt: at("03:30") };

describe("[I8] the state of components", () => {
  test.each([
    ["nothing open", [], [], ["operational", "operational"], "operational"],
    ["one open", [shown()], [], ["degraded", "operational"], "degraded"],
    [
      "the worst of two",
      [shown(), shown({ impact: "major_outage" })],
      [],
      ["major_outage", "operational"],
      "major_outage",
    ],
    ["a resolved one", [shown({ status: "resolved" })], [], ["operational", "operational"], "operational"],
    ["maintenance now", [], [window], ["operational", "maintenance"], "maintenance"],
    ["maintenance later", [], [{ ...window, startsAt: at("03:01") }], ["operational", "operational"], "operational"],
    ["an open one without a component", [shown({ components: [] })], [], ["operational", "operational"], "degraded"],
    ["a component that is gone", [shown({ components: ["gone"] })], [], ["operational", "operational"], "degraded"],
  ])("%s", (_, incidents, maintenance, states, overall) => {
    const page = publicPage(settings, incidents, maintenance, now);
    expect(page.components.map((one) => one.state)).toEqual(states);
    expect(page.state).toBe(overall);
  });
});

test.each([
  ["detected", "investigating"],
  ["acknowledged", "investigating"],
  ["investigating", "investigating"],
  ["mitigating", "identified"],
  ["resolved", "resolved"],
  ["closed", "resolved"],
] as const)("an incident that is %s is %s for the public", (phase, status) => {
  expect(publicStatus(sampleIncident({ phase }))).toBe(status);
});

test("mitigated is monitoring for the public, and components follow from what is affected", () => {
  const { times } = sampleIncident();
  expect(publicStatus(sampleIncident({ phase: "mitigating", times: { ...times, mitigatedAt: now } }))).toBe(
    "monitoring",
  );
  expect(affectedComponents(settings, ["agent"])).toEqual(["web"]);
  expect(affectedComponents(settings, ["backend"])).toEqual(["api", "web"]);
});

describe("what was written for colleagues is refused", () => {
  test.each([
    "ask <@U0ANA>",
    "<!channel> look",
    "ask @ana",
    "see #inc-42-api",
    "see <#C0INC>",
    "INC-42 again",
    "https://waooaw.slack.com/archives/C1/p2",
  ])("%s", async (text) => {
    const said = await refusal(Promise.resolve().then(() => refuseInternal(text, "public_text")));
    expect([said.code, said.field]).toEqual(["bad_argument", "public_text"]);
  });

  test.each(["Write to help@example.com", "It is 3 # 4", "We are at 99 %", "https://example.com/#top"])(
    "%s is fine",
    (text) => {
      expect(() => refuseInternal(text, "x")).not.toThrow();
    },
  );
});
