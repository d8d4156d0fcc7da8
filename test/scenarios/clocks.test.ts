import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { reading } from "../support/reading.ts";
import { startScenario } from "../support/scenario.ts";
import { declared } from "../support/stories.ts";

const card = /reported by/;

describe("[I1] an incident told after the fact", { timeout: 90_000 }, () => {
  test("calls nobody and is announced nowhere, and its post-mortem begins", async () => {
    const story = await startScenario();
    const ana = story.person("U0ANA");
    await ana.types("#general", "/incident declare sev1 --started 3h --resolved 90m API was down");
    const channel = await ana.seesChannel(/^inc-1-api-was-down$/);
    await ana.sees(channel, /Post-mortem of INC-1[\s\S]*Draft/);
    await story.settled();
    expect(ana.told("#general").at(-1)).toContain("Nobody is called for it.");
    expect(ana.read(channel).channel.memberIds.toSorted()).toEqual(["U0ANA", "U0TOC"]);
    const shown = reading(await ana.sees(channel, card));
    expect(shown).toMatch(/\*Status\*\nResolved[\s\S]*\*Duration\*\n1 h 30 min[\s\S]*nobody was called for it/);
    expect(ana.screen("#incidents")).not.toContain("INC-1");
    await story.advance("2h");
    await story.settled();
    expect(ana.screen(channel)).not.toMatch(/next status update|Nobody leads|not been acknowledged/);
    await ana.types(channel, "/incident timeline");
    expect(await ana.form()).toMatch(
      /Declared INC-1 as SEV1 after the fact: it began at .* UTC and was over at .* UTC/,
    );
  });

  test("is announced when that is asked for; one that goes on calls people as ever", async () => {
    const story = await startScenario();
    const [ana, ben] = [story.person("U0ANA"), story.person("U0BEN")];
    await ana.types("#general", "/incident declare sev2 --started 3h --resolved 1h --announce Reports were late");
    await ana.sees("#incidents", /INC-1 · Reports were late/);
    await ana.types("#general", "/incident declare sev2 --started 20m Checkout fails");
    const channel = await ana.seesChannel(/^inc-2-checkout-fails$/);
    await ana.sees("#incidents", /INC-2 · Checkout fails/);
    await ben.seesChannel(/^inc-2/);
    await story.settled();
    expect(ana.read(channel).channel.memberIds).toContain("U0BEN");
    await ana.types(channel, "/incident timeline");
    expect(await ana.form()).toMatch(/Declared INC-2 as SEV2; it began at/);
  });

  test("what cannot be is refused: times ahead, over before it began, no beginning, an unknown severity", async () => {
    const story = await startScenario();
    const ana = story.person("U0ANA");
    const refused = async (line: string): Promise<string | undefined> => {
      await ana.types("#general", `/incident declare ${line}`);
      return ana.told("#general").at(-1);
    };
    expect(await refused("sev2 --started 1h --resolved 2h Odd")).toContain("It cannot have been over before it began.");
    expect(await refused("sev2 --resolved 2h Odd")).toContain("When did it begin?");
    expect(await refused("sev2 --started soon Odd")).toContain("I cannot read “soon” as a time.");
    expect(await refused('sev2 --started "2099-01-01 10:00" Odd')).toContain("That time is still to come");
    expect(await refused("p1 API is down")).toMatch(/There is no severity `p1`[\s\S]*SEV1/);
    // By form the same.
    await ana.types("#general", "/incident declare sev2 Odd");
    await ana.types("#general", "/incident declare sev3");
    const hour = 3600;
    const now = Math.floor(Date.now() / 1000);
    expect(
      await ana.submits({ Title: "Odd again", Began: String(now - hour), "Over since": String(now - 2 * hour) }),
    ).toEqual({ resolved: "It cannot have been over before it began." });
  });
});

describe("[I1, S2] a drill", { timeout: 90_000 }, () => {
  test("is marked everywhere and brings in nobody by severity", async () => {
    const story = await startScenario();
    const ana = story.person("U0ANA");
    await ana.types("#general", "/incident drill sev1 Database fails over");
    const channel = await ana.seesChannel(/^inc-1-drill-database-fails-over$/);
    await ana.sees("#incidents", /INC-1 · Drill: Database fails over[\s\S]*drill.*nobody is paged/);
    await story.settled();
    expect(reading(await ana.sees(channel, card))).toMatch(/INC-1 · Drill: Database fails over[\s\S]*nobody is paged/);
    expect(ana.read(channel).channel.memberIds.toSorted()).toEqual(["U0ANA", "U0TOC"]);
    expect(ana.read(channel).channel.topic).toContain("Drill: Database fails over");
    await ana.types("#general", "/incident list");
    expect(ana.told("#general").at(-1)).toContain("INC-1 · Drill: Database fails over");
    // By form: the same form as any other, with its box ticked.
    await ana.types("#general", "/incident drill");
    await ana.seesForm(/Declare an incident/);
    expect(await ana.submits({ Severity: "SEV2", Title: "Restore a backup" })).toEqual({});
    await ana.seesChannel(/^inc-2-drill-restore-a-backup$/);
  });
});

