import { z } from "zod";
import { type AlertLevel, alertLevels } from "../domain/alert/alert.ts";
import {
  type AlertDecision,
  type AlertProof,
  type AlertSender,
  type AlertSettings,
  senders,
  type ThresholdWatch,
} from "../domain/alert/settings.ts";
import { watchSource } from "../domain/alert/watch.ts";
import type { Configuration, Environment } from "../domain/configuration.ts";
import { catalogName, environmentName, severityName } from "./catalog-words.ts";
import { channel, choice, flag, hours, list, named, object, paged, right, span, text } from "./pieces.ts";
import type { Written } from "./schema.ts";
import { hours as hoursOf, seconds } from "./spans.ts";

const level = choice(alertLevels);
const secret = text.min(
  16,
  right("write at least 16 characters, better still the name of a variable of the environment"),
);

const source = object({
  kind: choice(senders).describe("Who sends, in whose format."),
  token: secret
    .describe("The bearer token that the sender is given: json, alertmanager, grafana, guardduty.")
    .optional(),
  secret: secret
    .describe("What the sender signs its posts with: json, grafana, sentry, pagerduty, snyk, semgrep.")
    .optional(),
  topic: z
    .string(right("write the topic's ARN, such as arn:aws:sns:eu-west-1:123456789012:alarms"))
    .regex(
      /^arn:aws[\w-]*:sns:[a-z0-9-]+:\d{12}:[\w.-]{1,256}$/,
      right("write the topic's ARN, such as arn:aws:sns:eu-west-1:123456789012:alarms"),
    )
    .describe("The only SNS topic whose posts are taken: cloudwatch, guardduty.")
    .optional(),
  levels: object({ critical: list(text).optional(), warning: list(text).optional(), info: list(text).optional() })
    .describe("The sender's own words for each level, instead of the usual ones.")
    .optional(),
  level: level.describe("The level of an alert whose word is none of those; warning by default.").optional(),
  service: text.describe("What of the catalog it is about, where no label says.").optional(),
  environment: text.describe("Where, where no label says.").optional(),
  service_labels: list(text)
    .describe("Labels that name what it is about; the first that leads to something counts.")
    .optional(),
  environment_labels: list(text).describe("Labels that name the environment.").optional(),
  group_by: list(text)
    .describe(
      "Alerts with the same values of these labels are one message; left out: the same title about the same thing.",
    )
    .optional(),
  window: span("10m")
    .describe("So long after the last one a further alert belongs to the same message; 10m by default.")
    .optional(),
});

const decision = {
  channel: channel.describe("Where it is told.").optional(),
  page: z
    .union([flag, list(paged)], right("write true, false, or a list of teams and people"))
    .describe("Who is paged: true for whom the severity names, or a list.")
    .optional(),
  incident: choice(["open", "propose", "none"])
    .describe("Whether it opens an incident by itself, proposes one by a button, or neither.")
    .optional(),
  severity: text.describe("The severity of that incident.").optional(),
};

const every = right("write a time from 1m to 1h, such as 5m");
const watch = object({
  every: z
    .string(every)
    .regex(/^[1-9]\d?[mh]$/, every)
    .refine((written) => seconds(written, 0) <= 3600, every)
    .describe("How often it looks; 5m by default.")
    .optional(),
  targets: list(text)
    .min(1, right("name at least one"))
    .describe("Only at these of the catalog; left out: at all that can be examined.")
    .optional(),
  environments: list(text)
    .min(1, right("name at least one"))
    .describe("Only there; left out: where production is.")
    .optional(),
});

/** Where alerts come from and what follows from them, as people write it. */
export const alertsSchema = object({
  sources: named(source, "a source's name").describe("Who may send: POST /alerts/<name>.").optional(),
  watch: watch
    .describe(
      "The bot's own watch: holds the catalog against the thresholds by itself, and tells what is wrong as alerts.",
    )
    .optional(),
  critical: object(decision).describe("What follows from critical alerts.").optional(),
  warning: object(decision).describe("What follows from warnings.").optional(),
  info: object(decision).describe("What follows from what is only good to know.").optional(),
  routes: list(
    object({
      sources: list(text).describe("Only from these; left out: any.").optional(),
      levels: list(level).describe("Only of these levels.").optional(),
      services: list(text).describe("Only about these of the catalog.").optional(),
      environments: list(text).describe("Only there.").optional(),
      labels: z
        .record(text, text, right("write a map: a label, a colon, and its value"))
        .describe("Only with these values of labels.")
        .optional(),
      service: text.describe("What it is about, where no label says.").optional(),
      ...decision,
    }),
  )
    .describe("The first that fits says what differs from the level's.")
    .optional(),
  calm_in: list(text)
    .describe("Windows of maintenance, by task, or maintenance for any, in which alerts are told and call nobody.")
    .optional(),
  keep: hours
    .describe("So long after they are over, alerts of no incident are forgotten; 90d by default, none for never.")
    .optional(),
}).describe("Where alerts come from and what follows from them.");

export type WrittenAlerts = z.infer<typeof alertsSchema>;

const usualLevels: Readonly<Record<AlertLevel, readonly string[]>> = {
  critical: ["critical", "page", "fatal", "emergency", "high", "p1", "sev1"],
  warning: ["warning", "warn", "error", "medium", "p2", "sev2"],
  info: ["info", "information", "none", "debug", "low"],
};

