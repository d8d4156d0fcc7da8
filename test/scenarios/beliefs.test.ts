import { describe, expect, test } from "vitest";
import { reading } from "../support/reading.ts";
import { startScenario } from "../support/scenario.ts";
import { declared } from "../support/stories.ts";

describe("[I6] what people believe and decide", { timeout: 90_000 }, () => {
  test("hypotheses live on one card with their evidence, and all of it is in the catch-up", async () => {
    const story = await startScenario();
    const [ana, ben] = [story.person("U0ANA"), story.person("U0BEN")];
    const channel = await declared(story, ana);
    await ben.joins(channel);
    await ana.types(channel, "/incident catchup");
    await story.settled();
    expect(ana.told(channel).at(-1)).toMatch(/From the start, most important first:[\s\S]*Declared INC-1/);

    await story.advance("5m");
    await ben.types(channel, "/incident hypothesis add the <cache> is cold");
    await ben.types(channel, "/incident hypothesis add the pool is full");
    await story.settled();
    const card = await ana.sees(channel, /What we believe and have decided/);
    expect(reading(card)).toMatch(/\*H1\* the &lt;cache&gt; is cold[\s\S]*\*H2\* the pool is full/);
    await ben.clicks("Rule out H2", { channel, reading: /What we believe/ });
    await ben.seesForm(/Rule out H2/);
    const proof = "https://waooaw.slack.com/archives/C0INC/p1795312800000100";
    expect(await ben.submits({ Why: "it was at 12 of 50", Evidence: `${proof} and op-none` })).toEqual({});
    await ana.types(channel, "/incident hypothesis confirm H1 hit rate fell to 3 % https://grafana.example.com/d/1");
    await ana.types(channel, "/incident decide we stay on version 41");
    await story.settled();
    const after = reading(await ana.sees(channel, /What we believe and have decided/));
    expect(after).toMatch(/:white_check_mark: \*H1\*.*confirmed: hit rate fell to 3 %.*\|grafana.example.com>/);
    expect(after).toMatch(new RegExp(`:x: \\*H2\\*.*ruled out: it was at 12 of 50 · evidence: <${proof}\\|message>`));
    expect(after).toMatch(/\*Decided\*\n• we stay on version 41/);
    // One card, edited in place.
    expect(ana.screen(channel).match(/What we believe and have decided/g)).toHaveLength(1);

    for (const [line, answer] of [
      ["hypothesis confirm H9 yes", /There is no H9\./],
      ["hypothesis confirm H1 again", /H1 is confirmed already\./],
      ["hypothesis rule-out", /Say which hypothesis/],
      ["hypothesis maybe H1", /add/],
    ] as const) {
      await ana.types(channel, `/incident ${line}`);
      await story.settled();
      expect(ana.told(channel).at(-1)).toMatch(answer);
    }

    await ana.types(channel, "/incident catchup");
    await story.settled();
    const caught = ana.told(channel).at(-1) ?? "";
    expect(caught).toMatch(/Since [\s\S]*Hypothesis H1[\s\S]*H2 ruled out[\s\S]*Decided: we stay on version 41/);
    expect(caught).not.toContain("Declared INC-1");
    const lines = caught.split("\n").filter((line) => line.startsWith("• "));
    expect(lines.length).toBeGreaterThanOrEqual(5);
    for (const line of lines) expect(line).toMatch(/\(<https:\/\/[^|]+\|look>\)$/);
    await ana.types(channel, "/incident catchup");
    await story.settled();
    expect(ana.told(channel).at(-1)).toContain("Nothing changed since");
    // To Ben all of it is news, and nobody but who asked sees any.
    await ben.types(channel, "/incident catchup");
    await story.settled();
    expect(ben.told(channel).at(-1)).toMatch(/most important first[\s\S]*Decided: we stay on version 41/);
    expect(
      ana
        .told(channel)
        .join("\n")
        .match(/most important first/g),
    ).toHaveLength(1);
  });
});
