import { describe, expect, test } from "vitest";
import { until } from "../support/person.ts";
import { findButton, reading } from "../support/reading.ts";
import { type Scenario, startScenario } from "../support/scenario.ts";
import { declared } from "../support/stories.ts";

const checklist = /Post-mortem of INC-\d+[\s\S]*\*State\*/;

/** The documents of a channel, newest edition last, as a person would open them. */
function documents(story: Scenario, as: string, channel: string) {
  const detail = story.person(as).read(channel);
  const files = detail.messages
    .flatMap((message) => message.files)
    .map((file) => ({
      name: story.slack.file(file.id)?.name,
      text: story.slack.file(file.id)?.bytes.toString() ?? "",
    }));
  const canvases = detail.canvases.map(({ id }) => story.slack.canvas(id)?.markdown ?? "");
  const ending = (end: string) => files.filter((file) => file.name?.endsWith(end)).map((file) => file.text);
  return { markdown: ending(".md"), html: ending(".html"), canvases };
}

/** Presses the button of a card as it was when it was read. */
function pressPublish(story: Scenario, channel: string, card: { readonly ts: string; readonly blocks: unknown }) {
  const [block, element] = findButton(card.blocks, "Publish") ?? [];
  if (!block || !element) throw new Error("There is no such button");
  return story.slack.act("U0ANA", {
    act: "click",
    in: { type: "message", channel: story.person("U0ANA").channelId(channel), ts: card.ts },
    blockId: String(block.block_id),
    actionId: String(element.action_id),
    value: element,
    state: {},
  });
}

