import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { reading } from "../support/reading.ts";
import { startScenario } from "../support/scenario.ts";
import { declared } from "../support/stories.ts";

const example = readFileSync(new URL("../../examples/waooaw/tocsin.yaml", import.meta.url), "utf8");
const configuration = example
  .replace("channels:\n", "channels:\n  stakeholders: [general, monitoring]\n")
  .replace(
    "# Taking the reaction away",
    "announcements:\n  mitigating: |\n    Remedy under way for {{affected}}. Users: {{users_affected}}\n\n# Taking the reaction away",
  );
const card = /reported by/;
const told = (text: RegExp) => new RegExp(`INC-1[\\s\\S]*${text.source}`);

describe("[I7] one text reaches everybody it is for", { timeout: 90_000 }, () => {
  test("the channel, the announcement, stakeholders, and who subscribed; one channel that cannot be reached holds up nobody", async () => {
    const story = await startScenario({ configuration });
    const [ana, ben, chi] = [story.person("U0ANA"), story.person("U0BEN"), story.person("U0CHI")];
    const channel = await declared(story, ana);
    await ben.clicks("Subscribe", { channel: "#incidents", reading: card });
    await ben.sees("#incidents", /You get each update/);
    await chi.archives("#monitoring");
    const before = ana.read("#incidents").messages.filter((one) => !one.ephemeral).length;
    await ana.types(channel, "/incident update mitigating rolled back to 41");
    await story.settled();
    for (const [who, where] of [
      [ana, channel],
      [chi, "#general"],
      [ben, "tocsin"],
      [chi, "#incidents"],
    ] as const) {
      await who.sees(where, /rolled back to 41/);
    }
    // The announcement is edited, not posted again.
    expect(ana.read("#incidents").messages.filter((one) => !one.ephemeral)).toHaveLength(before);
    // Somebody archived the other channel: the card says so, and it is tried again.
    expect(reading(await ana.sees(channel, card))).toContain(
      "Still trying: telling stakeholders in #monitoring (the channel is archived)",
    );
    await chi.unarchives("#monitoring");
    await story.advance("5m");
    await chi.sees("#monitoring", told(/rolled back to 41/));
    await story.settled();
    expect(reading(await ana.sees(channel, card))).not.toContain("#monitoring");
    await ben.clicks("Unsubscribe", { channel: "tocsin" });
    await ben.sees("tocsin", /You get no more updates of INC-1/);
    await ana.types(channel, "/incident update all quiet now");
    await chi.sees("#general", /all quiet now/);
    await story.settled();
    expect(ben.screen("tocsin")).not.toContain("all quiet now");
  });

  test("a status that is chosen begins the message with its template, and a gap in it is not sent", async () => {
    const story = await startScenario({ configuration });
    const ana = story.person("U0ANA");
    const channel = await declared(story, ana);
    await ana.clicks("Update", { channel, reading: card });
    await ana.seesForm(/Post an update/);
    await ana.chooses("Mitigating", "form");
    await ana.form(/Remedy under way for/);
    expect(await ana.submits()).toEqual({
      "message:mitigating": "[affected] and [users affected] still stand in it. Fill it in, or take the line out.",
    });
    const hostile = "Users: all of them <!channel> *bold* \u05e9\u05dc\u05d5\u05dd";
    expect(await ana.submits({ Status: "Mitigating", Message: hostile })).toEqual({});
    await story.settled();
    for (const where of [channel, "#general"]) {
      const said = reading(await ana.sees(where, /all of them/));
      expect(said).toContain("&lt;!channel&gt;");
      expect(said).not.toContain("<!channel>");
    }
  });

  test("five thousand characters reach everybody, whole in the channel", async () => {
    const story = await startScenario({ configuration });
    const ana = story.person("U0ANA");
    const channel = await declared(story, ana);
    const long = `${"word ".repeat(1000)}the end`;
    await ana.types(channel, `/incident update ${long}`);
    await story.settled();
    for (const where of [channel, "#general"]) expect(reading(await ana.sees(where, /word word/))).toContain("the end");
  });

  test("mail lists read each update; what a server refuses or does not take is said, and nothing private is mailed", async () => {
    const mailed = configuration
      .replace(
        "# Taking the reaction away",
        'integrations:\n  mail: { host: mail.example.com, from: "Tocsin <tocsin@waooaw.example>", to: [all@waooaw.example, gone@waooaw.example] }\n\n# Taking the reaction away',
      )
      .replace("    respond: 5m\n", "    respond: 5m\n    mail: [board@waooaw.example]\n");
    const story = await startScenario({ configuration: mailed });
    const ana = story.person("U0ANA");
    const { mail } = story.partners;
    const to = (address: string) => mail.taken.filter((one) => one.to.includes(address)).map(({ raw }) => raw);
    mail.answer((address) => (address.startsWith("gone@") ? 550 : null));
    const channel = await declared(story, ana, "sev2 API returns 500s");
    await ana.sees(
      channel,
      /The update could not be mailed to gone@waooaw\.example: the platform refused it \(send: 550\)/,
    );
    expect(to("all@waooaw.example")[0]).toMatch(
      /Auto-Submitted: auto-generated[\s\S]*From: Tocsin <tocsin@waooaw\.example>/,
    );
    // A server that is busy is asked again, with the same name for the message.
    mail.answer(() => 451);
    await ana.types(channel, "/incident update mitigating rolled back to 41, ask <@U0BEN>");
    await ana.sees(channel, /rolled back to 41/);
    await story.advance("1m");
    expect(to("all@waooaw.example")).toHaveLength(1);
    mail.answer(null);
    await story.advance("5m");
    await story.settled();
    const [, update = ""] = to("all@waooaw.example");
    expect(update).toMatch(/Subject: =?.*INC-1/);
    expect(decoded(update)).toMatch(/SEV2 · Mitigating[\s\S]*rolled back to 41, ask Ben Okafor[\s\S]*Ana Ruiz, \d{4}-/);
    expect(update).not.toMatch(/<@|<!/);
    // Another severity has its own readers.
    await ana.types(channel, "/incident severity sev1 it spreads");
    await story.settled();
    expect(to("board@waooaw.example")).toHaveLength(1);
    const before = mail.taken.length;
    await ana.types("#general", "/incident declare sev2 Leaked key --private");
    await story.settled();
    await ana.types("#general", "/incident drill sev2 Nothing is wrong");
    await story.settled();
    expect(mail.taken).toHaveLength(before);
  });
});

/** The body of a mail as it reads. */
function decoded(raw: string): string {
  const [head = "", ...rest] = raw.split("\r\n\r\n");
  const body = rest.join("\r\n\r\n");
  if (/base64/i.test(head)) return Buffer.from(body, "base64").toString();
  const bytes = body.replace(/=\r\n/g, "").replace(/=([0-9A-F]{2})/g, (_, hex: string) => `%${hex}`);
  return /quoted-printable/i.test(head) ? decodeURIComponent(bytes.replace(/%(?![0-9A-F]{2})/g, "%25")) : body;
}
