import { describe, expect, test } from "vitest";
import { openCaptures } from "../support/captures.ts";
import { deliverEvent } from "../support/deliver.ts";
import { startScenario } from "../support/scenario.ts";
import { declared } from "../support/stories.ts";
import { playTranscript } from "../support/transcript.ts";

/** Where nobody listens. */
const nowhere = "http://127.0.0.1:9/slack/events";

describe("[I6] the lossless capture of an incident's channel", { timeout: 120_000 }, () => {
  test("some hundred messages, with the bot away twice and restarted in between, are all in the log", async () => {
    const story = await startScenario();
    const ana = story.person("U0ANA");
    const channel = await declared(story, ana);
    const log = await openCaptures(story.databaseUrl);
    try {
      const here = story.slack;
      const transcript = playTranscript({
        channel,
        people: ["U0ANA", "U0BEN", "U0CHI", "U0DEV"].map(story.person),
        seed: 7,
      });
      for (const one of ["U0BEN", "U0CHI", "U0DEV"]) await story.person(one).joins(channel);
      await transcript.play(120);
      await here.idle();
      // Deliveries fail, the repeats of Slack's too.
      here.deliverTo(nowhere);
      await transcript.play(70, "unseen");
      await story.advance("10m");
      await story.restart();
      // Threads are read at the pace Slack allows.
      await story.advance("5m");
      await transcript.play(60);
      await transcript.leaves("U0DEV");
      here.deliverTo(nowhere);
      await transcript.play(50, "unseen");
      await story.advance("10m");
      here.deliverTo(`${story.address()}/slack/events`);
      await ana.types(channel, "/incident resolve It is over");
      await story.settled();
      await story.advance("5m");

      expect(transcript.length).toBeGreaterThanOrEqual(150);
      for (const item of transcript.items()) {
        if (!item.knowable) {
          // At most a tombstone: Slack's own repeats may still have told of it after the restart.
          expect((await log.message(item.ts)) ?? { text: null }).toMatchObject({ text: null });
          continue;
        }
        expect(await log.message(item.ts), `${item.ts} by ${item.author}`).toEqual({
          author: item.author,
          threadTs: item.threadTs,
          text: item.deleted ? null : item.text,
          deleted: item.deleted,
        });
        // Every wording that an event told of is a line of its own, unless the message was erased.
        const words = await log.wordings(item.ts);
        if (item.deleted) expect(words).toEqual([]);
        else expect(words).toEqual(expect.arrayContaining(item.seenWordings));
        if (!item.deleted) expect(await log.reactions(item.ts)).toEqual(item.reactions);
        expect(await log.files(item.ts)).toEqual(item.deleted ? item.files.map(() => null) : item.files);
      }
      // What was deleted in Slack is nowhere in the database.
      for (const text of transcript.erased()) expect(await log.anywhere(text), text).toEqual([]);

      await ana.types(channel, "/incident timeline check");
      await story.settled();
      const [check = ""] = ana.told(channel).slice(-1);
      const { threads, deleted, knowable } = transcript.totals();
      const counted = /(\d+) messages, (\d+) of them deleted in Slack and erased here/.exec(check) ?? [];
      expect(Number(counted[1]) - Number(counted[2])).toBe(knowable - deleted);
      expect(Number(counted[2])).toBeGreaterThanOrEqual(deleted);
      expect(check).toContain(`${threads} threads,`);
      expect(check).toMatch(/\*2 gaps, \d+ back-filled\*/);
      expect(check).toMatch(/found after I started[\s\S]*found when it was resolved/);
      expect(check).toMatch(/Last compared with Slack .*, when it was resolved/);
    } finally {
      await log.stop();
    }
  });

  test("events that come twice, late and in the wrong order change nothing; only incidents' channels are captured", async () => {
    const story = await startScenario();
    const [ana, ben] = [story.person("U0ANA"), story.person("U0BEN")];
    const channel = await declared(story, ana);
    await ben.joins(channel);
    const log = await openCaptures(story.databaseUrl);
    try {
      await ana.types("#ops", "this is nobody's incident");
      story.slack.faults.deliverTwice = "together";
      const ts = (await ben.types(channel, "twice")) ?? "";
      await ben.edits(channel, ts, "twice, edited");
      await ben.edits(channel, ts, "twice, edited again");
      await ben.reacts(channel, ts, "eyes");
      await ben.reacts(channel, ts, "eyes", true);
      const gone = (await ben.types(channel, "said in anger")) ?? "";
      await ben.deletes(channel, gone);
      await story.settled();
      expect(await log.message(ts)).toMatchObject({ text: "twice, edited again", deleted: false });
      // Events overtake one another; each wording is kept whenever it came.
      expect((await log.wordings(ts)).toSorted()).toEqual(["twice", "twice, edited", "twice, edited again"]);
      expect(await log.reactions(ts)).toEqual([]);
      expect(await log.message(gone)).toEqual({ author: "U0BEN", threadTs: null, text: null, deleted: true });
      expect(await log.anywhere("said in anger")).toEqual([]);
      expect(await log.count()).toBe(2);
    } finally {
      await log.stop();
    }
  });
});

