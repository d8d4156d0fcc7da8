import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { startScenario } from "../support/scenario.ts";
import { declared } from "../support/stories.ts";

const example = readFileSync(new URL("../../examples/waooaw/tocsin.yaml", import.meta.url), "utf8");
const configuration = `${example
  .replace(/^people:\n(?: {2}.*\n)+/m, "people:\n  U0ANA: { name: Ana Ruiz, github: ana-ruiz, jira: '712020:ana' }\n")
  .replace(/^follow_up:\n(?: {2}.*\n)+/m, "")}
follow_up: { tracker: jira }
integrations:
  jira: { url: https://waooaw.atlassian.net, email: tocsin@waooaw.example, token: made-up, project: OPS }
`;
const post = ({ method }: { readonly method: string }) => method === "POST";

describe("[I10] action items in GitHub and Jira", { timeout: 120_000 }, () => {
  test("one is handed over by its menu, made once though the answer was lost, and done here when closed there", async () => {
    const story = await startScenario({ configuration });
    const ana = story.person("U0ANA");
    const channel = await declared(story, ana, "sev4 Queue ran full");
    await ana.types(channel, "/incident action");
    expect(await ana.submits({ "What is to be done": "Alarm on @queue length", Owner: "U0ANA" })).toEqual({});
    // The issue is made there, but nobody hears of it; then the bot is killed and started again.
    story.partners.fail("github", { performed: true, when: post });
    await ana.types(channel, "/incident actions");
    await ana.chooses("Hand to GitHub", { channel, reading: /Open action items/ });
    await story.settled();
    await ana.types(channel, "/incident actions");
    expect(ana.told(channel).at(-1)).toContain("GitHub has not answered yet");
    await story.restart();
    await story.advance("2m");
    await ana.sees(
      channel,
      /handed to GitHub as <https:\/\/github.com\/waooaw\/platform\/issues\/1\|waooaw\/platform#1>/,
    );
    const [issue, ...others] = story.partners.github.issues();
    expect(others).toEqual([]);
    expect(issue).toMatchObject({ title: "Alarm on @queue length", labels: ["incident"], assignees: ["ana-ruiz"] });
    expect(issue?.body).toContain("Action item of INC-1, SEV4: Queue ran full");
    await ana.types(channel, "/incident actions");
    expect(ana.told(channel).at(-1)).toContain("issues/1|waooaw/platform#1>");

    story.partners.github.close(1, "ben-okafor");
    await story.advance("6m");
    await ana.sees(channel, /Action item done \(closed in GitHub, waooaw\/platform#1 by ben-okafor\): Alarm on @queue/);
    await ana.types(channel, "/incident actions all");
    expect(ana.told(channel).at(-1)).toContain("~Alarm on @queue length~");
  });

  test("publishing the post-mortem hands over what is open; what Jira does not take is said on the item", async () => {
    const story = await startScenario({ configuration });
    const [ana, ben] = [story.person("U0ANA"), story.person("U0BEN")];
    const channel = await declared(story, ana, "sev3 Reports are late");
    await ana.types(channel, "/incident action");
    expect(await ana.submits({ "What is to be done": "Split the report", Owner: "U0ANA" })).toEqual({});
    await ana.types(channel, "/incident action");
    expect(await ana.submits({ "What is to be done": "Watch the queue", Owner: "U0BEN" })).toEqual({});
    await ana.types(channel, "/incident resolve");
    await ana.types(channel, "/incident postmortem");
    story.partners.fail("jira", {
      when: ({ method, body }) => method === "POST" && body.toString().includes("Watch the queue"),
      answer: { status: 400, body: { errorMessages: [], errors: { components: "Component/s is required." } } },
    });
    await ana.clicks("Publish", { channel, reading: /Post-mortem of INC-1[\s\S]*\*State\*/ });
    await story.settled();
    expect(story.partners.jira.issues()).toMatchObject([
      { key: "OPS-1", fields: { summary: "Split the report", assignee: { accountId: "712020:ana" } } },
    ]);
    await ana.sees("tocsin", /Watch the queue[\s\S]*not in Jira: Component\/s is required\./);
    await ben.types("#general", "/incident actions");
    expect(ben.told("#general").at(-1)).toContain(":warning: not in Jira: Component/s is required.");
    // Put right there; handed over once more from the menu.
    await ben.chooses("Hand to Jira", { channel: "#general", reading: /Watch the queue/ });
    await story.settled();
    expect(story.partners.jira.issues().map(({ fields }) => fields.summary)).toEqual([
      "Split the report",
      "Watch the queue",
    ]);
    story.partners.jira.close("OPS-1", "712020:ana");
    await story.advance("6m");
    await ana.sees(channel, /<@U0ANA>\n?.*Action item done \(closed in Jira, OPS-1\): Split the report/);
  });
});
