import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { reading } from "../support/reading.ts";
import { type Scenario, startScenario } from "../support/scenario.ts";
import { watched } from "../support/watched.ts";

const ops = "#ops";
// Its address is answered by nobody here.
const example = readFileSync("examples/waooaw/tocsin.yaml", "utf8").replace(
  "        health: { url: https://waooaw.ai/health }\n",
  "",
);
const glass = `policy:
  - name: Deploying in an emergency
    actions: [deploy]
    allow: [members]
    break_glass: { lifts: [checklist] }
`;
const listed = `${example.replace("policy:\n", glass).replace("expire: 15m", "expire: 1h")}
deployments:
  checklist:
    - The migrations were reviewed
    - { item: Somebody watches, required: false }
    - { item: Nothing burns, proof: { no_incident: [SEV1, SEV2] } }
`.replace(
  "    summary: REST API and GraphQL\n",
  `    summary: REST API and GraphQL
    deployments:
      checklist:
        - { item: A backup of today, proof: { backup: postgres, within: 24h } }
        - { item: The load is normal, proof: { normal: [CPU utilization] } }
`,
);
const approved = listed.replace(
  "  - name: Deploying and resizing are standard changes\n",
  `  - name: Deploying takes a second person
    actions: [deploy]
    allow: [members]
    approvals: 1
    approvers: [members]
  - name: Deploying and resizing are standard changes
`,
);

