import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { reading, words } from "../support/reading.ts";
import { startScenario } from "../support/scenario.ts";
import { declared } from "../support/stories.ts";

const card = /reported by/;

describe("[I3, I4, I7, I11] working on an incident", { timeout: 90_000 }, () => {
  test("an update in one line changes the card and the announcement, and is told in the channel", async () => {
    const story = await startScenario();
    const [ana, ben] = [story.person("U0ANA"), story.person("U0BEN")];
    const channel = await declared(story, ana);
    await ben.types(channel, "/incident update mitigating scaling the backend to 6, error rate is 12 %");
    await ana.sees(
      channel,
      /Update.*<@U0BEN>\n?.*Status is now mitigating: scaling the backend to 6, error rate is 12 %/,
    );
    await story.settled();
    const shown = reading(await ana.sees(channel, card));
    expect(shown).toMatch(/\*Status\*\nMitigating/);
    expect(shown).toMatch(/\*Last update\*\nscaling the backend to 6, error rate is 12 %/);
    expect(shown).not.toContain("Acknowledge\n");
    expect(reading(await ana.sees("#incidents", card))).toMatch(/Mitigating[\s\S]*scaling the backend to 6/);
    expect(ana.read(channel).channel.topic).toBe("INC-1 · SEV2 · API returns 500s");
    // In the channel itself nobody needs to be told a second time.
    expect(ben.told(channel)).toEqual([]);
  });

  test("an update by form says when the next one comes, and each part of it may be left out", async () => {
    const story = await startScenario();
    const ana = story.person("U0ANA");
    const channel = await declared(story, ana);
    await ana.types(channel, "/incident update");
    await ana.seesForm(/Post an update/);
    expect(await ana.form()).toContain("INC-1 · API returns 500s");
    expect(await ana.submits({ Status: "Mitigated", Message: "Errors are gone", "Next update in": "2 h" })).toEqual({});
    await ana.sees(channel, /Status is now mitigated: Errors are gone/);
    await ana.clicks("Update", { channel, reading: card });
    expect(await ana.submits()).toEqual({
      message: "There is nothing to tell yet. Say what changed, or pick a status or severity.",
    });
    expect(await ana.submits({ Message: "Still quiet, watching <!channel>" })).toEqual({});
    const told = await ana.sees(channel, /Still quiet/);
    expect(reading(told)).toContain("&lt;!channel&gt;");
    await story.settled();
    expect(reading(await ana.sees(channel, card))).toMatch(/\*Status\*\nMitigated/);
  });

  test("raising the severity calls more people and shows everywhere; lowering it calls nobody", async () => {
    const story = await startScenario();
    const ana = story.person("U0ANA");
    const channel = await declared(story, ana, "sev3 Reports are slow");
    expect(ana.read(channel).channel.memberIds).not.toContain("U0EVA");
    await ana.types(channel, "/incident severity sev1 all customers see it");
    await ana.sees(channel, /Severity raised from SEV3 to SEV1: all customers see it/);
    await ana.sees(channel, /<@U0EVA> has joined/);
    await ana.sees(channel, /<@U0CHI> has joined/);
    await story.settled();
    expect(ana.read(channel).channel.topic).toBe("INC-1 · SEV1 · Reports are slow");
    expect(reading(await ana.sees(channel, card))).toContain(":rotating_light: SEV1");
    expect(reading(await ana.sees("#incidents", card))).toContain(":rotating_light: SEV1");
    await ana.clicks("Severity", { channel, reading: card });
    await ana.seesForm(/Change severity/);
    expect(await ana.form()).toContain("Now SEV1.");
    expect(await ana.submits({ Severity: "SEV1" })).toEqual({ severity: "INC-1 is SEV1 already." });
    expect(await ana.submits({ Severity: "SEV4", Why: "only the colours are off" })).toEqual({});
    await ana.sees(channel, /Severity lowered from SEV1 to SEV4: only the colours are off/);
    await story.settled();
    // A severity without a clock promises no update.
    expect(reading(await ana.sees(channel, card))).toMatch(/\*Next update\*\nno clock/);
    expect(ana.read(channel).channel.memberIds).not.toContain("U0SAM");
  });

  test("roles are given by name and by button, told to whom they are given, and can be freed", async () => {
    const story = await startScenario();
    const [ana, sam] = [story.person("U0ANA"), story.person("U0SAM")];
    const channel = await declared(story, ana);
    await ana.types(channel, "/incident lead @ben");
    await ana.sees(channel, /<@U0ANA>\n?.*Made <@U0BEN> incident commander/);
    await story.person("U0BEN").sees("tocsin", /You are incident commander of \*INC-1/);
    await ana.types(channel, "/incident role comms @sam");
    await ana.sees(channel, /Made <@U0SAM> communications/);
    // Who is not in the channel yet is brought in.
    await ana.sees(channel, /<@U0SAM> has joined/);
    await sam.clicks("Roles", { channel, reading: card });
    await sam.seesForm(/Assign a role/);
    expect(await sam.form()).toMatch(/Incident commander <@U0BEN>.*Communications <@U0SAM>/);
    expect(await sam.submits({ Role: "Scribe", Person: "U0SAM" })).toEqual({});
    await ana.sees(channel, /<@U0SAM>\n?.*Took over as scribe/);
    await sam.types(channel, "/incident lead me");
    await ana.sees(channel, /Took over as incident commander, after <@U0BEN>/);
    await ana.types(channel, "/incident lead");
    expect(await ana.submits({ Person: "" })).toEqual({});
    await ana.sees(channel, /<@U0SAM> is no longer incident commander/);
    await ana.clicks("Take the lead", { channel, reading: card });
    await ana.sees(channel, /<@U0ANA>\n?.*Took over as incident commander/);
    // Where nobody leads, who asks for it is filled in.
    await ana.types(channel, "/incident lead");
    expect(await ana.submits({ Person: "" })).toEqual({});
    await ana.sees(channel, /<@U0ANA> is no longer incident commander/);
    await sam.types(channel, "/incident lead");
    expect(await sam.submits({})).toEqual({});
    await ana.sees(channel, /<@U0SAM>\n?.*Took over as incident commander/);
    await ana.types(channel, "/incident lead me");
    await ana.sees(channel, /<@U0ANA>\n?.*Took over as incident commander, after <@U0SAM>/);
    await ana.types(channel, "/incident lead @nobody");
    await ana.sees(channel, /nobody/);
    expect(ana.told(channel).at(-1)).toContain(
      "I know no person called `@nobody`.\nName a person with @, or write `me`.",
    );
    await story.settled();
    expect(reading(await ana.sees(channel, card))).toMatch(
      /\*Commander\*\n<@U0ANA>[\s\S]*Communications <@U0SAM> · Scribe <@U0SAM>/,
    );
  });

  test("acknowledging, notes, status and the list", async () => {
    const story = await startScenario();
    const [ana, ben] = [story.person("U0ANA"), story.person("U0BEN")];
    const channel = await declared(story, ana);
    const other = await declared(story, ben, "sev4 Typo on the login page");
    await story.advance("3m");
    await ben.clicks("Acknowledge", { channel, reading: card });
    await ana.sees(channel, /<@U0BEN>\n?.*Acknowledged/);
    await ana.types(channel, "/incident ack");
    expect(ana.told(channel).at(-1)).toContain("INC-1 is acknowledged already.");
    await ana.types(channel, "/incident note flushed the *cache* by hand");
    await ana.sees(channel, /\*Note\* · <@U0ANA>\nflushed the \*cache\* by hand/);
    await ben.types(channel, "/incident status");
    expect(ben.told(channel).at(-1)).toMatch(/\*Status\*\nAcknowledged/);
    await ana.types("#general", "/incident list");
    const list = ana.told("#general").at(-1);
    expect(list).toMatch(
      /Open incidents[\s\S]*INC-2 · Typo on the login page[\s\S]*SEV4[\s\S]*INC-1 · API returns 500s/,
    );
    await ana.types("#general", "/incident list sev4");
    expect(ana.told("#general").at(-1)).not.toContain("API returns 500s");
    await ben.types(other, "/incident resolve fixed the typo");
    await ana.types("#general", "/incident list resolved");
    expect(ana.told("#general").at(-1)).toMatch(/Resolved incidents[\s\S]*INC-2/);
    await ana.types("#general", "/incident list all");
    await ana.clicks("Status", { channel: "#general", reading: /^Incidents/ });
    await ana.sees("#general", /INC-2 · Typo on the login page[\s\S]*\*Status\*\nResolved/);
  });

  test("resolving ends the response and begins the post-mortem; reopening takes it up again; closing keeps the channel", async () => {
    const story = await startScenario();
    const [ana, ben] = [story.person("U0ANA"), story.person("U0BEN")];
    const channel = await declared(story, ana);
    await story.advance("20m");
    await ana.types(channel, "/incident resolve rolled back to 41, error rate is normal");
    await ana.sees(channel, /<@U0ANA>\n?.*Resolved: rolled back to 41, error rate is normal/);
    await ana.sees(channel, /Post-mortem of INC-1[\s\S]*Draft/);
    await story.settled();
    expect(reading(await ana.sees(channel, card))).toMatch(/\*Status\*\nResolved[\s\S]*\*Duration\*\n20 min/);
    await ana.types(channel, "/incident update still fine");
    expect(ana.told(channel).at(-1)).toMatch(/INC-1 is resolved; there is nothing left to update\..*reopen/s);
    await ben.clicks("Reopen", { channel, reading: card });
    expect(await ben.submits({ "What is back": "500s again" })).toEqual({});
    await ana.sees(channel, /<@U0BEN>\n?.*Reopened: 500s again/);
    await ana.clicks("Resolve", { channel, reading: card });
    await ana.seesForm(/Resolve the incident/);
    expect(await ana.submits({ "What fixed it": "42 is gone for good" })).toEqual({});
    await ana.sees(channel, /Resolved: 42 is gone for good/);
    await story.settled();
    expect(ana.read(channel).messages.filter((one) => /Post-mortem of INC-1/.test(reading(one)))).toHaveLength(1);
    await ana.clicks("Close", { channel, reading: card });
    await story.settled();
    expect(ana.read(channel).channel.archived).toBeFalsy();
    await ana.clicks("Write Root cause", { channel });
    expect(await ana.submits({ "Root cause": "42 leaked connections" })).toEqual({});
    await ana.sees(channel, /42 leaked connections/);
    await ana.archives(channel);
    await story.settled();
    await ana.types("#general", "/incident reopen INC-1 and again");
    expect(ana.told("#general").at(-1)).toContain(
      "INC-1 is open again. Its channel is archived: unarchive it in Slack",
    );
  });

  test("outside its channel the incident is named, or picked when it is not", async () => {
    const story = await startScenario();
    const ana = story.person("U0ANA");
    const first = await declared(story, ana);
    const second = await declared(story, ana, "sev3 Reports are slow");
    await ana.types("#general", "/incident update INC-1 looking at the last deployment");
    await ana.sees(first, /looking at the last deployment/);
    expect(ana.told("#general").at(-1)).toMatch(/INC-1 is updated\. See <#C/);
    await ana.types("#general", "/incident note found it");
    await ana.seesForm(/Add to the timeline/);
    expect(await ana.submits({ Incident: "INC-2 · Reports are slow" })).toEqual({});
    await ana.sees(second, /\*Note\* · <@U0ANA>\nfound it/);
    await ana.types("#general", "/incident ack");
    await ana.chooses(/INC-2/, { channel: "#general" });
    await ana.sees(second, /Acknowledged/);
    await ana.types("#general", "/incident timeline");
    await ana.chooses(/INC-2/, { channel: "#general", reading: /Whose timeline/ });
    await ana.seesForm(/Timeline/);
    expect(await ana.form()).toMatch(/Reports are slow[\s\S]*Declared INC-2 as SEV3[\s\S]*found it[\s\S]*Acknowledged/);
    await ana.types("#general", "/incident status INC-77");
    expect(ana.told("#general").at(-1)).toContain("I cannot find INC-77.\nSee the open ones with /incident list.");
  });

  test("everything is at hand on App Home too", async () => {
    const story = await startScenario();
    const sam = story.person("U0SAM");
    await sam.opensHome();
    await story.settled();
    expect(sam.home()).toContain("No open incident");
    await sam.clicks("Declare an incident", "home");
    expect(await sam.submits({ Severity: "SEV2", Title: "Login is slow" })).toEqual({});
    expect(await sam.form()).toMatch(/INC-1 · Login is slow\* is declared as SEV2/);
    await sam.closes();
    const channel = await sam.seesChannel(/login-is-slow/);
    await story.settled();
    expect(sam.home()).toMatch(/Open incidents \(1\)[\s\S]*INC-1 · Login is slow/);
    await sam.chooses("Acknowledge", "home");
    await sam.sees(channel, /<@U0SAM>\n?.*Acknowledged/);
    await sam.chooses("Update", "home");
    expect(await sam.submits({ Message: "Two reports so far" })).toEqual({});
    await sam.sees(channel, /Two reports so far/);
    await sam.chooses("Resolve", "home");
    expect(await sam.submits()).toEqual({});
    await story.settled();
    expect(sam.home()).toContain("No open incident");
    expect(words(sam.state().home)).toContain("Nothing to do");
  });

  test("goes through the phases that the installation names, in its words everywhere", async () => {
    const example = readFileSync(new URL("../../examples/waooaw/tocsin.yaml", import.meta.url), "utf8");
    const phases = `phases:
  new: { is: detected }
  triage: { is: acknowledged }
  diagnosing: { is: investigating, words: [looking] }
  waiting: { is: investigating, title: Waiting for a vendor }
  containing: { is: mitigating }
  recovering: { is: mitigated }
  over: { is: resolved }
  filed: { is: closed }
`;
    const story = await startScenario({ configuration: `${phases}\n${example}` });
    const ana = story.person("U0ANA");
    const channel = await declared(story, ana);
    expect(reading(await ana.sees(channel, card))).toMatch(/\*Status\*\nNew/);
    await ana.types(channel, "/incident update looking the index is gone");
    await ana.sees(channel, /Status is now diagnosing: the index is gone/);
    await ana.types(channel, "/incident update");
    const form = await ana.seesForm(/update/);
    for (const title of ["Waiting for a vendor", "Containing", "Recovering", "Over"])
      expect(JSON.stringify(form.view)).toContain(title);
    expect(JSON.stringify(form.view)).not.toMatch(/Mitigat|Triage|"Diagnosing"/);
    expect(await ana.submits({ Status: "Waiting for a vendor", Message: "AWS has the ticket" })).toEqual({});
    await story.settled();
    expect(reading(await ana.sees(channel, card))).toMatch(/\*Status\*\nWaiting for a vendor/);
    await ana.types("#general", "/incident list --status waiting");
    expect(ana.told("#general").at(-1)).toMatch(/INC-1[\s\S]*Waiting for a vendor/);
    await ana.types("#general", "/incident list --status diagnosing");
    expect(ana.told("#general").at(-1)).not.toContain("INC-1 ·");
    await ana.types("#general", "/incident list --status investigating");
    expect(ana.told("#general").at(-1)).toContain("There are these: new, triage, diagnosing, waiting, containing");
    await ana.types(channel, "/incident resolve the vendor mended it");
    await ana.sees(channel, /Over: the vendor mended it/);
    await story.settled();
    expect(reading(await ana.sees(channel, card))).toMatch(/\*Status\*\nOver/);
    await ana.types(channel, "/incident reopen it is back");
    await story.settled();
    expect(reading(await ana.sees(channel, card))).toMatch(/\*Status\*\nDiagnosing/);
  });

  test("the channel is asked for the promised update and for somebody to lead", async () => {
    const story = await startScenario();
    const [ana, ben] = [story.person("U0ANA"), story.person("U0BEN")];
    const channel = await declared(story, ana);
    await story.advance("9m");
    expect(ana.screen(channel)).not.toContain("Nobody leads");
    await story.advance("2m");
    await ana.sees(channel, /Nobody leads this incident yet/);
    await ana.clicks("Take the lead", { channel, reading: /Nobody leads/ });
    await ana.sees(channel, /Took over as incident commander/);
    await story.advance("20m");
    await ana.sees(channel, /<@U0ANA>, the next status update was due/);
    await story.settled();
    expect(reading(await ana.sees(channel, card))).toMatch(/\*overdue\* since/);
    await ben.clicks("In 30 minutes", { channel, reading: /status update was due/ });
    await story.settled();
    expect(reading(await ana.sees(channel, card))).toMatch(/\*Next update\*\nby/);
    await story.advance("25m");
    const asked = () => ana.read(channel).messages.filter((one) => /status update was due/.test(reading(one))).length;
    // What asked says in place what became of it; the next one asks anew.
    expect(asked()).toBe(0);
    await ana.sees(channel, /The next status update is due <!date\^\d+\^by \{time\}/);
    await story.advance("10m");
    await story.settled();
    expect(asked()).toBe(1);
    await ana.clicks("Write update", { channel, reading: /status update was due/ });
    expect(await ana.submits({ Message: "Found the slow query" })).toEqual({});
    await story.advance("25m");
    expect(asked()).toBe(0);
    await ana.types(channel, "/incident resolve");
    await story.advance("3h");
    expect(asked()).toBe(0);
  });
});
