import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { until } from "../support/person.ts";
import { reading } from "../support/reading.ts";
import { startScenario } from "../support/scenario.ts";
import { declared } from "../support/stories.ts";

const checklist = /Post-mortem of INC-\d+[\s\S]*\*State\*/;
const example = readFileSync(new URL("../../examples/waooaw/tocsin.yaml", import.meta.url), "utf8");

describe("[I9] the work on a post-mortem", { timeout: 90_000 }, () => {
  test("what is typed is kept as a draft, over Cancel and a restart, until it is saved or dropped", async () => {
    const story = await startScenario();
    const [ana, ben] = [story.person("U0ANA"), story.person("U0BEN")];
    const channel = await declared(story, ana);
    await ana.types(channel, "/incident postmortem");
    await ana.clicks("Write Root cause", { channel });
    await ana.seesForm(/Root cause/);
    await ana.keysIn("Root cause", "The pool leak");
    await ana.keysIn("Root cause", "The pool leaked on timeouts.");
    await ana.closes();
    await story.settled();
    expect(reading(await ben.sees(channel, checklist))).toContain("<@U0ANA> has a draft");
    // Asked for once more it says where it is.
    await ben.types(channel, "/incident postmortem");
    expect(ben.told(channel).at(-1)).toMatch(/is in this channel: <https:[^|>]*\/p\d+\|its checklist>/);
    expect(reading(await ben.sees(channel, checklist))).not.toContain("The pool leaked");
    await story.restart();
    await ana.clicks("Write Root cause", { channel });
    expect(await ana.form(/Your draft of/)).toContain("The pool leaked on timeouts.");
    await ana.closes();
    // Ben's form shows what is saved, not her draft; what he saves meanwhile is shown to her.
    await ben.clicks("Write Root cause", { channel });
    expect(await ben.form()).not.toContain("The pool leaked");
    expect(await ben.submits({ "Root cause": "A cold cache." })).toEqual({});
    await story.settled();
    await ana.clicks("Edit Root cause", { channel });
    const both = await ana.form(/saved this section while you were writing/);
    expect(both).toContain(">A cold cache.");
    expect(both).toContain("The pool leaked on timeouts.");
    expect(await ana.submits({ "Root cause": "A cold cache, and the pool leaked." })).toEqual({});
    await story.settled();
    const card = reading(await ana.sees(channel, checklist));
    expect(card).toMatch(/\*Root cause\*: written by <@U0ANA>, revision 2/);
    expect(card).not.toContain("has a draft");
    // Started again: the draft is gone and what is saved stands there.
    await ana.clicks("Edit Root cause", { channel });
    await ana.seesForm(/Root cause/);
    await ana.keysIn("Root cause", "nonsense");
    await ana.closes();
    await ana.clicks("Edit Root cause", { channel });
    await ana.form(/nonsense/);
    await ana.clicks("Start again from what is saved", "form");
    await until("the saved text", () => JSON.stringify(ana.state().views.at(-1)).includes("and the pool leaked."));
    expect(await ana.form()).not.toContain("nonsense");
  });

  test("sections are given to people with a day; they are told, and the card says so", async () => {
    const story = await startScenario();
    const [ana, ben] = [story.person("U0ANA"), story.person("U0BEN")];
    const channel = await declared(story, ana);
    await ana.types(channel, "/incident postmortem");
    await ana.clicks("Assign", { channel, reading: checklist });
    expect(await ana.submits({ Sections: ["Root cause", "Prevention"], Who: "U0BEN", By: "2027-01-15" })).toEqual({});
    await story.settled();
    expect(reading(await ana.sees(channel, checklist))).toContain("<@U0BEN> writes it, by 2027-01-15");
    const direct = ben.state().channels.find((one) => ben.screen(one.id).includes("You are asked to write"));
    expect(ben.screen(direct?.id ?? "")).toMatch(/Root cause, by 2027-01-15[\s\S]*Prevention, by 2027-01-15/);
    await ben.clicks("Write Root cause", { channel: direct?.id ?? "" });
    expect(await ben.submits({ "Root cause": "From my direct messages." })).toEqual({});
    await story.settled();
    expect(reading(await ana.sees(channel, checklist))).toContain("From my direct messages.");
    await ana.clicks("Assign", { channel, reading: checklist });
    expect(await ana.submits({ Sections: ["The whole post-mortem"], Who: "U0CHI" })).toEqual({});
    await story.settled();
    expect(reading(await ana.sees(channel, checklist))).toMatch(/\*Owner\*\n<@U0CHI>/);
  });

  test("is published only once approved, where the team asks for that; an approval is for the texts as they were", async () => {
    const story = await startScenario({
      configuration: `${example}\npostmortem: { approval: { needed: 1, by: ["@leads", members] } }\n`,
    });
    const [ana, ben, chi] = [story.person("U0ANA"), story.person("U0BEN"), story.person("U0CHI")];
    const channel = await declared(story, ana);
    await ana.types(channel, "/incident lead me");
    await ana.types(channel, "/incident resolve");
    await story.settled();
    await ana.clicks("Publish", { channel, reading: checklist });
    await until("the refusal", () => /cannot be published yet/.test(ana.told(channel).at(-1) ?? ""));
    await ana.clicks("Ask for review", { channel, reading: checklist });
    expect(await ana.submits({ "Who should look at it": ["U0CHI"] })).toEqual({});
    await story.settled();
    expect(reading(await ana.sees(channel, checklist))).toContain("waiting for <@U0CHI>");
    const direct = chi.state().channels.find((one) => chi.screen(one.id).includes("asks you to review"))?.id ?? "";
    await chi.clicks("Read", { channel: direct });
    expect(await chi.form(/Root cause/)).toContain("Not written yet.");
    await chi.closes();
    await chi.clicks("Ask for changes", { channel: direct });
    expect(await chi.submits({ "What should change": "Say *why*, please." })).toEqual({});
    await ana.sees(channel, /<@U0CHI> asks for changes to the post-mortem:\n>Say \*why\*, please\./);
    await ana.clicks("Write Root cause", { channel });
    await ana.submits({ "Root cause": "A leak." });
    await story.settled();
    await chi.clicks("Approve", { channel: direct });
    await ana.sees(channel, /<@U0CHI> approved the post-mortem/);
    await story.settled();
    expect(reading(await ana.sees(channel, checklist))).toContain("1 of 1 approvals; approved by <@U0CHI>");
    // A word more, and it is another text.
    await ben.clicks("Edit Root cause", { channel });
    await ben.submits({ "Root cause": "A leak, since May." });
    await story.settled();
    expect(reading(await ana.sees(channel, checklist))).toContain("approved before the last change by <@U0CHI>");
    await ana.clicks("Publish", { channel, reading: checklist });
    await until(
      "the second refusal",
      () => ana.told(channel).filter((one) => /cannot be published/.test(one)).length === 2,
    );
    await chi.clicks("Approve", { channel: direct });
    await story.settled();
    await ana.clicks("Publish", { channel, reading: checklist });
    await ana.sees(channel, /edition 1/);
  });

  test("the owner cannot approve, and somebody without access cannot be asked", async () => {
    const story = await startScenario();
    const ana = story.person("U0ANA");
    await ana.types("#general", "/incident declare");
    await ana.submits({ Severity: "SEV1", Title: "Keys leaked", Private: true });
    const channel = await ana.seesChannel(/keys-leaked/);
    await ana.types(channel, "/incident postmortem");
    const card = reading(await ana.sees(channel, checklist));
    expect(card).toMatch(/\*Template\*\nSecurity/);
    await ana.clicks("Ask for review", { channel, reading: checklist });
    expect(Object.values(await ana.submits({ "Who should look at it": ["U0BEN"] })).join()).toContain(
      "has no access to INC-1",
    );
    expect(Object.values(await ana.submits({ "Who should look at it": ["U0ANA"] })).join()).toContain(
      "owner cannot review",
    );
    await ana.closes();
    // The security template's fields are of their own kinds.
    await ana.clicks("Write Personal data involved", { channel });
    expect(await ana.submits({ "Personal data involved": "Possibly" })).toEqual({});
    await ana.clicks("Write Records affected", { channel });
    expect(await ana.submits({ "Records affected": "1200" })).toEqual({});
    await ana.clicks("Write Authorities told on", { channel });
    expect(await ana.submits({ "Authorities told on": "2027-01-15" })).toEqual({});
    await story.settled();
    const filled = reading(await ana.sees(channel, checklist));
    expect(filled).toMatch(/Possibly[\s\S]*1200[\s\S]*2027-01-15/);
    // With another template the texts stay.
    await ana.clicks("Template", { channel, reading: checklist });
    expect(await ana.submits({ Template: "Brief" })).toEqual({});
    await story.settled();
    const brief = reading(await ana.sees(channel, checklist));
    expect(brief).toMatch(/\*Template\*\nBrief/);
    expect(brief).toMatch(/\*Records affected\* \(no longer in the template\): written by <@U0ANA>/);
  });

  test("the card says what to mend and how, and the score rises when it is mended", async () => {
    const story = await startScenario();
    const ana = story.person("U0ANA");
    const channel = await declared(story, ana);
    await ana.types(channel, "/incident resolve");
    await ana.clicks("Write Root cause", { channel });
    await ana.submits({ "Root cause": "Ben should have known. The dashboard was red." });
    await story.settled();
    const score = () =>
      Number(
        /\*Score\*\n(\d+) of 100/.exec(
          reading(ana.read(channel).messages.findLast((one) => checklist.test(reading(one))) as never),
        )?.[1],
      );
    const before = score();
    await ana.clicks(/^All/, { channel });
    const findings = await ana.form(/What to mend/);
    expect(findings).toContain("“Root cause” says “should have”.");
    expect(findings).toContain("speaks of “dashboard” without a link");
    expect(findings).toContain("There is no action item.");
    await ana.closes();
    await ana.clicks("Edit Root cause", { channel });
    await ana.submits({
      "Root cause": "Nothing told anybody. See https://grafana.waooaw.ai/d/backend, the dashboard.",
    });
    await story.settled();
    expect(score()).toBeGreaterThan(before);
  });

  test("a public edition is shown as a difference, made only as it was seen, and names nobody", async () => {
    const story = await startScenario({
      configuration: `${example}\npostmortem: { public_edition: { names: { Backend API: our API }, leave_out: [prevention] } }\n`,
    });
    const [ana, ben] = [story.person("U0ANA"), story.person("U0BEN")];
    const channel = await declared(story, ana);
    await ana.types(channel, "/incident lead me");
    await ana.types(channel, "/incident resolve");
    await ana.clicks("Write Root cause", { channel });
    await ana.submits({ "Root cause": "Ana Ruiz saw it on https://grafana.waooaw.ai/d/backend." });
    await story.settled();
    await ana.clicks("Public edition", { channel, reading: checklist });
    const shown = await ana.form(/lines differ/);
    expect(shown).toContain(":heavy_minus_sign: Ana Ruiz saw it on https://grafana.waooaw.ai/d/backend.");
    expect(shown).toContain(":heavy_plus_sign: the commander saw it on");
    // Somebody writes before she presses the button: she is shown what it became.
    await ben.clicks("Edit Root cause", { channel });
    await ben.submits({ "Root cause": "Ana Ruiz saw it, and Ben too." });
    await story.settled();
    await ana.submits();
    expect(await ana.form(/It changed since you looked/)).toContain(":heavy_plus_sign: the commander saw it, and");
    await ana.submits();
    await ana.sees(channel, /for the public: read it once more/);
    await story.settled();
    const files = ana.read(channel).messages.flatMap((message) => message.files);
    const texts = files.map((file) => story.slack.file(file.id)).filter((file) => file?.name.includes("-public"));
    expect(texts.map((file) => file?.name)).toEqual(["inc-1-public.md", "inc-1-public.html"]);
    const text = texts[0]?.bytes.toString() ?? "";
    expect(text).toContain("the commander saw it, and");
    expect(text).not.toMatch(/Ana|Ben |grafana|Prevention|U0[A-Z]{3}/);
  });

  test("when reminding the owner does not help, the channel for incidents is told", async () => {
    const story = await startScenario();
    const ana = story.person("U0ANA");
    const channel = await declared(story, ana);
    await ana.types(channel, "/incident lead me");
    await ana.types(channel, "/incident resolve");
    await story.settled();
    await story.advance("49h");
    expect(ana.screen("#incidents")).not.toContain("is not published");
    await story.advance("24h");
    await ana.sees("#incidents", /The post-mortem of INC-1 was due .* is not published\. Its owner is <@U0ANA>/);
  });
});
