import { readFileSync } from "node:fs";
import pg from "pg";
import { describe, expect, test } from "vitest";
import type { SecretsState } from "../../src/sandbox/cloud/secrets/secrets.ts";
import { reading } from "../support/reading.ts";
import { type Scenario, startScenario } from "../support/scenario.ts";

const ops = "#ops";
const example = readFileSync("examples/waooaw/tocsin.yaml", "utf8");
const configuration = example
  .replace(
    "\n# The first rule that holds decides",
    `  session-key:
    max_age: 180d
    consumers: [agent]
    generate: { characters: 48 }
    environments:
      production:
        secrets-manager: { id: waooaw/prod/jwt }
  cache-token:
    environments:
      production:
        secrets-manager: { id: waooaw/prod/redis }

# The first rule that holds decides`,
  )
  .replace(
    "actions: [rotate, cancel-rotation]\n    allow: [members]\n    approvals: 1",
    "actions: [rotate, cancel-rotation]\n    allow: [members]\n    approvals: 0",
  );

async function started() {
  const story = await startScenario({ configuration });
  return { story, ana: story.person("U0ANA") };
}

function secretIn(story: Scenario, name: string) {
  const { secrets } = story.cloud.dump().world.parts.secretsmanager as SecretsState;
  const found = secrets.find((one) => one.name === name);
  if (!found) throw new Error(`There is no secret ${name}`);
  return found;
}

/** Everything the bot keeps and everything it said. */
async function everythingSaid(story: Scenario): Promise<string> {
  const client = new pg.Client({ connectionString: story.databaseUrl });
  await client.connect();
  const { rows: tables } = await client.query<{ name: string }>(
    "select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname not in ('pg_catalog', 'information_schema')",
  );
  const kept: string[] = [];
  for (const { name } of tables) kept.push(JSON.stringify((await client.query(`select * from ${name}`)).rows));
  await client.end();
  return kept.join("\n") + JSON.stringify(story.slack.calls);
}

