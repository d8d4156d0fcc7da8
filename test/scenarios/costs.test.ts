import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { reading } from "../support/reading.ts";
import { type Scenario, startScenario } from "../support/scenario.ts";

const [ops, alerts] = ["#ops", "#alerts"];
const example = readFileSync("examples/waooaw/tocsin.yaml", "utf8");
/** What the month comes to depends on its day; these stories are about other things. */
const roomy = example
  .replace("budgets: [waooaw-production-monthly]", "limit: 100000")
  .replace("Amazon Relational Database Service: 700", "Amazon Relational Database Service: 70000")
  .replace("value: agents, limit: 600", "value: agents, limit: 60000");

const paid = (story: Scenario) =>
  story.cloud.calls().filter(({ operation }) => /GetCostAndUsage|GetCostForecast/.test(operation)).length;
const told = (story: Scenario) =>
  story
    .person("U0ANA")
    .screen(alerts)
    .match(/\*Costs of production (?:are over what was planned|could not be checked)\*/g)?.length ?? 0;

describe("[O20] costs", { timeout: 120_000 }, () => {
  test("show month, forecast, services, budget and days; what was read lately is not paid for again", async () => {
    const story = await startScenario();
    const ana = story.person("U0ANA");
    await ana.types(ops, "/ops cost");
    const seen = reading(await ana.sees(ops, /This month by service/));
    expect(seen).toMatch(/\*Month to date\*\n[\d,.]+ USD/);
    expect(seen).toMatch(/\*Forecast for the month\*\n[\d,.]+ USD/);
    expect(seen).toMatch(/\*Budget waooaw-production-monthly\* \w+: [\d,.]+ USD of 1,400\.00 USD, \d+ %; forecast/);
    expect(seen).toMatch(/\*Amazon Relational Database Service\* \w+: [\d,.]+ USD of 700\.00 USD/);
    expect(seen).toMatch(/\*feature agents\* \w+: [\d,.]+ USD of 600\.00 USD/);
    expect(seen).toMatch(/\*Yesterday\* normal: [\d.]+ USD after [\d.]+ USD the day before \([+-]\d+ %\)/);
    expect(seen).toMatch(/Amazon Elastic Container Service: [\d,.]+ USD/);
    expect(seen).toMatch(/24 hours behind/);
    expect(paid(story)).toBe(3);
    await ana.types(ops, "/ops costs prod");
    await story.settled();
    expect(paid(story)).toBe(3);
    await ana.clicks("Look again", { channel: ops });
    await story.settled();
    expect(paid(story)).toBe(6);
  });

  test("a surge is told once that day and names what grew; without one nobody is told", async () => {
    const story = await startScenario({ configuration: roomy });
    const ana = story.person("U0ANA");
    await story.advance("2d");
    expect(told(story)).toBe(0);
    story.cloud.faults.set("cost-surge", "budget", true);
    await story.advance("1d");
    const over = reading(await ana.sees(alerts, /over what was planned/));
    expect(over).toMatch(
      /\*Yesterday\* warning: [\d.]+ USD after [\d.]+ USD the day before \(\+\d{2,3} %\).*most of it: Amazon Relational Database Service \+/,
    );
    expect(over).not.toMatch(/feature agents/);
    expect(told(story)).toBe(1);
    await story.restart();
    await story.advance("1h");
    expect(told(story)).toBe(1);
    await ana.clicks("Show all costs", { channel: alerts });
    await ana.sees(alerts, /This month by service/);
  });

  test("what is over a limit is told each day once; a limit of a service and of a feature by their names", async () => {
    const low = roomy
      .replace("70000", "0.01")
      .replace("value: agents, limit: 60000", "value: agents, limit: 0.01")
      .replace("limit: 100000", "limit: 0.01");
    const story = await startScenario({ configuration: low });
    const ana = story.person("U0ANA");
    await story.advance("1d");
    const over = reading(await ana.sees(alerts, /over what was planned/));
    expect(over).toMatch(/:red_circle: \*The month\* critical/);
    expect(over).toMatch(/:red_circle: \*Amazon Relational Database Service\* critical/);
    expect(over).toMatch(/:red_circle: \*feature agents\* critical/);
    expect(told(story)).toBe(1);
    await story.advance("1d");
    expect(told(story)).toBe(2);
  });

  test("what cannot be read is unknown, never fine, and is told", async () => {
    const story = await startScenario();
    const ana = story.person("U0ANA");
    story.cloud.faults.set("deny", "ce:GetCostAndUsage", true);
    await ana.types(ops, "/ops cost");
    const seen = reading(await ana.sees(ops, /Not known/));
    expect(seen).toMatch(/\*Month to date\*\nnot known/);
    expect(seen).toMatch(/Costs: the platform did not let the bot do it \(GetCostAndUsage: AccessDenied/);
    expect(seen).toMatch(/\*Budget waooaw-production-monthly\* \w+: [\d,.]+ USD of/);
    expect(seen).toMatch(/:grey_question: \*From day to day\* unknown/);
    await story.advance("1d");
    await ana.sees(alerts, /over what was planned|could not be checked/);
  });

  test("an environment that is not watched is answered with those that are", async () => {
    const story = await startScenario();
    const ana = story.person("U0ANA");
    await ana.types(ops, "/ops cost --env staging");
    expect(ana.told(ops).at(-1)).toMatch(/no environment "staging".*production/s);
  });

  test("where none are watched, that is said with the way out", async () => {
    const story = await startScenario({ configuration: example.replace(/\ncosts:[\s\S]*?\n\n/, "\n\n") });
    const ana = story.person("U0ANA");
    await ana.types(ops, "/ops cost");
    expect(ana.told(ops).at(-1)).toMatch(/No costs are watched here.*docs\/configuration\.md/s);
  });
});
