import { completeBackups } from "../../src/config/backups.ts";
import { completeFollowUp } from "../../src/config/follow-up.ts";
import { completePostmortem } from "../../src/config/postmortem.ts";
import type { Configuration } from "../../src/domain/configuration.ts";
import { defaultSteps } from "../../src/domain/incident/phases.ts";
import { arg, type Command, command } from "../../src/slack/command.ts";

const at = (environment: string) => ({ environment, provider: "ecs", at: { cluster: "c", service: "s" } });

/** A small but complete configuration. */
export const sampleConfiguration: Configuration = {
  audit: { readers: ["admins"], archive: null },
  organisation: "WAOOAW",
  announcements: {},
  statusPage: null,
  severities: [
    severity("SEV1", ["critical", "s1"]),
    severity("SEV2", ["major", "s2"]),
    severity("SEV3", ["minor", "s3"]),
  ],
  phases: defaultSteps,
  roles: [
    { name: "commander", title: "Incident commander", aliases: ["ic"], summary: "Leads" },
    { name: "scribe", title: "Scribe", aliases: [], summary: "Writes" },
  ],
  people: [],
  oncall: [],
  channels: {
    incidents: "incidents",
    alerts: "alerts",
    operations: "ops",
    deployments: "deployments",
    monitoring: null,
    stakeholders: [],
    prefix: "inc",
  },
  environments: [
    { name: "production", aliases: ["prod"], production: true, default: false, region: null },
    { name: "staging", aliases: ["stage"], production: false, default: true, region: null },
  ],
  services: [
    service("backend", ["api"], ["production", "staging"]),
    service("agent", [], ["production"]),
    service("lonely", [], []),
  ],
  resources: [],
  connections: new Map(),
  policy: [],
  freezes: [],
  windows: [],
  reactions: { timeline: "pushpin", actionItem: "white_check_mark" },
  operations: { expireMinutes: 15, verifyMinutes: 10, steadySeconds: 60, diagnoseIncidents: true },
  businessHours: { days: [1, 2, 3, 4, 5], fromMinute: 540, toMinute: 1020, timezone: "UTC" },
  postmortem: completePostmortem(undefined, [], []),
  dashboards: [],
  integrations: { pagerduty: null, github: null, jira: null, statuspage: null },
  thresholds: [],
  leadReminders: { afterMinutes: 10, everyMinutes: 15, atMost: 3 },
  followUp: completeFollowUp({}),
  backups: completeBackups(undefined, undefined),
  changes: [],
};

function severity(name: string, aliases: readonly string[]) {
  return {
    name,
    aliases,
    summary: name,
    emoji: "fire",
    respondMinutes: null,
    respondIn: "always" as const,
    updateMinutes: null,
    mitigateMinutes: null,
    pageUnresolved: [],
    resolveMinutes: null,
    watchMinutes: null,
    postmortemHours: null,
    page: [],
    invite: [],
    closeRequires: [],
  };
}

function service(name: string, aliases: readonly string[], environments: readonly string[]) {
  return {
    name,
    title: name,
    aliases,
    summary: name,
    owner: null,
    links: [],
    runs: environments.map(at),
    dependsOn: [],
    connectionsPerTask: [],
    health: [],
  };
}

const nothing = async () => undefined;

function sample(name: string, args: Command["args"], synonyms: readonly string[] = []): Command {
  return command({ name, summary: `${name} does it`, synonyms, examples: [name], args, needs: "member", run: nothing });
}

/** Commands shaped as the product's own, so that every kind of argument is met. */
export const sampleCommands: readonly Command[] = [
  sample(
    "/incident declare",
    { severity: arg.optional(arg.severity()), title: arg.optional(arg.text("<title>")), private: arg.flag("private") },
    ["new", "open"],
  ),
  sample("/incident severity", { incident: arg.incident(), severity: arg.severity() }, ["sev"]),
  sample("/incident note", { incident: arg.incident(), text: arg.text("<text>") }),
  sample("/incident resolve", { incident: arg.incident(), text: arg.optional(arg.text("<text>")) }),
  sample("/incident status", { incident: arg.incident() }),
  sample("/incident lead", { incident: arg.incident(), person: arg.optional(arg.person()) }),
  sample("/incident role", {
    incident: arg.incident(),
    role: arg.choice("<role>", (config) => config.roles.flatMap((role) => [role.name, ...role.aliases])),
    person: arg.optional(arg.person()),
  }),
  sample("/ops scale", {
    service: arg.target(),
    count: arg.integer("<count>", { min: 0, max: 500 }),
    reason: arg.option("reason", "text"),
    yes: arg.flag("yes"),
  }),
  sample("/ops status", { service: arg.optional(arg.target()) }),
  sample("/ops deploy", {
    service: arg.target(),
    reason: arg.option("reason", "text"),
    version: arg.name("<version>"),
  }),
  sample("/ops run plan", { word: { kind: "word", usage: "<name>", optional: false } }),
];
