import { describe, expect, test } from "vitest";
import { difference, publicText } from "../../../src/domain/postmortem/public.ts";
import { publicForm, publicMarkdown } from "../../../templates/postmortem/public-edition.ts";
import { problems } from "../../support/golden.ts";
import { sampleEntry } from "../../templates/incident/facts.ts";
import { samplePostmortem } from "../../templates/postmortem/facts.ts";

const settings = {
  names: [
    { inner: "waooaw-backend", outer: "our API" },
    { inner: "Grafana", outer: "" },
  ],
  people: [],
  leaveOut: ["contributing-factors"],
};
const facts = samplePostmortem();
const said = (text: string) => publicText(text, facts, settings);

describe("[I9] the public edition of a post-mortem", () => {
  test.each([
    ["Ana Ruiz and Ben decided", "the commander and the scribe decided"],
    ["@ben, BEN OKAFOR and Benny", "the scribe, the scribe and Benny"],
    ["asked Sam Weiss", "asked a responder"],
    ["waooaw-backend in Grafana", "our API in "],
    ["[the graph](https://grafana.waooaw.ai/d/backend) fell", "the graph fell"],
    ["see https://grafana.waooaw.ai/d/backend?x=1 now", "see  now"],
    ["<https://x.example/secret> and www.inside.example/a", " and "],
    ["mail ana@waooaw.example", "mail "],
    ["U0ANA in C0INC42", " in "],
    ["![shot](https://x.example/i.png)", "shot"],
  ])("%s → %s", (text, wanted) => {
    expect(said(text)).toBe(wanted);
  });

  test("a person known to Slack by a short name is not named by the whole one", () => {
    const short = samplePostmortem({ names: new Map([["U0ANA", "ana"]]) });
    const people = ["Ana Ruiz", "Dev Patel"];
    expect(publicText("Ana Ruiz, ana and Dev Patel; Dev too", short, { ...settings, people })).toBe(
      "the commander, the commander and a responder; a responder too",
    );
  });

  test("nothing inner is left: no person, no link, no operation, no section that is not public", () => {
    const whole = samplePostmortem({
      timeline: [
        sampleEntry({ kind: "update", text: "<@U0BEN> says https://inside.example is slow" }),
        sampleEntry({ id: "2", kind: "note", text: "the inner note" }),
      ],
    });
    const text = publicMarkdown(whole, settings);
    expect(text).not.toMatch(
      /Ana|Ben|Sam|https?:|U0[A-Z]|Who did what|Actions taken|Action items|inner note|Contributing/,
    );
    expect(text).toContain("@the scribe says  is slow".replace("@", ""));
    expect(text).toContain("About 1,200 customers saw errors");
  });

  test("the difference keeps together what belongs together, whatever empty lines are between", () => {
    const kinds = difference("a\n\n## b\n\n- c\n\n- d\n\nz", "a\n\n- e\n\n- f\n\nz").map(
      ({ kind, text }) => `${kind} ${text}`,
    );
    expect(kinds).toEqual(["removed ## b", "removed - c", "removed - d", "added - e", "added - f"]);
  });

  test("the form shows lines as they are read: no marks of Markdown, no rules of tables", () => {
    const shown = JSON.stringify(publicForm(samplePostmortem(), settings));
    expect(shown).toContain(":heavy_minus_sign: Who did what");
    expect(shown).toContain(":heavy_minus_sign: Action item · Owner · Due · State");
    expect(shown).not.toMatch(/## |--- \||\*\*|:heavy_minus_sign: \|/);
  });

  test("the difference tells each line that goes or comes, and nothing that stays", () => {
    expect(difference("a\nb\nc\nd", "a\nc\nx\nd")).toEqual([
      { kind: "removed", text: "b" },
      { kind: "added", text: "x" },
    ]);
    expect(difference("same\n\ntext", "same\n\ntext")).toEqual([]);
    const long = Array.from({ length: 3000 }, (_, index) => `line ${index}`);
    expect(difference(long.join("\n"), long.map((text) => `${text}!`).join("\n"))).toHaveLength(6000);
  });

  test("Slack takes the form of the difference, however long it is", () => {
    const timeline = Array.from({ length: 2000 }, (_, index) =>
      sampleEntry({ id: String(index), kind: "note", text: `<note> ${index} `.repeat(40) }),
    );
    expect(problems(publicForm(samplePostmortem({ timeline }), settings))).toEqual([]);
  });
});