describe("[I3] the times that count", { timeout: 90_000 }, () => {
  test("are put right by command and by form; what they were stays, and durations follow", async () => {
    const story = await startScenario();
    const [ana, ben] = [story.person("U0ANA"), story.person("U0BEN")];
    const channel = await declared(story, ana);
    await story.advance("40m");
    await ana.types(channel, "/incident times started 60m ago");
    await ana.sees(channel, /Corrected the times: started .* UTC, was .* UTC/);
    await ana.types(channel, "/incident times mitigated 2h ago");
    expect(ana.told(channel).at(-1)).toMatch(/It cannot have been mitigated .* before it was started/);
    await ana.types(channel, "/incident times resolved 5m ago");
    expect(ana.told(channel).at(-1)).toContain("INC-1 is not resolved yet.");
    await ana.types(channel, "/incident times begun 5m ago");
    expect(ana.told(channel).at(-1)).toContain("There is no time called “begun”.");
    await ana.types(channel, "/incident resolve rolled back");
    await ana.sees(channel, /Resolved: rolled back/);
    await story.settled();
    expect(reading(await ana.sees(channel, card))).toMatch(/\*Duration\*\n1 h/);
    await ben.clicks("Times", { channel, reading: card });
    const form = await ben.form(/Key times/);
    expect(form).toMatch(/In UTC: started/);
    await ben.types(channel, "/incident times resolved 20m ago");
    // Acknowledging was taken from resolving; both go together.
    expect(ben.told(channel).at(-1)).toMatch(/Correct both at once/);
    await ben.types(channel, "/incident times acknowledged 30m ago");
    await ben.types(channel, "/incident times mitigated 25m ago");
    await ben.types(channel, "/incident times resolved 20m ago");
    await story.settled();
    const shown = reading(await ana.sees(channel, card));
    expect(shown).toMatch(/\*Duration\*\n40 min/);
    expect(shown).toMatch(/time to mitigate 35 min · time to resolve 40 min/);
    // The form opened before is told that the times have changed, and keeps what was typed.
    expect(await ben.submits({})).toEqual({});
    expect(await ben.form()).toContain("Somebody changed these while your form was open.");
  });
});

const example = readFileSync("examples/waooaw/tocsin.yaml", "utf8");

/** The example, with more said of SEV2. */
function sev2(more: string): { readonly configuration: string } {
  return { configuration: example.replace(/( {2}SEV2:\n)/, `$1    ${more}\n`) };
}

describe("[I3] what a severity asks for before closing", { timeout: 90_000 }, () => {
  test("is asked for in a form that names it, kept on the timeline, and shown on the card", async () => {
    const story = await startScenario(sev2("close_requires: [summary, affected, commander, cause, impact]"));
    const [ana, ben] = [story.person("U0ANA"), story.person("U0BEN")];
    const channel = await declared(story, ana);
    await ana.types(channel, "/incident close");
    expect(ana.told(channel).at(-1)).toMatch(/INC-1 is detected; it cannot become closed[\s\S]*Resolve it first/);
    await ana.types(channel, "/incident resolve rolled back");
    await story.settled();
    expect(reading(await ana.sees(channel, card))).toContain(
      "Before closing: summary, what is affected, commander, cause and impact",
    );
    // The other ways to close are refused alike.
    await ana.types(channel, "/incident update close done with it");
    await story.settled();
    expect(ana.told(channel).at(-1)).toMatch(
      /INC-1 is SEV2, which is closed only with summary, what is affected, commander, cause and impact[\s\S]*\/incident close INC-1/,
    );
    await ana.types(channel, "/incident close");
    expect(await ana.form()).toContain(
      "SEV2 is closed only with summary, what is affected, commander, cause and impact.",
    );
    await ben.clicks("Close", { channel, reading: card });
    await ben.seesForm(/Close the incident/);
    const typed = {
      Summary: "One request in ten failed",
      "What is affected": ["Backend API"],
      Commander: "U0BEN",
      Impact: "400 orders lost",
    };
    expect(await ben.submits({ ...typed, Cause: "   " })).toMatchObject({ cause: expect.any(String) });
    expect(await ben.submits({ ...typed, Cause: "A pool of <!channel> one" })).toEqual({});
    await story.settled();
    const shown = reading(await ana.sees(channel, card));
    expect(shown).toMatch(/\*Status\*\nClosed/);
    expect(shown).toMatch(/\*Cause\* A pool of .*one\n\*Impact\* 400 orders lost/);
    expect(shown).not.toContain("Before closing");
    expect(ana.screen(channel)).toMatch(
      /Filled in before closing\nSummary: One request in ten failed\nAffected: Backend API/,
    );
    expect(ana.read(channel).channel.archived).toBeFalsy();
    // Ana's form is of before; nothing is written over.
    expect(await ana.submits({ ...typed, Commander: "U0ANA", Cause: "Nobody knows" })).not.toEqual({});
    await ben.types("#general", "/incident timeline INC-1");
    expect(await ben.form()).toMatch(/Cause: A pool of .*one/);
  });

  test("waits for the post-mortem, and keeps what was written meanwhile", async () => {
    const story = await startScenario(sev2("close_requires: [cause, postmortem]"));
    const ana = story.person("U0ANA");
    const channel = await declared(story, ana);
    await ana.types(channel, "/incident resolve rolled back");
    await story.settled();
    await ana.clicks("Close", { channel, reading: card });
    expect(await ana.form()).toMatch(/closed only with cause and a published post-mortem/);
    expect(await ana.submits({ Cause: "The pool was too small" })).toEqual({});
    await story.settled();
    expect(ana.told(channel).at(-1)).toContain(
      "What you wrote is kept. INC-1 can be closed with a published post-mortem.",
    );
    expect(reading(await ana.sees(channel, card))).toMatch(/Resolved[\s\S]*Before closing: a published post-mortem/);
    await ana.types(channel, "/incident close");
    expect(ana.told(channel).at(-1)).toMatch(
      /closed only with a published post-mortem[\s\S]*Publish the post-mortem first/,
    );
  });
});

