import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { startHealthAddress } from "../support/health-address.ts";
import type { Person } from "../support/person.ts";
import { reading } from "../support/reading.ts";
import { type Scenario, startScenario } from "../support/scenario.ts";
import { declared } from "../support/stories.ts";

const card = /reported by/;
const example = readFileSync("examples/waooaw/tocsin.yaml", "utf8");

/** An incident of the backend, whose health address the story plays. */
async function resolvedBackend(url: string): Promise<{ story: Scenario; ana: Person; channel: string }> {
  const story = await startScenario({ configuration: example.replace("https://waooaw.ai/health", url) });
  const ana = story.person("U0ANA");
  const channel = await declared(story, ana);
  await ana.clicks("Details", { channel, reading: card });
  await ana.submits({ "What is affected": ["Backend API"] });
  await ana.sees(channel, /Affected: Backend API/);
  await ana.types(channel, "/incident resolve rolled back to 41");
  await ana.sees(channel, /Watching health until/);
  return { story, ana, channel };
}

describe("[I3] the watch after resolving", { timeout: 120_000 }, () => {
  test("looks at health for half an hour, and says so when it stayed green", async () => {
    const service = await startHealthAddress();
    const { story, ana, channel } = await resolvedBackend(service.url);
    await ana.sees(channel, /Watching health until[\s\S]*Backend API, \/health: answered 200[\s\S]*running: 4 of 4/);
    await story.advance("10m");
    expect(service.asked()).toBeGreaterThan(8);
    await story.advance("21m");
    await ana.sees(channel, /Healthy for 30 minutes after resolving, in \d+ looks\./);
    await ana.sees(channel, /Stayed healthy after resolving/);
    await story.settled();
    expect(reading(await ana.sees(channel, card))).toMatch(/\*Status\*\nResolved[\s\S]*stayed healthy after resolving/);
    const asked = service.asked();
    await story.advance("30m");
    expect(service.asked()).toBe(asked);
  });

  test("takes the incident up again, with the evidence, when health is red twice in a row", async () => {
    const service = await startHealthAddress();
    const { story, ana, channel } = await resolvedBackend(service.url);
    await story.advance("3m");
    // One bad answer alone changes nothing.
    let bad = 1;
    service.says((response) => {
      bad -= 1;
      response.writeHead(bad >= 0 ? 500 : 200).end("{}");
    });
    await story.advance("3m");
    await story.settled();
    expect(reading(await ana.sees(channel, card))).toMatch(/\*Status\*\nResolved/);
    service.answers(503);
    await story.advance("3m");
    await ana.sees(
      channel,
      /Tocsin\n?.*Reopened, because its health went red: Backend API, \/health answered 503 in \d+ ms\. <@U0ANA>, please look\./,
    );
    await story.settled();
    expect(reading(await ana.sees(channel, card))).toMatch(/\*Status\*\nInvestigating/);
    expect(reading(await ana.sees("#incidents", card))).toContain("Investigating");
    await ana.sees(channel, /Health went red after resolving/);
    await ana.types(channel, "/incident timeline");
    expect(await ana.form()).toContain("Reopened, because its health went red");
    // Resolved once more, it is watched once more.
    service.answers(200);
    await ana.types(channel, "/incident resolve restarted it");
    await ana.sees(channel, /Watching health until/);
  });

  test("what cannot be looked at is unknown, and reopens nothing", async () => {
    const { story, ana, channel } = await resolvedBackend("http://nowhere.invalid/health");
    await story.advance("31m");
    await ana.sees(
      channel,
      /Whether it stayed healthy for 30 minutes is not known\. What could be looked at was not red\. Backend API, \/health: its name could not be looked up/,
    );
    await story.settled();
    expect(reading(await ana.sees(channel, card))).toMatch(/\*Status\*\nResolved/);
  });

  test("is skipped with a reason, by command, by form and by button; never without one", async () => {
    const service = await startHealthAddress();
    const { story, ana, channel } = await resolvedBackend(service.url);
    await ana.types(channel, "/incident resolve --now");
    expect(ana.told(channel).at(-1)).toContain("Skipping the watch takes a reason.");
    await ana.clicks("Skip the watch", { channel, reading: /Watching health/ });
    expect(await ana.submits({ Why: "it was a false alarm" })).toEqual({});
    await ana.sees(channel, /Skipped the watch over its health: it was a false alarm/);
    await ana.types(channel, "/incident reopen errors are back");
    await ana.sees(channel, /Reopened: errors are back/);
    await ana.types(channel, "/incident resolve --now nothing to watch");
    await ana.sees(channel, /Skipped the watch over its health: nothing to watch/);
    await ana.types(channel, "/incident reopen more errors");
    await ana.sees(channel, /Reopened: more errors/);
    await ana.clicks("Resolve", { channel, reading: card });
    expect(await ana.submits({ "Watch over health": ["Skip it; the text above says why"] })).toEqual({
      message: "Skipping the watch takes a reason: say why.",
    });
    const both = { "What fixed it": "gone by itself", "Watch over health": ["Skip it; the text above says why"] };
    expect(await ana.submits(both)).toEqual({});
    await ana.sees(channel, /Skipped the watch over its health: gone by itself/);
    await ana.types(channel, "/incident reopen not quite");
    await ana.types(channel, "/incident resolve restarted it");
    await ana.sees(channel, /Watching health until/);
    await ana.types(channel, "/incident reopen once more");
    await ana.sees(channel, /The watch over health ended early/);
    await story.settled();
    const asked = service.asked();
    await story.advance("5m");
    expect(service.asked()).toBe(asked);
  });

  test("with nothing to look at, that is on the timeline", async () => {
    const story = await startScenario();
    const ana = story.person("U0ANA");
    const channel = await declared(story, ana);
    await ana.types(channel, "/incident resolve fixed");
    await ana.sees(channel, /Resolved: fixed/);
    await ana.types(channel, "/incident timeline");
    expect(await ana.form()).toContain("Health is not watched: nobody said what was affected");
  });
});
