import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, expect, test } from "vitest";
import { type Loaded, loadConfiguration, parseConfiguration } from "../../src/config.ts";
import { ConfigurationError } from "../../src/errors.ts";

const operations = [
  { name: "scale-service", verb: "scale" },
  { name: "rollback-service", verb: "rollback" },
];

function parse(text: string, environment: Readonly<Record<string, string>> = {}): Loaded {
  return parseConfiguration([{ name: "tocsin.yaml", text }], { environment, operations });
}

function faultsOf(work: () => unknown): readonly string[] {
  try {
    work();
  } catch (error) {
    if (error instanceof ConfigurationError) return error.faults;
    throw error;
  }
  return [];
}

let folder: string | null = null;
async function folderWith(files: Readonly<Record<string, string>>): Promise<string> {
  folder = await mkdtemp(join(tmpdir(), "tocsin-config-"));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return folder;
}
afterEach(async () => {
  if (folder) await rm(folder, { recursive: true });
  folder = null;
});

test("a configuration with many faults tells all of them, each with its line, its field and what would be right", () => {
  const text = `
organisation: 12
severites: { SEV1: { summary: x } }
severities:
  SEV1: { summary: a, respond: 5 minutes }
  SEV2: { summary: b, aliases: [sev-1], invite: [ana] }
  1x: { summary: c }
channels:
  incidents: incidents
  operations: #ops
  incidents: twice
environments:
  production: { default: true }
  staging: { default: yes }
services:
  backend:
    aliases: [api]
    dependsOn: [x]
    depends_on: [databse, backend]
    environments:
      prodution: { ecs: { cluster: a, service: b } }
      staging: { esc: { cluster: a } }
      production: { ecs: { cluster: 5 }, logs: none }
  API: {}
  web:
    aliases: [api]
    environments:
      staging: {}
databases:
  database: { environments: { staging: { ecs: { cluster: a, service: b } } } }
policy:
  - name: a
    actions: [scael]
    environments: [stagin]
    targets: [staging/nothing]
    within: { min: 5, max: 2, step: -1 }
    allow: [everyone, "role:comander"]
    confirm: clik
  - actions: []
    allow: [members]
  - { name: a, actions: ["*"], allow: [admins], approvals: 1, approvers: [] }
postmortem:
  sections: [{ id: cause, title: Cause }, { id: cause, title: Cause }]
thresholds: 5
`;
  expect(faultsOf(() => parse(text))).toEqual([
    "tocsin.yaml:2:15 organisation: cannot be 12; write text (in quotes where it looks like a number).",
    "tocsin.yaml:3:1 severites: is not a known key; did you mean severities?",
    'tocsin.yaml:5:32 severities.SEV1.respond: cannot be "5 minutes"; write minutes or hours such as 15m or 4h, or none.',
    'tocsin.yaml:6:33 severities.SEV2.aliases[0]: "sev-1" also means severities.SEV1; give each its own word.',
    'tocsin.yaml:6:50 severities.SEV2.invite[0]: cannot be "ana"; write a Slack user id (U…), an e-mail address or a user group in quotes ("@oncall").',
    "tocsin.yaml:7:3 severities.1x: this name cannot be used; a severity's name starts with a letter, such as SEV1 or P1.",
    "tocsin.yaml:10:3 channels.operations: is empty; write a channel's name without # (YAML takes # for a comment), or its id.",
    "tocsin.yaml:11:3 channels.incidents: is written twice, first on line 9; keep one of the two.",
    "tocsin.yaml:13:26 environments.production.default: true makes production the default although others exist; mark another one, or none.",
    'tocsin.yaml:14:23 environments.staging.default: cannot be "yes"; write true or false.',
    "tocsin.yaml:18:5 services.backend.dependsOn: is not a known key; did you mean depends_on?",
    'tocsin.yaml:19:18 services.backend.depends_on[0]: "databse" is no part of the catalog here; did you mean database?',
    'tocsin.yaml:19:27 services.backend.depends_on[1]: "backend" is the service itself; name what it needs.',
    "tocsin.yaml:21:7 services.backend.environments.prodution: is no environment here; did you mean production?",
    "tocsin.yaml:22:18 services.backend.environments.staging.esc: is not a known key; did you mean ecs?",
    "tocsin.yaml:23:21 services.backend.environments.production.ecs.service: is missing; write its name as the platform knows it.",
    "tocsin.yaml:23:37 services.backend.environments.production.ecs.cluster: cannot be 5; write its name as the platform knows it.",
    'tocsin.yaml:23:48 services.backend.environments.production.logs: cannot be "none"; write a map such as cloudwatch: { group: … }.',
    "tocsin.yaml:24:3 services.API: this name cannot be used; a service's name is lower-case letters, digits and dashes, and starts with a letter.",
    'tocsin.yaml:26:15 services.web.aliases[0]: "api" also means backend, as an alias; give each its own word.',
    "tocsin.yaml:28:7 services.web.environments.staging: names no platform; write one of ecs, kubernetes, compose, pm2 with its coordinates.",
    "tocsin.yaml:30:42 databases.database.environments.staging.ecs: is not a known key; known here: rds, postgres, mysql.",
    'tocsin.yaml:33:15 policy[0].actions[0]: "scael" is no operation here; did you mean scale?',
    'tocsin.yaml:34:20 policy[0].environments[0]: "stagin" is no environment here; did you mean staging?',
    'tocsin.yaml:35:15 policy[0].targets[0]: "staging/nothing" is no part of the catalog here; write one of backend, web, database.',
    "tocsin.yaml:36:20 policy[0].within.min: 5 is above max (2); swap them.",
    "tocsin.yaml:36:37 policy[0].within.step: cannot be -1; write a whole number from 0 to 10000.",
    'tocsin.yaml:37:13 policy[0].allow[0]: cannot be "everyone"; write members, admins, role:<role>, a Slack user id (U…), an e-mail address or a user group in quotes ("@oncall").',
    'tocsin.yaml:37:23 policy[0].allow[1]: "role:comander" is no role here; did you mean role:commander?',
    'tocsin.yaml:38:14 policy[0].confirm: cannot be "clik"; write one of none, click, type.',
    "tocsin.yaml:39:5 policy[1].name: is missing; write text (in quotes where it looks like a number).",
    'tocsin.yaml:39:5 policy[1].actions: is empty; write at least one operation, such as [scale], or ["*"].',
    'tocsin.yaml:41:13 policy[2].name: "a" is the name of an earlier rule; give each its own: refusals name it.',
    "tocsin.yaml:41:63 policy[2].approvers: is empty although approvals are asked for; name who may approve.",
    'tocsin.yaml:43:49 postmortem.sections[1].id: "cause" is the id of an earlier section; give each its own.',
    "tocsin.yaml:44:13 thresholds: cannot be 5; write a list, such as [one, two].",
  ]);
});

