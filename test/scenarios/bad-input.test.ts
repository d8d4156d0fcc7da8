import { describe, expect, test } from "vitest";
import { deliver, deliverPress } from "../support/deliver.ts";
import type { Person } from "../support/person.ts";
import { reading } from "../support/reading.ts";
import { type Scenario, startScenario } from "../support/scenario.ts";
import { declared } from "../support/stories.ts";

const card = /reported by/;

/** Types a line and answers what only its writer was told. */
async function told(person: Person, line: string, channel = "#ops"): Promise<string> {
  await person.types(channel, line);
  return person.told(channel).at(-1) ?? "";
}

/** A slash command as the body of a request. */
function commandBody(text: string, facts: Readonly<Record<string, string>> = {}): string {
  return new URLSearchParams({
    token: "unused",
    team_id: "T0WAOOAW",
    team_domain: "waooaw",
    channel_id: "C0OPS",
    channel_name: "ops",
    user_id: "U0ANA",
    user_name: "ana",
    command: "/incident",
    text,
    api_app_id: "A0TOC",
    response_url: "http://127.0.0.1:9/none",
    trigger_id: `1.2.${text.length}`,
    ...facts,
  }).toString();
}

function incidentChannels(person: Person): readonly string[] {
  return person.state().channels.flatMap((channel) => (channel.name.startsWith("inc-") ? [channel.name] : []));
}

