import type { Configuration } from "../../src/domain/configuration.ts";
import { openForReading, recordLook } from "../../src/domain/incident/access.ts";
import { type Incident, incidentName } from "../../src/domain/incident/incident.ts";
import { currentStep, findStep, type Step } from "../../src/domain/incident/phases.ts";
import { commanderOf } from "../../src/domain/incident/roles.ts";
import { leadingSeverity } from "../../src/domain/incident/severity.ts";
import { postUpdate, snoozeUpdate } from "../../src/domain/incident/update.ts";
import type { App } from "../../src/domain/ports.ts";
import { publish } from "../../src/domain/status-page/publish.ts";
import { gapsIn, type TemplateFacts } from "../../src/domain/telling/template.ts";
import { Refusal } from "../../src/errors.ts";
import { type Answer, arg, type ButtonAsk, command, type FormAsk } from "../../src/slack/command.ts";
import type { FormTarget } from "../../templates/incident/forms.ts";
import { messageNames, type UpdateFilled, updateForm } from "../../templates/incident/update-form.ts";
import { isUntouched, updateTemplate } from "../../templates/incident/update-templates.ts";
import { publicPartOf } from "./publish.ts";
import { askedIncident, buttonTarget, formIncident, formTarget, tellDone } from "./which.ts";

/** A status update: status, severity and message, in one line or by form. */
export const update = command({
  name: "/incident update",
  synonyms: ["post"],
  summary: "Tell how it stands: status, severity and a message",
  examples: [
    "/incident update mitigating rolled back to 41",
    "/incident update sev1 investigating checkout is down too",
    "/incident update INC-42 error rate is falling",
    "/incident update",
  ],
  args: { incident: arg.incident(), text: arg.optional(arg.text("<status and message>")) },
  needs: "member",
  run: async (ask) => {
    const { app, caller, args } = ask;
    const said = readUpdate(app.config, args.text ?? "");
    const incident = await askedIncident(ask, args.incident);
    if (!incident || !args.text) {
      if (incident) await recordLook(app, caller, incident, "form");
      const target = incident
        ? { incident, choices: [], channelId: ask.at.channelId }
        : await formTarget(ask, args.incident);
      const filled = { ...(said.severity ? { severity: said.severity } : {}), message: said.message };
      return opened(app, target, filled, said.step);
    }
    const changed = await postUpdate(app, caller, incident.id, said);
    return tellDone(ask, changed, `${incidentName(changed)} is updated.`);
  },
  buttons: {
    "incident.update": async (ask) => opened(ask.app, await buttonTarget(ask), {}, null),
    "incident.update.status": chosen,
    // The word that messages of earlier versions still carry.
    "incident.snooze": (ask) => snoozed(ask, 30),
    "incident.snooze-15": (ask) => snoozed(ask, 15),
    "incident.snooze-30": (ask) => snoozed(ask, 30),
    "incident.snooze-60": (ask) => snoozed(ask, 60),
  },
  forms: { "incident.update": submitted },
});

/** The form; a status that is chosen already begins the message with its template. */
async function opened(app: App, target: FormTarget, filled: UpdateFilled, step: Step | null): Promise<Answer> {
  const { incident } = target;
  const shown: UpdateFilled = { ...filled, ...(step ? { step: step.name } : {}) };
  const part = incident && (await publicPartOf(app, incident));
  if (!incident || !step || shown.message) return { modal: updateForm(app.config, target, shown, part) };
  const message = updateTemplate(await factsOf(app, incident, step));
  const begun = message ? { message, template: step.milestone } : {};
  return { modal: updateForm(app.config, target, { ...shown, ...begun }, part) };
}

/** A status was chosen in the open form: its template begins the message, unless somebody has written one. */
async function chosen(ask: ButtonAsk): Promise<Answer | undefined> {
  const { app, caller, about, form, values } = ask;
  const step = findStep(app.config.phases, about.id);
  if (!step || !form || form.id === "pick") return undefined;
  const incident = await openForReading(app, caller, form.id, "form");
  const typed = typedMessage(values).text;
  if (typed && !isUntouched(typed, await factsOf(app, incident, step))) return undefined;
  const severity = values.choice("severity");
  const next = values.choice("next");
  const target = { incident, choices: [], channelId: form.channel ?? null };
  return opened(app, target, { ...(severity ? { severity } : {}), ...(next ? { next } : {}) }, step);
}

