import { describe, expect, test } from "vitest";
import { reading } from "../support/reading.ts";
import { startScenario } from "../support/scenario.ts";
import { declared } from "../support/stories.ts";

const card = /reported by/;

describe("[I11] incidents that belong together", { timeout: 120_000 }, () => {
  test("merging closes the one, brings its people along and points both ways; merging again follows", async () => {
    const story = await startScenario();
    const [ana, ben, chi] = [story.person("U0ANA"), story.person("U0BEN"), story.person("U0CHI")];
    const one = await declared(story, ana, "sev2 Login returns 500s");
    const two = await declared(story, ben, "sev3 Nobody can sign in");
    const three = await declared(story, chi, "sev3 Sign-in page is white");
    await ben.types(two, "/incident merge INC-1");
    expect(ben.told(two).at(-1)).toContain("INC-2 is merged into INC-1. It goes on in <#");
    await ana.sees(one, /INC-2 was merged into this one: Nobody can sign in/);
    await ana.sees(one, /<@U0BEN> has joined/);
    await ben.sees(two, /Merged into INC-1; it goes on in <#/);
    await story.settled();
    expect(reading(await ana.sees(one, card))).toContain("took in INC-2 · Nobody can sign in");
    expect(reading(await ben.sees(two, card))).toMatch(
      /\*Status\*\nClosed[\s\S]*goes on in INC-1 · Login returns 500s in <#/,
    );
    expect(ben.read(two).channel.archived).toBe(true);
    // Into the one that was merged means into the one that goes on.
    await chi.types(three, "/incident merge INC-2");
    expect(chi.told(three).at(-1)).toContain("INC-3 is merged into INC-1 (INC-2 was merged into it).");
    await ana.sees(one, /INC-3 was merged into this one/);
    await ana.types(one, "/incident merge INC-3");
    expect(ana.told(one).at(-1)).toContain("INC-3 was merged into this one; it cannot go the other way too.");
    await ana.types("#general", "/incident merge INC-2 into INC-1");
    expect(ana.told("#general").at(-1)).toContain("INC-2 goes on in INC-1 already.");
    await ana.types("#general", "/incident reopen INC-2 it is back");
    expect(ana.told("#general").at(-1)).toContain("INC-2 goes on in INC-1.");
    await ana.types(one, "/incident merge INC-1");
    expect(ana.told(one).at(-1)).toContain("That is the same incident.");
    await ana.types(one, "/incident merge that other one");
    expect(ana.told(one).at(-1)).toContain("“that” is no incident.");
  });

  test("links by form and by line, duplicates of what has ended, and what was declared twice is merged at once", async () => {
    const story = await startScenario();
    const [ana, ben] = [story.person("U0ANA"), story.person("U0BEN")];
    const one = await declared(story, ana, "sev2 Search is slow");
    const two = await declared(story, ben, "sev3 Reports stay empty");
    await ana.clicks("Link or merge", { channel: one, reading: card });
    await ana.seesForm(/Link incidents/);
    expect(await ana.submits({ "The other incident": "INC-2 · Reports stay empty" })).toEqual({});
    await ana.sees(one, /Linked with INC-2/);
    await ben.sees(two, /Linked with INC-1/);
    await ben.types(two, "/incident link INC-1");
    expect(ben.told(two).at(-1)).toContain("INC-2 and INC-1 are linked already.");
    await ben.types(two, "/incident link INC-1 --remove");
    await ana.sees(one, /No longer linked with INC-2/);
    await ana.types(one, "/incident resolve reindexed");
    await ben.types(two, "/incident merge INC-1");
    expect(ben.told(two).at(-1)).toContain("INC-1 is resolved; nothing goes on there.");
    await ben.types(two, "/incident duplicate of INC-1");
    expect(ben.told(two).at(-1)).toContain("INC-2 is closed as a duplicate of INC-1.");
    await story.settled();
    expect(reading(await ana.sees(one, card))).toContain("has a duplicate: INC-2 · Reports stay empty");
    const three = await declared(story, ana, "sev2 Uploads fail");
    await ben.types("#general", "/incident declare sev2 Uploads fail again");
    await ben.clicks("It is this one", { channel: "#general", reading: /alike/ });
    await ana.sees(three, /INC-4 was merged into this one: Uploads fail again/);
  });

  test("a private incident leaves no trace on an ordinary one", async () => {
    const story = await startScenario();
    const [ana, ben] = [story.person("U0ANA"), story.person("U0BEN")];
    const open = await declared(story, ana, "sev2 Odd logins");
    await ana.types("#general", "/incident declare");
    await ana.seesForm(/Declare an incident/);
    expect(await ana.submits({ Severity: "SEV2", Title: "Stolen token", Private: true })).toEqual({});
    const secret = await ana.seesChannel(/inc-2/);
    await ana.types(secret, "/incident link INC-1");
    await story.settled();
    expect(reading(await ana.sees(secret, card))).toContain("linked with INC-1 · Odd logins");
    expect(ana.screen(open)).not.toMatch(/INC-2|Stolen/);
    await ana.types(secret, "/incident merge INC-1");
    expect(ana.told(secret).at(-1)).toContain("A private incident and an ordinary one are kept apart.");
    await ben.types(open, "/incident merge INC-2");
    expect(ben.told(open).at(-1)).toContain("I cannot find INC-2.");
    await ben.types("#general", "/incident declare sev3 Stolen token again");
    expect(ben.told("#general").at(-1)).not.toContain("alike");
  });
});
