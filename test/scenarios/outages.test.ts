import { readFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { reading } from "../support/reading.ts";
import { type Scenario, startScenario } from "../support/scenario.ts";

const ops = "#ops";
const backend = (story: Scenario) => story.cloud.state().services.find(({ name }) => name === "waooaw-backend");
const calls = (story: Scenario, operation: string): number =>
  story.cloud.calls().filter((call) => call.operation === operation && call.error === null).length;

/** Moves time on until the channel shows it, and answers the message that does. */
async function shown(story: Scenario, what: RegExp, step = "10s", most = 120): Promise<string> {
  const ana = story.person("U0ANA");
  for (let tries = 0; tries < most && !what.test(ana.screen(ops)); tries += 1) await story.advance(step);
  return reading(await ana.sees(ops, what));
}

describe("[O3, O13] what an operation depends on goes away in the middle", { timeout: 240_000 }, () => {
  test("credentials that expire while it is watched are said, and once they are there again it is verified", async () => {
    const story = await startScenario();
    const ana = story.person("U0ANA");
    await ana.types(ops, "/ops scale backend 6 --yes");
    await shown(story, /Running[\s\S]*running \d of 6/, "1s");
    story.cloud.faults.set("credentials-expired", "all", true);
    await shown(story, /Running[\s\S]*cannot see it: the bot's credentials for the platform have expired/, "5s");
    story.cloud.faults.clear();
    expect(await shown(story, /Done and verified/)).toContain("running 6 of 6");
    expect(calls(story, "UpdateService")).toBe(1);
  });

  test("credentials that stay expired end it as applied and not verified, with what was done", async () => {
    const story = await startScenario();
    const ana = story.person("U0ANA");
    await ana.types(ops, "/ops scale backend 6 --yes");
    await shown(story, /Running[\s\S]*running \d of 6/, "1s");
    story.cloud.faults.set("credentials-expired", "all", true);
    const end = await shown(story, /not verified/, "1m");
    expect(end).toMatch(
      /The change is made, but could not be seen for 15 min[\s\S]*desired count set to 6[\s\S]*Undo → 4/,
    );
    expect(backend(story)?.desired).toBe(6);
  });

  test("credentials that expire between two of its calls: what was done and what was not is said", async () => {
    const story = await startScenario();
    const ana = story.person("U0ANA");
    await ana.types(ops, "/ops scale backend 10");
    await ana.sees(ops, /waiting for confirmation/);
    story.cloud.faults.fail("UpdateService", {
      error: "ExpiredTokenException",
      message: "The security token included in the request is expired",
    });
    await ana.clicks("Confirm", { channel: ops });
    const end = await shown(story, /Failed|verified/);
    expect(end).toMatch(
      /Failed after it began[\s\S]*Done: autoscaling widened to max 10\. Then the bot's credentials for the platform have expired/,
    );
    expect(backend(story)).toMatchObject({ desired: 4, bounds: { min: 2, max: 10 } });
    story.cloud.faults.clear();
    await ana.clicks("Undo → 4", { channel: ops });
    await ana.sees(ops, /Autoscaling maximum: \*10\* → \*8\*[\s\S]*Confirm/);
  });

  test("a platform that takes eight seconds for each answer is waited for", async () => {
    const story = await startScenario();
    const ana = story.person("U0ANA");
    story.cloud.faults.set("slow-api", "all", true);
    await ana.types(ops, "/ops scale backend 6 --yes");
    expect(await shown(story, /Done and verified|Failed|not verified/, "30s")).toContain("Done and verified");
    expect(calls(story, "UpdateService")).toBe(1);
  });

  test("a database that takes the connection and never answers costs its own row, and is said within seconds", async () => {
    const silent = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void silent.close());
    const example = readFileSync(new URL("../../examples/waooaw/tocsin.yaml", import.meta.url), "utf8");
    const { port } = silent.address() as AddressInfo;
    const configuration = example.replace(
      "caches:\n",
      `  orders:\n    environments: { production: { postgres: { url: "postgres://app:pl4nted@127.0.0.1:${port}/orders" } } }\n\ncaches:\n`,
    );
    const story = await startScenario({ configuration });
    const ana = story.person("U0ANA");
    await ana.types(ops, "/ops db orders locks");
    await shown(story, /orders in production\* could not be seen \(locks\)/, "5s");
    await ana.types(ops, "/ops status");
    const all = await shown(story, /Everything[\s\S]*backend/, "5s");
    expect(all).toMatch(/\*orders\* \(production\) unknown/);
    expect(all).toMatch(/green_circle: \*backend\*[\s\S]*green_circle: \*postgres\*[\s\S]*green_circle: \*redis\*/);
    await ana.types(ops, "/ops diagnose orders");
    await shown(story, /Longest statement\* unknown: did not answer in 5 s/, "5s");
    await ana.types(ops, "/ops vacuum orders orders");
    await shown(story, /Failed, nothing was changed[\s\S]*did not answer in time/, "5s");
    expect(JSON.stringify(story.slack.calls)).not.toContain("pl4nted");
  });
});
