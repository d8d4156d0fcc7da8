import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type Scenario, startScenario } from "../support/scenario.ts";
import { declared } from "../support/stories.ts";

const example = readFileSync(new URL("../../examples/waooaw/tocsin.yaml", import.meta.url), "utf8");

/** The example, with tickets for two of its severities. */
function configured(privatePlaces: boolean): string {
  const severities = `severities:
  SEV1: { summary: All is down, ticket: { in: jira } }
  SEV2: { summary: Much is down, ticket: { in: github } }
  SEV3: { summary: A little is down }
  SEV4: { summary: A nuisance, ticket: { in: jira, only: true } }
`;
  const secret = privatePlaces ? ", private_project: SEC" : "";
  return `${example
    .replace(/^severities:\n(?: {2}.*\n)+/m, severities)
    .replace(/^follow_up:\n(?: {2}.*\n)+/m, "")
    .replace(/^integrations:\n(?: {2}.*\n)+/m, "")}
integrations:
  github: { token: made-up, repository: waooaw/platform }
  jira: { url: https://waooaw.atlassian.net, email: tocsin@waooaw.example, token: made-up, project: OPS${secret} }
`;
}
const card = /reported by/;
const post = ({ method }: { readonly method: string }) => method === "POST";
const written = (story: Scenario, project = "OPS") => JSON.stringify(story.partners.jira.issues(project));

