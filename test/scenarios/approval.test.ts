import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import pg from "pg";
import { describe, expect, test } from "vitest";
import { deliverPress } from "../support/deliver.ts";
import { type Person, until } from "../support/person.ts";
import { reading } from "../support/reading.ts";
import { type Scenario, startScenario } from "../support/scenario.ts";

const ops = "#ops";

/** Asks for more than one person may decide, and confirms by typing the name; it then waits for another's yes. */
async function awaiting(person: Person, count = 20): Promise<string> {
  await person.types(ops, `/ops scale backend ${count}`);
  await person.sees(ops, new RegExp(`to ${count}[\\s\\S]*waiting for confirmation`));
  await person.clicks("Confirm", { channel: ops });
  await person.seesForm(/^Confirm$/);
  await person.submits({ "Type backend to confirm": "backend" });
  const card = await person.sees(ops, new RegExp(`to ${count}[\\s\\S]*waiting for approval`));
  return /op-\w+/.exec(reading(card))?.[0] ?? "";
}

function desired(story: Scenario): number | undefined {
  return story.cloud.state().services.find((service) => service.name === "waooaw-backend")?.desired;
}

/** What the audit log holds of an operation, oldest first. */
async function audited(story: Scenario, subject: string): Promise<readonly string[]> {
  const client = new pg.Client({ connectionString: story.databaseUrl });
  await client.connect();
  const { rows } = await client.query<{ actor: string; action: string }>(
    "select actor, action from audit where subject = $1 order by id",
    [subject],
  );
  await client.end();
  return rows.map(({ actor, action }) => `${actor} ${action}`);
}

/** What `npm run audit:verify` says, and how it ends. */
async function verifyAudit(story: Scenario): Promise<{ readonly code: number; readonly text: string }> {
  // Without Slack's it is the sandbox, which has its own database.
  const slack = { SLACK_BOT_TOKEN: story.slack.botToken, SLACK_SIGNING_SECRET: story.slack.signingSecret };
  return verifyWith({ DATABASE_URL: story.databaseUrl, ...slack });
}

async function verifyWith(more: Readonly<Record<string, string>>) {
  const tocsin = fileURLToPath(new URL("../../bin/tocsin.mjs", import.meta.url));
  try {
    const env = { PATH: process.env.PATH ?? "", ...more };
    const { stdout } = await promisify(execFile)(process.execPath, [tocsin, "audit:verify"], { env });
    return { code: 0, text: stdout };
  } catch (error) {
    const { code, stdout } = error as { readonly code: number; readonly stdout: string };
    return { code, text: stdout };
  }
}

