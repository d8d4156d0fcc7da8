import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../src/sandbox/page/protocol.ts";
import { reading } from "../support/reading.ts";
import { startScenario } from "../support/scenario.ts";
import { declared } from "../support/stories.ts";

const secrets = /zebrafish/i;
const card = /reported by/;

describe("[I2, I12] private incidents", { timeout: 90_000 }, () => {
  test("a security incident is private from the start, with its checklist; an outsider finds nothing of it", async () => {
    const story = await startScenario();
    const [ana, ben, chi] = [story.person("U0ANA"), story.person("U0BEN"), story.person("U0CHI")];
    await ana.types("#general", "/incident declare");
    expect(await ana.submits({ Severity: "SEV1", Title: "Zebrafish token leaked", Security: true })).toEqual({});
    const channel = await ana.seesChannel(/zebrafish/);
    await story.settled();
    const checklist = { channel, reading: /Security checklist of INC-1/ };
    await ana.sees(channel, /Contain[\s\S]*Investigate[\s\S]*Remediate[\s\S]*Notify[\s\S]*Review/);
    await ana.clicks("Done: Revoke the keys, sessions and accounts that may be known", checklist);
    await ana.sees(channel, /:white_check_mark: Revoke the keys.*\n<@U0ANA>/);
    await ana.types(channel, "/incident timeline");
    expect(await ana.form(/Done \(contain\): Revoke the keys/)).toBeTruthy();

    for (const line of [
      "status",
      "timeline",
      "join",
      "subscribe",
      "access",
      "private",
      "security",
      "update",
      "leave",
    ]) {
      await ben.types("#general", `/incident ${line} INC-1`);
      expect(ben.told("#general").at(-1), line).toContain("I cannot find INC-1.");
    }
    await ben.types("#general", "/incident list all");
    await ben.opensHome();
    await story.settled();
    const seen = ben.state().channels.map((one) => `${one.name} ${ben.screen(one.name)}`);
    expect(`${seen.join("\n")} ${ben.home()}`).not.toMatch(secrets);
    expect(ben.screen("#incidents")).not.toContain("INC-1");

    await ana.types(channel, "/incident access add @chi");
    await chi.sees(channel, card);
    await chi.types("#general", "/incident status INC-1");
    expect(chi.told("#general").at(-1)).toMatch(secrets);
    await ana.types(channel, "/incident access");
    await ana.clicks("Take off", { channel });
    await story.settled();
    expect(chi.state().channels.some((one) => one.name === channel)).toBe(false);
    await chi.types("#general", "/incident status INC-1");
    expect(chi.told("#general").at(-1)).toContain("I cannot find INC-1.");
  });

  test("an open incident becomes private: what was announced says nothing any more, the work moves to a private channel", async () => {
    const story = await startScenario();
    const [ana, ben, chi] = [story.person("U0ANA"), story.person("U0BEN"), story.person("U0CHI")];
    const open = await declared(story, ana, "sev3 Zebrafish exports are slow");
    await chi.clicks("Join", { channel: "#incidents", reading: card });
    await chi.sees(open, card);
    await ben.clicks("Subscribe", { channel: "#incidents", reading: card });
    await ben.sees("#incidents", /You get each update of INC-1/);
    const openId = ana.read(open).channel.id;
    await ana.clicks("Make private", { channel: open, reading: card });
    await ana.seesForm(/Make it private/);
    expect(await ana.submits()).toEqual({});
    const moved = await ana.seesChannel(/^inc-1-zebrafish-exports-are-slow-2$/);
    await story.settled();
    expect(reading(await ana.sees(moved, card))).toMatch(secrets);
    expect(ana.read(moved).channel.kind).toBe("private");
    // Who joined works on it and comes along; who only followed it does not.
    await chi.sees(moved, card);
    await chi.types("#general", "/incident status INC-1");
    expect(chi.told("#general").at(-1)).toMatch(secrets);
    expect(ben.state().channels.some((one) => one.name === moved)).toBe(false);
    expect(ben.screen("#incidents")).toContain("This was withdrawn.");
    expect(ben.screen("#incidents")).not.toMatch(secrets);
    const old = ben.read(openId).channel;
    expect([old.name, old.topic, old.archived]).toEqual(["inc-1-moved", "This was withdrawn.", true]);
    expect(ben.screen(openId)).not.toMatch(card);
    await ben.types("#general", "/incident status INC-1");
    expect(ben.told("#general").at(-1)).toContain("I cannot find INC-1.");
    // It goes on where it is now.
    await ana.types(moved, "/incident update mitigating only the two of us know");
    await story.settled();
    expect(reading(await ana.sees(moved, card))).toContain("only the two of us know");
    expect(ben.screen("#incidents")).not.toContain("only the two");
  });

  test("the old channel is archived whatever Slack would not take before that, and the card says what it was", async () => {
    const story = await startScenario();
    const ana = story.person("U0ANA");
    const open = await declared(story, ana, "sev3 Zebrafish exports are slow");
    const openId = ana.read(open).channel.id;
    const ofOld = { when: (args: JsonObject) => args.channel === openId };
    story.slack.faults.fail("conversations.setTopic", { error: "restricted_action", ...ofOld });
    story.slack.faults.fail("conversations.rename", { error: "invalid_name", ...ofOld });
    await ana.clicks("Make private", { channel: open, reading: card });
    await ana.seesForm(/Make it private/);
    expect(await ana.submits()).toEqual({});
    const moved = await ana.seesChannel(/^inc-1-zebrafish-exports-are-slow-2$/);
    await story.settled();
    expect(ana.read(openId).channel.archived).toBe(true);
    expect(
      reading(
        await ana.sees(
          moved,
          /clearing and archiving the old channel \(your workspace does not let apps do this; invalid name\)/,
        ),
      ),
    ).toMatch(secrets);
  });

  test("joining, leaving, subscribing by button, and stopping again", async () => {
    const story = await startScenario();
    const [ana, ben] = [story.person("U0ANA"), story.person("U0BEN")];
    const channel = await declared(story, ana);
    await ben.clicks("Subscribe", { channel: "#incidents", reading: card });
    await ben.sees("#incidents", /You get each update of INC-1 as a direct message\./);
    await ben.types("#general", "/incident subscribe INC-1");
    expect(ben.told("#general").at(-1)).toContain("You get the updates of INC-1 already.");
    await ben.types("#general", "/incident unsubscribe INC-1");
    expect(ben.told("#general").at(-1)).toContain("You get no more updates of INC-1.");
    await ben.types("#general", "/incident join INC-1");
    await ben.sees(channel, /<@U0BEN> has joined/);
    await ben.types(channel, "/incident leave");
    await story.settled();
    expect(ana.read(channel).channel.memberIds).not.toContain("U0BEN");
  });
});
