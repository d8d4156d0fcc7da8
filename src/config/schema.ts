import { z } from "zod";
import { closeFields } from "../domain/incident/close-fields.ts";
import { alertsSchema } from "./alerts.ts";
import { auditSchema } from "./audit.ts";
import { awsRolesSchema } from "./aws-roles.ts";
import { backupsSchema, databaseBackupsSchema } from "./backups.ts";
import { businessHoursSchema } from "./business-hours.ts";
import { freezesSchema, maintenanceSchema } from "./calendar.ts";
import { changesSchema } from "./changes.ts";
import { contactsSchema } from "./contacts.ts";
import { costsSchema } from "./costs.ts";
import { deploymentsSchema } from "./deployment-checklist.ts";
import { followUp } from "./follow-up.ts";
import { healthSchema } from "./health.ts";
import { integrations, mailAddresses } from "./integrations.ts";
import { newcomersSchema } from "./newcomers.ts";
import { oncall } from "./oncall.ts";
import { phasesSchema } from "./phases.ts";
import {
  address,
  aliases,
  channel,
  choice,
  count,
  email,
  emoji,
  flag,
  hours,
  links,
  list,
  minutes,
  named,
  object,
  paged,
  person,
  right,
  someMinutes,
  span,
  text,
  userId,
} from "./pieces.ts";
import { platformsFor } from "./platforms.ts";
import { policySchema } from "./policy.ts";
import { postmortem } from "./postmortem.ts";
import { releaseCareSchema } from "./release-care.ts";
import { reminders } from "./reminders.ts";
import { reviewsSchema } from "./reviews.ts";
import { secretsSchema } from "./secrets.ts";
import { securitySchema } from "./security.ts";
import { announcementsSchema, statusPageSchema } from "./telling.ts";
import { thresholdsSchema } from "./thresholds.ts";
import { severityTicket } from "./tickets.ts";

const severity = object({
  summary: text.describe("What it means, in one line."),
  aliases: aliases.optional(),
  emoji: emoji.describe("Name of the emoji shown beside it.").optional(),
  respond: minutes.describe("Until somebody must have acknowledged: 5m, 4h, or none.").optional(),
  respond_in: choice(["always", "business_hours"])
    .describe("Whether that clock runs always, or only in business_hours.")
    .optional(),
  update_every: minutes.describe("How often people must hear something: 15m, or none.").optional(),
  postmortem_within: hours.describe("When the post-mortem is due: 48h, or none.").optional(),
  mitigate_within: minutes.describe("Until the harm must be over: 4h, or none.").optional(),
  resolve_within: minutes.describe("Until it must be resolved: 1d, or none.").optional(),
  watch: minutes.describe("How long health is watched after resolving: 30m by default, or none.").optional(),
  page: list(paged).describe("Who is paged: people, user groups, or teams of oncall.").optional(),
  page_unresolved: list(
    object({
      after: someMinutes.describe("How long it has been unresolved: 90m, 2h."),
      page: list(paged).describe("Who is paged then, whoever works on it: people, user groups, or teams of oncall."),
    }),
  )
    .describe("Who is paged when it is still not resolved.")
    .optional(),
  close_requires: list(choice(closeFields)).describe("What must be filled in before it can be closed.").optional(),
  stakeholders: list(channel)
    .describe("Channels its updates are told in, instead of channels.stakeholders; [] for none.")
    .optional(),
  mail: mailAddresses.describe("Addresses its updates are mailed to, instead of integrations.mail.to.").optional(),
  invite: list(person).describe("Who is invited to the incident's channel.").optional(),
  ticket: severityTicket.optional(),
});

const role = object({
  title: text.optional(),
  aliases: aliases.optional(),
  summary: text.describe("What this role does, in one line.").optional(),
  instructions: text.describe("What whoever gets the role is told to do, by direct message.").optional(),
});

const environment = object({
  production: flag
    .describe("True where customers are; by default true where the name starts with prod or live.")
    .optional(),
  default: flag.describe("The one meant when nobody says; never production unless it is the only one.").optional(),
  region: text.describe("Region of the cloud, such as eu-west-1.").optional(),
  aliases: aliases.optional(),
  aws: awsRolesSchema.optional(),
}).nullable();

const logs = z
  .record(
    text,
    z.record(text, text, right("write a map of texts")),
    right("write a map such as cloudwatch: { group: … }"),
  )
  .describe("Where its log lines are, such as cloudwatch: { group: … }.");

const alarmNames = list(text).describe("Alarms of its platform by name, beside those on its own metrics.");

const service = object({
  title: text.optional(),
  aliases: aliases.optional(),
  summary: text.optional(),
  owner: person.optional(),
  links: links.optional(),
  depends_on: list(text).describe("Names of services, databases, caches and queues it needs.").optional(),
  connections_per_task: named(count(10_000), "a database's name")
    .describe("The size of each task's connection pool, by database: scaling up is held against the server's limit.")
    .optional(),
  deployments: releaseCareSchema.optional(),
  deployed_by: text
    .describe("What deploys it from outside, in people's words: a plan to roll back warns of it.")
    .optional(),
  requires: text
    .describe("The environment a version must have run in before `/ops deploy` brings it to production.")
    .optional(),
  tasks: list(
    object({
      name: text.regex(/^[a-z][a-z0-9-]{0,39}$/, right("write lower-case letters, digits and dashes")),
      summary: text.optional(),
      command: list(text)
        .min(1, right("write the command and its arguments, such as [npm, run, check]"))
        .describe("The command and its arguments, each an item; no shell reads them."),
      container: text.describe("The container it runs in, where it is not the one that serves requests.").optional(),
      timeout: span("10m").describe("It is stopped after this long. Default 10m.").optional(),
      lines: count(200).describe("How many of its last log lines are shown. Default 50.").optional(),
    }),
  )
    .describe("Commands that may be run once beside it with `/ops task`.")
    .optional(),
  works_without: list(text)
    .describe("Those of depends_on that it works without: while they are away it only degrades.")
    .optional(),
  alarms: alarmNames.optional(),
  environments: named(
    object({ ...platformsFor("service"), logs: logs.optional(), health: healthSchema.optional() }),
    "an environment's name",
  )
    .describe("Where it runs: for each environment the platform and its coordinates.")
    .optional(),
});

