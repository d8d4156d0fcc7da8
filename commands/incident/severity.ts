import { incidentName } from "../../src/domain/incident/incident.ts";
import { postUpdate } from "../../src/domain/incident/update.ts";
import { arg, command } from "../../src/slack/command.ts";
import { severityForm } from "../../templates/incident/forms.ts";
import { askedIncident, buttonTarget, formIncident, formTarget, tellDone } from "./which.ts";

/** Raises or lowers the severity. */
export const severity = command({
  name: "/incident severity",
  synonyms: ["sev"],
  summary: "Raise or lower the severity",
  examples: ["/incident severity sev1", "/incident severity sev3 only two customers", "/incident severity"],
  args: { incident: arg.incident(), severity: arg.optional(arg.severity()), why: arg.optional(arg.text("<why>")) },
  needs: "member",
  run: async (ask) => {
    const { app, caller, args } = ask;
    const incident = await askedIncident(ask, args.incident);
    if (!incident || !args.severity) {
      const target = incident
        ? { incident, choices: [], channelId: ask.at.channelId }
        : await formTarget(ask, args.incident);
      return {
        modal: severityForm(app.config, target, {
          ...(args.severity ? { severity: args.severity } : {}),
          ...(args.why ? { message: args.why } : {}),
        }),
      };
    }
    const changed = await postUpdate(app, caller, incident.id, { severity: args.severity, message: args.why ?? null });
    return tellDone(ask, changed, `${incidentName(changed)} is ${changed.severity} now.`);
  },
  buttons: {
    "incident.severity": async (ask) => ({ modal: severityForm(ask.app.config, await buttonTarget(ask)) }),
  },
  forms: {
    "incident.severity": async (ask) => {
      const { app, caller, values } = ask;
      const changed = await postUpdate(app, caller, formIncident(ask), {
        severity: values.choice("severity"),
        message: values.text("message"),
      });
      return tellDone(ask, changed, `${incidentName(changed)} is ${changed.severity} now.`);
    },
  },
});
