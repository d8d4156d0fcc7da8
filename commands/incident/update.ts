import type { Configuration } from "../../src/domain/configuration.ts";
import { incidentName } from "../../src/domain/incident/incident.ts";
import { findStep, type Step } from "../../src/domain/incident/phases.ts";
import { leadingSeverity } from "../../src/domain/incident/severity.ts";
import { postUpdate, snoozeUpdate } from "../../src/domain/incident/update.ts";
import { arg, command } from "../../src/slack/command.ts";
import { updateForm } from "../../templates/incident/forms.ts";
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
      const target = incident
        ? { incident, choices: [], channelId: ask.at.channelId }
        : await formTarget(ask, args.incident);
      return {
        modal: updateForm(app.config, target, {
          ...(said.step ? { step: said.step.name } : {}),
          ...(said.severity ? { severity: said.severity } : {}),
          message: said.message,
        }),
      };
    }
    const changed = await postUpdate(app, caller, incident.id, said);
    return tellDone(ask, changed, `${incidentName(changed)} is updated.`);
  },
  buttons: {
    "incident.update": async (ask) => ({ modal: updateForm(ask.app.config, await buttonTarget(ask)) }),
    "incident.snooze": async (ask) => {
      const changed = await snoozeUpdate(ask.app, ask.caller, ask.about.id, 30);
      return tellDone(ask, changed, "The next update is due in 30 minutes.");
    },
  },
  forms: {
    "incident.update": async (ask) => {
      const { app, caller, values } = ask;
      const minutes = Number(values.choice("next") ?? "");
      const status = values.choice("status");
      const changed = await postUpdate(app, caller, formIncident(ask), {
        step: status ? findStep(status) : null,
        severity: values.choice("severity"),
        message: values.text("message"),
        nextMinutes: minutes > 0 ? minutes : null,
      });
      return tellDone(ask, changed, `${incidentName(changed)} is updated.`);
    },
  },
});

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
    const step = said.step ? null : findStep(word.replace(/[:,.]$/, ""));
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
