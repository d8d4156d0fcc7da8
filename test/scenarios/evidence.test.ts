import { describe, expect, test } from "vitest";
import { reading } from "../support/reading.ts";
import { startScenario } from "../support/scenario.ts";
import { declared } from "../support/stories.ts";
import { watched } from "../support/watched.ts";

const ops = "#ops";
const checklist = /Security checklist of INC-1/;

describe("[I12] what a security incident is investigated and recovered with", { timeout: 120_000 }, () => {
  test("changes nobody made from here, failed sign-ins and refused reads are gathered, each with its file; operations are told apart", async () => {
    const story = await startScenario();
    const ana = story.person("U0ANA");
    await ana.types(ops, "/ops scale backend 5");
    await ana.sees(ops, /waiting for confirmation/);
    await ana.clicks("Confirm", { channel: ops });
    await watched(story, ana, ops, /Done and verified/);
    const { world } = story.cloud;
    world.happened({ user: "mallory", source: "iam.amazonaws.com", name: "CreateAccessKey", region: "us-east-1" });
    world.happened({
      user: "mallory",
      source: "signin.amazonaws.com",
      name: "ConsoleLogin",
      region: "us-east-1",
      answer: { ConsoleLogin: "Failure" },
    });
    world.happened({
      user: "mallory",
      source: "secretsmanager.amazonaws.com",
      name: "GetSecretValue",
      readOnly: true,
      error: { code: "AccessDenied", message: "no" },
    });
    await story.advance("10m");
    await ana.types("#general", "/incident declare sev1 Zebrafish token leaked --type security");
    const channel = await ana.seesChannel(/zebrafish/);
    await ana.clicks("Gather evidence", { channel, reading: checklist });
    await ana.sees(channel, /Changes in production[\s\S]*1 not made from here, [1-9]\d* by operations/);
    await ana.sees(channel, /Sign-ins to the console in production[\s\S]*1 sign-in, 1 failed, from 1 address/);
    await ana.sees(channel, /Reads that were refused in production[\s\S]*1 refused read/);
    await ana.sees(
      channel,
      /Backups of postgres in production[\s\S]*The newest good one from before the incident's start/,
    );
    await story.settled();
    const shown = JSON.stringify(ana.read(channel));
    expect(shown).toMatch(/"title":"Changes in production","mimetype":"text\/csv"/);
    expect(reading(await ana.sees(channel, checklist))).toMatch(/Changes in production: \d+ changes/);
    await ana.types(channel, "/incident timeline");
    expect(await ana.form(/Sign-ins to the console in production: 1 sign-in/)).toBeTruthy();
    const ben = story.person("U0BEN");
    await ben.types("#general", "/incident evidence INC-1");
    expect(ben.told("#general").at(-1)).toContain("I cannot find INC-1.");
  });

  test("what may not be read is said to be unknown; of an open incident nothing is gathered", async () => {
    const story = await startScenario();
    const ana = story.person("U0ANA");
    story.cloud.faults.set("deny", "cloudtrail", true);
    await ana.types("#general", "/incident declare sev1 Zebrafish token leaked --type security");
    const channel = await ana.seesChannel(/zebrafish/);
    await ana.types(channel, "/incident evidence");
    await ana.sees(channel, /Changes in production[\s\S]*Not known: .*LookupEvents/);
    const open = await declared(story, ana, "sev3 Reports are late");
    await ana.types(open, "/incident evidence");
    expect(ana.told(open).at(-1)).toMatch(/open to every member[\s\S]*\/incident private/);
  });

  test("recovery: what is isolated is offered to be reconnected, and health is watched longer after resolving", async () => {
    const story = await startScenario();
    const ana = story.person("U0ANA");
    await ana.types("#general", "/incident declare sev1 Zebrafish token leaked --type security");
    const channel = await ana.seesChannel(/zebrafish/);
    const card = reading(await ana.sees(channel, checklist));
    expect(card).toContain("Nothing of what is affected is isolated from here.");
    expect(card).toContain("health is watched for 2 h, with a look every 30 seconds");

    const dev = story.person("U0DEV");
    await ana.types(ops, '/ops isolate backend --reason "it shows other people\'s data"');
    await ana.sees(ops, /waiting for confirmation/);
    await ana.clicks("Confirm", { channel: ops });
    await ana.seesForm(/Confirm/);
    expect(await ana.submits({ "Type backend to confirm": "backend" })).toEqual({});
    await dev.clicks("Approve", { channel: ops });
    await watched(story, ana, ops, /Done and verified/);
    await ana.clicks("Done: Revoke the keys, sessions and accounts that may be known", { channel, reading: checklist });
    await ana.clicks("Reconnect backend in production", { channel, reading: checklist });
    await ana.sees(channel, /Reconnect backend in production[\s\S]*waiting for confirmation/);
  });
});
