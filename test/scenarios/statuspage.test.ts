import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { startScenario } from "../support/scenario.ts";
import { declared } from "../support/stories.ts";

const example = readFileSync(new URL("../../examples/waooaw/tocsin.yaml", import.meta.url), "utf8");
const configuration = `${example}
integrations:
  statuspage:
    token: made-up
    page: kctbh9vrtdwd
    components: { api: cmpapi000001, agent: cmpagent0001 }
`;
const card = /reported by/;

describe("[I8] a status page elsewhere", { timeout: 90_000 }, () => {
  test("says word for word what our own says, once, also when its answers are lost", async () => {
    const story = await startScenario({ configuration });
    const ana = story.person("U0ANA");
    const there = story.partners.statuspage;
    const channel = await declared(story, ana, "sev2 Zebrafish pool exhausted");
    await ana.types(channel, "/incident update investigating quokka looks");
    await story.settled();
    // Nothing goes there that nobody published.
    expect(story.partners.calls.filter(({ partner }) => partner === "statuspage")).toEqual([]);

    story.partners.fail("statuspage", { performed: true });
    await ana.types(channel, "/incident publish");
    await ana.seesForm(/Status page/);
    const first = { "Public title": "Requests fail", "Public text": "One in ten fails.", Components: ["API"] };
    expect(await ana.submits(first)).toEqual({});
    await story.settled();
    await story.advance("2m");
    expect(there.incidents()).toMatchObject([
      { name: "Requests fail", status: "investigating", impact: "major", updates: [{ body: "One in ten fails." }] },
    ]);
    expect(there.components().map(({ status }) => status)).toEqual(["partial_outage", "operational"]);

    await ana.types(channel, "/incident resolve restarted the axolotl");
    await story.settled();
    story.partners.fail("statuspage", { performed: true, when: ({ method }) => method === "PATCH" });
    await ana.clicks("Update it", { channel, reading: /The status page still says/ });
    expect(await ana.submits({ "Public text": "It works again." })).toEqual({});
    await story.settled();
    await story.advance("2m");
    const [incident, ...others] = there.incidents();
    expect(others).toEqual([]);
    expect(incident?.updates.map(({ status, body }) => [status, body])).toEqual([
      ["resolved", "It works again."],
      ["investigating", "One in ten fails."],
    ]);
    expect(there.components().map(({ status }) => status)).toEqual(["operational", "operational"]);
    expect(JSON.stringify(there.dump())).not.toMatch(/[Zz]ebrafish|quokka|axolotl|INC-|SEV/);
  });

  test("what it refuses is told in the channel, and published again; what becomes private leaves it", async () => {
    const story = await startScenario({ configuration });
    const ana = story.person("U0ANA");
    const channel = await declared(story, ana);
    story.partners.fail("statuspage", { answer: { status: 401, body: { error: "Could not authenticate" } } });
    await ana.types(channel, "/incident publish");
    expect(await ana.submits({ "Public title": "Slow pages", "Public text": "We are looking." })).toEqual({});
    await story.settled();
    await ana.sees(channel, /on our own status page only\.\n*Statuspage: Could not authenticate/);
    await ana.clicks("Publish again", { channel, reading: /own status page only/ });
    expect(await ana.submits({ "Public text": "We know why." })).toEqual({});
    await story.settled();
    expect(story.partners.statuspage.incidents()).toMatchObject([
      { name: "Slow pages", updates: [{ body: "We know why." }, { body: "We are looking." }] },
    ]);
    await ana.clicks("Make private", { channel, reading: card });
    expect(await ana.submits()).toEqual({});
    await story.settled();
    expect(story.partners.statuspage.incidents()).toEqual([]);
  });
});