describe("[I1] tickets of incidents", { timeout: 120_000 }, () => {
  test("one is opened once though the bot is killed in between, follows the incident, is closed with the post-mortem's link and opened again", async () => {
    const story = await startScenario({ configuration: configured(false) });
    const ana = story.person("U0ANA");
    // The issue is made there, but nobody hears of it; then the bot is killed and started again.
    story.partners.fail("github", { performed: true, when: post });
    const channel = await declared(story, ana, "sev2 API returns 500s");
    await story.advance("10s");
    await ana.sees(channel, /Ticket GitHub has not answered yet/);
    await story.restart();
    await story.advance("2m");
    await ana.sees(channel, /Ticket <https:\/\/github.com\/waooaw\/platform\/issues\/1\|waooaw\/platform#1>/);
    expect(story.partners.github.issues()).toHaveLength(1);
    const issue = () => story.partners.github.issues()[0];
    expect(issue()).toMatchObject({ title: "INC-1 SEV2: API returns 500s", state: "open" });
    await expect.poll(() => issue()?.body).toContain(`archives/${ana.read(channel).channel.id}`);
    expect(JSON.stringify(ana.read(channel))).toContain("GitHub: waooaw/platform#1");
    await ana.types(channel, "/incident timeline");
    expect(await ana.form(/Opened the ticket/)).toBeTruthy();

    await ana.types(channel, "/incident severity sev1");
    await story.settled();
    await expect.poll(() => issue()?.title).toBe("INC-1 SEV1: API returns 500s");
    await ana.types(channel, "/incident resolve the pool was exhausted");
    await story.advance("1m");
    await expect.poll(() => issue()?.state).toBe("closed");
    expect(issue()?.body).toContain("[The post-mortem](https://");
    await ana.types(channel, "/incident reopen it is back");
    await story.settled();
    await expect.poll(() => issue()?.state).toBe("open");
    expect(story.partners.github.issues()).toHaveLength(1);
    // Closed by a person there: the incident stays open, and its channel is told.
    story.partners.github.close(1, "ben-okafor");
    await story.advance("6m");
    await ana.sees(channel, /Closed the ticket .*waooaw\/platform#1.* in GitHub by ben-okafor; INC-1 is still open/);
  });

  test("a tracker that is away delays the ticket and nothing else; one that refuses is heard", async () => {
    const story = await startScenario({ configuration: configured(false) });
    const ana = story.person("U0ANA");
    story.partners.fail("jira", { when: post });
    const channel = await declared(story, ana, "sev1 All is dark");
    await story.advance("10s");
    await ana.sees(channel, /Ticket Jira has not answered yet/);
    expect(story.partners.jira.issues()).toEqual([]);
    await story.advance("3m");
    await ana.sees(channel, /Ticket <http.*\/browse\/OPS-1\|OPS-1>/);
    story.partners.fail("jira", {
      when: ({ method }) => method === "PUT",
      answer: { status: 400, body: { errorMessages: [], errors: { summary: "No." } } },
    });
    await ana.types(channel, "/incident update mitigating");
    await ana.sees(channel, /Jira: No\.: the ticket .*OPS-1.* was not changed/);
    await ana.types(channel, "/incident resolve");
    await story.advance("1m");
    await expect.poll(() => story.partners.jira.issues()[0]?.status).toBe("Done");
  });

  test("of a private incident nothing leaves, unless a project for that is named; what becomes private is taken back", async () => {
    const story = await startScenario({ configuration: configured(false) });
    const ana = story.person("U0ANA");
    await ana.types("#general", "/incident declare sev1 --private Zebrafish token leaked");
    await story.settled();
    await story.advance("2m");
    expect(story.partners.jira.issues()).toEqual([]);
    const open = await declared(story, ana, "sev1 Zebrafish exports are slow");
    await expect.poll(() => written(story)).toContain("Zebrafish");
    await ana.clicks("Make private", { channel: open, reading: card });
    await ana.seesForm(/Make it private/);
    expect(await ana.submits()).toEqual({});
    await story.advance("2m");
    await expect.poll(() => written(story)).not.toContain("Zebrafish");
    expect(story.partners.jira.issues()).toMatchObject([{ status: "Done", fields: { summary: "INC-2" } }]);
    expect(written(story, "SEC")).toBe("[]");
  });

  test.each([
    ["no place for private ones", false],
    ["a project for private ones", true],
  ])("opened while the bot was killed and private since: taken back, with %s", async (_what, privatePlaces) => {
    const story = await startScenario({ configuration: configured(privatePlaces) });
    const ana = story.person("U0ANA");
    story.partners.fail("jira", { performed: true, when: post });
    const channel = await declared(story, ana, "sev1 Zebrafish exports are slow");
    await story.advance("10s");
    await ana.sees(channel, /Ticket Jira has not answered yet/);
    expect(written(story)).toContain("Zebrafish");
    await ana.clicks("Make private", { channel, reading: card });
    await ana.seesForm(/Make it private/);
    expect(await ana.submits()).toEqual({});
    await story.restart();
    await story.advance("3m");
    await expect.poll(() => written(story)).not.toContain("Zebrafish");
    expect(story.partners.jira.issues()).toMatchObject([{ status: "Done", fields: { summary: "INC-1" } }]);
    const hiddenChannel = await ana.seesChannel(/slow-2$/);
    await ana.sees(
      hiddenChannel,
      /The ticket .*OPS-1.* was opened in Jira before this became private: its text is taken out/,
    );
    await ana.types(hiddenChannel, "/incident update still private");
    await story.advance("3m");
    expect(story.partners.jira.issues()).toHaveLength(1);
    expect(written(story, "SEC")).toBe("[]");
  });

  test("an attempt that made nothing leaves nothing to take back, and opens nothing once it is private", async () => {
    const story = await startScenario({ configuration: configured(false) });
    const ana = story.person("U0ANA");
    story.partners.fail("jira", { when: post });
    const channel = await declared(story, ana, "sev1 Zebrafish exports are slow");
    await story.advance("10s");
    await ana.sees(channel, /Ticket Jira has not answered yet/);
    await ana.clicks("Make private", { channel, reading: card });
    await ana.seesForm(/Make it private/);
    expect(await ana.submits()).toEqual({});
    await story.advance("3m");
    const hidden = await ana.seesChannel(/slow-2$/);
    await ana.sees(hidden, /Ticket none in Jira: what is private stays here/);
    await ana.types(hidden, "/incident update still private");
    await story.advance("3m");
    expect(ana.screen(hidden)).not.toMatch(/on its way to Jira/);
    expect(story.partners.jira.issues()).toEqual([]);
  });

  test("where a project for private ones is named, they go there and nowhere else; drills and what is over go nowhere", async () => {
    const story = await startScenario({ configuration: configured(true) });
    const ana = story.person("U0ANA");
    await ana.types("#general", "/incident declare sev1 --private Zebrafish token leaked");
    await expect.poll(() => written(story, "SEC")).toContain("Zebrafish");
    await ana.types("#general", "/incident drill sev1 Datacentre lost");
    await ana.types("#general", "/incident declare sev1 --started 3h --resolved 2h Mail was late");
    await story.settled();
    await story.advance("2m");
    expect(story.partners.jira.issues()).toEqual([]);
    expect(story.partners.jira.issues("SEC")).toHaveLength(1);
  });

  test("a severity may open only a ticket: who declared is told so, and may make it an incident, which takes the ticket over", async () => {
    const story = await startScenario({ configuration: configured(false) });
    const [ana, ben] = [story.person("U0ANA"), story.person("U0BEN")];
    await ana.types("#general", "/incident declare sev4 Report is late");
    expect(ana.told("#general").at(-1)).toMatch(
      /Report is late.* is SEV4, which opens only a ticket: on its way to Jira/,
    );
    await ana.sees("tocsin", /opens only a ticket: <http.*\/browse\/OPS-1\|OPS-1> in Jira/);
    expect(ana.state().channels.filter(({ name }) => name.startsWith("inc-"))).toEqual([]);
    await ben.types("#general", "/incident list all");
    expect(ben.told("#general").at(-1)).not.toContain("Report is late");
    expect(story.partners.jira.issues()[0]?.fields.summary).toBe("SEV4: Report is late");

    await ana.clicks("Make it an incident", { channel: "tocsin" });
    const channel = await ana.seesChannel(/report-is-late/);
    await ana.sees(channel, /Ticket <.*OPS-1>/);
    await ana.sees("tocsin", /Report is late.* is INC-1 now/);
    await ana.types(channel, "/incident resolve");
    await story.advance("1m");
    await expect.poll(() => story.partners.jira.issues()[0]?.status).toBe("Done");
    expect(story.partners.jira.issues()).toHaveLength(1);
    expect(story.partners.jira.issues()[0]?.fields.summary).toBe("INC-1 SEV4: Report is late");
    // What is private is never only a ticket.
    await ana.types("#general", "/incident declare sev4 --private Zebrafish password shared");
    await ana.seesChannel(/zebrafish/);
    expect(written(story)).not.toContain("Zebrafish");
  });
});