describe("[O6] the checklist before a deployment", { timeout: 240_000 }, () => {
  test("holds it up until it is ticked and proven; ticks stand in the audit log and on the change", async () => {
    const story = await startScenario({ configuration: listed });
    const [ana, ben, eva] = [story.person("U0ANA"), story.person("U0BEN"), story.person("U0EVA")];
    await ana.types(ops, "/ops change standard Bring out v43");
    await ana.seesForm(/New standard change/);
    expect(await ana.submits({ "What is done, and what it touches": "The backend" })).toEqual({});
    await ana.clicks("Submit", { channel: ops });
    await ana.sees(ops, /standard change, approved/);
    await ana.clicks("Start", { channel: ops });
    await ana.sees(ops, /standard change, in progress/);
    await ana.types(ops, "/ops deploy backend v43 --change CHG-1 --yes");
    const plan = reading(await ana.sees(ops, /waiting for confirmation/));
    expect(plan).toMatch(/Before the deployment\*: 2 of 5 open, so that it cannot be confirmed yet/);
    expect(plan).toMatch(/:white_check_mark: Nothing burns: none of SEV1, SEV2 is open on backend/);
    expect(plan).toMatch(/:x: A backup of today: no backup of production\/postgres was made from here/);
    expect(plan).toMatch(/:white_check_mark: The load is normal: CPU utilization: \d/);
    expect(plan).toMatch(/:white_large_square: The migrations were reviewed[\s\S]*Not required: Somebody watches/);
    await ana.clicks("Confirm", { channel: ops, reading: /Deploy/ });
    await story.settled();
    expect(ana.told(ops).at(-1)).toMatch(
      /The checklist of op-\w+ is not done: “The migrations were reviewed”; “A backup of today” \(no backup/,
    );
    await ben.clicks("Tick", { channel: ops, reading: /Deploy/ });
    await ana.sees(ops, /:ballot_box_with_check: The migrations were reviewed – <@U0BEN>/);
    await ana.sees(ops, /CHG-1 Bring out v43[\s\S]*Recorded\*\n.*ticked “The migrations were reviewed” – <@U0BEN>/);
    await ana.types(ops, "/ops backup postgres");
    await ana.sees(
      ops,
      /Take a snapshot[\s\S]*waiting for confirmation|waiting for confirmation[\s\S]*Take a snapshot/,
    );
    await ana.clicks("Confirm", { channel: ops, reading: /Take a snapshot/ });
    for (let tries = 0; tries < 40 && !/Done and verified/.test(ana.screen(ops)); tries += 1)
      await story.advance("20s");
    await ana.clicks("Look again", { channel: ops, reading: /Deploy/ });
    await ana.sees(ops, /Before the deployment\*: done[\s\S]*A backup of today: tocsin-[\w-]+ is \d+ (s|min) old/);
    await story.restart();
    await ana.clicks("Confirm", { channel: ops, reading: /Deploy/ });
    await ana.sees(ops, /Deploy[\s\S]*:arrow_forward: Running|:arrow_forward: Running[\s\S]*Deploy/);
    await ana.sees(ops, /Before: :white_check_mark: The migrations were reviewed \(<@U0BEN>\) · :x: Somebody watches/);
    await eva.types(ops, "/ops audit");
    await story.settled();
    expect(eva.told(ops).join("\n")).toMatch(/checklist\.ticked/);
  });

  test("is looked at again for an approval and once more before anything changes; a tick stands on the timeline", async () => {
    const story = await startScenario({
      configuration: approved.replace(
        "A backup of today, proof: { backup: postgres, within: 24h }",
        "No freeze, proof: { no_freeze: true }",
      ),
    });
    const [ana, ben] = [story.person("U0ANA"), story.person("U0BEN")];
    await ana.types(ops, "/incident declare sev3 Slow pages");
    const incident = `#${await ana.seesChannel(/inc-1/)}`;
    await story.settled();
    await ana.types(incident, "/ops deploy backend v43");
    await ana.sees(incident, /waiting for confirmation/);
    await ana.clicks("Tick", { channel: incident, reading: /Deploy/ });
    await ana.sees(incident, /Before the deployment\*: done/);
    await ana.clicks("Confirm", { channel: incident, reading: /Deploy/ });
    await ana.sees(incident, /waiting for approval/);
    await ben.joins(incident);
    await ben.clicks("Undo", { channel: incident, reading: /Deploy/ });
    await ana.sees(incident, /Before the deployment\*: 1 of 5 open/);
    await ben.clicks("Approve", { channel: incident, reading: /Deploy/ });
    await story.settled();
    expect(ben.told(incident).at(-1)).toMatch(/The checklist of op-\w+ is not done: “The migrations were reviewed”/);
    await ben.clicks("Tick", { channel: incident, reading: /Deploy/ });
    await ana.sees(incident, /Before the deployment\*: done/);
    story.cloud.faults.set("high-load", "waooaw-backend", true);
    await story.advance("6m");
    await ben.clicks("Approve", { channel: incident, reading: /Deploy/ });
    await ana.sees(incident, /Out of date[\s\S]*Its checklist is open again: “The load is normal” \(CPU utilization/);
    expect(story.cloud.calls().filter(({ operation }) => operation === "UpdateService")).toEqual([]);
    await ana.types(incident, "/incident timeline");
    await story.settled();
    await ana.form(/ticked “The migrations were reviewed”[\s\S]*took the tick away from/);
  });

  test("broken glass lifts it where the policy says so", async () => {
    const story = await startScenario({ configuration: listed });
    const ana = story.person("U0ANA");
    await ana.types(ops, '/ops deploy backend v43 --break-glass "checkout is down"');
    const plan = reading(await ana.sees(ops, /glass broken[\s\S]*Before the deployment/));
    expect(plan).toMatch(/glass broken\*: checklist lifted[\s\S]*the glass was broken: it holds nothing up/);
    await ana.clicks("Confirm", { channel: ops, reading: /Deploy/ });
    const end = (await watched(story, ana, ops, /Done and verified/)).at(-1);
    expect(end).toMatch(/Before: :x: The migrations were reviewed/);
  });
});

/** The example with tasks that run before each deployment of the backend. */
function ordered(before: string): string {
  return example
    .replace(
      "    tasks:\n",
      `    deployments:
      before: ${before}
    tasks:
      - { name: migrate, command: [python, manage.py, migrate], timeout: 5m }
      - { name: unmigrate, command: [python, manage.py, migrate, shop, zero] }
      - { name: broken, command: [sh, -c, "exit 3"], timeout: 5m }
`,
    )
    .replace("expire: 15m", "expire: 1h");
}
const calls = (story: Scenario, operation: string) =>
  story.cloud.calls().filter((call) => call.operation === operation && call.error === null);

describe("[O21] what runs before a deployment", { timeout: 240_000 }, () => {
  test("runs in its order with the new version, and only then the service gets it", async () => {
    const story = await startScenario({ configuration: ordered("[migrate, check-migrations]") });
    const ana = story.person("U0ANA");
    await ana.types(ops, "/ops deploy backend v43");
    const plan = reading(await ana.sees(ops, /waiting for confirmation/));
    expect(plan).toMatch(
      /Before it, the task migrate: \*none\* → \*python manage\.py migrate in backend of waooaw-backend:v43/,
    );
    expect(plan).toMatch(/Before it, the task check-migrations/);
    expect(plan).toMatch(/What migrate did stays when the deployment fails\. No task takes it back/);
    expect(plan).toMatch(/In this order: the task migrate, the task check-migrations, the deployment/);
    await ana.clicks("Confirm", { channel: ops });
    const seen = await watched(story, ana, ops, /Done and verified/);
    expect(seen.some((card) => /task migrate started|running|starting/.test(card))).toBe(true);
    expect(seen.at(-1)).toMatch(
      /task migrate started, task migrate: exit code 0, task check-migrations started, task check-migrations: exit code 0, deployment of the copy started/,
    );
    const order = story.cloud
      .calls()
      .filter((call) => /^(RegisterTaskDefinition|RunTask|UpdateService)$/.test(call.operation));
    expect(order.map(({ operation }) => operation)).toEqual([
      "RegisterTaskDefinition",
      "RunTask",
      "RunTask",
      "UpdateService",
    ]);
    const tasks = calls(story, "RunTask").map(({ input }) => input as { readonly taskDefinition: string });
    // The new version, which the service does not run yet.
    for (const { taskDefinition } of tasks) expect(taskDefinition).toMatch(/waooaw-backend:43$/);
    await ana.clicks("Roll back → waooaw-backend:42", { channel: ops });
    await ana.sees(ops, /back from waooaw-backend:43 to waooaw-backend:42[\s\S]*waiting for confirmation/);
  });

  test("ends at the first that fails, says what was done and what not, and how it is taken back", async () => {
    const story = await startScenario({
      configuration: ordered("[migrate, { task: broken, back: unmigrate }, check-migrations]"),
    });
    const ana = story.person("U0ANA");
    await ana.types(ops, "/ops deploy backend v43");
    await ana.sees(ops, /waiting for confirmation/);
    await ana.clicks("Confirm", { channel: ops });
    const end = (await watched(story, ana, ops, /Failed after it began/)).at(-1) ?? "";
    expect(end).toMatch(
      /Done: copy of waooaw-backend:42 registered, task migrate started, task migrate: exit code 0, task broken started/,
    );
    expect(end).toMatch(
      /broken did not end well: exit code 3\. Not done: the task check-migrations, the deployment; backend still runs waooaw-backend:42/,
    );
    expect(end).toMatch(/`\/ops task backend unmigrate --env production` takes it back/);
    expect(end).not.toMatch(/Roll back/);
    expect(calls(story, "UpdateService")).toEqual([]);
    await ana.types(ops, "/ops task backend unmigrate --env production --yes");
    await watched(story, ana, ops, /Run unmigrate once[\s\S]*Done and verified|Done and verified[\s\S]*Run unmigrate/);
  });

  test("is stopped by a person between its steps, and nothing after that is done", async () => {
    const story = await startScenario({ configuration: ordered("[migrate]") });
    const ana = story.person("U0ANA");
    await ana.types(ops, "/ops deploy backend v43");
    await ana.sees(ops, /waiting for confirmation/);
    await ana.clicks("Confirm", { channel: ops });
    await ana.sees(ops, /:arrow_forward: Running[\s\S]*Deploy|Deploy[\s\S]*:arrow_forward: Running/);
    await ana.clicks("Stop", { channel: ops });
    await watched(story, ana, ops, /Stopped by <@U0ANA>/);
    await story.advance("3m");
    expect(calls(story, "UpdateService")).toEqual([]);
  });
});