describe("bad input", { timeout: 90_000 }, () => {
  test("unknown words and impossible numbers are answered with what is near and how it is written", async () => {
    const story = await startScenario();
    const ana = story.person("U0ANA");
    const answers: readonly (readonly [string, RegExp])[] = [
      ["/incident declrae sev2 x", /I do not know `declrae`\.\nDid you mean `\/incident declare`\?/],
      ["/incident frobnicate", /I do not know `frobnicate`\.\n`\/incident help` lists everything\./],
      ["/ops sclae backend 6", /Did you mean `\/ops scale`\?/],
      [
        "/incident declare sev9 API is down",
        /There is no severity `sev9`\.\nDid you mean .* There are these: `SEV1`, `SEV2`/,
      ],
      ["/incident role chef @ben", /`chef` is no role\.\nTake one of these: `commander`/],
      ["/incident lead @bne", /I know no person called `@bne`\.\nDid you mean `ben`\?/],
      ["/incident list foo", /I do not know `foo`\.\nTake one of these: `open`, `resolved`, `all`/],
      ["/incident status INC-99", /I cannot find INC-99\./],
      ["/incident note hello", /There is no incident yet\./],
      [
        "/ops scale bakend 6",
        /I know no service called `bakend`\.\nDid you mean `backend`\? There are these: `backend`, `agent`/,
      ],
      ["/ops scale postgres 6", /postgres/],
      ["/ops scale backend", /&lt;count&gt; is missing\.\nUsage: `\/ops scale/],
      ["/ops scale backend six", /`six` is a word, not digits\.\nWrite it in digits: `6`\./],
      ["/ops scale backend -3", /`-3` is below zero\.\nGive a whole number from 0 to 5000\./],
      ["/ops scale backend 2.5", /`2\.5` is not a whole number\./],
      ["/ops scale backend 99999999999999999999", /is far too large for count\.\nGive a whole number from 0 to 5000\./],
      ["/ops scale backend 6 7", /I do not know what to do with `7`\./],
      ["/ops scale backend 6 --frce", /There is no option `--frce`\./],
      ["/ops scale backend 6 in staging", /There is no environment `staging`\.\nThere are these: `production`\./],
      ["/ops show op-XXXX", /There is no operation op-XXXX\./],
      [`/ops scale ${"x".repeat(3000)} 6`, /I know no service called `x{39}…`\./],
      ["/ops scale <!channel> 6", /I know no service called/],
    ];
    for (const [line, expected] of answers) {
      const answer = await told(ana, line);
      expect(answer, line).toMatch(expected);
      expect(answer, line).not.toMatch(/<!channel>|undefined|null|Error|Something broke/);
    }
    await story.settled();
    expect(incidentChannels(ana)).toEqual([]);
    expect(ana.read("#ops").messages.filter((message) => !message.ephemeral && message.userId === "U0TOC")).toEqual([]);
  });

  test("titles of any length, script and markup make an incident that reads as it was typed", async () => {
    const story = await startScenario();
    const ana = story.person("U0ANA");
    const titles: readonly (readonly [string, RegExp])[] = [
      ["x".repeat(5000), /^inc-1-x+$/],
      ["🔥🔥🔥", /^inc-2/],
      ["*bold* _it_ ~no~ `code` > quote <https://evil.example|click>", /^inc-3-bold-_it_-no-code/],
      ["<!channel> <!here> <@U0EVA> everyone look", /^inc-4/],
      ["tab\there and \u0007bell \u202Egnirts\u202C and \u0000 zero", /^inc-5-tab-here-and-bell/],
      ["السيرفر لا يستجيب", /^inc-6/],
      ["サーバーが落ちた", /^inc-7/],
      ["ÄÖÜ ß Œuvre naïve", /^inc-8-/],
      ["-- --- '; drop table incidents; --", /^inc-9/],
    ];
    for (const [title, name] of titles) {
      await ana.types("#general", "/incident declare");
      await ana.seesForm(/Declare/);
      // Slack's client holds an input to its longest text; a line takes more.
      if (title.length > 3000) {
        await ana.closes();
        await ana.types("#general", `/incident declare sev4 ${title}`);
      } else {
        expect(await ana.submits({ Severity: "SEV4", Title: title }), title).toEqual({});
        if (ana.state().views.length > 0) await ana.closes(true);
      }
      const channel = await ana.seesChannel(name);
      expect(channel.length).toBeLessThanOrEqual(80);
      await ana.sees(channel, card);
    }
    // Nine incidents at once are more than Slack takes in a minute: bookmarks and pins come when it allows.
    await story.advance("2m");
    await story.settled();
    const shown = titles.map(([, name]) => incidentChannels(ana).find((one) => name.test(one)) ?? "");
    const [long = "", , bold = "", mention = "", odd = "", arabic = ""] = shown;
    expect(reading(await ana.sees(long, card))).toMatch(/INC-1 · x{100,}…/);
    expect(ana.screen(bold)).toContain("INC-3 · *bold* _it_ ~no~ `code` > quote");
    // In marked-up text nobody is called by a title; plain text, such as the card's header, shows it as it was typed.
    for (const channel of [mention, "#incidents"]) {
      const own = ana
        .read(channel)
        .messages.filter((message) => message.userId === "U0TOC" && message.subtype === null);
      const marked = own.flatMap((message) => [
        message.text,
        ...(JSON.stringify(message.blocks).match(/"mrkdwn","text":"[^"]*/g) ?? []),
      ]);
      expect(marked.join()).toContain("&lt;!channel&gt;");
      expect(marked.join()).not.toMatch(/<!channel>|<!here>|<@U0EVA>/);
    }
    expect(ana.read(mention).channel.memberIds).not.toContain("U0EVA");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that there is none is what is tested
    expect(ana.screen(odd)).not.toMatch(/[\u0000\u0007\u202e]/);
    expect(ana.screen(arabic)).toContain("\u2068السيرفر لا يستجيب\u2069");
  });

  test("a form sent twice counts once, an empty one says what is missing, a stale one loses nothing", async () => {
    const story = await startScenario();
    const [ana, ben] = [story.person("U0ANA"), story.person("U0BEN")];
    story.slack.faults.deliverTwice = "together";
    await ana.types("#general", "/incident declare");
    expect(await ana.submits({ Severity: "SEV2", Title: "API returns 500s" })).toEqual({});
    if (ana.state().views.length > 0) await ana.closes(true);
    await story.settled();
    story.slack.faults.deliverTwice = "no";
    expect(incidentChannels(ana)).toEqual(["inc-1-api-returns-500s"]);
    const [channel = ""] = incidentChannels(ana);

    await ana.types("#general", "/incident declare");
    expect(await ana.submits({ Severity: "SEV2", Title: " \u200b\u0007 " })).toHaveProperty("title");
    await ana.closes(true);
    await ana.types(channel, "/incident note");
    expect(await ana.submits({ Note: "   " })).toEqual({
      note: "The note is empty. Write what happened: /incident note rolled back to 41.",
    });
    await ana.closes(true);

    await ana.clicks("Update", { channel, reading: card });
    await ana.seesForm(/Post an update/);
    await ben.types(channel, "/incident resolve fixed it");
    const errors = await ana.submits({ Message: "I have been writing this for ten minutes" });
    expect(Object.values(errors).join()).toMatch(
      /INC-1 is resolved; there is nothing left to update\. Reopen it if it is back/,
    );
    expect(await ana.form()).toContain("Post an update");
    await ana.closes(true);
    await story.settled();
    expect(reading(await ana.sees(channel, card))).not.toContain("ten minutes");
  });

  test("buttons of finished things say that they are finished", async () => {
    const story = await startScenario();
    const [ana, ben] = [story.person("U0ANA"), story.person("U0BEN")];
    const channel = await declared(story, ana);
    const channelId = ana.channelId(channel);
    const about = carried(ana, channel, card);
    await ana.types(channel, "/incident ack");
    await ana.types(channel, "/incident resolve");
    await ana.types("#ops", "/ops scale agent 3");
    await ana.sees("#ops", /waiting for confirmation/);
    const operation = carried(ana, "#ops", /^op-/);
    await ana.clicks("Cancel", { channel: "#ops" });
    await ana.sees("#ops", /Cancelled by/);
    const press = async (action: string, value: string, at = channelId, by = "U0ANA") => {
      expect(await deliverPress(story, { userId: by, channelId: at, action, value })).toBe(200);
      await story.settled();
    };
    await press("incident.acknowledge", about);
    await ana.sees(channel, /INC-1 is acknowledged already|INC-1 is resolved/);
    await press("incident.snooze", about);
    await ana.sees(channel, /INC-1 is resolved; there is nothing left to update/);
    await press("incident.lead-me", about);
    await ana.sees(channel, /INC-1 is resolved; there is nothing left to lead/);
    await press("ops.confirm", operation, "C0OPS");
    await ana.sees("#ops", /op-\w+ is cancelled\.\nPlan it again to go on\./);
    await press("ops.approve", operation, "C0OPS", "U0BEN");
    await ben.sees("#ops", /op-\w+ is cancelled\./);
    await press("ops.undo", operation, "C0OPS");
    await ana.sees("#ops", /changed nothing that could be undone/);
    await press("ops.no-such-button", operation, "C0OPS");
    await ana.sees("#ops", /This button is no longer in use\./);
  });

  test("commands work in direct messages and where the bot is not, and an archived channel stops nothing", async () => {
    const story = await startScenario();
    const ana = story.person("U0ANA");
    await story.slack.act("U0ANA", { act: "direct", userId: "U0TOC" });
    await ana.types("tocsin", "/incident declare sev3 Reports are slow");
    const channel = await ana.seesChannel(/reports-are-slow/);
    await ana.types("tocsin", "/ops status agent");
    await ana.sees("tocsin", /Agent (is well|could not be seen in full)/);
    await story.slack.act("U0ANA", { act: "direct", userId: "U0BEN" });
    await ana.types("ben", "/ops status agent");
    // The bot cannot read along there; it says where it answers.
    await ana.sees("ben", /What is seen comes/);
    expect(await told(ana, "/ops status", "#general")).toMatch(
      /What is seen comes in #ops\.|What is seen comes in <#C0OPS>/,
    );
    await story.settled();
    await ana.archives(channel);
    expect(await told(ana, "/incident note INC-1 found the slow query", "#general")).toMatch(
      /Added to the timeline of INC-1/,
    );
    await ana.types("#general", "/incident resolve INC-1 index added");
    await story.advance("2m");
    await ana.types("#general", "/incident status INC-1");
    expect(ana.told("#general").at(-1)).toMatch(/\*Status\*\nResolved/);
  });

  test("requests that are not Slack's, too old, from the future, for another team or no requests at all do nothing", async () => {
    const story = await startScenario();
    const ana = story.person("U0ANA");
    const form = "application/x-www-form-urlencoded" as const;
    const body = commandBody("declare sev1 Forged");
    expect((await deliver(story, { type: form, body, signedWith: "guessed" })).status).toBe(401);
    expect((await deliver(story, { type: form, body, ageSeconds: 600 })).status).toBe(401);
    expect((await deliver(story, { type: form, body, ageSeconds: -600 })).status).toBe(401);
    expect((await fetch(`${story.address()}/slack/events`, { method: "POST", body })).status).toBe(401);
    expect((await fetch(`${story.address()}/slack/events`)).status).toBeGreaterThanOrEqual(400);
    const foreign = commandBody("declare sev1 Foreign", { team_id: "T0OTHER" });
    expect((await deliver(story, { type: form, body: foreign })).text).toBe("");
    for (const nonsense of ["", "{", "payload=", "payload=%7B", "payload=null", "payload=[]", "a=b", "[1,2", "null"]) {
      for (const type of [form, "application/json"] as const) {
        expect((await deliver(story, { type, body: nonsense })).status, nonsense).toBeLessThan(500);
      }
    }
    await story.settled();
    expect(incidentChannels(ana)).toEqual([]);
    // A replay of a real one, even minutes of retries later, is the same ask.
    const real = commandBody("declare sev4 Declared once");
    const answers = await Promise.all([1, 2, 3].map(() => deliver(story, { type: form, body: real })));
    answers.push(await deliver(story, { type: form, body: real, ageSeconds: 200 }));
    const said = answers.map(({ text }) => JSON.parse(text) as { readonly text: string });
    expect(said[0]?.text).toContain("INC-1 · Declared once* is declared as SEV4");
    for (const again of said) expect(again).toEqual(said[0]);
    await story.settled();
    expect(incidentChannels(ana)).toEqual(["inc-1-declared-once"]);
  });

  test("somebody Slack knows nothing of gets no role, whatever a request says", async () => {
    const story = await startScenario();
    const ana = story.person("U0ANA");
    const channel = await declared(story, ana);
    const body = commandBody("lead INC-1 <@U0NOBODY>");
    const answer = await deliver(story, { type: "application/x-www-form-urlencoded", body });
    expect((JSON.parse(answer.text) as { readonly text: string }).text).toMatch(
      /<@U0NOBODY> is not of this workspace; roles are for full members/,
    );
    expect(reading(await ana.sees(channel, card))).toContain("nobody yet");
  });

  test("while the database is away everybody is told in time, and what was typed is not lost", async () => {
    const story = await startScenario({ breakableDatabase: true });
    const ana = story.person("U0ANA");
    const channel = await declared(story, ana);
    await ana.types(channel, "/incident update");
    await ana.seesForm(/Post an update/);
    story.link?.cut();
    expect(await told(ana, "/incident note lost", channel)).toMatch(
      /The database is not answering right now; nothing was recorded\.\nTry again in a moment\./,
    );
    const away = { message: "The database is not answering right now; nothing was recorded. Try again in a moment." };
    expect(await ana.submits({ Message: "typed with care" })).toEqual(away);
    expect((await fetch(`${story.address()}/healthz`)).status).toBe(200);
    expect((await fetch(`${story.address()}/readyz`)).status).toBe(503);
    story.link?.mend();
    await eventuallyReady(story);
    expect(await ana.submits({ Message: "typed with care" })).toEqual({});
    await ana.sees(channel, /typed with care/);
    // A network that swallows everything is told within Slack's three seconds too, after which Slack hears nothing.
    story.link?.hold();
    expect(await told(ana, "/incident note held", channel)).toMatch(/The database is not answering/);
    expect((await fetch(`${story.address()}/readyz`)).status).toBe(503);
    story.link?.mend();
    await eventuallyReady(story);
    await ana.types(channel, "/incident note after all");
    await ana.sees(channel, /\*Note\* · <@U0ANA>\nafter all/);
    expect(ana.screen(channel)).not.toContain("\nlost");
  });
});

/** What a button of that message carries. */
function carried(person: Person, channel: string, text: RegExp): string {
  const message = person.read(channel).messages.find((one) => text.test(reading(one)));
  const elements = (message?.blocks ?? []).flatMap((block) => (block.elements ?? []) as { readonly value?: string }[]);
  const value = elements.find((element) => element.value)?.value;
  if (!value) throw new Error(`There is no button in ${channel}`);
  return value;
}

async function eventuallyReady(story: Scenario): Promise<void> {
  await expect.poll(async () => (await fetch(`${story.address()}/readyz`)).status, { timeout: 15_000 }).toBe(200);
}
