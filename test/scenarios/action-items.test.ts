import { describe, expect, test } from "vitest";
import { reading } from "../support/reading.ts";
import { startScenario } from "../support/scenario.ts";
import { declared } from "../support/stories.ts";

const day = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

describe("[I10] action items followed to the end", { timeout: 120_000 }, () => {
  test("are listed, reminded of before and after, told more widely, put off, done and taken up again", async () => {
    const story = await startScenario();
    const [ana, ben] = [story.person("U0ANA"), story.person("U0BEN")];
    const channel = await declared(story, ana, "sev4 Queue ran full");
    await ana.types(channel, "/incident action");
    const form = { "What is to be done": "Alarm on queue length", Owner: "U0BEN", Due: day(3) };
    expect(await ana.submits(form)).toEqual({});
    await ben.sees("tocsin", /An action item of INC-1 · Queue ran full is yours, due .*: Alarm on queue length/);
    await ana.types(channel, "/incident action write a runbook");
    await ana.types(channel, "/incident actions");
    expect(ana.told(channel).at(-1)).toMatch(/Open action items of INC-1[\s\S]*Alarm on queue[\s\S]*write a runbook/);
    await ana.types(channel, "/incident resolve");
    await ben.types("#general", "/incident actions");
    expect(ben.told("#general").at(-1)).toMatch(/Your action items[\s\S]*Alarm on queue length/);
    expect(ben.told("#general").at(-1)).not.toContain("runbook");
    await ben.types("#general", "/incident actions overdue");
    expect(ben.told("#general").at(-1)).toContain("Overdue action items: none.");

    await story.advance("72h");
    await ben.sees("tocsin", /Action item due .*: Alarm on queue length/);
    await story.advance("24h");
    await ben.sees("tocsin", /Action item (due today|overdue since .*): Alarm on queue length/);
    await ben.clicks("Remind me tomorrow", { channel: "tocsin", reading: /Action item/ });
    await story.settled();
    await story.advance("168h");
    const wide = await ana.sees("#incidents", /Action item overdue since .*: Alarm on queue length\n<@U0BEN>/);
    expect(reading(wide)).toContain("INC-1 · Queue ran full");
    await ben.types("#general", "/incident actions overdue");
    expect(ben.told("#general").at(-1)).toMatch(/:warning: overdue since/);
    await ben.chooses("Done", { channel: "#general", reading: /overdue since/ });
    await story.settled();
    const before = ben.read("tocsin").messages.length;
    await story.advance("120h");
    expect(ben.read("tocsin").messages.length).toBe(before);
    await ben.types("#general", "/incident actions all");
    await ben.chooses("Take up again", { channel: "#general", reading: /~Alarm on queue length~/ });
    await ben.types("#general", "/incident actions mine");
    expect(ben.told("#general").at(-1)).toMatch(/\*Alarm on queue length\*/);
    await ana.types("#general", "/incident actions INC-1");
    await ana.chooses("Change owner or date", { channel: "#general", reading: /Open action items of INC-1/ });
    await ana.seesForm(/Action item/);
    expect(await ana.submits({ Owner: "U0CHI" })).toEqual({});
    await story.person("U0CHI").sees("tocsin", /is yours/);
  });

  test("those of a private incident are nobody else's", async () => {
    const story = await startScenario();
    const [ana, ben] = [story.person("U0ANA"), story.person("U0BEN")];
    await ana.types("#general", "/incident declare");
    await ana.seesForm(/Declare an incident/);
    expect(await ana.submits({ Severity: "SEV4", Title: "Stolen token", Private: true })).toEqual({});
    const secret = await ana.seesChannel(/inc-1/);
    await ana.types(secret, "/incident action");
    expect(await ana.submits({ "What is to be done": "Revoke the token", Owner: "U0BEN", Due: day(1) })).toEqual({
      owner: "<@U0BEN> is not in this private incident. Bring them in first, or name somebody who is.",
    });
    expect(await ana.submits({ "What is to be done": "Revoke the token", Owner: "U0ANA", Due: day(1) })).toEqual({});
    for (const line of ["actions open", "actions all", "actions overdue"]) {
      await ben.types("#general", `/incident ${line}`);
      expect(ben.told("#general").at(-1)).toContain("none.");
    }
    await ben.types("#general", "/incident actions INC-1");
    expect(ben.told("#general").at(-1)).toContain("I cannot find INC-1.");
    await ana.types(secret, "/incident resolve");
    await story.settled();
    await story.advance("240h");
    await ana.sees("tocsin", /Action item overdue since/);
    expect(ana.screen("#incidents")).not.toMatch(/token/);
  });
});
