import { describe, expect, test } from "vitest";
import { until } from "../support/person.ts";
import { reading } from "../support/reading.ts";
import { startScenario } from "../support/scenario.ts";

describe("[I1, I2] declaring an incident", () => {
  test("in one line makes its channel, card, topic, people, bookmarks and announcement", async () => {
    const story = await startScenario();
    const ana = story.person("U0ANA");
    await ana.types("#general", "/incident declare sev2 API returns 500s");
    const channel = await ana.seesChannel(/^inc-1-api-returns-500s$/);
    const card = await ana.sees(channel, /INC-1 · API returns 500s/);
    expect(card.pinned || (await ana.sees(channel, /pinned a message/))).toBeTruthy();
    await ana.sees("#incidents", /INC-1 · API returns 500s/);
    await ana.sees(channel, /<@U0BEN> has joined/);
    await until("the bookmarks", () => ana.read(channel).bookmarks.length === 4);
    const detail = ana.read(channel);
    expect(detail.channel.topic).toContain("SEV2");
    expect(detail.bookmarks.map((bookmark) => bookmark.title)).toEqual([
      "Overview",
      "Backend API",
      "Database",
      "Agent",
    ]);
    expect(ana.told("#general").join()).toContain("INC-1");
    // Somebody who is not in it joins from the announcement.
    const sam = story.person("U0SAM");
    await sam.clicks("Join", { channel: "#incidents" });
    await ana.sees(channel, /<@U0SAM> has joined/);
    expect(ana.read(channel).messages.filter((message) => reading(message).includes("Affected")).length).toBe(1);
  });

  test("with a severity alone opens the form, filled in", async () => {
    const story = await startScenario();
    const ana = story.person("U0ANA");
    await ana.types("#general", "/incident declare sev2");
    const form = await ana.seesForm(/Declare/);
    expect(JSON.stringify(form.view)).toMatch(/"initial_option":\{[^}]*\{[^}]*SEV2/);
    expect(
      await ana.submits({
        Title: "Größe der Queue explodiert: *fett* <!channel>",
        "What is affected": ["Backend API"],
        Commander: "U0BEN",
      }),
    ).toEqual({});
    const channel = await ana.seesChannel(/^inc-1-grosse-der-queue/);
    const card = await ana.sees(channel, /Backend API|backend/);
    expect(reading(card)).toContain("&lt;!channel&gt;");
    await ana.sees(channel, /<@U0BEN> has joined/);
  });
});
