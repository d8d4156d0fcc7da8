import { describe, expect, test } from "vitest";
import { startScenario } from "../support/scenario.ts";
import { declared } from "../support/stories.ts";

describe("[I2, I10, I11] when an incident is over", { timeout: 120_000 }, () => {
  test("its channel is put away after a day's notice, unless somebody keeps it or it is reopened", async () => {
    const story = await startScenario();
    const [ana, ben] = [story.person("U0ANA"), story.person("U0BEN")];
    const away = await declared(story, ana, "sev4 Colours are off");
    const kept = await declared(story, ana, "sev4 Fonts are off");
    const back = await declared(story, ana, "sev4 Icons are off");
    for (const channel of [away, kept, back]) await ana.types(channel, "/incident resolve --now put right by hand");
    await story.settled();
    await story.advance("264h");
    expect(ana.screen(away)).not.toContain("This channel is archived");
    await ana.types(back, "/incident reopen they are off again");
    // Channels are put away in the morning: how far off that is depends on when the story began.
    for (let half = 0; half < 6 && !ana.screen(away).includes("This channel is archived"); half += 1)
      await story.advance("12h");
    await ana.sees(away, /This channel is archived/);
    await ana.clicks("Keep", { channel: kept, reading: /This channel is archived/ });
    await ana.sees(kept, /Keeps this channel/);
    await story.advance("36h");
    await story.settled();
    expect(ana.read(away).channel.archived).toBe(true);
    expect(ana.read(kept).channel.archived).toBeFalsy();
    expect(ana.read(back).channel.archived).toBeFalsy();
    expect(ana.screen(back)).not.toContain("This channel is archived");
    // App Home says whose is whose.
    await ben.opensHome();
    await story.settled();
    expect(ben.home()).toMatch(/Open incidents \(1\)\n[\s\S]*INC-3 · Icons are off/);
    expect(ben.home()).not.toContain("*Yours*");
    expect(ben.home()).toMatch(/\*On call\* · \w+ <@U0/);
    await ana.opensHome();
    await story.settled();
    expect(ana.home()).toMatch(/\*Yours\*[\s\S]*INC-3 · Icons are off/);
  });

  test("App Home says which post-mortems somebody is to write, until they are published; those of others are not there", async () => {
    const story = await startScenario();
    const [ana, ben] = [story.person("U0ANA"), story.person("U0BEN")];
    const channel = await declared(story, ana, "sev2 Logins fail");
    await ana.types(channel, "/incident resolve");
    await story.settled();
    for (const one of [ana, ben]) await one.opensHome();
    await story.settled();
    expect(ana.home()).toMatch(/Post-mortems to write\n[\s\S]*INC-1 · Logins fail[\s\S]*due [\s\S]*write it/);
    expect(ben.home()).not.toContain("Post-mortems to write");
    await story.advance("50h");
    await ana.opensHome();
    await story.settled();
    expect(ana.home()).toContain("overdue since");
    await ana.clicks("Publish", { channel, reading: /Post-mortem of INC-1[\s\S]*\*State\*/ });
    await story.settled();
    await ana.opensHome();
    await story.settled();
    expect(ana.home()).not.toContain("Post-mortems to write");
  });
});