describe("[O14] secrets", { timeout: 120_000 }, () => {
  test("are listed by age and rotation, the overdue first, and none is read", async () => {
    const { story, ana } = await started();
    await ana.types(ops, "/ops secrets");
    const list = reading(await ana.sees(ops, /Seen/));
    expect(list).toMatch(/Secrets: 1 overdue, 2 in order/);
    expect(list).toMatch(
      /:large_orange_circle: \*session-key\* \(production\) overdue\n400 days old, limit 180 · never rotated/,
    );
    expect(list).toMatch(
      /\*postgres-password\*[^\n]*in order\n20 days old, limit 90 · last rotated .* · rotation on, every 30 days, next/,
    );
    expect(list).toMatch(/\*cache-token\*[^\n]*in order\n190 days old, no limit is configured · .* · rotation off/);
    expect(list.indexOf("session-key")).toBeLessThan(list.indexOf("postgres-password"));
    story.cloud.faults.set("deny", "secretsmanager:DescribeSecret", true);
    await ana.clicks("Look again", { channel: ops });
    expect(reading(await ana.sees(ops, /3 not known/))).toContain("the platform did not let the bot do it");
    expect(story.cloud.calls().filter(({ operation }) => operation === "GetSecretValue")).toEqual([]);
  });

  test("one with a rotation of its own is followed until its new value is current, and its reader restarted", async () => {
    const { story, ana } = await started();
    const before = secretIn(story, "waooaw/prod/postgres").versions[0]?.text;
    await ana.types(ops, "/ops secrets postgres-password");
    await ana.clicks("Rotate postgres-password in production", { channel: ops });
    const plan = reading(await ana.sees(ops, /waiting for confirmation/));
    expect(plan).toMatch(/Rotate postgres-password in production and restart backend/);
    expect(plan).toContain("The platform makes the new value (waooaw-rotate-postgres)");
    await ana.clicks("Confirm", { channel: ops });
    await ana.sees(ops, /rotation started|waiting for the platform/);
    for (let step = 0; step < 60 && !/Done and verified/.test(ana.screen(ops)); step += 1) await story.advance("15s");
    expect(reading(await ana.sees(ops, /Done and verified/))).toMatch(
      /rotation started, new value: current, backend restarted, new tasks of backend: running/,
    );
    const after = secretIn(story, "waooaw/prod/postgres").versions.find(({ stages }) => stages.includes("AWSCURRENT"));
    expect(after?.text).not.toBe(before);
    await ana.types(ops, "/ops secrets postgres-password");
    await ana.sees(ops, /0 days old, limit 90/);
    const said = await everythingSaid(story);
    for (const value of [before, after?.text]) {
      const { password } = JSON.parse(value ?? "{}") as { readonly password: string };
      expect(password.length).toBeGreaterThan(10);
      expect(said).not.toContain(password);
    }
  });

  test("one without is made anew step by step, and the old value is revoked", async () => {
    const { story, ana } = await started();
    await ana.types(ops, '/ops rotate session-key --reason "it is old"');
    await ana.sees(ops, /48 random characters/);
    await ana.clicks("Confirm", { channel: ops });
    for (let step = 0; step < 60 && !/Done and verified/.test(ana.screen(ops)); step += 1) await story.advance("15s");
    expect(reading(await ana.sees(ops, /Done and verified/))).toMatch(
      /new value stored as pending, new value made current, agent restarted, new tasks of agent: running, old value revoked/,
    );
    const { versions } = secretIn(story, "waooaw/prod/jwt");
    const [old, fresh] = versions;
    expect(versions.map(({ stages }) => stages)).toEqual([[], ["AWSCURRENT"]]);
    expect(fresh?.text).toMatch(/^[\w-]{48}$/);
    expect(story.cloud.calls().filter(({ operation }) => operation === "GetSecretValue")).toEqual([]);
    const said = await everythingSaid(story);
    for (const value of [old?.text, fresh?.text]) expect(said).not.toContain(value);
  });

  test("a rotation that gets stuck ends in plain words, and one that nothing rotates is refused", async () => {
    const { story, ana } = await started();
    story.cloud.faults.set("stuck-rotation", "waooaw/prod/postgres", true);
    await ana.types(ops, "/ops rotate postgres-password");
    await ana.clicks("Confirm", { channel: ops, reading: /waiting for confirmation/ });
    await story.advance("11m");
    expect(reading(await ana.sees(ops, /Failed after it began/))).toContain(
      "The rotation has not ended; the old value still holds.",
    );
    await ana.types(ops, "/ops rotate postgres-password");
    await ana.sees(ops, /A rotation of postgres-password in production is under way or got stuck/);
    await ana.types(ops, "/ops rotate cache-token");
    await ana.sees(ops, /Nothing is set up that rotates cache-token/);
  });

  test("after a breach every one is planned, and each is confirmed by typing its name", async () => {
    const { story, ana } = await started();
    await ana.types(ops, "/ops rotate-all");
    expect(ana.told(ops).at(-1)).toContain("Say why every secret is to be rotated.");
    await ana.types(ops, '/ops rotate-all --reason "laptop stolen"');
    await story.settled();
    expect(ana.told(ops).at(-1)).toMatch(
      /Planning 3 rotations, in this order: postgres-password, session-key, cache-token/,
    );
    const plan = reading(await ana.sees(ops, /Rotate session-key/));
    expect(plan).toMatch(/confirms by typing the name/);
    await ana.clicks("Confirm", { channel: ops, reading: /Rotate session-key/ });
    expect(Object.values(await ana.submits({ "Type session-key to confirm": "session" })).join()).toContain("exactly");
    expect(await ana.submits({ "Type session-key to confirm": "session-key" })).toEqual({});
    await ana.sees(ops, /new value made current|waiting for agent/);
  });
});
