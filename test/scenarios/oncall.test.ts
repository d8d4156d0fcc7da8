import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { reading } from "../support/reading.ts";
import { startScenario } from "../support/scenario.ts";
import { declared } from "../support/stories.ts";

const example = readFileSync(new URL("../../examples/waooaw/tocsin.yaml", import.meta.url), "utf8");

/** The example with other teams on call; SEV1 pages the platform team. */
function withOncall(teams: string): string {
  // Emergency changes page a team of the example's that is not among these.
  const text = example
    .replace(/^oncall:\n(?: {2}.*\n)+/m, `oncall:\n${teams}`)
    .replace("page: [platform, leads]", "page: [platform]");
  const paged = text.replace(
    "    summary: Complete outage, data loss\n",
    "    summary: Complete outage, data loss\n    page: [platform]\n",
  );
  if (paged === text || text === example) throw new Error("The example has changed");
  return paged;
}

const platform = `  platform:
    title: Platform
    group: "@oncall"
    layers:
      - { level: primary, members: [ben@waooaw.example, dev@waooaw.example], rotate: weekly }
      - { level: secondary, members: [chi@waooaw.example], rotate: never }
    escalation:
      - { page: [primary], wait: 5m }
      - { page: [secondary, eva@waooaw.example], wait: 10m }
    rounds: 1
  backend: [ana@waooaw.example, ben@waooaw.example]
`;
/** Whose week it is: the rotation goes by the calendar, and the story by today's. */
function primaryNow(now: number): readonly [string, string] {
  const week = Math.floor((now - Date.UTC(2024, 0, 1, 9)) / (7 * 86_400_000));
  return week % 2 === 0 ? ["U0BEN", "U0DEV"] : ["U0DEV", "U0BEN"];
}

function groupOf(story: Awaited<ReturnType<typeof startScenario>>): unknown {
  const dump = story.slack.dump() as {
    readonly workspace: { readonly usergroups: Record<string, { readonly users: unknown }> };
  };
  return dump.workspace.usergroups.S0ONCALL?.users;
}

describe("[I5] whom to turn to", { timeout: 240_000 }, () => {
  test("contacts are shown to whoever may see them, found by their words, and reached by a tap", async () => {
    const story = await startScenario({
      configuration: `${withOncall(platform)}
contacts:
  - { role: Database administrator, person: chi@waooaw.example, reach: ["+49 (30) 123-4567"], about: [postgres], availability: "Monday to Friday 9 to 17 <Berlin>" }
  - { role: AWS Support, reach: [https://console.aws.example/support, aws@waooaw.example], note: Business plan }
  - { role: Chief technology officer, name: Eva Lind, reach: ["+49 170 5550000"], visible_to: ["@leads"] }
`,
    });
    const [ana, chi, guest] = [story.person("U0ANA"), story.person("U0CHI"), story.person("U0GUS")];
    await story.settled();
    await ana.types("#general", "/oncall contacts");
    await ana.sees("#general", /\*Database administrator\*: <@U0CHI>\n<tel:\+49301234567\|\+49 \(30\) 123-4567>/);
    const told = ana.told("#general").at(-1) ?? "";
    expect(told).toContain("Available: Monday to Friday 9 to 17 &lt;Berlin&gt;");
    expect(told).toContain("<mailto:aws@waooaw.example|aws@waooaw.example>");
    expect(told).not.toMatch(/5550000|Chief/);
    await chi.types("#general", "/oncall contacts chief");
    await chi.sees("#general", /\*Chief technology officer\*: Eva Lind\n<tel:\+491705550000\|/);
    await ana.types("#general", "/oncall contacts chief");
    await ana.sees("#general", /No contact has “chief”\. .*for all 2\./);
    await ana.types("#general", "/oncall contacts postgres");
    expect(ana.told("#general").at(-1)).not.toContain("AWS Support");
    await guest.types("#general", "/oncall contacts");
    expect(guest.told("#general").at(-1)).not.toMatch(/administrator|Support/);
  });
});