async function factsOf(app: App, incident: Incident, step: Step): Promise<TemplateFacts> {
  const commander = commanderOf(incident);
  const names = await app.names(commander ? [commander] : []);
  return { config: app.config, incident, step, severity: incident.severity, now: app.now, names };
}

async function submitted(ask: FormAsk): Promise<Answer | undefined> {
  const { app, caller, values } = ask;
  const minutes = Number(values.choice("next") ?? "");
  const status = values.choice("status");
  const { name, text } = typedMessage(values);
  const id = formIncident(ask);
  const isPublic = values.ticked("publish");
  const publicText = values.text("public_text") ?? text ?? "";
  refuseGaps(text, name);
  if (isPublic) refuseGaps(publicText, values.text("public_text") ? "public_text" : name);
  const step = status ? findStep(app.config.phases, status) : null;
  const severity = values.choice("severity");
  let changed: Incident;
  if (
    isPublic &&
    !text &&
    !severity &&
    (!step || step.name === currentStep(await openForReading(app, caller, id)).name)
  ) {
    changed = await openForReading(app, caller, id);
  } else {
    const said = { step, severity, message: text, nextMinutes: minutes > 0 ? minutes : null };
    changed = await postUpdate(app, caller, id, said).catch((error: unknown) => {
      if (error instanceof Refusal && error.field === "message")
        throw new Refusal(error.code, error.message, error.next, name);
      throw error;
    });
  }
  if (isPublic) {
    changed = await publish(app, caller, id, {
      title: values.text("public_title") ?? "",
      text: publicText,
      components: values.choices("public_components"),
      impact: values.choice("public_impact"),
    });
  }
  return tellDone(ask, changed, `${incidentName(changed)} is updated.`);
}

/** The message and the name its input has in this form; a form without it is the one without a template. */
function typedMessage(values: FormAsk["values"]): { readonly name: string; readonly text: string | null } {
  const name = messageNames.find((one) => values.text(one) !== null) ?? "message";
  return { name, text: values.text(name) };
}

function refuseGaps(text: string | null, field: string): void {
  const gaps = text && gapsIn(text);
  if (gaps) throw new Refusal("missing_argument", gaps, "Fill it in, or take the line out.", field);
}

async function snoozed(ask: ButtonAsk, minutes: number): Promise<Answer | undefined> {
  const changed = await snoozeUpdate(ask.app, ask.caller, ask.about.id, minutes);
  return tellDone(ask, changed, `The next update is due in ${minutes === 60 ? "an hour" : `${minutes} minutes`}.`);
}

interface Said {
  readonly step: Step | null;
  readonly severity: string | null;
  readonly message: string;
}

/** A line that may begin with a status and a severity, in either order; the rest is the message. */
export function readUpdate(config: Configuration, line: string): Said {
  let said: Said = { step: null, severity: null, message: line.trim() };
  for (let turn = 0; turn < 2; turn += 1) {
    const [word = "", ...others] = said.message.split(/\s+/);
    const step = said.step ? null : findStep(config.phases, word.replace(/[:,.]$/, ""));
    if (step) {
      said = { ...said, step, message: said.message.slice(word.length).replace(/^\s*[-–—:]?\s*/, "") };
      continue;
    }
    const head = said.severity ? null : leadingSeverity(config, [word, ...others].join(" "));
    if (!head?.severity) break;
    const words = said.message.split(/\s+/).length - (head.rest ? head.rest.split(/\s+/).length : 0);
    said = { ...said, severity: head.severity.name, message: dropWords(said.message, words) };
  }
  return said;
}

// Keeps the line breaks of what follows.
function dropWords(text: string, count: number): string {
  let rest = text.trimStart();
  for (let dropped = 0; dropped < count; dropped += 1) rest = rest.replace(/^\S+\s*/, "");
  return rest.replace(/^[-–—:]\s*/, "");
}
