import { createHmac } from "node:crypto";
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
  .replace("page: [platform, leads]", "page: [platform]")
  .replace(
    "    summary: Complete outage, data loss\n",
    "    summary: Complete outage, data loss\n    page: [platform]\n",
  )}
integrations:
  pagerduty: { token: made-up }
`;

describe("[I5] PagerDuty as source and pager", { timeout: 240_000 }, () => {
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

  test("its webhooks are seen at once; what is not signed, repeated or another's changes nothing", async () => {
    const secret = "webhook-secret-of-the-story";
    const story = await startScenario({
      configuration: configuration.replace("token: made-up }", `token: made-up, webhook_secret: ${secret} }`),
    });
    const there = story.partners.pagerduty;
    const url = `${story.address()}/webhooks/pagerduty`;
    there.tell(url, secret);
    const ana = story.person("U0ANA");
    await story.settled();
    const channel = await declared(story, ana, "sev1 Everything is down");
    await story.person("U0BEN").sees("tocsin", /Page.*Platform/);
    await story.settled();
    const key = there.incidents()[0]?.incident_key ?? "";

    there.reassign(key, "PZOE001", "PDEV001");
    await ana.sees(channel, /The page of Platform is with Zoe Long gone in PagerDuty now, moved by Dev Patel/);
    await story.settled();
    const told = () => ana.screen(channel).split("is with Zoe Long gone").length;
    const once = told();
    const [first] = there.deliveries();
    const send = (body: string, signature: string, method = "POST") =>
      fetch(url, {
        method,
        headers: { "x-pagerduty-signature": signature },
        ...(method === "POST" ? { body } : {}),
      }).then(({ status }) => status);
    const body = first?.body ?? "";
    const signed = (text: string) => `v1=${createHmac("sha256", secret).update(text).digest("hex")}`;
    const forged = body.replace("incident.reassigned", "incident.acknowledged").replace("01SANDBOX", "01FORGED");
    expect(await send(forged, first?.signature ?? "")).toBe(401);
    expect(await send(forged, "")).toBe(401);
    expect(await send("{}", signed("{}"))).toBe(400);
    expect(await send("", "", "GET")).toBe(405);
    expect(await send("x".repeat(600_000), "")).toBe(413);
    // While its secret is changed it signs with the old one too.
    expect(await send(body, `v1=${"0".repeat(64)},${first?.signature}`)).toBe(202);
    const others = body.replace(key, "somebody-elses").replace("01SANDBOX", "01OTHER");
    expect(await send(others, signed(others))).toBe(202);
    const old = body.replace(/"occurred_at":"\d+/, '"occurred_at":"2001').replace("01SANDBOX", "01OLD");
    expect(await send(old, signed(old))).toBe(202);
    // An event that says more than PagerDuty's API does is believed in nothing.
    expect(await send(forged, signed(forged))).toBe(202);
    await story.settled();
    expect(told()).toBe(once);
    expect(ana.screen(channel)).not.toContain("was acknowledged in PagerDuty");

    there.acknowledge(key, "PDEV001");
    // No time goes by: the next look by itself would come in half a minute.
    await ana.sees(channel, /The page of Platform was acknowledged in PagerDuty/);
    await ana.sees(channel, /<@U0DEV>\n?.*Acknowledged/);
    expect(there.deliveries().map(({ status }) => status)).toEqual([202, 202]);
  });

  test("without a secret there is no such address", async () => {
    const story = await startScenario({ configuration });
    const answer = await fetch(`${story.address()}/webhooks/pagerduty`, { method: "POST", body: "{}" });
    expect(answer.status).toBe(404);
  });
});