describe("[I5] on call", { timeout: 90_000 }, () => {
  test("everybody can see who is on call now and next, and unknown teams get the nearest one", async () => {
    const story = await startScenario({ configuration: withOncall(platform) });
    const ana = story.person("U0ANA");
    await story.settled();
    const [now, next] = primaryNow(Date.now());
    await ana.types("#general", "/oncall");
    await ana.sees(
      "#general",
      new RegExp(`\\*Platform\\*\\nprimary: <@${now}> until .*, then <@${next}>\\nsecondary: <@U0CHI>`),
    );
    expect(ana.told("#general").at(-1)).toMatch(/\*backend\*\nprimary: <@U0ANA>\nsecondary: <@U0BEN>/);
    await ana.types("#general", "/oncall platfrm");
    await ana.sees("#general", /`platfrm` is no team\.\nDid you mean `platform`\?/);
    await ana.types("#general", "/oncall backend");
    await ana.sees("#general", /\*backend\*\nprimary: <@U0ANA>\nsecondary: <@U0BEN>[\s\S]*Stand in/);
    // The user group holds who is first on call.
    await story.settled();
    expect(groupOf(story)).toEqual([now]);
    await story.advance("7d");
    await story.settled();
    expect(groupOf(story)).toEqual([next]);
  });

  test("an incident of a severity that pages goes up the path until somebody acknowledges, and then stops", async () => {
    const story = await startScenario({ configuration: withOncall(platform) });
    const [ana, chi, eva] = [story.person("U0ANA"), story.person("U0CHI"), story.person("U0EVA")];
    await story.settled();
    const primary = story.person(primaryNow(Date.now())[0]);
    const channel = await declared(story, ana, "sev1 Everything is down");
    await primary.sees(
      "tocsin",
      /Page.*Platform[\s\S]*SEV1 · \*INC-1 · Everything is down\*[\s\S]*because of its severity/,
    );
    await ana.sees(channel, new RegExp(`Paged <@${primary.id}> \\(Platform, primary\\)`));
    await story.advance("4m");
    expect(chi.screen("tocsin")).not.toContain("Page");
    await story.advance("90s");
    await story.settled();
    await chi.sees("tocsin", /Page.*Platform/);
    await eva.sees("tocsin", /Page.*Platform/);
    await ana.sees(channel, /Paged <@U0CHI> \(Platform, secondary\), <@U0EVA>/);
    await chi.clicks("Acknowledge", { channel: "tocsin" });
    await ana.sees(channel, /<@U0CHI>\n?.*Acknowledged/);
    await story.settled();
    expect(reading(await eva.sees("tocsin", /Page.*Platform/))).toMatch(/<@U0CHI> acknowledged it/);
    expect(primary.screen("tocsin")).toMatch(/<@U0CHI> acknowledged it/);
    expect(primary.screen("tocsin")).not.toContain("Pass it on");
    const said = ana.screen(channel);
    await story.advance("40m");
    expect(ana.screen(channel).match(/Paged/g)).toEqual(said.match(/Paged/g));
    expect(ana.screen(channel)).not.toContain("Nobody has acknowledged");
  });

  test("what is still unresolved pages others too, though somebody is on it, and no more once it is resolved", async () => {
    const configuration = withOncall(platform).replace(
      "    page: [platform]\n",
      "    page: [platform]\n    page_unresolved:\n      - { after: 30m, page: [eva@waooaw.example] }\n      - { after: 2h, page: [backend] }\n",
    );
    const story = await startScenario({ configuration });
    const [ana, eva] = [story.person("U0ANA"), story.person("U0EVA")];
    const channel = await declared(story, ana, "sev1 Everything is down");
    await ana.clicks("Acknowledge", { channel, reading: /reported by/ });
    await story.advance("29m");
    expect(eva.screen("tocsin")).not.toContain("Page");
    await story.advance("2m");
    await eva.sees("tocsin", /Page[\s\S]*because it was unresolved for 30 min/);
    await ana.sees(channel, /Paged <@U0EVA>\. Unresolved for 30 min/);
    // It is theirs to acknowledge: that others are on it does not stop it.
    await story.advance("4m");
    expect(eva.screen("tocsin")).toContain("Acknowledge");
    await eva.clicks("Acknowledge", { channel: "tocsin" });
    await eva.sees("tocsin", /<@U0EVA> acknowledged it/);
    await ana.types(channel, "/incident resolve fixed");
    await ana.sees(channel, /Resolved/);
    await story.advance("2h");
    expect(ana.screen(channel)).not.toContain("Unresolved for 2 h");
  });

  test("when nobody acknowledges, the channel hears that the path is through", async () => {
    const story = await startScenario({ configuration: withOncall(platform) });
    const ana = story.person("U0ANA");
    const channel = await declared(story, ana, "sev1 Everything is down");
    await story.advance("6m");
    await story.advance("11m");
    await story.settled();
    await ana.sees(channel, /Nobody has acknowledged the page of Platform: .*<@U0CHI>.* were paged/);
    await ana.clicks("Page somebody else", { channel, reading: /Nobody has acknowledged/ });
    await ana.seesForm(/Page/);
    expect(await ana.submits({ "Or one person": "U0SAM", Why: "please take over" })).toEqual({});
    await story.person("U0SAM").sees("tocsin", /asked for by <@U0ANA>/);
  });

  test("acknowledging the incident itself stops the pages its severity asked for; resolving stops all", async () => {
    const story = await startScenario({ configuration: withOncall(platform) });
    const ana = story.person("U0ANA");
    const channel = await declared(story, ana, "sev1 Everything is down");
    await ana.types(channel, "/incident page @sam can you tell the customers");
    await story.settled();
    const sam = story.person("U0SAM");
    await sam.sees("tocsin", /can you tell the customers/);
    await ana.clicks("Acknowledge", { channel, reading: /reported by/ });
    await story.settled();
    const [primary] = primaryNow(Date.now());
    await story.person(primary).sees("tocsin", /No longer needed/);
    expect(sam.screen("tocsin")).toContain("Pass it on");
    await ana.types(channel, "/incident page @sam again");
    expect(ana.told(channel).at(-1)).toContain("<@U0SAM> is being paged already for INC-1.");
    await ana.types(channel, "/incident resolve fixed");
    await story.settled();
    await sam.sees("tocsin", /No longer needed/);
  });

  test("a page can be passed on, and a page without an incident tells who asked that somebody is on it", async () => {
    const story = await startScenario({ configuration: withOncall(platform) });
    const [ana, chi] = [story.person("U0ANA"), story.person("U0CHI")];
    await story.settled();
    const primary = story.person(primaryNow(Date.now())[0]);
    await ana.types("#general", "/oncall page platform disk of the build host is full");
    await primary.sees("tocsin", /disk of the build host is full/);
    await primary.clicks("Pass it on", { channel: "tocsin" });
    await chi.sees("tocsin", /disk of the build host is full/);
    await chi.clicks("Acknowledge", { channel: "tocsin" });
    await ana.sees("tocsin", /<@U0CHI> acknowledged your page of Platform/);
    await primary.clicks("Page", { channel: "tocsin" }).catch(() => {});
    await story.settled();
    expect(primary.screen("tocsin")).toMatch(/<@U0CHI> acknowledged it/);
    await ana.types("#general", "/oncall page @gus come here");
    await ana.sees("#general", /Only full members of this workspace can be paged/);
    await ana.types("#general", "/incident page platform");
    await story.settled();
  });

  test("private incidents page nobody by themselves", async () => {
    const story = await startScenario({ configuration: withOncall(platform) });
    const ana = story.person("U0ANA");
    await ana.types("#general", "/incident declare");
    expect(await ana.submits({ Title: "Leaked key", Severity: "SEV1", Private: true })).toEqual({});
    await story.settled();
    await story.advance("20m");
    for (const id of ["U0BEN", "U0DEV", "U0CHI", "U0EVA"])
      expect(story.person(id).screen("tocsin")).not.toContain("Leaked");
    const channel = await ana.seesChannel(/leaked/);
    await ana.types(channel, "/incident page @ben we need you");
    await story.person("U0BEN").sees("tocsin", /Leaked key/);
    await story.person("U0BEN").clicks("Acknowledge", { channel: "tocsin" });
    await ana.sees(channel, /<@U0BEN>\n?.*Acknowledged/);
  });

  test("somebody stands in for a while, turns are swapped, and both can be taken back by whom it concerns", async () => {
    const story = await startScenario({ configuration: withOncall(platform) });
    const ana = story.person("U0ANA");
    await story.settled();
    const [first, second] = primaryNow(Date.now());
    await ana.types("#general", "/oncall override platform @sam --until +8h");
    await ana.sees("#general", /primary: <@U0SAM> \(standing in\) until/);
    await story.person("U0SAM").sees("tocsin", /<@U0ANA> put you on call for \*Platform\* \(primary\)/);
    await story.settled();
    expect(groupOf(story)).toEqual(["U0SAM"]);
    await story.person("U0SAM").clicks("I cannot", { channel: "tocsin" });
    await ana.sees("tocsin", /<@U0SAM> took back that <@U0SAM> stands in/);
    await story.settled();
    expect(groupOf(story)).toEqual([first]);
    await ana.types("#general", "/oncall override platform @gus --until 18:00");
    await ana.sees("#general", /<@U0GUS> cannot be on call/);
    await ana.types("#general", "/oncall override platform @sam --until whenever");
    await ana.sees("#general", /I do not understand the time “whenever”/);
    await ana.types("#general", "/oncall override platform");
    await ana.seesForm(/Stand in/);
    await ana.closes();
    const swapper = story.person(first);
    await swapper.types("#general", `/oncall swap platform @${second.slice(2).toLowerCase()}`);
    await swapper.sees("#general", new RegExp(`Swapped: <@${second}> takes`));
    await story.person(second).sees("tocsin", new RegExp(`<@${first}> swapped turns with you`));
    await story.settled();
    expect(groupOf(story)).toEqual([second]);
    await story.person(second).clicks("I cannot", { channel: "tocsin" });
    await story.settled();
    expect(groupOf(story)).toEqual([first]);
    await ana.types("#general", "/oncall swap platform @ben");
    await ana.sees("#general", /do not both have a turn for Platform/);
  });

  test("who left the company is skipped for the next one, and the channel hears of it", async () => {
    const configuration = withOncall(`  platform:
    title: Platform
    layers:
      - { level: primary, members: [gone@waooaw.example, ben@waooaw.example], rotate: weekly, from: "2020-01-06" }
      - { level: secondary, members: [gus@waooaw.example, dev@waooaw.example], rotate: never }
`);
    const story = await startScenario({ configuration });
    const ana = story.person("U0ANA");
    const channel = await declared(story, ana, "sev1 Everything is down");
    await ana.sees(channel, /Paged <@U0BEN> \(Platform, primary\)/);
    await story.advance("6m");
    await ana.sees(channel, /Paged <@U0DEV> \(Platform, secondary\)/);
    await ana.types("#general", "/oncall platform");
    await ana.sees("#general", /secondary: <@U0DEV> \(for gus@waooaw.example, who cannot be on call\)/);
  });
});

describe("[I2, I5] a workspace without user groups", { timeout: 90_000 }, () => {
  test("has the team on call invited that is called like the group of the configuration", async () => {
    const story = await startScenario();
    const ana = story.person("U0ANA");
    story.slack.faults.fail("usergroups.list", { error: "plan_upgrade_required", times: 1000 });
    // What was read of groups before is believed for five minutes.
    await story.advance("6m");
    await ana.types("#general", "/incident declare sev1 Everything is down");
    const channel = await ana.seesChannel(/everything-is-down/);
    await ana.sees(channel, /Not possible: inviting @oncall \(Slack does not know them\)/);
    await story.settled();
    expect(ana.read(channel).channel.memberIds).toEqual(expect.arrayContaining(["U0ANA", "U0CHI", "U0EVA"]));
  });
});