const resourceShape = (kind: "database" | "cache" | "queue") => ({
  title: text.optional(),
  aliases: aliases.optional(),
  alarms: alarmNames.optional(),
  environments: named(object(platformsFor(kind)), "an environment's name").optional(),
});
const resource = (kind: "cache" | "queue") => named(object(resourceShape(kind)), `a ${kind}'s name`);
const database = object({ ...resourceShape("database"), backups: databaseBackupsSchema.optional() });

/** Sections whose meaning comes with a later version: only a map or a list is asked for. */
const later = (what: string) =>
  z
    .union([z.record(z.string(), z.unknown()), z.array(z.unknown())], right("write a map or a list"))
    .describe(`${what} Accepted and not used yet.`)
    .optional();

/** The whole file. */
export const configurationSchema = object({
  $schema: z.string().describe("Where an editor finds the schema.").optional(),
  organisation: text.describe("Your organisation's name.").optional(),
  severities: z
    .record(
      z
        .string()
        .regex(/^[A-Za-z][A-Za-z0-9 _-]{0,29}$/, right("a severity's name starts with a letter, such as SEV1 or P1")),
      severity,
      right("write a map: SEV1: { summary: … }"),
    )
    .describe("Most severe first.")
    .optional(),
  phases: phasesSchema.optional(),
  roles: named(role.nullable(), "a role's name").optional(),
  people: z
    .record(
      z
        .string()
        .regex(
          new RegExp(`^(${userId}|${email})$`, "u"),
          right("a person is named by Slack user id (U…) or e-mail address"),
        ),
      object({
        name: text.optional(),
        title: text.optional(),
        github: text.describe("Login in GitHub, for tickets that are theirs.").optional(),
        jira: text.describe("Account id in Jira, for tickets that are theirs.").optional(),
        accounts: list(person)
          .describe("Other accounts of the same person: whoever asks with one approves with none.")
          .optional(),
      }),
      right("write a map: ana@example.com: { name: … }"),
    )
    .optional(),
  oncall: oncall.optional(),
  channels: object({
    incidents: channel.describe("Where incidents are announced.").optional(),
    alerts: channel.describe("Where alerts are told; channels.incidents by default.").optional(),
    operations: channel.optional(),
    deployments: channel.optional(),
    monitoring: channel
      .describe("Where alerts are told that are only good to know; channels.alerts by default.")
      .optional(),
    stakeholders: list(channel).describe("Where each update is told to people outside the response.").optional(),
    prefix: z
      .string(right("write a short word such as inc"))
      .regex(/^[a-z0-9][a-z0-9_-]{0,19}$/, right("write a short word such as inc, in lower case"))
      .describe("First part of an incident channel's name.")
      .optional(),
  }).optional(),
  business_hours: businessHoursSchema.optional(),
  contacts: contactsSchema.optional(),
  environments: named(environment, "an environment's name").optional(),
  services: named(service, "a service's name").optional(),
  databases: named(database, "a database's name").optional(),
  caches: resource("cache").optional(),
  queues: resource("queue").optional(),
  secrets: secretsSchema.optional(),
  policy: policySchema.optional(),
  audit: auditSchema.optional(),
  security: securitySchema.optional(),
  reactions: object({
    timeline: emoji.describe("Puts a message on the timeline.").optional(),
    action_item: emoji.describe("Makes a message an action item.").optional(),
  }).optional(),
  operations: object({
    expire: span("15m").describe("A plan nobody confirmed or approved dies after this.").optional(),
    verify: span("15m").describe("How long an applied change may take to be seen.").optional(),
    steady: span("60s").describe("How long the state asked for must be seen.").optional(),
    diagnose_incidents: flag
      .describe("Whether what an incident affects is diagnosed in its channel by itself; true by default.")
      .optional(),
  }).optional(),
  postmortem: postmortem.optional(),
  dashboards: links.optional(),
  integrations: integrations.optional(),
  reminders: reminders.optional(),
  follow_up: followUp.optional(),
  backups: backupsSchema.optional(),
  costs: costsSchema.optional(),
  reviews: reviewsSchema.optional(),
  newcomers: newcomersSchema.optional(),
  thresholds: thresholdsSchema.optional(),
  certificates: list(address)
    .describe("Further https addresses whose certificates `/ops certs` looks at, beside those of health checks.")
    .optional(),
  freezes: freezesSchema.optional(),
  maintenance: maintenanceSchema.optional(),
  changes: changesSchema.optional(),
  deployments: deploymentsSchema.optional(),
  runbooks: later("Where runbooks lie."),
  alerts: alertsSchema.optional(),
  announcements: announcementsSchema.optional(),
  status_page: statusPageSchema.optional(),
});

/** The file once its shape is right. */
export type Written = z.infer<typeof configurationSchema>;
