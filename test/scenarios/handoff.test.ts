import { describe, expect, test } from "vitest";
import { reading } from "../support/reading.ts";
import { startScenario } from "../support/scenario.ts";
import { declared } from "../support/stories.ts";

const card = /reported by/;

describe("[I4] roles change hands", { timeout: 90_000 }, () => {
  test("who gets a role is told what to do; guests, apps and people who left get none", async () => {
    const story = await startScenario();
    const ana = story.person("U0ANA");
    const channel = await declared(story, ana);
    await ana.types(channel, "/incident role communications @chi");
    const told = reading(await story.person("U0CHI").sees("tocsin", /You are communications of \*INC-1/));
    expect(told).toMatch(/Write the updates: `\/incident update`/);
    await ana.types(channel, "/incident lead me");
    await ana.sees("tocsin", /You are incident commander[\s\S]*Say in the channel that you lead/);
    await ana.types(channel, "/incident lead @gus");
    await ana.sees(channel, /<@U0GUS> is a guest; roles are for full members/);
    await ana.clicks("Roles", { channel, reading: card });
    expect(await ana.submits({ Role: "Scribe", Person: "U0GUS" })).toEqual({
      person: "<@U0GUS> is a guest; roles are for full members of this workspace. Name somebody else.",
    });
    await ana.closes();
    await ana.types("#general", "/incident declare");
    await ana.seesForm(/Declare/);
    expect(await ana.submits({ Title: "Another", Severity: "SEV3", Commander: "U0OTT" })).toHaveProperty("commander");
    await ana.closes();
  });

  test("a role is offered with the state of things and moves when the other accepts", async () => {
    const story = await startScenario();
    const [ana, ben] = [story.person("U0ANA"), story.person("U0BEN")];
    const channel = await declared(story, ana);
    await ana.types(channel, "/incident lead me");
    await ben.types(channel, "/incident note looked at the database, it is fine");
    await story.advance("10m");
    await ana.types(channel, "/incident update investigating checkout fails for one in ten");
    await ana.types(channel, "/incident note restarted the worker");
    await ana.types(channel, "/incident handoff @ben");
    await ana.sees(channel, /<@U0BEN> is asked to take over as incident commander/);
    const pack = reading(await ben.sees("tocsin", /<@U0ANA> asks you to take over as incident commander of \*INC-1/));
    expect(pack).toMatch(/\*Now\* SEV2, investigating/);
    expect(pack).toMatch(/\*Last update\* checkout fails for one in ten/);
    expect(pack).toMatch(/Since you were last here[\s\S]*restarted the worker/);
    expect(pack).not.toContain("looked at the database");
    await story.settled();
    expect(reading(await ana.sees(channel, card))).toMatch(/\*Commander\*\n<@U0ANA>/);
    await ben.clicks("Accept", { channel: "tocsin" });
    await ana.sees(channel, /<@U0BEN>\n?.*Took over as incident commander, after <@U0ANA>/);
    await story.settled();
    expect(reading(await ana.sees(channel, card))).toMatch(/\*Commander\*\n<@U0BEN>/);
    expect(reading(await ben.sees("tocsin", /asks you to take over/))).toMatch(/You accepted; the role is yours/);
    expect(ben.screen("tocsin")).toMatch(/Say in the channel that you lead/);
  });

  test("an offer can be declined, taken back, and is repeated a few times before it lapses; the role stays", async () => {
    const story = await startScenario();
    const [ana, ben, chi] = [story.person("U0ANA"), story.person("U0BEN"), story.person("U0CHI")];
    const channel = await declared(story, ana);
    await ana.types(channel, "/incident lead me");
    await ana.types(channel, "/incident handoff commander @ben");
    await ben.sees("tocsin", /asks you to take over/);
    await ben.clicks("Decline", { channel: "tocsin" });
    await ana.sees(channel, /<@U0BEN>\n?.*Cannot take over as incident commander/);
    await ana.sees("tocsin", /<@U0BEN> cannot take over as incident commander.*<@U0ANA> still has the role/);
    await ana.types(channel, "/incident handoff @chi");
    await ana.sees(channel, /<@U0CHI> is asked to take over/);
    await ana.clicks("Take it back", { channel });
    await chi.sees("tocsin", /The offer was taken back/);
    await ana.types(channel, "/incident handoff @chi");
    await story.settled();
    await story.advance("6m");
    await chi.sees("tocsin", /<@U0ANA> still waits for your answer/);
    await story.advance("16m");
    await story.settled();
    await ana.sees("tocsin", /<@U0CHI> has not answered and does not take over/);
    expect(chi.screen("tocsin").match(/still waits for your answer/g)?.length).toBeLessThanOrEqual(6);
    expect(reading(await ana.sees(channel, card))).toMatch(/\*Commander\*\n<@U0ANA>/);
    await ana.types(channel, "/incident handoff @gus");
    await ana.sees(channel, /<@U0GUS> is a guest/);
    await ana.types(channel, "/incident handoff");
    await ana.seesForm(/Hand a role over/);
    expect(await ana.submits({ Role: "Incident commander", To: "U0ANA" })).toHaveProperty("person");
  });

  test("once the incident is over nobody is reminded of an offer any more", async () => {
    const story = await startScenario();
    const [ana, ben] = [story.person("U0ANA"), story.person("U0BEN")];
    const channel = await declared(story, ana);
    await ana.types(channel, "/incident handoff @ben");
    await ben.sees("tocsin", /asks you to take over/);
    await ana.types(channel, "/incident resolve");
    await story.advance("16m");
    await ben.sees("tocsin", /The incident was over before you answered/);
    expect(ben.screen("tocsin")).not.toContain("still waits for your answer");
  });

  test("an offer that was overtaken changes nothing", async () => {
    const story = await startScenario();
    const [ana, ben] = [story.person("U0ANA"), story.person("U0BEN")];
    const channel = await declared(story, ana);
    await ana.types(channel, "/incident lead me");
    await ana.types(channel, "/incident handoff @ben");
    await ben.sees("tocsin", /asks you to take over/);
    await ana.types(channel, "/incident lead @chi");
    await ana.sees(channel, /Made <@U0CHI> incident commander/);
    await ben.clicks("Accept", { channel: "tocsin" });
    await ben.sees("tocsin", /Meanwhile somebody else got the role/);
    await story.settled();
    expect(reading(await ana.sees(channel, card))).toMatch(/\*Commander\*\n<@U0CHI>/);
  });

  test("while nobody leads the channel is asked a few times, and can be quiet for half an hour", async () => {
    const story = await startScenario();
    const ana = story.person("U0ANA");
    const channel = await declared(story, ana, "sev4 Typo on the login page");
    const asked = () =>
      ana.screen(channel).match(/Nobody leads this incident yet\.\nNobody leads|Nobody leads this incident yet/g)
        ?.length ?? 0;
    await story.advance("11m");
    await ana.sees(channel, /Nobody leads this incident yet/);
    const one = asked();
    await ana.clicks("In 30 minutes", { channel, reading: /Nobody leads/ });
    await story.advance("25m");
    expect(asked()).toBe(one);
    await story.advance("10m");
    await story.settled();
    expect(asked()).toBe(2 * one);
    await story.advance("3h");
    expect(asked()).toBe(2 * one);
  });
});