test("verifying with an address and without Slack's variables says whose database it looked at", async () => {
  const folder = await mkdtemp(join(tmpdir(), "tocsin-verify-"));
  try {
    const { code, text } = await verifyWith({ DATABASE_URL: "postgres://nobody@127.0.0.1:1/x", DATA_DIR: folder });
    expect(code).toBe(1);
    expect(text).toContain("DATABASE_URL counts only where the SLACK_* variables are set too");
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}, 60_000);

describe("[O15, O16, O17] who may change what", { timeout: 90_000 }, () => {
  test("beyond the first rule it takes the typed name and another member's approval, never one's own", async () => {
    const story = await startScenario();
    const [ana, ben] = [story.person("U0ANA"), story.person("U0BEN")];
    await ana.types(ops, "/ops scale backend 20 --yes");
    const plan = reading(await ana.sees(ops, /waiting for confirmation/));
    expect(plan).toContain(
      "Rule “Larger scaling takes a second person”: <@U0ANA> confirms by typing the name, then 1 to approve (`--yes` does not skip it here)",
    );
    await ben.clicks("Confirm", { channel: ops });
    await ben.sees(ops, /Only <@U0ANA>, who asked for op-\w+, can confirm it\./);
    await ana.clicks("Confirm", { channel: ops });
    await ana.seesForm(/^Confirm$/);
    expect(await ana.submits({ "Type backend to confirm": "backnd" })).toEqual({
      name: "Type backend exactly to confirm.",
    });
    expect(await ana.submits({ "Type backend to confirm": "backend" })).toEqual({});
    const waiting = reading(await ana.sees(ops, /waiting for approval/));
    expect(waiting).toMatch(/needs 1 approval by members of this workspace, not <@U0ANA>/);
    await ana.clicks("Approve", { channel: ops });
    await ana.sees(
      ops,
      /You asked for op-\w+ yourself, so somebody else must approve it\.\nTo call it off, press Cancel\./,
    );
    expect(desired(story)).toBe(4);
    for (const one of [ana, ben]) await one.opensHome();
    await until("it to stand on App Home", () => ben.home().includes("Waiting for approval (1)"));
    await until("App Home to be drawn for the requester", () => ana.home() !== "");
    expect(ana.home()).not.toContain("Waiting for approval");
    await ben.clicks("Approve", { channel: ops });
    await ana.sees(ops, /:arrow_forward: Running/);
    await story.advance("5m");
    const done = reading(await ana.sees(ops, /Done and verified/));
    expect(done).toContain("approved by <@U0BEN>");
    expect(desired(story)).toBe(20);
    const code = /op-\w+/.exec(done)?.[0] ?? "";
    const entries = await audited(story, code);
    expect(entries).toEqual([
      "U0ANA operation.requested",
      "tocsin operation.planning",
      "tocsin operation.planned",
      "U0BEN access.refused",
      "U0ANA operation.confirmed",
      "U0ANA access.refused",
      "U0BEN operation.approved",
      "tocsin operation.applying",
      "tocsin operation.step",
      "tocsin operation.step",
      "tocsin operation.verifying",
      "tocsin operation.verified",
    ]);
  });

  test("more than the policy has is refused at once, with what it allows", async () => {
    const story = await startScenario();
    const ana = story.person("U0ANA");
    await ana.types(ops, "/ops scale backend 60");
    const refused = reading(await ana.sees(ops, /Refused/));
    expect(refused).toMatch(
      /Denied: “Larger scaling takes a second person” allows[^.]*40\. Try `\/ops scale backend 40`\./,
    );
    expect(refused).not.toMatch(/\nConfirm|\nApprove/);
  });

  test("another's no ends it, and so does time", async () => {
    const story = await startScenario();
    const [ana, ben] = [story.person("U0ANA"), story.person("U0BEN")];
    await awaiting(ana);
    await ben.clicks("Reject", { channel: ops });
    await ana.sees(ops, /:no_entry: Refused[\s\S]*Rejected by <@U0BEN>\./);
    await awaiting(ana, 21);
    await story.advance("16m");
    await ana.sees(ops, /:hourglass: Expired[\s\S]*Nobody approved it in time; nothing was changed\./);
    await ben.types(ops, "/ops operations");
    expect(ben.told(ops).at(-1)).toMatch(/to 21: expired[\s\S]*to 20: refused/);
    expect(desired(story)).toBe(4);
  });

  test("an approval is for exactly what was planned: when the world has moved, it is worth nothing", async () => {
    const story = await startScenario();
    const [ana, ben] = [story.person("U0ANA"), story.person("U0BEN")];
    await awaiting(ana);
    story.cloud.world.setDesiredCount("waooaw-backend", 6);
    await ben.clicks("Approve", { channel: ops });
    await ana.sees(ops, /Out of date[\s\S]*the desired count is 6, was 4\. Nothing was changed\./);
    expect(desired(story)).toBe(6);
  });

  test("two people who approve at once start it once", async () => {
    const story = await startScenario();
    const [ana, ben, chi] = [story.person("U0ANA"), story.person("U0BEN"), story.person("U0CHI")];
    const code = await awaiting(ana);
    await Promise.all([ben.clicks("Approve", { channel: ops }), chi.clicks("Approve", { channel: ops })]);
    await ana.sees(ops, /:arrow_forward: Running/);
    await story.advance("5m");
    await ana.sees(ops, /Done and verified/);
    expect((await audited(story, code)).filter((entry) => entry.endsWith("operation.approved"))).toHaveLength(1);
    expect(story.cloud.calls().filter((call) => call.operation === "UpdateService")).toHaveLength(1);
    const late = [...ben.told(ops), ...chi.told(ops)];
    expect(late).toHaveLength(1);
    expect(late[0]).toMatch(/op-\w+ (has changed in the meantime|is about to start|is running)/);
  });

  test("while one operation runs, the next one on the same target is told who holds it", async () => {
    const story = await startScenario();
    const [ana, ben] = [story.person("U0ANA"), story.person("U0BEN")];
    await ana.types(ops, "/ops scale backend 6 --yes");
    const running = reading(await ana.sees(ops, /:arrow_forward: Running/));
    const first = /op-\w+/.exec(running)?.[0] ?? "";
    await ben.types(ops, "/ops scale backend 8");
    await ben.sees(ops, new RegExp(`to 8[\\s\\S]*production/backend is taken by \`${first}\``));
    await ben.clicks("Confirm", { channel: ops });
    await ben.sees(
      ops,
      new RegExp(`production/backend is taken by ${first}, which is running\\.\\nPress again when it is over\\.`),
    );
    // Another target is free.
    await ben.types(ops, "/ops scale agent 3 --yes");
    await ben.sees(ops, /Scale agent[\s\S]*:arrow_forward: Running|:arrow_forward: Running[\s\S]*Scale agent/);
    await story.advance("4m");
    await ana.sees(ops, new RegExp(`${first}[\\s\\S]*Done and verified`));
    await story.settled();
    // What was planned while the count was another is out of date, and says so when it is pressed.
    story.cloud.world.setDesiredCount("waooaw-backend", 7);
    await ben.clicks("Confirm", { channel: ops, reading: /to 8/ });
    await ben.sees(ops, /to 8[\s\S]*Out of date[\s\S]*the desired count is 7, was [46]/);
  });

  test("guests, people from elsewhere and deactivated accounts are refused at every door", async () => {
    const story = await startScenario();
    const [ana, ben, gus] = [story.person("U0ANA"), story.person("U0BEN"), story.person("U0GUS")];
    for (const line of [
      "/ops scale backend 5",
      "/ops status",
      "/incident declare sev1 Fire",
      "/incident list",
      "/ops operations",
    ]) {
      await gus.types("#general", line);
      expect(gus.told("#general").at(-1)).toMatch(/Guests cannot do this\.\nAsk a member of this workspace\./);
    }
    const code = await awaiting(ana);
    story.slack.placePerson("U0GUS", "C0OPS");
    story.slack.placePerson("U0OTT", "C0OPS");
    const otto = story.person("U0OTT");
    await gus.clicks("Approve", { channel: ops });
    await gus.sees(ops, /Guests cannot do this\./);
    await otto.clicks("Approve", { channel: ops });
    await otto.sees(ops, /People from other workspaces cannot do this\./);
    // Ben was known a moment ago; the press of a grave button looks anew.
    await ben.types(ops, "/ops operations");
    story.slack.changePerson("U0BEN", { deleted: true });
    const value = JSON.stringify({ id: operationId(story, ana, code), version: 1 });
    expect(await deliverPress(story, { userId: "U0BEN", channelId: "C0OPS", action: "ops.approve", value })).toBe(200);
    story.slack.changePerson("U0SAM", { deleted: true });
    expect(await deliverPress(story, { userId: "U0SAM", channelId: "C0OPS", action: "ops.approve", value })).toBe(200);
    await story.settled();
    expect(reading(await ana.sees(ops, new RegExp(code)))).toContain("waiting for approval");
    expect(desired(story)).toBe(4);
    await ana.types("#general", "/incident list");
    expect(ana.told("#general").at(-1)).toContain("Nothing here.");
    expect((await audited(story, "button ops.approve")).toSorted()).toEqual([
      "U0BEN access.refused",
      "U0GUS access.refused",
      "U0OTT access.refused",
      "U0SAM access.refused",
    ]);
  });

  test("a button whose value was edited does nothing", async () => {
    const story = await startScenario();
    const [ana, ben] = [story.person("U0ANA"), story.person("U0BEN")];
    const code = await awaiting(ana);
    const id = operationId(story, ana, code);
    const values = [
      "nonsense",
      "",
      JSON.stringify({ id: "0190-no-such-operation" }),
      JSON.stringify({ id: { $ne: null } }),
      JSON.stringify({ id: `${id}' or '1'='1` }),
      JSON.stringify({ id: `${id}\u0000` }),
    ];
    for (const value of values) {
      for (const action of ["ops.approve", "ops.confirm", "incident.resolve"])
        expect(await deliverPress(story, { userId: "U0BEN", channelId: "C0OPS", action, value })).toBe(200);
    }
    await until("the answers", () => ben.told(ops).length + ben.read(ops).messages.length > 6);
    await story.settled();
    expect(ben.told(ops).join()).not.toMatch(/Something broke|Reference/);
    expect(reading(await ana.sees(ops, new RegExp(code)))).toContain("waiting for approval");
    // The right id of the requester's own operation with another's action is still the requester's press.
    expect(
      await deliverPress(story, {
        userId: "U0ANA",
        channelId: "C0OPS",
        action: "ops.approve",
        value: JSON.stringify({ id }),
      }),
    ).toBe(200);
    await ana.sees(ops, /yourself, so somebody else must approve it/);
    expect(desired(story)).toBe(4);
  });

  test("the audit log verifies, and a changed entry is found", async () => {
    const story = await startScenario();
    const ana = story.person("U0ANA");
    await ana.types("#general", "/incident declare sev3 Disk is filling up");
    await ana.types(ops, "/ops scale agent 3 --yes");
    await story.advance("3m");
    await ana.sees(ops, /Done and verified/);
    const intact = await until("every entry to be sealed", async () => {
      const said = await verifyAudit(story);
      return said.text.includes("Not sealed yet") ? null : said;
    });
    expect(intact).toMatchObject({
      code: 0,
      text: expect.stringMatching(/\d+ entries verified\.[\s\S]*The audit log is intact\./),
    });
    const client = new pg.Client({ connectionString: story.databaseUrl });
    await client.connect();
    await expect(client.query("update audit set actor = 'U0BEN'")).rejects.toThrow("never changed or removed");
    await client.query(
      "set session_replication_role = replica; update audit set actor = 'U0BEN' where action = 'operation.requested'",
    );
    await client.end();
    const broken = await verifyAudit(story);
    expect(broken).toMatchObject({
      code: 1,
      text: expect.stringMatching(/BROKEN at position \d+ \(entry \d+\): this entry is not what was sealed\./),
    });
  });
});

/** The id that an operation's buttons carry. */
function operationId(story: Scenario, person: Person, code: string): string {
  const message = story
    .person(person.id)
    .read(ops)
    .messages.find((one) => reading(one).startsWith(code));
  const value = /"value":"(\{[^}]*\})"/.exec(JSON.stringify(message?.blocks).replaceAll('\\"', "'"))?.[1] ?? "{}";
  return (JSON.parse(value.replaceAll("'", '"')) as { readonly id: string }).id;
}
