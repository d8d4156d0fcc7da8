import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { reading } from "../support/reading.ts";
import { startScenario } from "../support/scenario.ts";
import { declared } from "../support/stories.ts";

const example = readFileSync(new URL("../../examples/waooaw/tocsin.yaml", import.meta.url), "utf8");
const weekday = (days: number): string =>
  new Date(Date.now() + days * 86_400_000)
    .toLocaleDateString("en-GB", { weekday: "long", timeZone: "UTC" })
    .toLowerCase();

describe("[I11] figures, reviews and files", { timeout: 120_000 }, () => {
  test("count what somebody may see; the review is posted on its day, in words and as charts", async () => {
    const review = `\nfollow_up:\n  weekly_review: ${weekday(3)}\n  review_channel: ops\n  at: "10:00"\n`;
    const story = await startScenario({ configuration: example + review });
    const [ana, ben] = [story.person("U0ANA"), story.person("U0BEN")];
    const channel = await declared(story, ana, "sev3 Queue ran full");
    await story.advance("10m");
    await ana.types(channel, "/incident ack");
    await ana.types(channel, "/incident resolve emptied it");
    await ana.types("#general", "/incident declare");
    await ana.seesForm(/Declare an incident/);
    expect(await ana.submits({ Severity: "SEV4", Title: "Stolen token", Private: true })).toEqual({});
    await ana.seesChannel(/inc-2/);
    await ben.types("#general", "/incident stats");
    const seen = ben.told("#general").at(-1);
    expect(seen).toMatch(/\*Incidents\*\n1\n[\s\S]*\*Time to acknowledge\*\n10 min \(9 of 10 within 10 min\)/);
    expect(seen).toContain("*By severity:* SEV3 1");
    await ana.types("#general", "/incident stats --since 7d");
    expect(ana.told("#general").at(-1)).toMatch(/\*Incidents\*\n2, 1 still open/);
    await ben.types("#general", "/incident stats --service giraffe");
    expect(ben.told("#general").at(-1)).toContain("There is no “giraffe” in the catalog.");
    await story.settled();
    await story.advance("96h");
    const posted = await ben.sees("#ops", /Incidents of the week to/);
    expect(reading(posted)).toMatch(/\*Incidents\*\n1 \(before 0\) ↑/);
    expect(posted.blocks.filter((block) => block.type === "data_visualization")).toHaveLength(2);
  });

  test("a list becomes a file for who asks, with nothing private in it and no formula", async () => {
    const story = await startScenario();
    const [ana, ben] = [story.person("U0ANA"), story.person("U0BEN")];
    await declared(story, ana, 'sev3 =HYPERLINK("http://evil")');
    await ana.types("#general", "/incident declare");
    await ana.seesForm(/Declare an incident/);
    expect(await ana.submits({ Severity: "SEV4", Title: "Stolen token", Private: true })).toEqual({});
    await ana.seesChannel(/inc-2/);
    const fileOf = async (person: typeof ana) => {
      const message = await person.sees("tocsin", /incidents?\./);
      const file = message.files[0];
      return story.slack.file(file?.id ?? "")?.bytes.toString() ?? "";
    };
    for (const line of ["list all", "list --text token", "find token", "list sev4", "stats sev4"]) {
      await ben.types("#general", `/incident ${line}`);
      expect(ben.told("#general").at(-1), line).not.toMatch(/INC-2|token is|Stolen|\*Incidents\*\n1/);
    }
    await ben.types("#general", "/incident export");
    const csv = await fileOf(ben);
    expect(csv).toContain(`INC-1,"'=HYPERLINK(""http://evil"")",SEV3,`);
    expect(csv).not.toContain("token");
    await ana.types("#general", "/incident export json all --since 2h");
    await ana.sees("tocsin", /2 incidents\./);
    await ben.types("#general", "/incident list");
    await ben.clicks("As a CSV file", { channel: "#general", reading: /Open incidents/ });
    await story.settled();
    expect(ben.read("tocsin").messages.filter((message) => message.files.length > 0)).toHaveLength(2);
  });
});
