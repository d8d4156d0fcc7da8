import { describe, expect, test } from "vitest";
import { startScenario } from "../support/scenario.ts";
import { declared } from "../support/stories.ts";

const card = /reported by/;
/** Words that stand only in what is internal. */
const internal =
  /[Zz]ebrafish|okapi|quokka|axolotl|U0[A-Z]{3}|\bC[A-Z0-9]{6,}|INC-|inc-1|Ana|Ruiz|[Bb]ackend|postgres|SEV/;

describe("[I8] the status page", { timeout: 90_000 }, () => {
  test("shows what somebody published, word for word, and nothing internal", async () => {
    const story = await startScenario();
    const ana = story.person("U0ANA");
    const page = async (form = "") => (await fetch(`${story.address()}/status${form}`)).text();
    expect(await page()).toContain("All systems operational");

    await ana.types("#general", "/incident declare");
    await ana.submits({
      Severity: "SEV2",
      Title: "Zebrafish pool exhausted",
      Summary: "okapi said so",
      "What is affected": ["Backend API"],
      Commander: "U0ANA",
    });
    const channel = await ana.seesChannel(/zebrafish/);
    await story.settled();
    await ana.types(channel, "/incident note quokka restarted the axolotl");
    await ana.types(channel, "/incident update investigating quokka looks at <@U0ANA>");
    await story.settled();
    expect(await page()).toContain("All systems operational");

    await ana.clicks("Update", { channel, reading: card });
    await ana.seesForm(/Post an update/);
    expect(await ana.submits({ Message: "axolotl is to blame", "Status page": true })).toEqual({
      public_title: "The status page needs a title. Write one for the public.",
    });
    expect(
      await ana.submits({
        Message: "axolotl is to blame",
        "Status page": true,
        "Public title": "Requests fail",
        "Public text": "ask @ana",
      }),
    ).toEqual({ public_text: "That would show the public a person or group. Write it without." });
    expect(
      await ana.submits({
        Message: "axolotl is to blame",
        "Status page": true,
        "Public title": "Requests fail <b>",
        "Public text": "One request in ten fails. We are looking into it.",
      }),
    ).toEqual({});
    await ana.sees(channel, /axolotl is to blame/);
    await story.settled();

    const html = await page();
    expect(html).toContain("Requests fail &lt;b&gt;");
    expect(html).toContain("One request in ten fails. We are looking into it.");
    expect(html).toContain("Partial outage");
    const json = JSON.parse(await page(".json"));
    expect(json.components.map((one: { state: string }) => one.state)).toEqual([
      "partial_outage",
      "operational",
      "operational",
    ]);
    const everything = `${html}${await page(".json")}${await page(".rss")}`;
    expect(everything.replace(/<style>[\s\S]*?<\/style>/, "")).not.toMatch(internal);

    // Resolving does not publish by itself; the channel is told that the page is behind.
    await ana.types(channel, "/incident resolve okapi restarted it");
    await story.settled();
    await ana.clicks("Update it", { channel, reading: /The status page still says/ });
    await ana.seesForm(/Status page/);
    expect(await ana.submits({ "Public text": "It works again." })).toEqual({});
    await story.settled();
    expect(await page()).toMatch(/All systems operational[\s\S]*Resolved[\s\S]*It works again\./);
    expect(await page(".rss")).toContain("Resolved: Requests fail");
  });

  test("never shows a private incident or a drill, and loses what becomes private", async () => {
    const story = await startScenario();
    const ana = story.person("U0ANA");
    const page = async () => (await fetch(`${story.address()}/status.json`)).text();
    const channel = await declared(story, ana);
    await ana.types(channel, "/incident publish");
    await ana.seesForm(/Status page/);
    expect(await ana.submits({ "Public title": "Slow pages", "Public text": "We are looking." })).toEqual({});
    await story.settled();
    expect(await page()).toContain("Slow pages");
    await ana.clicks("Make private", { channel, reading: card });
    await ana.seesForm(/Make it private/);
    expect(await ana.submits()).toEqual({});
    await story.settled();
    expect(await page()).not.toContain("Slow pages");
    await ana.types("#general", "/incident publish INC-1");
    expect(ana.told("#general").at(-1)).toContain("INC-1 is private; nothing of it goes on the status page.");
    // Who was brought in goes on knowing of it; somebody else learns nothing.
    const stranger = story.person("U0SAM");
    await stranger.types("#general", "/incident publish INC-1");
    expect(stranger.told("#general").at(-1)).toContain("I cannot find INC-1.");
  });

  test("announces maintenance, and takes it off again", async () => {
    const story = await startScenario();
    const ana = story.person("U0ANA");
    const page = async () => (await fetch(`${story.address()}/status`)).text();
    await ana.types("#ops", "/incident maintenance new");
    await ana.seesForm(/Announce maintenance/);
    const now = Math.floor(Date.now() / 1000);
    expect(await ana.submits({ Title: "Upgrade", Begins: String(now + 3600), Ends: String(now + 60) })).toEqual({
      ends: "It must end after it begins.",
    });
    expect(
      await ana.submits({
        Title: "Database upgrade",
        Begins: String(now - 60),
        Ends: String(now + 3600),
        Components: ["Agents"],
      }),
    ).toEqual({});
    await story.settled();
    expect(await page()).toMatch(/Maintenance is under way[\s\S]*Database upgrade[\s\S]*Under maintenance/);
    await ana.types("#ops", "/incident maintenance");
    await ana.clicks("Take off", { channel: "#ops" });
    await ana.sees("#ops", /No maintenance is announced/);
    expect(await page()).not.toContain("Database upgrade");
  });
});
