import type { Caller } from "../../src/domain/access/caller.ts";
import { findIncident, openForReading, recordLook } from "../../src/domain/incident/access.ts";
import { type Incident, isOpen } from "../../src/domain/incident/incident.ts";
import type { App } from "../../src/domain/ports.ts";
import { Refusal } from "../../src/errors.ts";
import type { Answer, At, ButtonAsk, FormAsk } from "../../src/slack/command.ts";
import { done, pickIncident } from "../../templates/incident/answers.ts";
import type { FormTarget } from "../../templates/incident/forms.ts";

export interface Ask {
  readonly app: App;
  readonly caller: Caller;
  readonly at: At;
}

export type Among = "open" | "ended" | "any";

/** The incident that is named, else the one whose channel this is, else null. */
export function askedIncident({ app, caller, at }: Ask, number: number | undefined): Promise<Incident | null> {
  return findIncident(app, caller, { number, channelId: at.channelId });
}

/** Incidents the person may pick from; refuses when there is none. */
export async function choices({ app, caller }: Ask, among: Among): Promise<readonly Incident[]> {
  const open = among === "any" ? null : among === "open";
  const all = await app.incidents.list({ open, limit: 100, seenBy: caller });
  const visible = all.filter((incident) => among !== "ended" || !isOpen(incident));
  if (visible.length > 0) return visible;
  if (among === "open")
    throw new Refusal("unknown_incident", "There is no open incident.", "Declare one with /incident declare.");
  throw new Refusal(
    "unknown_incident",
    among === "ended" ? "There is no resolved incident." : "There is no incident yet.",
  );
}

/** What a form needs to know of its incident: the one asked for, or those to pick from. */
export async function formTarget(ask: Ask, number: number | undefined, among: Among = "open"): Promise<FormTarget> {
  const incident = await askedIncident(ask, number);
  if (incident) await recordLook(ask.app, ask.caller, incident, "form");
  return { incident, choices: incident ? [] : await choices(ask, among), channelId: ask.at.channelId };
}

/** The same for a button, which carries its incident, or none ("pick") in App Home. */
export async function buttonTarget(ask: ButtonAsk, among: Among = "open"): Promise<FormTarget> {
  const { app, caller, about, at } = ask;
  if (about.id === "pick") return { incident: null, choices: await choices(ask, among), channelId: at.channelId };
  return { incident: await openForReading(app, caller, about.id, "form"), choices: [], channelId: at.channelId };
}

/** Id of the incident a form is about, or that was picked in it. */
export function formIncident({ about, values }: FormAsk): string {
  if (about.id !== "pick") return about.id;
  const picked = values.choice("incident");
  if (!picked) throw new Refusal("missing_argument", "Pick an incident.", null, "incident");
  return picked;
}

/** Asks which incident is meant; the choice goes through the button's door. */
export async function pick(ask: Ask, action: string, question: string, among: Among = "open"): Promise<Answer> {
  return { text: pickIncident(await choices(ask, among), { action, question }) };
}

/**
 * What the person reads after a change. In the incident's own channel nothing: the message that everybody sees there
 * says it. App Home is drawn anew for who pressed a button in it.
 */
export async function tellDone(
  ask: Ask & { readonly about?: { readonly channel?: string } },
  incident: Incident,
  sentence: string,
): Promise<Answer | undefined> {
  const channelId = ask.at.channelId ?? ask.about?.channel ?? null;
  if (channelId === null) {
    await ask.app.outbox.add({ kind: "home", userId: ask.caller.userId }, "answer");
    return undefined;
  }
  if (channelId === incident.channelId) return undefined;
  return { text: done(sentence, incident, { channelId }) };
}
