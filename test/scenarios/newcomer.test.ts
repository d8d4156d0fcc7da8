import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { startScenario } from "../support/scenario.ts";
import { declared } from "../support/stories.ts";

const example = readFileSync("examples/waooaw/tocsin.yaml", "utf8")
  .replace(/\nreviews:[\s\S]*?\n\n/, "\n\n")
  .replace(/\ncosts:[\s\S]*?\n\n/, "\n\n")
  .replace(/\n +calm_in:.*/, "")
  .replace(/\nmaintenance:[\s\S]*?\n\n/, "\n\n")
  .replace('    invite: ["@oncall", "@leads"]', '    invite: ["@oncall", "@leads"]\n    page: [platform]');
const configuration = `${example}\nnewcomers: { items: [Read all runbooks, Get access, Join the rotation], shadow_for: 7d, remind_every: 2d }\n`;

describe("[I14] somebody new", { timeout: 120_000 }, () => {
  test("gets the list, is reminded of what is left, shadows for a week without being paged, and is through when all is ticked", async () => {
    const story = await startScenario({ configuration });
    const [ana, sam] = [story.person("U0ANA"), story.person("U0SAM")];
    await ana.types("#ops", "/oncall welcome @sam");
    expect(ana.told("#ops").at(-1)).toMatch(/<@U0SAM> gets the list by direct message/);
    const dm = await sam.seesChannel(/tocsin/i);
    await sam.sees(dm, /3 of 3 to do/);
    await declared(story, ana, "sev1 Everything is down");
    await sam.sees(dm, /You shadow: platform is being paged for INC-\d+/);
    expect(sam.screen(dm)).not.toMatch(/Acknowledge/);
    await sam.clicks("Tick", { channel: dm });
    await sam.sees(dm, /2 of 3 to do/);
    await story.advance("49h");
    await sam.sees(dm, /Still on your list[\s\S]*Get access/);
    await ana.types("#ops", "/oncall newcomers");
    expect(ana.told("#ops").at(-1)).toMatch(/<@U0SAM> · 2 of 3 to do, next: Get access/);
    await sam.clicks("Tick", { channel: dm });
    await sam.sees(dm, /1 of 3 to do/);
    await sam.clicks("Tick", { channel: dm });
    await sam.sees(dm, /Everything is done/);
    await ana.types("#ops", "/oncall welcome @tocsin");
    expect(ana.told("#ops").at(-1)).toMatch(/Only full members|nobody called/);
  });
});