describe("[I6] pins set and taken away while the bot was away", { timeout: 300_000 }, () => {
  test("come onto the timeline and leave it, in threads too, and nothing else does", async () => {
    const story = await startScenario();
    const [ana, ben] = [story.person("U0ANA"), story.person("U0BEN")];
    const channel = await declared(story, ana);
    await ben.joins(channel);
    const seen = (await ben.types(channel, "pinned while it listened")) ?? "";
    const missed = (await ben.types(channel, "pinned while it was away")) ?? "";
    const root = (await ben.types(channel, "a thread of its own")) ?? "";
    const unpinned = (await ben.types(channel, "taken away again")) ?? "";
    const reply = (await ben.types(channel, "pinned in the thread", root)) ?? "";
    await ben.pins(channel, seen);
    await ben.pins(channel, unpinned);
    await story.settled();
    story.slack.deliverTo(nowhere);
    await ana.pins(channel, missed);
    await ana.pins(channel, reply);
    await ana.pins(channel, unpinned, true);
    await story.advance("10m");
    await story.restart();
    await story.advance("5m");
    await ana.types(channel, "/incident resolve It is over");
    await story.settled();
    await story.advance("5m");
    await ana.types(channel, "/incident timeline");
    await ana.seesForm(/^Timeline$/);
    const told = await ana.form();
    for (const text of ["while it listened", "while it was away", "pinned in the thread"]) expect(told).toContain(text);
    // A thread's first message was pinned by nobody.
    expect(told).not.toContain("a thread of its own");
    expect(told).not.toContain("taken away again");
  });
});

describe("[I6] people who come and go while the bot is away", { timeout: 300_000 }, () => {
  test("stand on its timeline, and who left a private incident has no more access", async () => {
    const story = await startScenario();
    const [ana, ben, chi] = [story.person("U0ANA"), story.person("U0BEN"), story.person("U0CHI")];
    await ana.types("#general", "/incident declare sev2 Keys leaked --private");
    const hidden = await ana.seesChannel(/keys-leaked/);
    await ana.sees(hidden, /reported by/);
    await ana.types(hidden, "/incident access add @ben");
    await ben.sees(hidden, /reported by/);
    await ana.types("#general", "/incident declare sev3 Reports are slow");
    const open = await ana.seesChannel(/reports-are-slow/);
    await ana.sees(open, /reported by/);
    await story.settled();
    story.slack.deliverTo(nowhere);
    await ben.leaves(hidden);
    await chi.joins(open);
    await story.advance("10m");
    await story.restart();
    await story.advance("5m");
    await story.settled();
    await ben.types("#general", "/incident status INC-1");
    expect(ben.told("#general").at(-1)).toContain("I cannot find INC-1.");
    for (const [channel, line] of [
      [hidden, /<@U0BEN>[^•]*?Left the channel/g],
      [open, /<@U0CHI>[^•]*?Joined the channel/g],
    ] as const) {
      await ana.types(channel, "/incident timeline");
      await ana.seesForm(/^Timeline$/);
      const lines = await ana.form();
      expect(lines, channel).toMatch(line);
      // Each once, although Slack tells it again whenever the channel is compared.
      const words = String(line).includes("Left") ? /Left the channel/g : /Joined the channel/g;
      expect(lines.match(words)?.length, lines).toBe(channel === hidden ? 1 : 2);
      await ana.closes();
    }
  });
});

describe("[I6] what becomes of the channel by hand", { timeout: 90_000 }, () => {
  test("is followed, and said where people look", async () => {
    const story = await startScenario();
    const ana = story.person("U0ANA");
    const channel = await declared(story, ana);
    const id = ana.channelId(channel);
    const tell = (type: string, more: object = {}) =>
      deliverEvent(
        story,
        { type, channel: id, actor_id: "U0ANA", event_ts: "1795312800.000100", ...more },
        `Ev${type}`,
      );
    await ana.archives(channel);
    await story.settled();
    await ana.sees("#incidents", /Its channel was archived\./);
    await ana.unarchives(channel);
    await tell("channel_left");
    await story.settled();
    await ana.sees("#incidents", /I was taken out of its channel/);
    await tell("member_joined_channel", { user: "U0TOC" });
    await story.settled();
    expect(ana.screen("#incidents")).not.toContain("taken out");
    await tell("channel_deleted");
    await story.settled();
    await ana.sees("#incidents", /Its channel was deleted in Slack/);
  });

  test("what could not be said while it was archived is said once it is open again", async () => {
    const story = await startScenario();
    const ana = story.person("U0ANA");
    const channel = await declared(story, ana);
    await ana.archives(channel);
    await story.settled();
    for (const line of ["update INC-1 investigating still looking", "note INC-1 asked the vendor"]) {
      await ana.types("#general", `/incident ${line}`);
    }
    await story.advance("2m");
    await story.settled();
    await ana.types("#general", "/incident status INC-1");
    const lacks = ana.told("#general").at(-1) ?? "";
    expect(lacks.match(/Not possible: posting a message/g)).toHaveLength(1);
    await ana.unarchives(channel);
    await ana.sees(channel, /\*Update\* · <@U0ANA>\nStatus is now investigating: still looking/);
    await ana.sees(channel, /\*Note\* · <@U0ANA>\nasked the vendor/);
    await story.settled();
    expect(ana.screen(channel)).not.toContain("Not possible");
    expect(ana.screen(channel).split("asked the vendor")).toHaveLength(3);
  });
});
