import { describe, expect, test } from "vitest";
import { deliverEvent } from "../support/deliver.ts";
import type { Person } from "../support/person.ts";
import { reading } from "../support/reading.ts";
import { type Scenario, startScenario } from "../support/scenario.ts";
import { declared } from "../support/stories.ts";

/** The timeline as it is read: opened once all that is under way is done. */
async function timeline(story: Scenario, person: Person, channel: string): Promise<string> {
  await story.settled();
  await person.types(channel, "/incident timeline");
  await person.seesForm(/^Timeline$/);
  const text = await person.form();
  await person.closes();
  return text;
}

describe("[I6, I10] the timeline and action items", { timeout: 90_000 }, () => {
  test("a pushpin puts a message on it with the message's own time, also a reply; taking it away takes it off", async () => {
    const story = await startScenario();
    const [ana, ben] = [story.person("U0ANA"), story.person("U0BEN")];
    const channel = await declared(story, ana);
    const first = (await ben.types(channel, "CPU of all copies went to 100 % <!channel> at 14:02")) ?? "";
    const reply = (await ana.types(channel, "the cache was flushed just before", first)) ?? "";
    await story.advance("30m");
    await ana.reacts(channel, first, "pushpin");
    await ana.reacts(channel, reply, "pushpin");
    const text = await timeline(story, ana, channel);
    expect(text).toMatch(
      new RegExp(
        `\\*<!date\\^${Math.floor(Number(first))}\\^[^>]*>\\* <@U0BEN> · <https://[^|]*\\|message>\\nCPU of all copies`,
      ),
    );
    expect(text).toMatch(
      new RegExp(
        `\\*<!date\\^${Math.floor(Number(reply))}\\^[^>]*>\\* <@U0ANA> [^\\n]*thread_ts=${first}[^\\n]*\\nthe cache was flushed`,
      ),
    );
    // Nobody is called a second time.
    expect(text).not.toContain("<!channel>");
    await ben.reacts(channel, first, "pushpin");
    await ana.reacts(channel, first, "pushpin", true);
    expect(await timeline(story, ana, channel)).toContain("CPU of all copies");
    await ben.reacts(channel, first, "pushpin", true);
    await ana.reacts(channel, reply, "pushpin", true);
    const after = await timeline(story, ana, channel);
    expect(after).not.toContain("CPU of all copies");
    expect(after).not.toContain("the cache was flushed");
    await ana.reacts(channel, first, "pushpin");
    expect(await timeline(story, ana, channel)).toContain("CPU of all copies");
  });

  test("pinning a message puts it on, unpinning takes it off, whoever does it", async () => {
    const story = await startScenario();
    const [ana, ben] = [story.person("U0ANA"), story.person("U0BEN")];
    const channel = await declared(story, ana);
    const ts = (await ana.types(channel, "Rollback to 41 has begun")) ?? "";
    await ana.pins(channel, ts);
    expect(await timeline(story, ana, channel)).toContain("Rollback to 41 has begun");
    await ben.pins(channel, ts, true);
    expect(await timeline(story, ana, channel)).not.toContain("Rollback to 41 has begun");
    // The bot's own pins, such as its card's, are no captures.
    expect(await timeline(story, ana, channel)).not.toContain("reported by");
  });

  test("the message shortcut adds from the channel at once, and from elsewhere asks which incident", async () => {
    const story = await startScenario();
    const ana = story.person("U0ANA");
    const channel = await declared(story, ana);
    const here = (await ana.types(channel, "Load balancer shows 502")) ?? "";
    await ana.shortcut("timeline_add", { channel, ts: here });
    await ana.sees(channel, /The message is on the timeline of INC-1\./);
    await ana.shortcut("timeline_add", { channel, ts: here });
    await ana.sees(channel, /That message is on a timeline already\./);
    const elsewhere = (await ana.types("#ops", "Deployed 42 ten minutes ago")) ?? "";
    await ana.shortcut("timeline_add", { channel: "#ops", ts: elsewhere });
    await ana.seesForm(/Add to a timeline/);
    expect(await ana.submits({ Incident: "INC-1 · API returns 500s" })).toEqual({});
    await ana.sees("#ops", /The message goes on the timeline of INC-1\. See <#C/);
    const text = await timeline(story, ana, channel);
    expect(text).toMatch(
      /Deployed 42 ten minutes ago[\s\S]*Load balancer shows 502|Load balancer shows 502[\s\S]*Deployed 42/,
    );
  });

  test("edits and deletions of captured messages are followed", async () => {
    const story = await startScenario();
    const ana = story.person("U0ANA");
    const channel = await declared(story, ana);
    const kept = (await ana.types(channel, "error rate 12 %")) ?? "";
    const gone = (await ana.types(channel, "wrong channel, sorry")) ?? "";
    const threaded = (await ana.types(channel, "who deployed last?")) ?? "";
    await ana.types(channel, "it was me", threaded);
    for (const ts of [kept, gone, threaded]) await ana.reacts(channel, ts, "pushpin");
    await story.settled();
    await ana.edits(channel, kept, "error rate 21 %, not 12");
    await ana.deletes(channel, gone);
    // One with replies leaves a tombstone behind in Slack.
    await ana.deletes(channel, threaded);
    const text = await timeline(story, ana, channel);
    expect(text).toContain("error rate 21 %, not 12");
    expect(text).not.toContain("error rate 12 %");
    expect(text).not.toContain("wrong channel");
    expect(text).not.toContain("who deployed last?");
  });

  test("reactions and removals that come late, twice and in the wrong order end as Slack has them", async () => {
    const story = await startScenario();
    const ana = story.person("U0ANA");
    const channel = await declared(story, ana);
    const ts = (await ana.types(channel, "Queue length 90,000")) ?? "";
    const other = (await ana.types(channel, "Queue length 10")) ?? "";
    const mark = (type: string, on: string, at: number, id: string) =>
      deliverEvent(
        story,
        {
          type,
          user: "U0BEN",
          reaction: "pushpin",
          item: { type: "message", channel: ana.channelId(channel), ts: on },
          item_user: "U0ANA",
          event_ts: `${Number(ts) + at}`,
        },
        id,
      );
    // Added at 10, removed at 20, added at 30: they come as 30, 20, 10, the last of them twice.
    const answers = [
      await mark("reaction_added", ts, 30, "Ev3"),
      await mark("reaction_removed", ts, 20, "Ev2"),
      ...(await Promise.all([mark("reaction_added", ts, 10, "Ev1"), mark("reaction_added", ts, 10, "Ev1")])),
      // And one whose removal comes first.
      await mark("reaction_removed", other, 50, "Ev5"),
      await mark("reaction_added", other, 40, "Ev4"),
    ];
    expect(answers).toEqual([200, 200, 200, 200, 200, 200]);
    const text = await timeline(story, ana, channel);
    expect(text.match(/Queue length 90,000/g)).toHaveLength(1);
    expect(text).not.toContain("Queue length 10\n");
    // Everything Slack sends from here on comes twice at once.
    story.slack.faults.deliverTwice = "together";
    const twice = (await ana.types(channel, "Said once")) ?? "";
    await ana.reacts(channel, twice, "pushpin");
    await ana.types(channel, "/incident note Noted once");
    await story.settled();
    story.slack.faults.deliverTwice = "no";
    const last = await timeline(story, ana, channel);
    expect(last.match(/Said once/g)).toHaveLength(1);
    expect(last.match(/Noted once/g)).toHaveLength(1);
    expect(ana.screen(channel).match(/\*Note\* · <@U0ANA>\nNoted once/g)).toHaveLength(1);
  });

  test("action items are made by reaction, shortcut, line and form, and done by button", async () => {
    const story = await startScenario();
    const [ana, ben] = [story.person("U0ANA"), story.person("U0BEN")];
    const channel = await declared(story, ana);
    const marked = (await ana.types(channel, "we need an alarm on the queue\nand a dashboard")) ?? "";
    await ben.reacts(channel, marked, "white_check_mark");
    await ana.sees(channel, /\*Action item\*\nwe need an alarm on the queue/);
    const pointed = (await ben.types(channel, "document the rollback")) ?? "";
    await ana.shortcut("action_item_add", { channel, ts: pointed });
    await ana.seesForm(/Add an action item/);
    expect(await ana.form()).toContain("document the rollback");
    expect(await ana.submits({ Owner: "U0BEN", Due: "2027-02-01" })).toEqual({});
    await ana.sees(channel, /\*Action item\*\ndocument the rollback[\s\S]*<@U0BEN> · due 2027-02-01/);
    await ana.types(channel, "/incident action limit the pool");
    await ana.clicks("Owner and date", { channel, reading: /limit the pool/ });
    expect(await ana.submits({ Owner: "U0ANA", Due: "2027-03-01" })).toEqual({});
    await ana.clicks("Action item", { channel, reading: /reported by/ });
    expect(await ana.submits({ "What is to be done": "" })).toHaveProperty("title");
    expect(await ana.submits({ "What is to be done": "ask the vendor" })).toEqual({});
    await story.settled();
    expect(reading(await ana.sees(channel, /reported by/))).toContain("4 open action items");
    // What is on the list is on App Home of whoever owns it, and done from there.
    await ben.opensHome();
    await story.settled();
    expect(ben.home()).toMatch(/document the rollback\*\n<@U0BEN> · due 2027-02-01/);
    await ben.chooses("Done", "home");
    await ana.sees(channel, /<@U0BEN>\nAction item done: document the rollback/);
    await story.settled();
    expect(ben.home()).toContain("Nothing to do.");
    // Taking the reaction away takes back what nobody has touched since.
    await ben.reacts(channel, marked, "white_check_mark", true);
    await story.settled();
    expect(reading(await ana.sees(channel, /reported by/))).toContain("2 open action items");
    await ana.types(channel, "/incident postmortem");
    expect(reading(await ana.sees(channel, /Post-mortem of INC-1[\s\S]*\*State\*/))).toMatch(
      /\*Action items\*: 3, 2 open/,
    );
  });

  test("/incident timeline shows page by page, and what people wrote can be put right there", async () => {
    const story = await startScenario();
    const ana = story.person("U0ANA");
    const channel = await declared(story, ana);
    for (let index = 1; index <= 13; index += 1) await ana.types(channel, `/incident note step ${index} of 13.`);
    await story.settled();
    await ana.clicks("Timeline", { channel, reading: /reported by/ });
    await ana.seesForm(/^Timeline$/);
    expect(await ana.form()).toMatch(/step 13 of 13[\s\S]*\d+ to \d+ of \d+/);
    await ana.clicks("Older", "form");
    const first = await ana.form(/1 to 15 of \d+/);
    expect(first).toMatch(/Declared INC-1 as SEV2[\s\S]*step 1 of 13\./);
    expect(first).not.toContain("step 13 of 13");
    await ana.chooses("Edit", "form", /step 1 of 13\./);
    await ana.seesForm(/Edit the timeline/);
    expect(await ana.submits({ "What happened": "step 1 of 13, put right" })).toEqual({});
    await ana.form(/step 1 of 13, put right/);
    await ana.chooses("Edit", "form", /step 1 of 13, put right/);
    await ana.seesForm(/Edit the timeline/);
    expect(await ana.submits({ Remove: true })).toEqual({});
    expect(await ana.form(/1 to 15 of \d+/)).not.toContain("step 1 of 13");
    await ana.clicks("Newer", "form");
    await ana.form(/\d+ to \d+ of \d+/);
    await ana.closes();
    expect(ana.state().views).toEqual([]);
  });
});
