import { Client } from "pg";
import { describe, expect, test } from "vitest";
import { posts, token, withAlerts } from "../support/alert-posts.ts";
import { startScenario } from "../support/scenario.ts";

const configuration = withAlerts(`alerts:
  sources:
    scripts: { kind: json, token: ${token} }
  critical: { incident: propose, severity: SEV1, page: [platform] }
  routes:
    - { labels: { team: payments }, incident: open, severity: SEV2, page: [backend] }
  calm_in: [Database maintenance]
`);
const alerts = "#alerts";
const down = { id: "1", title: "API is down", severity: "critical", service: "backend" };
const over = { ...down, status: "resolved" };
const pages = (screen: string) => screen.split("*Page*").length - 1;
const messages = (screen: string) => screen.split(/\*API is down\* ·/).length - 1;

describe("[L2] [I1] alerts and incidents", { timeout: 240_000 }, () => {
  test("what comes back unacknowledged is the same message and pages anew; much later it is told anew", async () => {
    const story = await startScenario({ configuration });
    const ana = story.person("U0ANA");
    await story.settled();
    await posts(story, "scripts", down);
    await ana.sees("tocsin", /\*Page\*[\s\S]*API is down/);
    await posts(story, "scripts", over);
    await ana.sees(alerts, /API is down\* · over since/);
    await ana.sees("tocsin", /No longer needed/);
    await posts(story, "scripts", down);
    await expect.poll(() => pages(ana.screen("tocsin"))).toBe(2);
    await story.settled();
    expect(messages(ana.screen(alerts))).toBe(1);
    // Who answers the page has taken the alert up.
    await ana.clicks("Acknowledge", { channel: "tocsin" });
    await ana.sees(alerts, /<@U0ANA> acknowledged it/);
    await posts(story, "scripts", over);
    await posts(story, "scripts", down);
    await story.settled();
    expect(pages(ana.screen("tocsin"))).toBe(2);
    await story.advance("2h");
    await posts(story, "scripts", down);
    await story.settled();
    expect(messages(ana.screen(alerts))).toBe(2);
    expect(pages(ana.screen("tocsin"))).toBe(3);
  });

  test("declared after somebody acknowledged the alert, it says who is at it and pages only whom nobody paged yet", async () => {
    const severities =
      "severities:\n  SEV1: { summary: All is down, page: [platform, U0DEV] }\n  SEV2: { summary: Much }\n  SEV3: { summary: Some }\n  SEV4: { summary: Little }\n";
    const story = await startScenario({
      configuration: configuration.replace(/^severities:\n(?: {2}.*\n)+/m, severities),
    });
    const [ana, dev] = [story.person("U0ANA"), story.person("U0DEV")];
    await story.settled();
    await posts(story, "scripts", down);
    await ana.sees("tocsin", /\*Page\*[\s\S]*API is down/);
    await ana.clicks("Acknowledge", { channel: "tocsin" });
    await ana.sees(alerts, /<@U0ANA> acknowledged it/);
    await ana.clicks("Declare", { channel: alerts, reading: /API is down/ });
    await ana.submits({});
    const channel = await ana.seesChannel(/^inc-1/);
    await ana.sees(
      channel,
      /<@U0ANA> acknowledged the alert before, so platform is not paged again\. To page all the same: \/oncall page platform/,
    );
    await dev.sees("tocsin", /\*Page\*/);
    await story.advance("30m");
    expect(pages(ana.screen("tocsin"))).toBe(1);
    await ana.types(channel, "/oncall page platform");
    await expect.poll(() => pages(ana.screen("tocsin"))).toBe(2);
  });

  test("what is long over is forgotten; what still fires, what is of an incident and its page stay", async () => {
    const story = await startScenario({ configuration: `${configuration}  keep: 48h\n` });
    const ana = story.person("U0ANA");
    await story.settled();
    const service = { service: "", severity: "critical" };
    await posts(story, "scripts", { ...service, id: "2", title: "Paged and over" });
    await ana.sees("tocsin", /\*Page\*[\s\S]*Paged and over/);
    await posts(story, "scripts", { ...service, id: "2", title: "Paged and over", status: "resolved" });
    await posts(story, "scripts", down);
    await ana.clicks("Declare", { channel: alerts, reading: /API is down/ });
    await ana.submits({});
    await ana.seesChannel(/^inc-1/);
    await posts(story, "scripts", over);
    await story.settled();
    const titles = async (table: string) => {
      const client = new Client({ connectionString: story.databaseUrl });
      await client.connect();
      const { rows } = await client.query<{ title: string }>(`select title from ${table} order by title`);
      await client.end();
      return rows.map(({ title }) => title);
    };
    expect(await titles("alert_groups")).toEqual(["API is down", "Paged and over"]);
    await story.advance("50h");
    await posts(story, "scripts", { title: "Disk fills up", severity: "warning" });
    await story.advance("25h");
    await expect.poll(() => titles("alert_groups")).toEqual(["API is down", "Disk fills up"]);
    expect(await titles("alerts")).toEqual(["API is down", "Disk fills up"]);
    // What people were told, and that they were paged, stays as it was.
    expect(ana.screen(alerts)).toMatch(/Paged and over\* · over since/);
    expect(await titles("(select message as title from pages) as pages")).toContain("Paged and over");
  });

  test("a page that nobody answers is told in the channel of the alert", async () => {
    const story = await startScenario({ configuration });
    await story.settled();
    await posts(story, "scripts", down);
    await story.person("U0DEV").sees(alerts, /API is down/);
    await story.advance("3h");
    await story.person("U0DEV").sees(alerts, /Nobody has acknowledged the page of platform/);
  });

  test("an incident that alerts open is the bot's own, calls whom the route names, and is left to people to end", async () => {
    const story = await startScenario({ configuration });
    const ben = story.person("U0BEN");
    await story.settled();
    const payments = { ...down, labels: { team: "payments" }, title: "Payments fail" };
    await posts(story, "scripts", payments);
    await ben.sees("#incidents", /INC-1 · Payments fail[\s\S]*reported by <@U0TOC>/);
    await ben.sees("tocsin", /\*Page\* · backend/);
    await story.settled();
    const channel = await ben.seesChannel(/^inc-/);
    await posts(story, "scripts", { ...payments, status: "resolved" });
    await ben.sees(channel, /The alert “Payments fail” is over, says scripts/);
    await ben.types(channel, "/incident resolve");
    await ben.sees(channel, /\*Duration\*/);
    // It is back after its incident ended: news, and a second incident.
    await posts(story, "scripts", payments);
    await ben.sees("#incidents", /INC-2 · Payments fail/);
  });

  test("no critical alert is left to an incident that is less severe than its own would be; a drill takes what it is about", async () => {
    const story = await startScenario({ configuration });
    const ana = story.person("U0ANA");
    await story.settled();
    await ana.types("#general", "/incident declare sev4");
    await ana.submits({ Title: "A typo", "What is affected": ["Backend API"] });
    await story.settled();
    await posts(story, "scripts", down);
    await ana.sees("tocsin", /\*Page\*[\s\S]*API is down/);
    expect(ana.screen(alerts)).not.toContain("part of");
    await posts(story, "scripts", { title: "API is slow", severity: "warning", service: "backend" });
    await ana.sees(alerts, /API is slow[\s\S]*part of \*INC-1/);

    await ana.types("#general", "/incident declare sev1");
    await ana.submits({ Title: "Agent fails", "What is affected": ["Agent"], Drill: true });
    await story.settled();
    await posts(story, "scripts", { title: "Agent is down", severity: "critical", service: "agent" });
    await ana.sees(alerts, /Agent is down[\s\S]*part of \*INC-2 · Drill/);
    await story.settled();
    expect(pages(ana.screen("tocsin"))).toBe(1);
  });

  test("in a planned maintenance that the configuration names it is told and calls nobody", async () => {
    const always = configuration.replace(
      'task: Database maintenance, every: first Sunday, from: "02:00", to: "04:00"',
      'task: Database maintenance, every: day, from: "00:00", to: "24:00"',
    );
    expect(always).not.toBe(configuration);
    const story = await startScenario({ configuration: always });
    const ana = story.person("U0ANA");
    await story.settled();
    await posts(story, "scripts", { ...down, labels: { team: "payments" } });
    await ana.sees(alerts, /API is down[\s\S]*told only: the maintenance “Database maintenance” is under way/);
    await story.settled();
    expect(pages(ana.screen("tocsin"))).toBe(0);
    expect(ana.screen("#incidents")).not.toContain("INC-1");
  });

  test("of a private incident the message of its alert says nothing, also of one that became private", async () => {
    const story = await startScenario({ configuration });
    const [ana, sam] = [story.person("U0ANA"), story.person("U0SAM")];
    await story.settled();
    await posts(story, "scripts", down);
    await ana.sees(alerts, /API is down/);
    await ana.clicks("Declare", { channel: alerts });
    await ana.submits({});
    await story.settled();
    const channel = await ana.seesChannel(/^inc-/);
    await sam.sees(alerts, /part of \*INC-1 · API is down\*, in <#/);
    await ana.types(channel, "/incident private");
    await ana.submits({});
    await story.settled();
    await expect.poll(() => sam.screen(alerts)).not.toContain("INC-1");
    await sam.types("#general", "/ops alerts");
    await sam.sees("#general", /API is down/);
    expect(sam.screen("#general")).not.toContain("INC-1");
    await ana.types("#general", "/ops alerts backend");
    await ana.sees("#general", /part of \*INC-1/);
    await ana.clicks("Declare", { channel: alerts });
    await ana.sees(alerts, /This alert is part of INC-1 already/);
  });
});