test("an environment's roles on AWS are complete with defaults, and what is no role or no length is refused", () => {
  const arn = "arn:aws:iam::123456789012:role/team/tocsin-read";
  const { configuration } = parse(`environments: { live: { aws: { roles: { read: "${arn}" } } } }`);
  expect(configuration.environments[0]?.access).toEqual({
    roles: { read: arn, operate: null, destructive: null },
    externalId: null,
    sessionSeconds: 3600,
  });
  const faults = faultsOf(() =>
    parse("environments:\n  live:\n    aws: { roles: { operate: tocsin-operate }, session_duration: 5m }\n"),
  );
  expect(faults).toEqual([
    expect.stringMatching(/aws\.roles\.read[\s\S]*write a role's full name/),
    expect.stringMatching(/aws\.roles\.operate[\s\S]*write a role's full name/),
    expect.stringMatching(/aws\.session_duration[\s\S]*write a time from 15m to 12h/),
  ]);
});

test("an empty file is complete by defaults, with the four severities and roles and nothing allowed", () => {
  const { configuration, notUsedYet } = parse("");
  expect(configuration.severities.map(({ name }) => name)).toEqual(["SEV1", "SEV2", "SEV3", "SEV4"]);
  expect(configuration.roles.map(({ name }) => name)).toEqual(["commander", "communications", "operations", "scribe"]);
  expect(configuration.environments).toEqual([
    { name: "production", aliases: [], production: true, default: true, region: null },
  ]);
  expect(configuration.policy).toEqual([]);
  expect(configuration.reactions).toEqual({ timeline: "pushpin", actionItem: "white_check_mark" });
  expect(notUsedYet).toEqual([]);
});

test("a short configuration gets its gaps filled and its words made canonical", () => {
  const { configuration } = parse(`
environments:
  production: { aliases: [prod], region: eu-west-1 }
  staging: { default: true }
services:
  backend:
    aliases: [api]
    depends_on: [DB]
    environments:
      prod: { ecs: { cluster: main, service: api } }
      staging: { ecs: { cluster: test, service: api, region: us-east-1 } }
databases:
  postgres: { aliases: [db] }
policy:
  - { name: Anybody on staging, actions: [scale], environments: [staging], targets: [API, prod/api], allow: [members] }
channels: { incidents: "#trouble" }
severities:
  P1: { summary: Down, emoji: ":fire:", respond: 4h, update_every: none, postmortem_within: 5d }
`);
  expect(
    configuration.environments.map(({ name, production, default: isDefault }) => [name, production, isDefault]),
  ).toEqual([
    ["production", true, false],
    ["staging", false, true],
  ]);
  expect(configuration.services[0]).toMatchObject({
    title: "backend",
    dependsOn: ["postgres"],
    health: [],
    runs: [
      { environment: "production", provider: "ecs", at: { cluster: "main", service: "api", region: "eu-west-1" } },
      { environment: "staging", provider: "ecs", at: { cluster: "test", service: "api", region: "us-east-1" } },
    ],
  });
  expect(configuration.policy[0]).toEqual({
    name: "Anybody on staging",
    actions: ["scale-service"],
    environments: ["staging"],
    targets: ["backend", "production/backend"],
    within: null,
    duringIncident: null,
    allow: ["members"],
    approvals: 0,
    approvers: ["members"],
    confirm: "click",
    severities: null,
    onlyIn: null,
    approvalMinutes: null,
    secondFactor: null,
    breakGlass: null,
  });
  expect(configuration.channels.incidents).toBe("trouble");
  expect(configuration.severities).toEqual([
    {
      name: "P1",
      aliases: [],
      summary: "Down",
      emoji: "fire",
      respondMinutes: 240,
      respondIn: "always",
      updateMinutes: null,
      mitigateMinutes: null,
      pageUnresolved: [],
      resolveMinutes: null,
      watchMinutes: 30,
      postmortemHours: 120,
      page: [],
      invite: [],
      closeRequires: [],
    },
  ]);
});

test("phases are what incidents go through, in the order in which they are written", () => {
  const { configuration } = parse(`
phases:
  new: { is: detected }
  acknowledged:
  waiting-for-vendor: { is: investigating, words: [vendor] }
  resolved: { title: Over }
  closed:
`);
  expect(configuration.phases).toEqual([
    { name: "new", title: "New", words: [], milestone: "detected" },
    { name: "acknowledged", title: "Acknowledged", words: [], milestone: "acknowledged" },
    { name: "waiting-for-vendor", title: "Waiting for vendor", words: ["vendor"], milestone: "investigating" },
    { name: "resolved", title: "Over", words: [], milestone: "resolved" },
    { name: "closed", title: "Closed", words: [], milestone: "closed" },
  ]);
});

test("phases without a meaning, out of order, twice said or without an end are faults", () => {
  const text = `
phases:
  detected:
  resolved: { words: [over] }
  triag: { is: acknowledged, words: [over] }
  investigatin:
`;
  expect(faultsOf(() => parse(text))).toEqual([
    "tocsin.yaml:5:3 phases.triag: is acknowledged and comes after resolved; write the phases in order.",
    'tocsin.yaml:5:3 phases.triag: says "over", which means resolved already.',
    "tocsin.yaml:6:3 phases.investigatin: needs `is`: one of detected, acknowledged, investigating, mitigating, mitigated, resolved, closed; did you mean investigating?",
  ]);
});

test("phases need a beginning and an end", () => {
  expect(faultsOf(() => parse("phases: { detected: {}, resolved: {} }"))).toEqual([
    "tocsin.yaml:1:1 phases: needs one that is closed.",
  ]);
});

test("with several environments and none marked, none is the default", () => {
  const { configuration } = parse("environments: { production: {}, staging: {} }");
  expect(configuration.environments.filter((environment) => environment.default)).toEqual([]);
});

test("a second default is a fault", () => {
  expect(faultsOf(() => parse("environments: { staging: { default: true }, test: { default: true } }"))).toEqual([
    "tocsin.yaml:1:62 environments.test.default: true is a second default after staging; only one environment can be meant when nobody says which.",
  ]);
});

test("names from the environment are replaced in values only, are hidden from then on, and never shown in faults", () => {
  const environment = { CLUSTER: "main-cluster", SHORT: "ab", GROUP: "not a person" };
  const text = `
services:
  backend:
    title: "a \${CLUSTER} b \${SHORT}, not $\${CLUSTER}"
    environments: { production: { ecs: { cluster: "\${CLUSTER}", service: api } } }
`;
  const { configuration, redactions } = parse(text, environment);
  expect(configuration.services[0]?.title).toBe(`a main-cluster b ab, not \${CLUSTER}`);
  expect(configuration.services[0]?.runs[0]?.at.cluster).toBe("main-cluster");
  expect(redactions).toEqual(["main-cluster"]);
  expect(faultsOf(() => parse(`oncall: { a: ["\${GROUP}"] }`, environment))).toEqual([
    `tocsin.yaml:1:15 oncall.a[0]: cannot be "\${GROUP}"; write a Slack user id (U…), an e-mail address or a user group in quotes ("@oncall").`,
  ]);
  expect(faultsOf(() => parse(`"\${CLUSTER}": x`, environment))[0]).toContain(`\${CLUSTER}: is not a known key`);
});

test("a name that the environment lacks is a fault that names file, line and field", () => {
  expect(faultsOf(() => parse(`channels:\n  incidents: "\${CHANNEL}"\n`))).toEqual([
    `tocsin.yaml:2:14 channels.incidents: \${CHANNEL} is not in the environment; set CHANNEL before starting.`,
  ]);
});

test("broken YAML is told with its place and not guessed at", () => {
  const faults = faultsOf(() => parse("services:\n  backend: { title: x\npolicy: nonsense\n"));
  expect(faults.length).toBeGreaterThan(0);
  for (const fault of faults) expect(fault).toMatch(/^tocsin\.yaml:\d+:\d+ YAML: /);
});

test("a file that is no map, and aliases without end, are refused", () => {
  expect(faultsOf(() => parse("- a\n"))).toEqual([
    "tocsin.yaml:1:1 the file: the file must be a map; begin with a section such as services:.",
  ]);
  const laughs = Array.from({ length: 9 }, (_, i) => `a${i + 1}: &a${i + 1} [${Array(9).fill(`*a${i}`).join(", ")}]`);
  const faults = faultsOf(() =>
    parse(`thresholds:\n  a0: &a0 [lol]\n${laughs.map((line) => `  ${line}`).join("\n")}\n`),
  );
  expect(faults.join("\n")).toContain("is repeated or nested too often; write it out plainly.");
});

test("a folder is read as one configuration, in the order of the file names", async () => {
  const path = await folderWith({
    "backend.yaml": "services: { backend: { depends_on: [agent] } }",
    "agent.yml": "services: { agent: {} }\nchannels: { incidents: trouble }",
    "notes.txt": "not read",
  });
  const loaded = await loadConfiguration({ path, named: true }, { environment: {}, operations });
  expect(loaded.configuration.services.map(({ name }) => name)).toEqual(["agent", "backend"]);
  expect(loaded.configuration.channels.incidents).toBe("trouble");
  expect(loaded.files).toEqual([join(path, "agent.yml"), join(path, "backend.yaml")]);
});

test("what two files of a folder both write is a fault that names both", async () => {
  const path = await folderWith({
    "a.yaml": "services:\n  backend: {}\npolicy: []\n",
    "b.yaml": "policy: []\nservices:\n  backend: {}\n",
  });
  await expect(loadConfiguration({ path, named: true }, { environment: {}, operations })).rejects.toMatchObject({
    faults: [
      `${join(path, "b.yaml")}:1:1 policy: is also in ${join(path, "a.yaml")}, line 3; keep one of the two.`,
      `${join(path, "b.yaml")}:3:3 services.backend: is also in ${join(path, "a.yaml")}, line 2; keep one of the two.`,
    ],
  });
});

test("without a file the defaults hold, but a file that was named must be there", async () => {
  const path = await folderWith({});
  const missing = join(path, "tocsin.yaml");
  const options = { environment: {}, operations };
  const loaded = await loadConfiguration({ path: missing, named: false }, options);
  expect(loaded.files).toEqual([]);
  expect(loaded.configuration.severities).toHaveLength(4);
  await expect(loadConfiguration({ path: missing, named: true }, options)).rejects.toMatchObject({
    faults: [`${missing}: there is no such file or folder; put TOCSIN_CONFIG right, or unset it.`],
  });
  await expect(loadConfiguration({ path, named: true }, options)).rejects.toMatchObject({
    faults: [`${path}: the folder holds no .yaml file; put one there.`],
  });
});

test("whatever is written, the answer is a configuration or faults with a place", () => {
  const key = fc.constantFrom(
    "services",
    "policy",
    "severities",
    "environments",
    "ecs",
    "name",
    "allow",
    "aliases",
    "x",
  );
  const value = fc.letrec((tie) => ({
    node: fc.oneof(
      { depthSize: "small" },
      fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null), fc.constantFrom("members", "prod", "none")),
      fc.array(tie("node"), { maxLength: 3 }),
      fc.dictionary(key, tie("node"), { maxKeys: 4 }),
    ),
  })).node;
  fc.assert(
    fc.property(fc.dictionary(key, value, { maxKeys: 4 }), (content) => {
      for (const fault of faultsOf(() => parse(JSON.stringify(content))))
        expect(fault).toMatch(/^tocsin\.yaml:\d+:\d+ /);
    }),
    { numRuns: 300 },
  );
});