describe("[I9] the post-mortem", { timeout: 90_000 }, () => {
  test("begins at resolve, is written section by section and published as two files and a canvas", async () => {
    const story = await startScenario();
    const [ana, ben] = [story.person("U0ANA"), story.person("U0BEN")];
    await ana.types("#general", "/incident declare");
    await ana.submits({
      Severity: "SEV2",
      Title: "API returns 500s | *again*",
      "What is affected": ["Backend API"],
      Summary: "One in eight requests fails.",
      Commander: "U0BEN",
    });
    const channel = await ana.seesChannel(/api-returns-500s/);
    await story.advance("4m");
    await ben.types(channel, "/incident ack");
    await story.advance("6m");
    await ana.types(channel, '/ops scale backend 10 --reason "queue grows"');
    await ana.clicks("Confirm", { channel });
    await story.advance("4m");
    await ana.sees(channel, /Done and verified/);
    await ben.types(channel, "/incident update mitigated error rate is falling since 10 copies run");
    await ben.types(channel, "/incident note <!channel> the *cache* was cold, see https://grafana.waooaw.ai/d/backend");
    await story.advance("16m");
    await ben.types(channel, "/incident resolve error rate is normal");
    const draft = reading(await ana.sees(channel, checklist));
    expect(draft).toMatch(/\*State\*\nDraft[\s\S]*\*Owner\*\n<@U0BEN>/);
    expect(draft).toMatch(/\*Summary\*: drafted from what is recorded\n>INC-1 \(SEV2\): API returns 500s/);
    expect(draft).toMatch(/\*Impact\*[^\n]*\n>Affected: Backend API\. People felt it for \d+ min\./);
    expect(draft).toMatch(/\*Root cause\*: empty/);
    await story.settled();
    expect((await ana.sees(channel, checklist)).pinned).toBe(true);

    const sections = {
      "Root cause": "Connections of the pool **leaked** on timeout.\n\n```sql\nselect 1;\n```",
      "Contributing factors": "- no alarm on the pool\n- cold cache",
      "What went well": "The first page came within a minute.",
      "What to improve": "Nobody knew the dashboard.",
      Prevention: "Limit the time a connection may be held.",
    };
    for (const [title, text] of Object.entries(sections)) {
      await ana.clicks(`Write ${title}`, { channel });
      await ana.seesForm(new RegExp(`^${title}$`));
      expect(await ana.submits({ [title]: text })).toEqual({});
    }
    await ana.clicks("Edit Summary", { channel });
    expect(await ana.form()).toContain("One in eight requests fails.");
    expect(await ana.submits({ Summary: "One in eight requests failed for half an hour." })).toEqual({});
    await ana.clicks("Add action item", { channel });
    expect(await ana.submits({ "What is to be done": "Alarm on pool use", Owner: "U0BEN", Due: "2027-01-15" })).toEqual(
      {},
    );
    await ana.sees(channel, /Action item\*\nAlarm on pool use/);
    await story.settled();
    const written = reading(await ana.sees(channel, checklist));
    expect(written).toMatch(/7 of 7 have a text/);
    expect(written).toMatch(/\*Root cause\*: written by <@U0ANA>, revision 1\n>Connections of the pool/);
    expect(written).toMatch(/\*Action items\*: 1, 1 open/);

    await ben.clicks("Publish", { channel, reading: checklist });
    await ana.sees(channel, /Post-mortem of INC-1, edition 1/);
    await story.settled();
    expect(reading(await ana.sees(channel, checklist))).toMatch(/Published, edition 1[\s\S]*Publish again/);
    const { markdown, html, canvases } = documents(story, "U0ANA", channel);
    expect([markdown.length, html.length, canvases.length]).toEqual([1, 1, 1]);
    const text = markdown[0] ?? "";
    expect(text).toContain("# INC-1: API returns 500s \\| \\*again\\*");
    expect(text).toMatch(/\| Declared \| 2\d{3}-\d\d-\d\d \d\d:\d\d by Ana Ruiz \|/);
    expect(text).toContain("| Affected | Backend API |");
    expect(text).toContain("| Commander | Ben Okafor |");
    expect(text).toContain("| Time to acknowledge | 4 min | detection to acknowledgement |");
    expect(text).toMatch(/\| Time to mitigate \| 1[45] min \| start to mitigation \|/);
    expect(text).toMatch(/\| Time to resolve \| 3[0-2] min \| start to resolution \|/);
    expect(text).toContain("## Summary\n\nOne in eight requests failed for half an hour.");
    expect(text).toContain("Connections of the pool **leaked** on timeout.\n\n```sql\nselect 1;\n```");
    expect(text).toContain("| Alarm on pool use | Ben Okafor | 2027-01-15 | open |");
    expect(text).toMatch(
      /\| Scale backend in production from 4 to 10 \(op-\w+\) \| Desired count 4, Autoscaling maximum 8 \| Desired count 10, Autoscaling maximum 10 \| done and verified \| Ana Ruiz \|/,
    );
    expect(text).toMatch(/- Ben Okafor: .*commander/);
    expect(text).toMatch(
      /\*\*\d\d:\d\d\*\* Ben Okafor: Status is now mitigated: error rate is falling since 10 copies run/,
    );
    expect(text).toContain(`Opened the channel #${channel}`);
    expect(text).toContain("\\<!channel> the **cache** was cold, see https://grafana.waooaw.ai/d/backend");
    expect(text).not.toMatch(/U0[A-Z]{3}|<[@#]/);
    expect(html[0]).toContain("<td>Alarm on pool use</td>");
    expect(html[0]).toContain("<strong>leaked</strong>");
    expect(html[0]).toMatch(/<title>INC-1: API returns 500s \| \*again\*<\/title>/);
    expect(html[0]).not.toMatch(/<script|<!channel>/);
    expect(canvases[0]).toContain("Connections of the pool **leaked** on timeout.");
  });

  test("is opened by command, by the card's button and while people still respond, and stays one", async () => {
    const story = await startScenario();
    const [ana, ben] = [story.person("U0ANA"), story.person("U0BEN")];
    const channel = await declared(story, ana);
    await ana.types(channel, "/incident postmortem");
    expect(reading(await ana.sees(channel, checklist))).toContain("The incident is still open");
    await ben.clicks("Post-mortem", { channel, reading: /reported by/ });
    await ben.types("#general", "/incident retro INC-1");
    expect(ben.told("#general").at(-1)).toMatch(/The post-mortem of INC-1 is in its channel\. See <#C/);
    await ana.types(channel, "/incident resolve");
    await story.settled();
    expect(ana.read(channel).messages.filter((message) => checklist.test(reading(message)))).toHaveLength(1);
    expect(ana.screen(channel)).not.toContain("The incident is still open");
  });

  test("takes texts of more than 3,000 characters over several boxes without losing any", async () => {
    const story = await startScenario();
    const ana = story.person("U0ANA");
    const channel = await declared(story, ana);
    await ana.types(channel, "/incident postmortem");
    await ana.clicks("Write Root cause", { channel });
    const lines = (from: number, count: number) =>
      Array.from({ length: count }, (_, index) => `${from + index}. Größe der Queue 😀 war zu hoch.`).join("\n");
    const first = lines(1, 70);
    expect(first.length).toBeLessThan(3000);
    await ana.submits({ "Root cause": first });
    await story.settled();
    await ana.clicks("Edit Root cause", { channel });
    expect(await ana.submits({ "Root cause, continued (2)": lines(71, 70) })).toEqual({});
    await story.settled();
    await ana.clicks("Edit Root cause", { channel });
    expect(await ana.form()).toContain("Root cause, continued (3)");
    expect(await ana.submits({ "Root cause, continued (3)": lines(141, 40) })).toEqual({});
    await story.settled();
    await ana.clicks("Publish", { channel, reading: checklist });
    await ana.sees(channel, /edition 1/);
    await story.settled();
    expect(documents(story, "U0ANA", channel).markdown[0]).toContain(lines(1, 180));
  });

  test("two people who write one section at once: the second sees the first's text and loses nothing", async () => {
    const story = await startScenario();
    const [ana, ben] = [story.person("U0ANA"), story.person("U0BEN")];
    const channel = await declared(story, ana);
    await ana.types(channel, "/incident postmortem");
    await ana.clicks("Write Prevention", { channel });
    await ben.clicks("Write Prevention", { channel });
    await ana.seesForm(/Prevention/);
    await ben.seesForm(/Prevention/);
    expect(await ana.submits({ Prevention: "Ana: limit the pool" })).toEqual({});
    expect(await ben.submits({ Prevention: "Ben: alarm on the pool" })).toEqual({});
    expect(await ben.form()).toMatch(/<@U0ANA> saved this section while you were writing[\s\S]*>Ana: limit the pool/);
    expect(await ben.form()).toContain("Ben: alarm on the pool");
    // And while Ben reads that, Ana saves once more.
    await ana.clicks("Edit Prevention", { channel });
    expect(await ana.submits({ Prevention: "Ana: limit the pool to 20" })).toEqual({});
    expect(await ben.submits()).toEqual({});
    expect(await ben.form()).toContain("Ana: limit the pool to 20");
    expect(await ben.submits({ Prevention: "Ana: limit the pool to 20\nBen: alarm on the pool" })).toEqual({});
    expect(ben.state().views).toEqual([]);
    await story.settled();
    expect(reading(await ana.sees(channel, checklist))).toMatch(/\*Prevention\*: written by <@U0BEN>, revision 3/);
    await ana.clicks("Edit Prevention", { channel });
    expect(await ana.form()).toContain("Ana: limit the pool to 20\nBen: alarm on the pool");
  });

  test("published again it is a new edition: what is recorded is drawn anew, what people wrote stays", async () => {
    const story = await startScenario();
    const ana = story.person("U0ANA");
    const channel = await declared(story, ana);
    await ana.types(channel, "/incident resolve restarted it");
    await ana.clicks("Write Root cause", { channel });
    await ana.submits({ "Root cause": "A leak." });
    await story.settled();
    await ana.clicks("Publish", { channel, reading: checklist });
    await ana.sees(channel, /edition 1/);
    await story.settled();
    await ana.types(channel, "/incident note the graph shows that it began an hour earlier");
    await ana.types(channel, "/incident action add an alarm");
    await story.settled();
    await ana.clicks("Publish again", { channel, reading: checklist });
    await ana.sees(channel, /Post-mortem of INC-1, edition 2/);
    await story.settled();
    const { markdown, html, canvases } = documents(story, "U0ANA", channel);
    expect([markdown.length, html.length, canvases.length]).toEqual([1, 1, 1]);
    const published = ana
      .read(channel)
      .messages.filter((one) => /^\*?Post-mortem of INC-1, edition/.test(reading(one)));
    expect(published.map((one) => reading(one).split("\n")[0])).toEqual([
      expect.stringContaining("edition 2"),
      expect.stringContaining("edition 1 (replaced by a newer edition)"),
      expect.stringContaining("edition 2"),
    ]);
    expect(published[0]?.threadTs ?? null).toBeNull();
    expect(published.slice(1).map((one) => one.threadTs)).toEqual([published[0]?.ts, published[0]?.ts]);
    expect(reading(published[0] as never)).toMatch(
      /Read it: <https:[^|>]+\|Markdown> · <https:[^|>]+\|HTML> · <https:[^|>]+\|JSON>/,
    );
    for (const newest of [markdown[0], canvases[0]]) {
      expect(newest).toContain("the graph shows that it began an hour earlier");
      expect(newest).toContain("| add an alarm | nobody yet | no date yet | open |");
      expect(newest).toContain("## Root cause\n\nA leak.");
    }
    expect(markdown[0]).toContain("Published, edition 2");
  });

  test("a second press on the same card publishes once", async () => {
    const story = await startScenario();
    const ana = story.person("U0ANA");
    const channel = await declared(story, ana);
    await ana.types(channel, "/incident resolve");
    await story.settled();
    const card = await ana.sees(channel, checklist);
    const press = () => pressPublish(story, channel, card);
    await Promise.all([press(), press()]);
    await story.settled();
    await ana.sees(channel, /edition 1/);
    expect(ana.screen(channel)).not.toContain("edition 2");
    expect(ana.told(channel).at(-1)).toMatch(/Edition 1 was published a moment ago|has changed since/);
  });

  test("its owner is reminded half a day before it is due and daily after, until it is published", async () => {
    const story = await startScenario();
    const ana = story.person("U0ANA");
    const channel = await declared(story, ana);
    await ana.types(channel, "/incident lead me");
    await ana.types(channel, "/incident resolve");
    await story.settled();
    const reminders = () =>
      ana.read(channel).messages.filter((one) => /the post-mortem of INC-1 is due/.test(reading(one)));
    await story.advance("35h");
    expect(reminders()).toHaveLength(0);
    // Somebody takes it up again: nobody is asked to write while people respond, and the time begins anew.
    await ana.types(channel, "/incident reopen errors are back");
    await story.advance("6h");
    expect(reminders()).toHaveLength(0);
    await ana.types(channel, "/incident resolve");
    await story.advance("35h");
    expect(reminders()).toHaveLength(0);
    await story.advance("2h");
    await ana.sees(channel, /<@U0ANA>, the post-mortem of INC-1 is due .* Still empty: Root cause, Prevention\./);
    await story.advance("12h");
    await until("the second reminder", () => reminders().length === 2);
    await ana.clicks("Publish", { channel, reading: checklist });
    await story.advance("3d");
    expect(reminders()).toHaveLength(2);
  });

  test("a private incident's post-mortem is for those in its channel", async () => {
    const story = await startScenario();
    const [ana, ben] = [story.person("U0ANA"), story.person("U0BEN")];
    await ana.types("#general", "/incident declare");
    await ana.submits({ Severity: "SEV1", Title: "Keys leaked", Private: true });
    const channel = await ana.seesChannel(/keys-leaked/);
    await ana.types(channel, "/incident resolve keys are rotated");
    await story.settled();
    await ana.clicks("Publish", { channel, reading: checklist });
    await ana.sees(channel, /edition 1/);
    await story.settled();
    expect(ben.state().channels.some((one) => one.name === channel)).toBe(false);
    expect(ben.screen("#incidents")).not.toContain("Keys leaked");
    for (const line of ["postmortem INC-1", "status INC-1", "timeline INC-1", "note INC-1 hello"]) {
      await ben.types("#general", `/incident ${line}`);
      expect(ben.told("#general").at(-1)).toContain("I cannot find INC-1.");
    }
    await ben.types("#general", "/incident list all");
    expect(ben.told("#general").at(-1)).not.toContain("Keys");
  });
});
