import type { SentAlert } from "../domain/alert/alert.ts";
import type { Sender } from "../domain/alert/settings.ts";
import { readAlertmanager } from "./alertmanager.ts";
import { readCloudWatch } from "./cloudwatch.ts";
import { readGrafana } from "./grafana.ts";
import { readGuardDuty } from "./guardduty.ts";
import { readJson } from "./json.ts";
import { readPagerDuty } from "./pagerduty.ts";
import { readSemgrep } from "./semgrep.ts";
import { readSentry } from "./sentry.ts";
import { readSnyk } from "./snyk.ts";

/** Headers of a request, by lower-case name. */
export type AlertHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/**
 * Reads what a sender posted, once its proof was right. Empty where it holds nothing to tell (a ping, a scan without
 * findings); null where it is not that sender's.
 */
export type ReadAlerts = (body: unknown, headers: AlertHeaders) => readonly SentAlert[] | null;

/** How each sender's posts are read. A new sender is a file beside this one, a line here, and its name in domain/alert/settings.ts. */
export const readAlerts: Readonly<Record<Sender, ReadAlerts>> = {
  json: readJson,
  alertmanager: readAlertmanager,
  grafana: readGrafana,
  cloudwatch: readCloudWatch,
  sentry: readSentry,
  pagerduty: readPagerDuty,
  guardduty: readGuardDuty,
  snyk: readSnyk,
  semgrep: readSemgrep,
};
