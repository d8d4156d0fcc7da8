import { expect, test } from "vitest";
import { parseConfiguration } from "../../src/config.ts";
import { ConfigurationError } from "../../src/errors.ts";

const parse = (text: string) =>
  parseConfiguration([{ name: "tocsin.yaml", text }], { environment: {}, operations: [] }).configuration;

function faultsOf(text: string): string {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.faults.join("\n");
    throw error;
  }
  return "";
}

const catalog = `
environments: { staging: { aliases: [stage] }, production: {} }
databases: { postgres: { aliases: [pg] } }
thresholds: [{ metric: CPU utilization, critical: "> 90 %" }]
`;

test("who is told of deployments is a service's own where it says so, none where that is empty", () => {
  const { services } = parse(`${catalog}
deployments: { announce: ["#product"] }
services:
  backend: { deployments: { announce: [support, product] } }
  agent: { deployments: { announce: [] } }
  web: { deployments: { watch_for: 15m } }
`);
  expect(services.map(({ name, announce }) => [name, announce])).toEqual([
    ["backend", ["support", "product"]],
    ["agent", []],
    ["web", ["product"]],
  ]);
  expect(parse(`${catalog}\nservices: { web: { deployments: { announce: [product] } } }`).releaseCare?.has("web")).toBe(
    false,
  );
  expect(faultsOf("services: { web: { deployments: { announce: [not a channel] } } }")).toContain(
    "write a channel's name",
  );
});

test("a checklist is complete with its defaults and in canonical words", () => {
  const { deploymentChecklist, releaseCare } = parse(
    `${catalog}
deployments:
  checklist:
    - CI is green
    - { item: A backup, proof: { backup: PG } }
    - { item: No fire, proof: { no_incident: [sev-1, SEV2] }, environments: [prod uction, stage] }
services:
  backend:
    deployments:
      checklist:
        - { item: Staging has it, proof: { deployed_in: stage }, required: false }
        - { item: The load, proof: { normal: [cpu utilization] } }
        - { item: All is well, proof: { normal: all } }
        - { item: The agent first, proof: { deployed_first: agent } }
        - { item: Calm, proof: { no_freeze: true } }
        - { item: Reviewed, proof: { under_change: true } }
  agent: { deployments: {} }
`.replace("prod uction", "production"),
  );
  const usual = { required: true, environments: null };
  expect(deploymentChecklist).toEqual([
    { ...usual, text: "CI is green", proof: null, service: null },
    {
      ...usual,
      text: "A backup",
      proof: { kind: "backup", database: "postgres", withinSeconds: 86_400 },
      service: null,
    },
    {
      text: "No fire",
      required: true,
      proof: { kind: "no-incident", severities: ["SEV1", "SEV2"] },
      service: null,
      environments: ["production", "staging"],
    },
    ...[
      { text: "Staging has it", required: false, proof: { kind: "deployed-in", environment: "staging" } },
      { text: "The load", proof: { kind: "normal", metrics: ["cpu utilization"] } },
      { text: "All is well", proof: { kind: "normal", metrics: null } },
      { text: "The agent first", proof: { kind: "deployed-first", service: "agent" } },
      { text: "Calm", proof: { kind: "no-freeze" } },
      { text: "Reviewed", proof: { kind: "under-change" } },
    ].map((item) => ({ ...usual, service: "backend", ...item })),
  ]);
  // What only says what comes before a deployment asks for no watch after it.
  expect([...(releaseCare?.keys() ?? [])]).toEqual(["agent"]);
});

test("what a proof names and is not there, what is said twice and what is no proof is refused at its line", () => {
  const faults = faultsOf(`${catalog}
deployments:
  checklist:
    - CI is green
    - { item: A backup, proof: { backup: postgras } }
    - { item: Fire, proof: { no_incident: [SEV9] } }
    - { item: Load, proof: { normal: [CPU utilisation] } }
    - { item: First, proof: { deployed_first: agnt } }
    - { item: Where, proof: { deployed_in: stagging }, environments: [prodution] }
services:
  agent: { tasks: [{ name: migrate, command: [m] }], deployments: { before: [migrate, migrte, { task: migrate, back: x }] } }
  backend: { deployments: { checklist: [ci is GREEN] } }
`);
  expect(faults).toMatch(/deployed_first: "agnt" is no service here; did you mean agent\?/);
  expect(faults).toMatch(/agent\.deployments\.before\[1\].* is no task of agent here; did you mean migrate\?/);
  expect(faults).toMatch(/agent\.deployments\.before\[2\].* is no task of agent here/);
  expect(faults).toMatch(/proof\.backup: "postgras" is no database here; did you mean postgres\?/);
  expect(faults).toMatch(/no_incident.*is no severity here/);
  expect(faults).toMatch(/normal.*is no metric of thresholds here; did you mean CPU utilization\?/);
  expect(faults).toMatch(/deployed_in: "stagging" is no environment here; did you mean staging\?/);
  expect(faults).toMatch(/environments.*is no environment here; did you mean production\?/);
  expect(faults).toMatch(/services\.backend\.deployments\.checklist.*is on the list already/);
});

test("shares of a canary are in their order, and have its deployments watched", () => {
  const service = (canary: string) => `services:\n  backend: { deployments: { canary: ${canary} } }\n`;
  expect(parse(service("[5, 25, 100]")).releaseCare?.get("backend")?.shares).toEqual([5, 25, 100]);
  for (const wrong of ["[50, 10]", "[0, 10]", "[10, 10]", "[10, 101]", "[]", "10"])
    expect(faultsOf(service(wrong)), wrong).toMatch(/deployments\.canary/);
});

test("tasks before a deployment are known and said once", () => {
  const service = (before: string) =>
    `services:\n  backend: { tasks: [{ name: migrate, command: [m] }], deployments: { before: ${before} } }\n`;
  const { services, releaseCare } = parse(service("[migrate]"));
  expect(services[0]?.before).toEqual([{ task: "migrate", back: null }]);
  expect(releaseCare?.size).toBe(0);
  expect(faultsOf(service("[migrate, migrate]"))).toMatch(/before\[1\].* is on the list already; a task runs once/);
  expect(faultsOf(service('["rm -rf /"]'))).toMatch(/is no task of backend here/);
  expect(faultsOf(service("migrate"))).toMatch(/before/);
});

test.each([
  ["two proofs", "{ item: x, proof: { no_freeze: true, under_change: true } }"],
  ["no proof", "{ item: x, proof: {} }"],
  ["a proof of nothing", "{ item: x, proof: { no_freeze: false } }"],
  ["a time without a backup", "{ item: x, proof: { no_freeze: true, within: 3h } }"],
  ["a number", "12"],
  ["an empty item", '""'],
  ["an unknown key", "{ item: x, prove: y }"],
])("%s is refused", (_name, item) => {
  expect(faultsOf(`deployments:\n  checklist:\n    - ${item}\n`)).toMatch(/deployments\.checklist/);
});
