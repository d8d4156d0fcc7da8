import { describe, expect, test } from "vitest";
import { reading } from "../support/reading.ts";
import { type Scenario, startScenario } from "../support/scenario.ts";
import { declared } from "../support/stories.ts";
import { watched } from "../support/watched.ts";

const ops = "#ops";

/** The rules of HTTPS 443, as the load balancer has them: their numbers, and what they do. */
function rules(story: Scenario): readonly string[] {
  const parts = story.cloud.dump().world.parts.elasticloadbalancing as {
    readonly rules?: readonly {
      readonly listenerArn: string;
      readonly priority: number | null;
      readonly actions: readonly { readonly Type: string }[];
    }[];
  };
  return (parts.rules ?? [])
    .filter(({ actions }) => actions[0]?.Type !== "redirect")
    .toSorted((one, other) => (one.priority ?? 99_999) - (other.priority ?? 99_999))
    .map(({ priority, actions }) => `${priority ?? "default"} ${actions[0]?.Type}`);
}

const usual = ["20 forward", "default forward"];
const held = ["19 fixed-response", "20 forward", "50000 fixed-response", "default forward"];

/** Asked in a channel, confirmed by name, approved by somebody else, done. */
async function isolate(story: Scenario, channel: string): Promise<string> {
  const [ana, dev] = [story.person("U0ANA"), story.person("U0DEV")];
  await ana.types(channel, '/ops isolate backend --reason "it shows other people\'s data"');
  const plan = reading(await ana.sees(channel, /Plan, waiting for confirmation/));
  await ana.clicks("Confirm", { channel });
  await ana.seesForm(/Confirm/);
  expect(await ana.submits({ "Type backend to confirm": "backend" })).toEqual({});
  await dev.clicks("Approve", { channel });
  await watched(story, ana, channel, /Done and verified/);
  return plan;
}

describe("[O22] isolating and reconnecting a service", { timeout: 120_000 }, () => {
  test("takes a second person and the typed name; its tasks go on; reconnecting brings back exactly what was, after a restart too", async () => {
    const story = await startScenario();
    const [ana, dev] = [story.person("U0ANA"), story.person("U0DEV")];
    await ana.types(ops, "/ops reconnect backend");
    expect(ana.told(ops).at(-1)).toMatch(/was not isolated from here/);
    const plan = await isolate(story, ops);
    expect(plan).toMatch(/Isolate backend in production from its load balancer/);
    expect(plan).toMatch(
      /rule 20 \(host api\.waooaw\.example\): \*100 % of its requests to backend\* → \*answered with 503\*/,
    );
    expect(plan).toMatch(/no longer reached through 2 rules in production: 4 targets get no requests any more/);
    const done = reading(await ana.sees(ops, /Done and verified/));
    expect(done).toMatch(/requests of 2 of 2 rules held back, running 4 of 4, 4 of 4 targets healthy and unreached/);
    expect(done).toMatch(/\/ops reconnect` brings it back/);
    expect(rules(story)).toEqual(held);

    await dev.types(ops, "/ops status backend");
    const status = reading(await dev.sees(ops, /Last operations/));
    expect(status).toMatch(/\*Isolated\* since [\s\S]*by <@U0ANA> \(`op-\w+`\)[\s\S]*\/ops reconnect backend/);
    await dev.types(ops, "/ops diagnose backend");
    await dev.sees(ops, /\*Backend API in production\* · [\s\S]*\*Isolated\* since/);
    await dev.types(ops, "/ops leases");
    expect(dev.told(ops).at(-1)).toMatch(
      /backend in production is isolated from its load balancer[\s\S]*HTTPS 443, default rule/,
    );
    await dev.types(ops, "/ops isolate backend");
    expect(dev.told(ops).at(-1)).toMatch(
      /has taken backend in production out of its load balancer already[\s\S]*reconnect/,
    );

    await story.restart();
    await dev.types(ops, "/ops reconnect backend");
    await dev.sees(ops, /Reconnect backend in production[\s\S]*waiting for confirmation/);
    await dev.clicks("Confirm", { channel: ops });
    const seen = await watched(story, dev, ops, /Done and verified/);
    expect(seen.join("\n")).toMatch(/all its requests let through, 4 of 4 targets healthy/);
    expect(rules(story)).toEqual(usual);
    await dev.types(ops, "/ops status backend");
    await dev.types(ops, "/ops leases");
    expect(dev.told(ops).at(-1)).toMatch(/Nothing is held/);
  });

  test("is on the incident's timeline, and undone by its button step by step", async () => {
    const story = await startScenario();
    const dev = story.person("U0DEV");
    for (const rule of [20, null]) story.cloud.world.forwardRule(rule, { "waooaw-backend": 1, "waooaw-canary": 1 });
    const channel = await declared(story, story.person("U0ANA"), "sev2 Wrong data is shown");
    await dev.joins(channel);
    const plan = await isolate(story, channel);
    expect(plan).toMatch(/\*50 % of its requests to backend\* → \*all to waooaw-canary\*/);
    await dev.clicks("Reconnect", { channel });
    await dev.sees(channel, /Reconnect backend[\s\S]*waiting for confirmation/);
    await dev.clicks("Confirm", { channel });
    const seen = (await watched(story, dev, channel, /Done and verified/, 30)).join("\n");
    for (const step of ["10 % of its requests let through", "50 % of its requests let through", "all its requests"]) {
      expect(seen).toContain(step);
    }
    await dev.types(channel, "/incident timeline");
    await dev.seesForm(/^Timeline$/);
    const timeline = await dev.form();
    expect(timeline).toMatch(/verified: requests of 2 of 2 rules held back/);
    expect(timeline).toMatch(/asked: Reconnect backend in production/);
  });

  test("goes back to isolated where errors rise, and stays so until somebody tries again", async () => {
    const story = await startScenario();
    const dev = story.person("U0DEV");
    await isolate(story, ops);
    story.cloud.faults.set("bad-deploy", "waooaw-backend", true);
    await dev.types(ops, "/ops reconnect backend");
    await dev.sees(ops, /Reconnect backend[\s\S]*waiting for confirmation/);
    await dev.clicks("Confirm", { channel: ops });
    await watched(
      story,
      dev,
      ops,
      /Applied, then reverted[\s\S]*It is isolated again, because \d+(\.\d)? % of the answers in a minute were errors \(5xx\)/,
    );
    expect(rules(story)).toEqual(held);
    await dev.types(ops, "/ops status backend");
    await dev.sees(ops, /\*Isolated\* since/);
  });

  test("refuses a service without a load balancer, and says what to do instead", async () => {
    const story = await startScenario();
    const ana = story.person("U0ANA");
    await ana.types(ops, "/ops isolate agent");
    await ana.sees(ops, /Refused[\s\S]*agent in production stands behind no load balancer[\s\S]*\/ops stop agent/);
  });

  test("refuses to reconnect to what somebody changed meanwhile", async () => {
    const story = await startScenario();
    const dev = story.person("U0DEV");
    await isolate(story, ops);
    story.cloud.world.forwardRule(20, { "waooaw-canary": 1 });
    await dev.types(ops, "/ops reconnect backend");
    await dev.sees(
      ops,
      /Refused[\s\S]*somebody changed what led requests to it: HTTPS 443, rule 20[\s\S]*It stays isolated/,
    );
    expect(rules(story)).toEqual(held);
  });
});
