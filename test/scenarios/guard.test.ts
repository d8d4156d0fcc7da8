import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { reading } from "../support/reading.ts";
import { startScenario } from "../support/scenario.ts";
import { declared } from "../support/stories.ts";

const ops = "#ops";
const example = readFileSync(new URL("../../examples/waooaw/tocsin.yaml", import.meta.url), "utf8");

const days = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
/** A day of the week that is not today nor tomorrow, whatever day the story is told. */
const another = days[(new Date().getUTCDay() + 3) % 7];

/** The example with a freeze that holds all the time, but for restarts, and a window on another day. */
function frozen(): string {
  return example
    .replace(
      "    actions: [restart]\n",
      "    actions: [restart]\n    targets: [backend]\n    environments: [production]\n    allow: [members]\n" +
        "  - name: Agents restart in a window\n    actions: [restart]\n    targets: [agent]\n    only_in: Database maintenance\n",
    )
    .replace("every: first Sunday", `every: ${another}`)
    .concat(`
freezes:
  - { name: Year end, every: day, from: "00:00", to: "24:00", environments: [production], except: [restart] }
`);
}

describe("[O15, O16] locks, freezes and emergencies", { timeout: 90_000 }, () => {
  test("a lock keeps others from changing a target, says who holds it and how it is released, and ends by itself", async () => {
    const story = await startScenario();
    const [ana, ben, eva] = [story.person("U0ANA"), story.person("U0BEN"), story.person("U0EVA")];
    await ben.types(ops, "/ops restart backend");
    await ben.sees(
      ops,
      /Restart backend[\s\S]*waiting for confirmation|waiting for confirmation[\s\S]*Restart backend/,
    );
    await ana.types(ops, "/ops lock backend");
    expect(ana.told(ops).at(-1)).toMatch(/A lock needs a reason/);
    await ana.types(ops, '/ops lock backend --reason "reading the heap" --for 1h');
    await ana.sees(ops, /:lock: \*production\/backend\* is locked by <@U0ANA>\nreading the heap/);
    // What was planned before is held up at the click, and what is asked now at once.
    await ben.clicks("Confirm", { channel: ops });
    await ben.sees(
      ops,
      /production\/backend is locked by <@U0ANA> since [\d -]+:\d\d UTC, until [\d -]+:\d\d UTC: reading the heap\n<@U0ANA> or an admin releases it with `\/ops unlock production\/backend`/,
    );
    await ben.types(ops, "/ops scale backend 6");
    expect(ben.told(ops).at(-1)).toMatch(/Denied: production\/backend is locked by <@U0ANA>/);
    await ben.types(ops, "/ops lock production --reason mine");
    expect(ben.told(ops).at(-1)).toMatch(/production\/backend is locked by <@U0ANA>/);
    await ben.types(ops, "/ops unlock backend");
    expect(ben.told(ops).at(-1)).toMatch(
      /was locked by <@U0ANA>: reading the heap\nAsk <@U0ANA>, or a workspace admin/,
    );
    await ben.types(ops, "/ops locks");
    expect(ben.told(ops).at(-1)).toMatch(/production\/backend\* locked by <@U0ANA> until/);
    // Whoever holds it goes on, and another target is free.
    await ana.types(ops, "/ops scale backend 6");
    await ana.sees(ops, /to 6[\s\S]*waiting for confirmation|waiting for confirmation[\s\S]*to 6/);
    await ben.types(ops, "/ops scale agent 3");
    await ben.sees(ops, /Scale agent/);
    await eva.types(ops, "/ops unlock backend");
    expect(eva.told(ops).at(-1)).toMatch(/That is <@U0ANA>'s lock; releasing it needs a reason/);
    await eva.types(ops, '/ops unlock backend --reason "she is on a plane"');
    await eva.sees(
      ops,
      /:unlock: \*production\/backend\* is no longer locked: released by <@U0EVA> \(she is on a plane\)/,
    );
    await ana.sees("tocsin", /Your lock on \*production\/backend\* was released by <@U0EVA>: she is on a plane/);

    await ben.types(ops, "/ops lock agent --reason mine --for 1h");
    await ben.sees(ops, /production\/agent\* is locked by <@U0BEN>/);
    await story.advance("46m");
    await ben.sees("tocsin", /Your lock on \*production\/agent\* ends/);
    await ben.clicks("1 hour more", { channel: "tocsin" });
    await story.advance("30m");
    await ana.types(ops, "/ops restart agent");
    expect(ana.told(ops).at(-1)).toMatch(/agent is locked by <@U0BEN>/);
    await story.advance("50m");
    await ben.sees("tocsin", /Your lock on \*production\/agent\* has ended: its time is over/);
    await ana.types(ops, "/ops restart agent");
    await ana.sees(ops, /Restart agent/);
  });

  test("an incident's lock lets through what is asked in its channel, and ends with it", async () => {
    const story = await startScenario();
    const [ana, ben] = [story.person("U0ANA"), story.person("U0BEN")];
    const channel = await declared(story, ana);
    await ana.clicks("Details", { channel, reading: /reported by/ });
    await ana.submits({ "What is affected": ["Backend API"] });
    await ana.sees(channel, /Affected: Backend API/);
    await ana.clicks("Lock", { channel });
    await ana.sees(channel, /:lock: \*production\/backend\* is locked by <@U0ANA>/);
    await ana.types(ops, "/ops restart backend");
    expect(ana.told(ops).at(-1)).toMatch(/backend is locked by INC-1 \(<@U0ANA>\)/);
    await ben.types(ops, "/ops restart backend");
    expect(ben.told(ops).at(-1)).toMatch(/Ask in <#C\w+>/);
    await ana.types(channel, "/ops restart backend");
    await ana.sees(channel, /Restart backend/);
    await ana.types(channel, "/incident resolve fixed");
    await ana.sees(channel, /no longer locked: released by <@U0ANA> \(The incident is resolved\)/);
    await ben.types(ops, "/ops restart backend");
    await ben.sees(ops, /Restart backend/);
  });

  test("a freeze and a window that is not open refuse with their name and what comes next; admins freeze by hand", async () => {
    const story = await startScenario({ configuration: frozen() });
    const [ana, eva] = [story.person("U0ANA"), story.person("U0EVA")];
    await ana.types(ops, "/ops scale backend 6");
    expect(ana.told(ops).at(-1)).toMatch(
      /Denied: the freeze “Year end” holds in production until \d{4}-\d\d-\d\d 00:00 UTC\.\nAsk again after it; in an emergency add `--break-glass "reason"`/,
    );
    await ana.types(ops, "/ops restart agent");
    expect(ana.told(ops).at(-1)).toMatch(
      /“Agents restart in a window” holds only in the window “Database maintenance”, and now is none\.\nAsk again in “Database maintenance”, which begins [\d-]+ 02:00 UTC and ends [\d-]+ 04:00 UTC/,
    );
    // The freeze lets restarts through.
    await ana.types(ops, "/ops restart backend");
    await ana.sees(ops, /Restart backend/);
    await ana.types(ops, '/ops freeze --reason "launch"');
    expect(ana.told(ops).at(-1)).toMatch(/Denied: only workspace admins freeze/);
    await eva.types(ops, '/ops freeze production --reason "launch" --for 1h');
    await eva.sees(ops, /\*production\* is frozen by <@U0EVA>\nlaunch/);
    await ana.clicks("Confirm", { channel: ops });
    await ana.sees(ops, /<@U0EVA> froze production at .* until .*: launch/);
    await ana.types(ops, "/ops windows");
    const listed = ana.told(ops).at(-1) ?? "";
    expect(listed).toMatch(
      /Frozen by hand[\s\S]*production[\s\S]*Year end\* \*now\*, until[\s\S]*Database maintenance\* next/,
    );
    await eva.types(ops, "/ops unfreeze production");
    await eva.sees(ops, /no longer frozen: released by <@U0EVA>/);
    await ana.clicks("Confirm", { channel: ops });
    await ana.sees(ops, /:arrow_forward: Running/);
  });

  test("whom the policy lets breaks the glass in an emergency: told at once, and reviewed by somebody else", async () => {
    const story = await startScenario({ configuration: frozen() });
    const [ana, ben, gus] = [story.person("U0ANA"), story.person("U0BEN"), story.person("U0GUS")];
    const channel = await declared(story, ana);
    await ana.types(channel, "/incident lead me");
    await ana.types(ops, '/ops scale backend 20 --break-glass "checkout is down"');
    expect(ana.told(ops).at(-1)).toMatch(
      /Denied: “Break the glass in an emergency” is for the incident's commander or workspace admins/,
    );
    await ben.types(channel, '/ops scale backend 20 --break-glass "checkout is down"');
    expect(ben.told(channel).at(-1)).toMatch(/Denied: “Break the glass in an emergency” is for/);
    await gus.types("#general", '/ops scale backend 20 --break-glass "checkout is down"');
    expect(gus.told("#general").at(-1)).toMatch(/Guests cannot do this/);
    await ana.types(channel, "/ops scale backend 20 --break-glass");
    expect(ana.told(channel).at(-1)).toMatch(/`--break-glass` needs a value/);
    await ana.types(channel, '/ops scale backend 20 --yes --break-glass "checkout is down"');
    await ana.sees(channel, /glass broken\*: freeze, lock, window, limits, approvals lifted/);
    const told = reading(await ben.sees(ops, /<@U0ANA> broke the glass on production\/backend: checkout is down/));
    expect(told).toMatch(/lifts freeze, lock, window, limits, approvals until .* to be reviewed by \d{4}-\d\d-\d\d/);
    await ana.sees(channel, /Action item[\s\S]*Review the broken glass of op-\w+/);
    // Nobody else needs to approve, but the plan is seen and the name is typed.
    await ana.clicks("Confirm", { channel });
    await ana.seesForm(/^Confirm$/);
    await ana.submits({ "Type backend to confirm": "backend" });
    await ana.sees(channel, /:arrow_forward: Running/);
    await story.advance("5m");
    await ana.sees(channel, /Done and verified/);
    await ana.clicks("Mark as reviewed", { channel: ops });
    await ana.seesForm(/^Review$/);
    expect(JSON.stringify(await ana.submits({ "What came out of it": "fine" }))).toMatch(
      /You broke the glass for op-\w+ yourself, so somebody else must review it/,
    );
    await ana.closes();
    await ben.types(ops, "/ops reviews");
    expect(ben.told(ops).at(-1)).toMatch(/checkout is down/);
    await story.advance("97h");
    await ben.sees(ops, /The glass that <@U0ANA> broke for `op-\w+`[\s\S]*was to be reviewed by/);
    await ben.clicks("Mark as reviewed", { channel: ops });
    await ben.seesForm(/^Review$/);
    await ben.submits({ "What came out of it": "the freeze was too wide" });
    await ben.sees(ops, /reviewed by <@U0BEN> .*: the freeze was too wide/);
    await ben.types(ops, "/ops reviews");
    expect(ben.told(ops).at(-1)).toMatch(/Nothing waits for a review/);
  });
});

test("[O16] the policy says whom it lets do what, and why", { timeout: 60_000 }, async () => {
  const story = await startScenario({ configuration: frozen() });
  const ana = story.person("U0ANA");
  await ana.types(ops, "/ops policy explain @ben scale backend");
  const said = ana.told(ops).at(-1) ?? "";
  expect(said).toMatch(/<@U0BEN> may \*scale backend in production\*, by the rule “Scaling is a standard change”/);
  expect(said).toMatch(/needs nobody's approval[\s\S]*at least 1, at most 12[\s\S]*Held up now: the freeze “Year end”/);
  expect(said).toMatch(/They may not break the glass here/);
  await ana.types(ops, "/ops policy explain @gus scale backend");
  expect(ana.told(ops).at(-1)).toMatch(
    /<@U0GUS> may not \*scale backend in production\*: guests cannot operate services/,
  );
  await ana.types(ops, "/ops policy explain @eva restart agent");
  expect(ana.told(ops).at(-1)).toMatch(/may not[\s\S]*holds only in the window[\s\S]*They may break the glass here/);
  await ana.types(ops, "/ops policy explain me flush backend");
  expect(ana.told(ops).at(-1)).toMatch(/backend is a service, and flush works on a cache/);
  await ana.types(ops, "/ops policy");
  expect(ana.told(ops).at(-1)).toMatch(
    /Rules that concern you[\s\S]*Larger scaling takes a second person[\s\S]*1 to approve, you may/,
  );
});
