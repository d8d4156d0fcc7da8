import { describe, expect, test } from "vitest";
import { reading } from "../support/reading.ts";
import { type Scenario, startScenario } from "../support/scenario.ts";
import { watched } from "../support/watched.ts";

const ops = "#ops";

/** A service as the cloud's panel shows it. */
function service(story: Scenario, name = "waooaw-backend") {
  const found = story.cloud.state().services.find((one) => one.name === name);
  if (!found) throw new Error(`There is no service ${name}`);
  return found;
}

describe("[O3] scaling for a while", { timeout: 90_000 }, () => {
  test("holds against the autoscaler, is announced and extended, and sets everything back by itself", async () => {
    const story = await startScenario();
    const [ana, dev] = [story.person("U0ANA"), story.person("U0DEV")];
    await ana.types(ops, "/ops scale backend 6 --for 30m --yes");
    const held = (await watched(story, ana, ops, /Done and verified/)).at(-1);
    expect(held).toMatch(/Held at 6 until [\s\S]*then set back/);
    expect(service(story)).toMatchObject({ desired: 6, bounds: { min: 6, max: 8 } });
    await dev.types(ops, "/ops leases");
    expect(dev.told(ops).at(-1)).toMatch(/backend in production is held at 6[\s\S]*before: 4, autoscaling 2 to 8/);
    await dev.types(ops, "/ops scale backend 7 --for 1h");
    expect(dev.told(ops).at(-1)).toMatch(/op-\w+ holds backend in production at 6 already[\s\S]*leases/);
    await story.advance("20m");
    await ana.sees(ops, /backend in production is held at 6[\s\S]*Extend by 30 min[\s\S]*End now/);
    await story.restart();
    await dev.clicks("Extend by 30 min", { channel: ops });
    await story.advance("15m");
    expect(service(story)).toMatchObject({ desired: 6, bounds: { min: 6, max: 8 } });
    await story.advance("25m");
    await ana.sees(ops, /Scale backend in production from 6 to 4/);
    await story.advance("6m");
    await ana.sees(ops, /no longer held at 6[\s\S]*brought back what was before/);
    expect(service(story)).toMatchObject({ desired: 4, running: 4, bounds: { min: 2, max: 8 } });
  });

  test("leaves alone what somebody changed since, and ends early by button", async () => {
    const story = await startScenario();
    const ana = story.person("U0ANA");
    await ana.types(ops, "/ops scale backend 6 --for 20m --yes");
    await watched(story, ana, ops, /Done and verified/);
    story.cloud.world.setBounds("waooaw-backend", 5, 9);
    await story.advance("10m");
    await ana.clicks("End now", { channel: ops });
    await ana.sees(
      ops,
      /no longer held[\s\S]*set to 5 to 9, and the lease had left 6 to 8: somebody changed it since, so it is left alone/,
    );
    expect(service(story)).toMatchObject({ desired: 6, bounds: { min: 5, max: 9 } });
  });

  test.each([
    ["0", /`0` is no time a lease can last[\s\S]*from 5 minutes to 24 hours/],
    ["-5m", /`-5m` is no time/],
    ["1y", /`1y` is no time/],
    ["4m", /4 min is too short/],
    ["25h", /25 h is too long/],
  ])("refuses --for %s with the rule", async (time, why) => {
    const story = await startScenario();
    const ana = story.person("U0ANA");
    await ana.types(ops, `/ops scale backend 6 --for ${time}`);
    expect(ana.told(ops).at(-1)).toMatch(why);
  });
});

describe("[O22] stopping and starting a service", { timeout: 90_000 }, () => {
  test("takes a second person and the typed name, remembers what it had, and starts with that", async () => {
    const story = await startScenario();
    const [ana, dev] = [story.person("U0ANA"), story.person("U0DEV")];
    await ana.types(ops, "/ops start backend");
    expect(ana.told(ops).at(-1)).toMatch(/was not stopped from here[\s\S]*\/ops scale backend &lt;count&gt;/);
    await ana.types(ops, "/ops stop backend");
    const plan = reading(await ana.sees(ops, /waiting for confirmation/));
    expect(plan).toMatch(
      /Stop backend in production[\s\S]*stops backend completely in production[\s\S]*set back to 4, autoscaling 2 to 8/,
    );
    await ana.clicks("Confirm", { channel: ops });
    await ana.seesForm(/Confirm/);
    expect(await ana.submits({ "Type backend to confirm": "backend" })).toEqual({});
    await dev.clicks("Approve", { channel: ops });
    const stopped = (await watched(story, ana, ops, /Done and verified/)).at(-1);
    expect(stopped).toContain("/ops start` brings it back");
    expect(service(story)).toMatchObject({ desired: 0, running: 0, bounds: { min: 0, max: 0 } });
    await dev.types(ops, "/ops leases");
    expect(dev.told(ops).at(-1)).toMatch(/backend in production is stopped[\s\S]*before: 4, autoscaling 2 to 8/);
    await dev.types(ops, "/ops start backend");
    await dev.sees(ops, /Start backend in production with 4 tasks[\s\S]*waiting for confirmation/);
    await dev.clicks("Confirm", { channel: ops });
    await watched(story, dev, ops, /Done and verified/);
    expect(service(story)).toMatchObject({ desired: 4, running: 4, bounds: { min: 2, max: 8 } });
    await dev.types(ops, "/ops leases");
    expect(dev.told(ops).at(-1)).toMatch(/Nothing is held/);
  });
});
