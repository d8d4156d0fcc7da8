import { describe, expect, test } from "vitest";
import { until } from "../support/person.ts";
import { startScenario } from "../support/scenario.ts";
import { declared } from "../support/stories.ts";

describe("[I11] finding incidents", { timeout: 90_000 }, () => {
  test("lists narrow by what is typed, turn their pages, and find words anywhere in an incident", async () => {
    const story = await startScenario();
    const [ana, ben] = [story.person("U0ANA"), story.person("U0BEN")];
    const channel = await declared(story, ana, "sev2 Checkout is slow");
    await ana.types(channel, "/incident note the connection *pool* of the worker is exhausted");
    for (let n = 1; n <= 11; n += 1) await ben.types("#general", `/incident declare sev4 Small thing ${n}`);
    await ben.types("#general", "/incident list");
    expect(ben.told("#general").at(-1)).toMatch(/Open incidents, 1–10[\s\S]*Small thing 11[\s\S]*Small thing 2\D/);
    expect(ben.told("#general").at(-1)).not.toContain("Checkout");
    await ben.clicks("Older", { channel: "#general", reading: /Open incidents/ });
    await ben.sees("#general", /Open incidents, 11–12[\s\S]*Small thing 1\D[\s\S]*Checkout is slow/);
    await ben.clicks("Newer", { channel: "#general", reading: /Open incidents, 11–12/ });
    await ben.sees("#general", /Open incidents, 1–10[\s\S]*Small thing 11/);
    await ana.types("#general", "/incident list --mine --since 2h");
    expect(ana.told("#general").at(-1)).toMatch(/Open incidents, since 2h, yours[\s\S]*Checkout is slow/);
    expect(ana.told("#general").at(-1)).not.toContain("Small thing");
    await ana.types("#general", "/incident find worker checkout");
    expect(ana.told("#general").at(-1)).toMatch(
      /INC-1 · Checkout is slow[\s\S]*timeline: [\s\S]*\*worker\* is exhausted/,
    );
    await ana.types("#general", "/incident find giraffe");
    expect(ana.told("#general").at(-1)).toContain("with “giraffe”: none.");
    await ana.types("#general", "/incident find the of");
    expect(ana.told("#general").at(-1)).toContain("These words are in nearly every text.");
    await ana.types("#general", "/incident list --status melting");
    expect(ana.told("#general").at(-1)).toContain("There is no status “melting”.");
    await ana.types("#general", "/incident list --service backnd");
    expect(ana.told("#general").at(-1)).toContain("Did you mean backend?");
    await ana.types("#general", "/incident list --since yesterday");
    expect(ana.told("#general").at(-1)).toContain("Write a span such as `30d`");
  });

  test("what is open and alike stands in the form while it is filled in, with joining it instead", async () => {
    const story = await startScenario();
    const [ana, ben] = [story.person("U0ANA"), story.person("U0BEN")];
    const channel = await declared(story, ana, "sev2 Login returns 500s");
    await ana.types("#general", "/incident declare --private sev2 Logins leak");
    await story.settled();
    await ben.types("#general", "/incident declare");
    await ben.seesForm(/Declare an incident/);
    await ben.keysIn("Title", "Something else");
    await story.settled();
    expect(await ben.form()).not.toContain("alike");
    await ben.keysIn("Title", "Logins fail");
    const form = await ben.form(/Open already, and alike:/);
    expect(form).toContain("INC-1 · Login returns 500s");
    expect(form).not.toContain("leak");
    await ben.keysIn("Title", "Nobody reads mail");
    await until("the list to go", async () => !(await ben.form()).includes("alike"));
    await ben.keysIn("Title", "Login broken");
    await ben.form(/alike/);
    await ben.clicks("Join instead", "form");
    await ben.form(/You are being added to \*INC-1 · Login returns 500s\*.*Nothing was declared\./);
    await story.settled();
    expect(ben.state().channels.map(({ name }) => name)).toContain(channel);
    // The form still declares, with everything that stood in it.
    await ana.types("#general", "/incident declare sev3");
    await ana.seesForm(/Declare an incident/);
    await ana.keysIn("Title", "Login is slow");
    await ana.form(/alike/);
    expect(await ana.submits({ Summary: "since noon" })).toEqual({});
    await ana.seesChannel(/login-is-slow/);
  });

  test("what is open and alike is named to who declares", async () => {
    const story = await startScenario();
    const [ana, ben] = [story.person("U0ANA"), story.person("U0BEN")];
    await declared(story, ana, "sev2 Login returns 500s");
    await ben.types("#general", "/incident declare sev3 Dashboards are empty");
    expect(ben.told("#general").at(-1)).not.toContain("alike");
    await ben.types("#general", "/incident declare sev2 Logins fail for everybody");
    expect(ben.told("#general").at(-1)).toMatch(/Open already, and alike:\nINC-1 · Login returns 500s/);
  });
});
