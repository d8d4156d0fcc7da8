import { addHours } from "date-fns/addHours";
import { ProviderError, Refusal } from "../../errors.ts";
import type { Configuration } from "../configuration.ts";
import type { Incident } from "../incident/incident.ts";
import { tell } from "../incident/notices.ts";
import { severityOf } from "../incident/severity.ts";
import { providerTroubleInWords } from "../operation/trouble.ts";
import type { App } from "../ports.ts";
import type { TimelineEntry } from "../timeline/entry.ts";

/** One update as it is mailed to one address. */
export interface Mail {
  /** The same for each attempt, by which mail programs know a message they have. */
  readonly id: string;
  readonly to: string;
  readonly subject: string;
  /** Plain text. */
  readonly text: string;
}

export interface Mailer {
  /** Hands it to the mail server; throws ProviderError where that does not take it. */
  readonly send: (mail: Mail) => Promise<void>;
}

/** What an update reads like in a mail; null where it must not be read outside any more. */
export type DrawMail = (
  app: App,
  incidentId: string,
  entryId: string,
) => Promise<Pick<Mail, "subject" | "text"> | null>;

/** So long a mail server that takes nothing is asked again. */
const patienceHours = 2;

/** The addresses that updates of a severity go to; none without a mail server. */
export function mailAddresses(config: Pick<Configuration, "severities" | "integrations">, severity: string) {
  const { mail } = config.integrations;
  return mail ? [...new Set(severityOf(config, severity).mail ?? mail.to)] : [];
}

/** Has an update mailed, to each address by itself, so that one that cannot be reached holds up nobody else. */
export async function askMails(app: App, incident: Incident, entry: TimelineEntry): Promise<void> {
  for (const to of mailAddresses(app.config, incident.severity))
    await app.jobs.add("send-mail", { incidentId: incident.id, entryId: entry.id, to }, { key: `${entry.id}:${to}` });
}

/** Sends one mail; what the server refuses, or does not take for two hours, is said in the incident's channel. */
export async function sendMail(
  needs: {
    readonly transact: <T>(work: (app: App) => Promise<T>) => Promise<T>;
    readonly mailer: Mailer | null;
    readonly drawMail: DrawMail;
  },
  { incidentId, entryId, to }: { readonly incidentId: string; readonly entryId: string; readonly to: string },
): Promise<void> {
  const { transact, mailer, drawMail } = needs;
  const drawn = await transact((app) => drawMail(app, incidentId, entryId));
  if (drawn === null || mailer === null) return;
  try {
    await mailer.send({ ...drawn, id: `${incidentId}.${entryId}`, to });
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    const isOver = await transact((app) => recordUnsent(app, { incidentId, entryId, to }, error));
    if (!isOver) throw new Refusal("try_again", `A mail was not taken yet: ${error.code}.`);
  }
}

/** Whether there is no use in trying again; then it is told. */
async function recordUnsent(
  app: App,
  { incidentId, entryId, to }: { readonly incidentId: string; readonly entryId: string; readonly to: string },
  error: ProviderError,
): Promise<boolean> {
  const incident = await app.incidents.byId(incidentId);
  const told = await app.timeline.byId(entryId);
  if (!incident || !told) return true;
  if (error.fault !== "refused" && error.fault !== "denied" && app.now < addHours(told.at, patienceHours)) return false;
  const why = app.redact(providerTroubleInWords(error));
  const text = `The update could not be mailed to ${to}: ${why}`;
  const entry = await app.timeline.add({ incidentId, at: app.now, kind: "system", actorId: null, text });
  await tell(app, incident, entry);
  return true;
}
