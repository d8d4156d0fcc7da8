import { z } from "zod";
import { platformsFor } from "./platforms.ts";

/**
 * The configuration as people write it. Every `error` says what would be right, as the end of a sentence that starts
 * with what was found; every description is what an editor shows while one types.
 */
const right = (text: string) => ({ error: text });

const text = z.string(right("write text (in quotes where it looks like a number)")).min(1, right("write some text"));
const flag = z.boolean(right("write true or false"));
const count = (most: number) => {
  const range = right(`write a whole number from 0 to ${most}`);
  return z.int(range).min(0, range).max(most, range);
};
const choice = <const T extends readonly [string, ...string[]]>(values: T) =>
  z.enum(values, right(`write one of ${values.join(", ")}`));
const object = <T extends z.ZodRawShape>(shape: T) =>
  z.strictObject(shape, right(`write a map with ${Object.keys(shape).slice(0, 4).join(", ")}`));
const list = <T extends z.ZodType>(item: T) => z.array(item, right("write a list, such as [one, two]"));

const named = <T extends z.ZodType>(value: T, what: string) => {
  const key = `${what} is lower-case letters, digits and dashes, and starts with a letter`;
  return z.record(
    z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, right(key)),
    value,
    right(`write a map: a name, a colon, and what it is`),
  );
};

const minutes = z
  .string(right("write minutes or hours such as 15m or 4h, or none"))
  .regex(/^([1-9]\d{0,3}[mhd]|none)$/, right("write minutes or hours such as 15m or 4h, or none"));
const hours = z
  .string(right("write hours or days such as 48h or 5d, or none"))
  .regex(/^([1-9]\d{0,3}[hd]|none)$/, right("write hours or days such as 48h or 5d, or none"));
const span = (example: string) =>
  z
    .string(right(`write a time such as ${example}`))
    .regex(/^[1-9]\d{0,3}[smh]$/, right(`write a time such as ${example}`));

const personForms = 'a Slack user id (U…), an e-mail address or a user group in quotes ("@oncall")';
const userId = "[UW][A-Z0-9]{2,}";
const email = "[^@\\s]+@[^@\\s]+\\.[^@\\s]+";
const group = "@[\\p{L}0-9][\\p{L}0-9._-]*|S[A-Z0-9]{2,}";
const person = z
  .string(right(`write ${personForms}`))
  .regex(new RegExp(`^(${userId}|${email}|${group})$`, "u"), right(`write ${personForms}`));
const principalForms = `members, admins, role:<role>, ${personForms}`;
const principal = z
  .string(right(`write ${principalForms}`))
  .regex(
    new RegExp(`^(members|admins|role:[a-z][a-z0-9-]*|${userId}|${email}|${group})$`, "u"),
    right(`write ${principalForms}`),
  );
const channel = z
  .string(right("write a channel's name without # (YAML takes # for a comment), or its id"))
  .regex(
    /^(#?[\p{Ll}\p{Lo}\p{N}][\p{Ll}\p{Lo}\p{N}_-]{0,79}|[CG][A-Z0-9]{2,})$/u,
    right("write a channel's name such as incidents, or its id"),
  );
const emoji = z
  .string(right("write an emoji's name such as pushpin"))
  .regex(/^:?[a-z0-9_+'-]+:?$/, right("write an emoji's name such as pushpin"));
const address = z
  .string(right("write an address such as https://example.com/"))
  .regex(/^https?:\/\/[^\s<>|]{1,2000}$/, right("write an address such as https://example.com/"));
const links = z
  .record(text, address, right("write a map: a title, a colon, and an address"))
  .describe("Labelled links: a title and an address.");
const aliases = list(text).describe("Other words for it; case, spaces and dashes never matter.");

const severity = object({
  summary: text.describe("What it means, in one line."),
  aliases: aliases.optional(),
  emoji: emoji.describe("Name of the emoji shown beside it.").optional(),
  respond: minutes.describe("Until somebody must have acknowledged: 5m, 4h, or none.").optional(),
  update_every: minutes.describe("How often people must hear something: 15m, or none.").optional(),
  postmortem_within: hours.describe("When the post-mortem is due: 48h, or none.").optional(),
  invite: list(person).describe("Who is invited to the incident's channel.").optional(),
});

const role = object({
  title: text.optional(),
  aliases: aliases.optional(),
  summary: text.describe("What this role does, in one line.").optional(),
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
const health = z
  .record(text, text, right("write a map such as url: https://…"))
  .describe("How its health is read, such as url: https://….");

const service = object({
  title: text.optional(),
  aliases: aliases.optional(),
  summary: text.optional(),
  owner: person.optional(),
  links: links.optional(),
  depends_on: list(text).describe("Names of services, databases, caches and queues it needs.").optional(),
  environments: named(
    object({ ...platformsFor("service"), logs: logs.optional(), health: health.optional() }),
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

const section = object({
  id: text.regex(/^[a-z][a-z0-9-]*$/, right("write lower-case letters, digits and dashes")),
  title: text,
  help: text.describe("What belongs in it, shown above the empty field.").optional(),
  required: flag.describe("Whether publishing asks for it.").optional(),
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
  oncall: named(list(person).min(1, right("name at least one person")), "a team's name")
    .describe("Teams on call; the first person is primary.")
    .optional(),
  channels: object({
    incidents: channel.describe("Where incidents are announced.").optional(),
    alerts: channel.optional(),
    operations: channel.optional(),
    deployments: channel.optional(),
    monitoring: channel.optional(),
    prefix: z
      .string(right("write a short word such as inc"))
      .regex(/^[a-z0-9][a-z0-9_-]{0,19}$/, right("write a short word such as inc, in lower case"))
      .describe("First part of an incident channel's name.")
      .optional(),
  }).optional(),
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
  postmortem: object({
    template: text.optional(),
    sections: list(section).min(1, right("write at least one section, or leave the list out")).optional(),
  }).optional(),
  dashboards: links.optional(),
  thresholds: later("Normal, warning and critical values."),
  freezes: later("Times in which changes wait."),
  maintenance: later("Maintenance windows and tasks."),
  runbooks: later("Where runbooks lie."),
  alerts: later("Where alerts come from and go."),
  status_page: later("The status page."),
});

/** The file once its shape is right. */
export type Written = z.infer<typeof configurationSchema>;
