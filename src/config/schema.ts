import { z } from "zod";
import { closeFields } from "../domain/incident/close-fields.ts";
import { businessHoursSchema } from "./business-hours.ts";
import { followUp } from "./follow-up.ts";
import { healthSchema } from "./health.ts";
import { integrations } from "./integrations.ts";
import { oncall } from "./oncall.ts";
import {
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
  principal,
  right,
  span,
  text,
  userId,
} from "./pieces.ts";
import { platformsFor } from "./platforms.ts";
import { postmortem } from "./postmortem.ts";
import { reminders } from "./reminders.ts";
import { announcementsSchema, statusPageSchema } from "./telling.ts";
import { thresholdsSchema } from "./thresholds.ts";

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
  close_requires: list(choice(closeFields)).describe("What must be filled in before it can be closed.").optional(),
  stakeholders: list(channel)
    .describe("Channels its updates are told in, instead of channels.stakeholders; [] for none.")
    .optional(),
  invite: list(person).describe("Who is invited to the incident's channel.").optional(),
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
}).nullable();

const logs = z
  .record(
    text,
    z.record(text, text, right("write a map of texts")),
    right("write a map such as cloudwatch: { group: … }"),
  )
  .describe("Where its log lines are, such as cloudwatch: { group: … }.");

const service = object({
  title: text.optional(),
  aliases: aliases.optional(),
  summary: text.optional(),
  owner: person.optional(),
  links: links.optional(),
  depends_on: list(text).describe("Names of services, databases, caches and queues it needs.").optional(),
  environments: named(
    object({ ...platformsFor("service"), logs: logs.optional(), health: healthSchema.optional() }),
    "an environment's name",
  )
    .describe("Where it runs: for each environment the platform and its coordinates.")
    .optional(),
});

const resource = (kind: "database" | "cache" | "queue" | "secret") =>
  named(
    object({
      title: text.optional(),
      aliases: aliases.optional(),
      environments: named(object(platformsFor(kind)), "an environment's name").optional(),
    }),
    `a ${kind}'s name`,
  );

const within = object({
  min: count(10_000).optional(),
  max: count(10_000).optional(),
  step: count(10_000).describe("The largest change in one go.").optional(),
});

const rule = object({
  name: text.describe("What people read when this rule decides."),
  actions: list(text)
    .min(1, right('write at least one operation, such as [scale], or ["*"]'))
    .describe('Operations by name or verb, or "*" for all.'),
  environments: list(text).describe("Only there; left out: everywhere.").optional(),
  targets: list(text)
    .describe("Only these of the catalog, such as backend or production/backend; left out: all.")
    .optional(),
  within: within.describe("Holds only for counts inside these limits.").optional(),
  during_incident: flag
    .describe("true: only in an open incident's channel; false: only outside; left out: anywhere.")
    .optional(),
  allow: list(principal).describe("Who may ask; an empty list: nobody, whatever later rules say."),
  approvals: count(5).describe("How many other people must approve.").optional(),
  approvers: list(principal).describe("Who may approve; left out: who may ask.").optional(),
  confirm: choice(["none", "click", "type"])
    .describe("none: --yes may skip the click; click: one confirming click; type: the target's name is typed.")
    .optional(),
});

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
  roles: named(role.nullable(), "a role's name").optional(),
  people: z
    .record(
      z
        .string()
        .regex(
          new RegExp(`^(${userId}|${email})$`, "u"),
          right("a person is named by Slack user id (U…) or e-mail address"),
        ),
      object({ name: text.optional(), title: text.optional() }),
      right("write a map: ana@example.com: { name: … }"),
    )
    .optional(),
  oncall: oncall.optional(),
  channels: object({
    incidents: channel.describe("Where incidents are announced.").optional(),
    alerts: channel.optional(),
    operations: channel.optional(),
    deployments: channel.optional(),
    monitoring: channel.optional(),
    stakeholders: list(channel).describe("Where each update is told to people outside the response.").optional(),
    prefix: z
      .string(right("write a short word such as inc"))
      .regex(/^[a-z0-9][a-z0-9_-]{0,19}$/, right("write a short word such as inc, in lower case"))
      .describe("First part of an incident channel's name.")
      .optional(),
  }).optional(),
  business_hours: businessHoursSchema.optional(),
  environments: named(environment, "an environment's name").optional(),
  services: named(service, "a service's name").optional(),
  databases: resource("database").optional(),
  caches: resource("cache").optional(),
  queues: resource("queue").optional(),
  secrets: resource("secret").optional(),
  policy: list(rule)
    .describe("The first rule whose conditions all hold decides; where none does the answer is no.")
    .optional(),
  reactions: object({
    timeline: emoji.describe("Puts a message on the timeline.").optional(),
    action_item: emoji.describe("Makes a message an action item.").optional(),
  }).optional(),
  operations: object({
    expire: span("15m").describe("A plan nobody confirmed or approved dies after this.").optional(),
    verify: span("15m").describe("How long an applied change may take to be seen.").optional(),
    steady: span("60s").describe("How long the state asked for must be seen.").optional(),
  }).optional(),
  postmortem: postmortem.optional(),
  dashboards: links.optional(),
  integrations: integrations.optional(),
  reminders: reminders.optional(),
  follow_up: followUp.optional(),
  thresholds: thresholdsSchema.optional(),
  freezes: later("Times in which changes wait."),
  maintenance: later("Maintenance windows and tasks."),
  runbooks: later("Where runbooks lie."),
  alerts: later("Where alerts come from and go."),
  announcements: announcementsSchema.optional(),
  status_page: statusPageSchema.optional(),
});

/** The file once its shape is right. */
export type Written = z.infer<typeof configurationSchema>;
