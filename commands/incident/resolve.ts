import { keepChannel } from "../../src/domain/incident/archiving.ts";
import { incidentName } from "../../src/domain/incident/incident.ts";
import { closeIncident, resolveIncident } from "../../src/domain/incident/resolve.ts";
import { arg, command } from "../../src/slack/command.ts";
import { resolveForm } from "../../templates/incident/forms.ts";
import { askedIncident, buttonTarget, formIncident, formTarget, tellDone } from "./which.ts";

/** Ends the response. */
export const resolve = command({
  name: "/incident resolve",
  synonyms: ["close", "resolved"],
  summary: "End the response; the post-mortem begins",
  examples: ["/incident resolve rolled back to 41, error rate is normal", "/incident resolve"],
  args: { incident: arg.incident(), message: arg.optional(arg.text("<what fixed it>")) },
  needs: "member",
  run: async (ask) => {
    const message = ask.args.message ?? "";
    const incident = await askedIncident(ask, ask.args.incident);
    if (!incident) return { modal: resolveForm(await formTarget(ask, undefined), { message }) };
    const changed = await resolveIncident(ask.app, ask.caller, incident.id, message);
    return tellDone(ask, changed, `${incidentName(changed)} is resolved.`);
  },
  buttons: {
    "incident.resolve": async (ask) => ({ modal: resolveForm(await buttonTarget(ask)) }),
    "incident.keep-channel": async (ask) => {
      const incident = await keepChannel(ask.app, ask.caller, ask.about.id);
      return tellDone(ask, incident, "The channel is kept.");
    },
    "incident.close": async (ask) => {
      const changed = await closeIncident(ask.app, ask.caller, ask.about.id);
      return tellDone(ask, changed, `${incidentName(changed)} is closed.`);
    },
  },
  forms: {
    "incident.resolve": async (ask) => {
      const changed = await resolveIncident(ask.app, ask.caller, formIncident(ask), ask.values.text("message"));
      return tellDone(ask, changed, `${incidentName(changed)} is resolved.`);
    },
  },
});
