import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { startScenario } from "../support/scenario.ts";
import { declared } from "../support/stories.ts";

const example = readFileSync(new URL("../../examples/waooaw/tocsin.yaml", import.meta.url), "utf8");
const configuration = `${example
  .replace(
    /^oncall:\n(?: {2}.*\n)+/m,
    `oncall:
  platform:
    title: Platform
    layers: [{ level: secondary, members: [chi@waooaw.example], rotate: never }]
    escalation: [{ page: [primary] }, { page: [secondary] }]
    pagerduty:
      schedules: { primary: PPRIMRY }
      routing_key: sandbox0routing0key0of032letters
`,
  )
  .replace(
    "    summary: Complete outage, data loss\n",
    "    summary: Complete outage, data loss\n    page: [platform]\n",
  )}
integrations:
  pagerduty: { token: made-up }
`;

describe("[I5] PagerDuty as source and pager", { timeout: 90_000 }, () => {
  test("its schedule says who is paged, its app can answer, and both sides end together", async () => {
    const story = await startScenario({ configuration });
    const ana = story.person("U0ANA");
    await story.settled();
    await ana.types("#general", "/oncall platform");
    await ana.sees("#general", /primary: <@U0BEN>/);
    const channel = await declared(story, ana, "sev1 Everything is down");
    await story.person("U0BEN").sees("tocsin", /Page.*Platform/);
    await story.settled();
    const [incident] = story.partners.pagerduty.incidents();
    expect(incident).toMatchObject({ title: "INC-1 SEV1: Everything is down", status: "triggered", urgency: "high" });
    story.partners.pagerduty.acknowledge(incident?.incident_key ?? "", "PDEV001");
    await story.advance("1m");
    await story.settled();
    await ana.sees(channel, /The page of Platform was acknowledged in PagerDuty/);
    await ana.sees(channel, /<@U0DEV>\n?.*Acknowledged/);
    await story.person("U0BEN").sees("tocsin", /<@U0DEV> acknowledged it/);
    await story.advance("20m");
    expect(story.person("U0CHI").screen("tocsin")).not.toContain("Page");
  });

  test("acknowledging in Slack acknowledges there, also when PagerDuty was away for a while", async () => {
    const story = await startScenario({ configuration });
    const ana = story.person("U0ANA");
    await story.settled();
    story.partners.fail("pagerduty", { answer: { status: 429 }, times: 2, when: ({ method }) => method === "POST" });
    await declared(story, ana, "sev1 Everything is down");
    const ben = story.person("U0BEN");
    await ben.sees("tocsin", /Page.*Platform/);
    await story.advance("2m");
    await story.settled();
    expect(story.partners.pagerduty.incidents()).toMatchObject([{ status: "triggered" }]);
    await ben.clicks("Acknowledge", { channel: "tocsin" });
    await story.settled();
    await story.advance("1m");
    expect(story.partners.pagerduty.incidents()).toMatchObject([{ status: "acknowledged" }]);
  });
});
