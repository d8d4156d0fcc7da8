import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Person } from "../support/person.ts";
import { reading } from "../support/reading.ts";
import { startScenario } from "../support/scenario.ts";

const ops = "#ops";

const whole = {
  Title: "Upgrade PostgreSQL to 17",
  "What is done, and what it touches": "Major version of the database",
  Why: "Version 15 ends",
  Services: ["Backend API"],
  "Test evidence": "Done in staging on Monday, all suites green",
  "Way back": "Restore the snapshot",
};

describe("[I13] change records", { timeout: 90_000 }, () => {
  test("a major change is reviewed by two others, started in its window, verified and closed", async () => {
    const story = await startScenario();
    const [ana, ben, chi] = [story.person("U0ANA"), story.person("U0BEN"), story.person("U0CHI")];
    await ana.types(ops, "/ops change major Upgrade PostgreSQL to 17");
    await ana.seesForm(/New major change/);
    const now = Math.floor(Date.now() / 1000);
    expect(await ana.submits({ ...whole, "Test evidence": "" })).toEqual({});
    await ana.sees(ops, /CHG-1 Upgrade PostgreSQL to 17[\s\S]*a draft/);
    await ana.clicks("Submit", { channel: ops });
    await story.settled();
    expect(ana.told(ops).at(-1)).toMatch(/A major change also says: window, test evidence/);
    await ana.clicks("Edit", { channel: ops });
    await ana.seesForm(/Edit CHG-1/);
    const window = { "Window begins": String(now + 3600), "Window ends": String(now + 7200) };
    expect(await ana.submits({ ...whole, ...window, "Window ends": String(now) })).toMatchObject({
      until: expect.stringContaining("ends before it begins"),
    });
    expect(await ana.submits({ ...whole, ...window })).toEqual({});
    await ana.clicks("Submit", { channel: ops });
    await ana.sees(ops, /under review[\s\S]*Needs 2 approvals/);
    await ana.clicks("Approve", { channel: ops });
    await story.settled();
    expect(ana.told(ops).at(-1)).toContain("somebody else must approve it");
    await ben.clicks("Approve", { channel: ops });
    await ana.sees(ops, /Needs 1 approval/);
    await chi.clicks("Approve", { channel: ops });
    await ana.sees(ops, /CHG-1[\s\S]*major change, approved/);
    await ana.clicks("Start", { channel: ops });
    await story.settled();
    expect(ana.told(ops).at(-1)).toMatch(/The window of CHG-1 begins/);
    await story.advance("61m");
    await ana.types(ops, "/ops restart backend --change CHG-1");
    await story.settled();
    expect(ana.told(ops).at(-1)).toMatch(/CHG-1 is approved, not in progress/);
    await ana.clicks("Start", { channel: ops });
    await ana.sees(ops, /in progress/);
    await ana.types(ops, "/ops restart agent --change chg-1");
    await story.settled();
    expect(ana.told(ops).at(-1)).toMatch(/CHG-1 is about backend, not about production\/agent/);
    await ana.types(ops, "/ops restart backend --change CHG-1");
    expect(reading(await ana.sees(ops, /Restart backend in production[\s\S]*waiting for approval/))).toMatch(
      /Rule “Restarting a service is a standard change; CHG-1, a major change”: needs 1 approval/,
    );
    await ana.sees(ops, /CHG-1 Upgrade[\s\S]*Operations: `?op-/);
    await ana.clicks("Verified", { channel: ops });
    await ana.seesForm(/Verified/);
    expect(await ana.submits({ "How it was verified": "All queries answer in time" })).toEqual({});
    await ana.sees(ops, /done and verified[\s\S]*All queries answer in time/);
    await ana.clicks("Close", { channel: ops });
    await ana.sees(ops, /major change, closed/);
    await ana.types(ops, "/ops changes");
    await story.settled();
    expect(ana.told(ops).at(-1)).toMatch(/0 changes under way, 1 over[\s\S]*CHG-1/);
    await ana.types(ops, "/ops change majr x");
    await story.settled();
    expect(ana.told(ops).at(-1)).toMatch(/Did you mean major\? Classes are standard, major, emergency/);
  });

  test("an emergency pages on-call and the lead, stands on the timeline, and owes a post-mortem", async () => {
    // The hours of a day cost time, and one is as good.
    const example = readFileSync("examples/waooaw/tocsin.yaml", "utf8");
    const story = await startScenario({ configuration: example.replace("within: 24h", "within: 1h") });
    const [ana, chi] = [story.person("U0ANA"), story.person("U0CHI")];
    await ana.types(ops, "/incident declare sev1 API returns 500s");
    const incident = `#${await ana.seesChannel(/inc-1/)}`;
    await story.settled();
    await ana.types(incident, "/ops change emergency Patch the login");
    await ana.seesForm(/New emergency change/);
    expect(await ana.submits({ "What is done, and what it touches": "Everybody is affected" })).toEqual({});
    await ana.sees(incident, /CHG-1 Patch the login[\s\S]*emergency change, approved[\s\S]*Approved beforehand/);
    await story.settled();
    expect(ana.screen(incident)).toMatch(/Paged/);
    const dm = chi
      .state()
      .channels.find((channel) => /Emergency change CHG-1: Patch the login/.test(chi.screen(channel.id)));
    expect(dm, "the lead was paged").toBeDefined();
    await ana.clicks("Start", { channel: incident });
    await ana.clicks("Failed", { channel: incident });
    expect(await ana.submits({ "What went wrong, and how it stands": "The patch does not build" })).toEqual({});
    await ana.sees(incident, /emergency change, failed[\s\S]*Post-mortem due/);
    await ana.clicks("Close", { channel: incident });
    await ana.seesForm(/Close CHG-1/);
    expect(await ana.submits({ "Post-mortem": "soon" })).toMatchObject({ postmortem: expect.stringContaining("owes") });
    await ana.closes();
    await story.advance("1h");
    await ana.sees(incident, /The post-mortem of CHG-1 Patch the login is due/);
    await ana.clicks("Close", { channel: incident, reading: /emergency change/ });
    await ana.seesForm(/Close CHG-1/);
    expect(await ana.submits({ "Post-mortem": "INC-1" })).toEqual({});
    await ana.sees(incident, /emergency change, closed[\s\S]*Post-mortem: INC-1/);
    await ana.types(incident, "/incident timeline");
    await story.settled();
    await ana.form(/CHG-1: failed: The patch does not build/);
  });

  test("a standard change is approved beforehand", async () => {
    const story = await startScenario();
    const ana = story.person("U0ANA");
    await ana.types(ops, "/ops change standard Update dependencies");
    expect(await ana.submits({ "What is done, and what it touches": "Minor versions" })).toEqual({});
    await ana.clicks("Submit", { channel: ops });
    expect(reading(await ana.sees(ops, /standard change, approved/))).toContain("Approved beforehand by its class");
  });

  test("a second account of whoever asked approves nothing, and two accounts of one person count once", async () => {
    const configuration = readFileSync(new URL("../../examples/waooaw/tocsin.yaml", import.meta.url), "utf8")
      .replace("title: Platform engineer }", "title: Platform engineer, accounts: [U0DEV] }")
      .replace("title: Backend engineer }", "title: Backend engineer, accounts: [U0SAM] }");
    const story = await startScenario({ configuration });
    const [ana, ben, dev, sam] = ["U0ANA", "U0BEN", "U0DEV", "U0SAM"].map(story.person) as [
      Person,
      Person,
      Person,
      Person,
    ];
    await ana.types(ops, "/ops change major Upgrade PostgreSQL to 17");
    await ana.seesForm(/New major change/);
    const now = Math.floor(Date.now() / 1000);
    await ana.submits({ ...whole, "Window begins": String(now + 3600), "Window ends": String(now + 7200) });
    await ana.clicks("Submit", { channel: ops });
    await ana.sees(ops, /under review[\s\S]*Needs 2 approvals/);
    await dev.clicks("Approve", { channel: ops });
    await dev.sees(ops, /You asked for CHG-1 yourself, so somebody else must approve it/);
    await ben.clicks("Approve", { channel: ops });
    await ana.sees(ops, /Needs 1 approval/);
    await sam.clicks("Approve", { channel: ops });
    await sam.sees(ops, /You have approved CHG-1 already/);
  });
});