test("freezes, windows and emergencies are read, and what of them means nothing is told", () => {
  const { configuration } = parse(`
services: { backend: { aliases: [api] } }
freezes:
  - { name: Year end, from: 2026-12-20, to: 2027-01-03, time_zone: Europe/Berlin, except: [rollback], targets: [api] }
  - { name: Friday, every: friday, from: "16:00", to: "24:00" }
maintenance:
  - { task: Patches, every: second Sunday, from: "02:00", to: "04:00" }
  - { task: Backups, every: day, at: "02:00" }
policy:
  - name: Emergency
    actions: ["*"]
    allow: ["@oncall"]
    break_glass: { lifts: [freeze, approvals], for: 45m, review_within: 25h }
  - { name: Scaling, actions: [scale], allow: [members], only_in: Patches, severities: [critical], approvals_last: 10m }
`);
  expect(configuration.freezes).toEqual([
    {
      name: "Year end",
      times: { kind: "once", from: new Date("2026-12-19T23:00Z"), to: new Date("2027-01-03T23:00Z") },
      except: ["rollback-service"],
      environments: null,
      targets: ["backend"],
    },
    {
      name: "Friday",
      times: { kind: "every", days: { weekdays: [5], nth: null }, fromMinute: 960, toMinute: 1440, timezone: "UTC" },
      except: [],
      environments: null,
      targets: null,
    },
  ]);
  expect(configuration.windows.map(({ name }) => name)).toEqual(["Patches"]);
  expect(configuration.policy.map(({ breakGlass }) => breakGlass)).toEqual([
    { lifts: ["freeze", "approvals"], minutes: 45, reviewDays: 2, reviewers: ["admins"] },
    null,
  ]);
  expect(configuration.policy[1]).toMatchObject({ onlyIn: "Patches", severities: ["SEV1"], approvalMinutes: 10 });

  const faults = faultsOf(() =>
    parse(`
freezes:
  - { name: a, every: month, from: "01:00", to: "02:00" }
  - { name: a, from: 2026-02-30, to: 2026-03-01 }
  - { name: b, from: 2026-03-02, to: "2026-03-01 12:00", environments: [prodution] }
  - { name: c, every: Sunday, from: 2026-03-02, to: "04:00" }
maintenance:
  - { task: x, every: Sunday, from: "02:00" }
policy:
  - { name: r, actions: [scale], allow: [], only_in: Patches, severities: [SEV9], break_glass: { lifts: [lock] } }
`),
  ).join("\n");
  for (const said of [
    /freezes\[0\]\.every: .*names no day; write one of day, weekday/,
    /freezes\[1\]\.name: .*the name of an earlier freeze/,
    /freezes\[1\]\.from: .*is no day/,
    /freezes\[2\]\.to: .*is not after from/,
    /freezes\[2\]\.environments\[0\]: .*did you mean production/,
    /freezes\[3\]\.from: .*is a day although every says which/,
    /maintenance\[0\]\.from: .*needs to as well/,
    /policy\[0\]\.only_in: .*is no window of maintenance here/,
    /policy\[0\]\.severities\[0\]: .*is no severity here/,
    /policy\[0\]\.allow: .*although the rule lets somebody break the glass/,
  ])
    expect(faults).toMatch(said);
});
