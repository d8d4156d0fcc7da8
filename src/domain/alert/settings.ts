import type { AlertLevel } from "./alert.ts";

/** The senders whose posts are understood. */
export const senders = [
  "json",
  "alertmanager",
  "grafana",
  "cloudwatch",
  "sentry",
  "pagerduty",
  "guardduty",
  "snyk",
  "semgrep",
] as const;
export type Sender = (typeof senders)[number];

/** Where alerts come from and what follows from them. */
export interface AlertSettings {
  readonly sources: readonly AlertSender[];
  /** The bot's own watch of thresholds; null where it is not wanted. */
  readonly watch: ThresholdWatch | null;
  /** The first that fits says what differs from its level's. */
  readonly routes: readonly AlertRoute[];
  readonly levels: Readonly<Record<AlertLevel, AlertDecision>>;
  /** Windows of maintenance, by name or `maintenance` for any, in which alerts are told and call nobody. */
  readonly calmIn: readonly string[];
  /** So many hours after they were last heard of, alerts that are over and of no incident are forgotten; null for never. */
  readonly keepHours: number | null;
}

/** Who posts alerts to /alerts/<name>, and how that is known. */
export interface AlertSender extends AlertSource {
  readonly sender: Sender;
  readonly proof: AlertProof;
}

/** Holds what is in the catalog against its thresholds by itself. */
export interface ThresholdWatch {
  readonly everyMinutes: number;
  /** Names of the catalog; null for all of it. */
  readonly targets: readonly string[] | null;
  readonly environments: readonly string[];
  readonly source: AlertSource;
}

/** What all alerts from one place have in common. */
export interface AlertSource {
  readonly name: string;
  /** "own" is the bot itself. */
  readonly sender: Sender | "own";
  /** The sender's words for how bad it is, in lower case, each with the level it stands for here. */
  readonly levels: ReadonlyMap<string, AlertLevel>;
  /** The level of an alert whose word is none of those. */
  readonly otherwise: AlertLevel;
  /** Labels that say which thing of the catalog it is about; the first that leads to one counts. */
  readonly serviceLabels: readonly string[];
  readonly environmentLabels: readonly string[];
  /** Where no label says. */
  readonly service: string | null;
  readonly environment: string | null;
  /** Alerts with the same values of these labels are one message; empty: with the same title about the same thing. */
  readonly groupBy: readonly string[];
  /** So long after the last one was heard of a further alert belongs to the same message. */
  readonly windowMinutes: number;
}

/** How a sender proves that it is the one. */
export type AlertProof =
  | { readonly by: "token"; readonly token: string }
  | { readonly by: "signature"; readonly secret: string }
  /** Amazon SNS signs; only posts of this topic are taken. */
  | { readonly by: "sns"; readonly topic: string };

/** What is done with an alert. */
export interface AlertDecision {
  /** A channel's name or id; null for where the level's alerts usually go. */
  readonly channel: string | null;
  readonly incident: "open" | "propose" | "none";
  /** Canonical name of a severity. */
  readonly severity: string;
  /** Who is paged: whom its severity names, or these; empty for nobody. */
  readonly page: "severity" | readonly string[];
}

/** Null stands for any. What a route leaves out stays as its level has it. */
export interface AlertRoute {
  readonly sources: readonly string[] | null;
  readonly levels: readonly AlertLevel[] | null;
  readonly services: readonly string[] | null;
  readonly environments: readonly string[] | null;
  readonly labels: Readonly<Record<string, string>>;
  /** What it is about, where no label says so. */
  readonly service: string | null;
  readonly decision: Partial<AlertDecision>;
}

/**
 * Senders that tell of each alert when it is over, so that one told again is the same however long that took. What the
 * others told of counts as over after a day of silence.
 */
export function tellsTheEnd(sender: Sender | "own"): boolean {
  return ["alertmanager", "grafana", "cloudwatch", "pagerduty", "own"].includes(sender);
}