describe("[I3] clocks that run out", { timeout: 90_000 }, () => {
  test("are told once to whom it concerns, and stand on the card", async () => {
    const story = await startScenario(sev2("mitigate_within: 1h\n    resolve_within: 4h"));
    const [ana, ben] = [story.person("U0ANA"), story.person("U0BEN")];
    const times = (channel: string, words: RegExp): number =>
      ana.read(channel).messages.filter((message) => words.test(reading(message))).length;
    const channel = await declared(story, ana);
    expect(reading(await ana.sees(channel, card))).toMatch(
      /To be acknowledged by .* · to be mitigated by .* · to be resolved by/,
    );
    await story.advance("16m");
    await ana.sees(channel, /this was to be acknowledged by .*: SEV2 allows 15 min/);
    await story.settled();
    await ana.types(channel, "/incident timeline");
    await ana.form(/Not acknowledged in time: SEV2 allows 15 min/);
    await ana.closes();
    expect(ana.screen(channel)).toMatch(/U0ANA.*this was to be acknowledged|Ana.*this was to be acknowledged/);
    expect(reading(await ana.sees(channel, card))).toMatch(/overdue:\* to be acknowledged by/);
    await ben.clicks("Acknowledge", { channel, reading: /this was to be acknowledged/ });
    await ben.types(channel, "/incident lead me");
    await story.settled();
    expect(reading(await ana.sees(channel, card))).not.toContain("to be acknowledged");
    await story.advance("50m");
    const late = reading(await ana.sees(channel, /this was to be mitigated/));
    expect(late).toMatch(/U0BEN|Ben/);
    await ben.types(channel, "/incident update mitigated rolled back");
    // Another severity has clocks of its own; the old ones' jobs find themselves stale.
    await ben.types(channel, "/incident severity sev3 only one customer");
    await story.advance("5h");
    await story.settled();
    expect(times(channel, /this was to be acknowledged/)).toBe(1);
    expect(times(channel, /this was to be mitigated/)).toBe(1);
    expect(times(channel, /this was to be resolved/)).toBe(0);
    await ben.types(channel, "/incident severity sev2 it is worse after all");
    await story.advance("3h");
    await story.settled();
    expect(times(channel, /this was to be resolved/)).toBe(0);
    await story.advance("61m");
    await ana.sees(channel, /this was to be resolved by .*: SEV2 allows 4 h/);
  });

  test("say nothing of drills and of what is over", async () => {
    const story = await startScenario();
    const ana = story.person("U0ANA");
    await ana.types("#general", "/incident drill sev1 Database fails over");
    const drill = await ana.seesChannel(/^inc-1-drill/);
    const channel = await declared(story, ana);
    await ana.types(channel, "/incident resolve it went away");
    await story.advance("2h");
    await story.settled();
    for (const one of [drill, channel]) expect(ana.screen(one)).not.toMatch(/o be acknowledged/);
  });
});