const usualServiceLabels = [
  "service",
  "service_name",
  "ServiceName",
  "app",
  "job",
  "deployment",
  "container",
  "project",
  "DBInstanceIdentifier",
  "CacheClusterId",
];
const usualEnvironmentLabels = ["environment", "env", "stage", "cluster", "ClusterName"];

/** Fills the defaults in; none where neither a source nor a watch is written. */
export function completeAlerts(
  written: Written,
  environments: readonly Environment[],
  severities: Configuration["severities"],
): AlertSettings | undefined {
  const alerts = written.alerts;
  if (!alerts || (Object.keys(alerts.sources ?? {}).length === 0 && !alerts.watch)) return undefined;
  const thing = (word: string) => catalogName(written, word) ?? word;
  const place = (word: string) => environmentName(environments, word) ?? word;
  const decided = (one: WrittenDecision) => completeDecision(one, written);
  return {
    watch: alerts.watch ? completeWatch(alerts.watch, environments, { thing, place }) : null,
    sources: Object.entries(alerts.sources ?? {}).map(([name, one]): AlertSender => {
      const proof = proofOf(one);
      if (!proof) throw new Error(`The source ${name} has no proof`);
      return {
        name,
        sender: one.kind,
        proof,
        levels: levelWords(one.levels ?? {}),
        otherwise: one.level ?? "warning",
        serviceLabels: one.service_labels ?? usualServiceLabels,
        environmentLabels: one.environment_labels ?? usualEnvironmentLabels,
        service: one.service === undefined ? null : thing(one.service),
        environment: one.environment === undefined ? null : place(one.environment),
        groupBy: one.group_by ?? [],
        windowMinutes: Math.max(1, Math.round(seconds(one.window, 600) / 60)),
      };
    }),
    routes: (alerts.routes ?? []).map((route) => ({
      sources: route.sources ?? null,
      levels: route.levels ?? null,
      services: route.services?.map(thing) ?? null,
      environments: route.environments?.map(place) ?? null,
      labels: route.labels ?? {},
      service: route.service === undefined ? null : thing(route.service),
      decision: decided(route),
    })),
    levels: {
      critical: { ...usual("propose", "severity", severities[0]?.name), ...decided(alerts.critical ?? {}) },
      warning: { ...usual("none", [], severities[1]?.name), ...decided(alerts.warning ?? {}) },
      info: { ...usual("none", [], severities.at(-1)?.name), ...decided(alerts.info ?? {}) },
    },
    calmIn: alerts.calm_in ?? [],
    keepHours: hoursOf(alerts.keep ?? "90d"),
  };
}

/** In the sandbox, which listens on this machine alone, anybody tries alerts out with the token "sandbox". */
export function withSandboxSource(alerts: AlertSettings): AlertSettings {
  if (alerts.sources.some(({ name }) => name === "try")) return alerts;
  const source: AlertSender = {
    name: "try",
    sender: "json",
    proof: { by: "token", token: "sandbox" },
    levels: levelWords({}),
    otherwise: "warning",
    serviceLabels: usualServiceLabels,
    environmentLabels: usualEnvironmentLabels,
    service: null,
    environment: null,
    groupBy: [],
    windowMinutes: 10,
  };
  return { ...alerts, sources: [...alerts.sources, source] };
}

type Named = (word: string) => string;

function completeWatch(
  { every: written, targets, environments: places }: NonNullable<WrittenAlerts["watch"]>,
  environments: readonly Environment[],
  { thing, place }: { readonly thing: Named; readonly place: Named },
): ThresholdWatch {
  const everyMinutes = seconds(written, 300) / 60;
  const production = environments.filter((one) => one.production).map(({ name }) => name);
  return {
    everyMinutes,
    targets: targets?.map(thing) ?? null,
    environments: places?.map(place) ?? production,
    source: watchSource(everyMinutes),
  };
}

type WrittenDecision = Pick<NonNullable<WrittenAlerts["critical"]>, "channel" | "page" | "incident" | "severity">;

function usual(
  incident: AlertDecision["incident"],
  page: AlertDecision["page"],
  severity: string | undefined,
): AlertDecision {
  return { channel: null, incident, severity: severity ?? "", page };
}

function completeDecision(
  { channel: name, page, incident, severity }: WrittenDecision,
  written: Written,
): Partial<AlertDecision> {
  const meant = severity === undefined ? null : severityName(written, severity);
  return {
    ...(name === undefined ? {} : { channel: name.replace(/^#/, "") }),
    ...(page === undefined ? {} : { page: page === true ? ("severity" as const) : page === false ? [] : page }),
    ...(incident === undefined ? {} : { incident }),
    ...(meant === null ? {} : { severity: meant }),
  };
}

/** A level that is written has only the words it names; the usual ones stay for those left out. */
function levelWords(
  written: Partial<Record<AlertLevel, readonly string[] | undefined>>,
): ReadonlyMap<string, AlertLevel> {
  const words = new Map<string, AlertLevel>();
  for (const name of alertLevels) for (const word of usualLevels[name]) if (!written[name]) words.set(word, name);
  for (const name of alertLevels) for (const word of written[name] ?? []) words.set(word.toLowerCase(), name);
  return words;
}

function proofOf(written: NonNullable<WrittenAlerts["sources"]>[string]): AlertProof | null {
  const { token, secret: key, topic } = written;
  if (topic !== undefined) return { by: "sns", topic };
  if (key !== undefined) return { by: "signature", secret: key };
  return token === undefined ? null : { by: "token", token };
}
